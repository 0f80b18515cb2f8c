"""With each generated policy, what its role should do works and everything else is denied.

ministack checks signatures and policies here: actions, patterns of resources, and conditions. It
fills in no condition key of Secrets Manager's own (`ForceDeleteWithoutRecovery`,
`RecoveryWindowInDays`, `AddReplicaRegions`), and never asks for KMS. So the denials that depend on
these are put to its policy evaluator alone, with the keys filled in as AWS documents them. It also
takes a policy variable such as ${*} for plain text; no name of a secret has such a character.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.session import Session
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.actions import ACTIONS, BY_VERB, SCAN
from secretsadmin.config.backend import BackendConfig
from secretsadmin.config.environments import Environment
from secretsadmin.iam.calls import calls_of
from secretsadmin.iam.policies import PURPOSES, Policy, place_of, policy_for
from secretsadmin.store import aws
from secretsadmin.store.errors import NotAllowed
from secretsadmin.store.many import read_many
from secretsadmin.store.reads import Value
from tests.conformance import ministack
from tests.conformance.ministack import Ministack
from tests.conftest import use
from tests.secretsadmin.store.acts import ANNA, ref_to
from tests.secretsadmin.store.test_unbypassable import least
from tests.support.doctor_command import doctor
from tests.support.people import somebody

REGION, ACCOUNT = "eu-central-1", "000000000000"
INSIDE, OUTSIDE = "airflow/variables/x", ("airflow/variables-evil", "airflow/other/x", "x")
URL = "/default/variables"
DASHBOARDS = tuple(purpose for purpose in PURPOSES if purpose != "airflow")


@dataclass(frozen=True)
class Account:
    """An account of the emulator's, as its root user sees it."""

    emulator: Ministack

    def client(self, service: str, **keys: str) -> Any:
        given = {"aws_access_key_id": "test", "aws_secret_access_key": "test", **keys}
        # The stubs have an overload for each service by its literal name.
        connect: Any = boto3.client
        return connect(service, endpoint_url=self.emulator.endpoint, region_name=REGION, **given)

    def user(self, name: str, document: dict[str, Any]) -> dict[str, str]:
        """The keys of a new user who has this policy and no other."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        iam.put_user_policy(
            UserName=name, PolicyName="generated", PolicyDocument=json.dumps(document)
        )
        made = iam.create_access_key(UserName=name)["AccessKey"]
        return {
            "aws_access_key_id": made["AccessKeyId"],
            "aws_secret_access_key": made["SecretAccessKey"],
        }

    def store(self, name: str = INSIDE, texts: tuple[str, ...] = ("first", "second")) -> list[str]:
        """The ids of the secret's versions, in the state that every test begins with."""
        root = self.client("secretsmanager")
        with suppress(ClientError):
            root.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
        first = root.create_secret(Name=name, SecretString=texts[0])["VersionId"]
        return [
            first,
            *(
                root.put_secret_value(SecretId=name, SecretString=text)["VersionId"]
                for text in texts[1:]
            ),
        ]


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    folder = tmp_path_factory.mktemp("ministack")
    with ministack.running(folder, "iam", "sts", is_enforcing=True) as emulator:
        yield Account(emulator)
    aws.forget_clients()


def policy(purpose: str) -> Policy:
    environment = Environment(
        "default", "Airflow", BackendConfig.from_kwargs({"region_name": REGION})
    )
    return policy_for(environment, purpose, place_of(environment, account=ACCOUNT))


@pytest.fixture(scope="module")
def keys(account: Account) -> dict[str, dict[str, str]]:
    """The keys of a user for each purpose."""
    return {purpose: account.user(purpose, policy(purpose).document()) for purpose in PURPOSES}


@pytest.fixture
def browse(account: Account, settings: Settings, db: None) -> Callable[..., Client]:
    """A superuser's browser, whose site asks AWS with these kwargs."""

    def browser(**kwargs: str) -> Client:
        use(settings, account.emulator.endpoint, **kwargs)
        client = Client()
        client.force_login(somebody("ada", is_superuser=True))
        return client

    return browser


Try = Callable[[Client, list[str]], Any]


def exported(client: Client, _versions: list[str]) -> Any:
    """The answer, whose file is read to its end."""
    asked = {"format": "terraform-values", "reason": "A move"}
    response: Any = client.post(f"{URL}/export/", asked)
    if not response.streaming:
        return response
    return HttpResponse(b"".join(response.streaming_content))


# Each action through its page, on a secret of two versions.
# What else the page of an action does.
MAKING = {"duplicate": ("create",)}
TRIES: dict[str, Try] = {
    "view": lambda client, _: client.get(f"{URL}/detail/x/"),
    "history": lambda client, _: client.get(f"{URL}/history/x/"),
    "open": lambda client, _: client.post(f"{URL}/open/x/"),
    "compare": lambda client, versions: client.post(
        f"{URL}/compare/x/", {"one": versions[0], "other": versions[1]}
    ),
    "reveal": lambda client, _: client.post(f"{URL}/reveal/x/", {"field": "value"}),
    "copy": lambda client, _: client.post("/default/connections/copy/x/", {"format": "uri"}),
    "create": lambda client, _: client.post(f"{URL}/create/", {"key": "new", "value": "y"}),
    "update": lambda client, versions: client.post(
        f"{URL}/update/x/", {"value": "third", "version": versions[1], "description": "new"}
    ),
    "roll-back": lambda client, versions: client.post(
        f"{URL}/roll-back/x/", {"to": versions[0], "version": versions[1]}
    ),
    "label": lambda client, versions: client.post(
        f"{URL}/label/x/", {"label": "tested", "to": versions[0], "version": ""}
    ),
    "tag": lambda client, _: client.post(f"{URL}/tag/x/", {"new-key": "owner", "new-value": "dwh"}),
    "duplicate": lambda client, _: client.post(f"{URL}/duplicate/x/", {"id": "new"}),
    "delete": lambda client, _: client.post(f"{URL}/delete/x/", {"days": "7"}),
    "restore": lambda client, _: client.post(f"{URL}/restore/x/"),
    "probe": lambda client, _: client.post(
        "/default/setup/proof/probe/", {"kind": "variables", "id": "new"}
    ),
    "export": exported,
}
# Actions with a test of their own, or without one: ministack has no CloudTrail, and a promotion
# takes two environments.
OTHERWISE = {"scan", "promote", "ask-cloudtrail"}
# The permission that is missing first, by whoever may not do all of an action.
MISSING = {
    "create": "secretsmanager:CreateSecret",
    "update": "secretsmanager:PutSecretValue",
    "roll-back": "secretsmanager:UpdateSecretVersionStage",
    "label": "secretsmanager:UpdateSecretVersionStage",
    "tag": "secretsmanager:TagResource",
    "duplicate": "secretsmanager:CreateSecret",
    "delete": "secretsmanager:DeleteSecret",
    "restore": "secretsmanager:RestoreSecret",
    "probe": "secretsmanager:CreateSecret",
    "export": "secretsmanager:BatchGetSecretValue",
}


def prepared(account: Account, verb: str) -> list[str]:
    root = account.client("secretsmanager")
    with suppress(ClientError):
        root.delete_secret(SecretId="airflow/variables/new", ForceDeleteWithoutRecovery=True)
    if verb == "copy":
        # Only connections are copied whole.
        return account.store("airflow/connections/x", ("postgres://first", "postgres://second"))
    versions = account.store()
    if verb == "restore":
        root.delete_secret(SecretId=INSIDE, RecoveryWindowInDays=7)
    return versions


def test_is_tried_for_every_action_that_asks_aws() -> None:
    assert {action.verb for action in ACTIONS if action.calls} == TRIES.keys() | OTHERWISE


@pytest.mark.parametrize("verb", TRIES)
@pytest.mark.parametrize("purpose", DASHBOARDS)
def test_lets_the_pages_do_what_it_is_for(
    account: Account,
    keys: dict[str, dict[str, str]],
    browse: Callable[..., Client],
    purpose: str,
    verb: str,
) -> None:
    versions = prepared(account, verb)

    response = TRIES[verb](browse(**keys[purpose]), versions)

    # For IAM, revealing a value is no more than opening it.
    verbs = (verb, *MAKING.get(verb, ()))
    if calls_of(verbs) <= calls_of(PURPOSES[purpose]):
        assert response.status_code in (200, 302), response.content.decode()
        assert b"lacks the permission" not in response.content
        return
    assert response.status_code == 502
    assert f"lacks the permission {MISSING[verb]}." in response.content.decode()


@pytest.mark.parametrize("purpose", DASHBOARDS)
def test_lets_a_scan_read_values(
    account: Account,
    keys: dict[str, dict[str, str]],
    browse: Callable[..., Client],
    purpose: str,
) -> None:
    """The page begins it in the background. These are the calls that it makes there."""
    account.store()
    browse(**keys[purpose])
    ref = ref_to("x")

    if set(SCAN.calls) <= calls_of(PURPOSES[purpose]):
        [(_, value)] = read_many([ref], SCAN.verb, actor=ANNA, note=lambda *_: None)
        assert isinstance(value, Value)
        return
    with pytest.raises(NotAllowed) as refused:
        list(read_many([ref], SCAN.verb, actor=ANNA, note=lambda *_: None))
    assert refused.value.action == "secretsmanager:BatchGetSecretValue"


@pytest.mark.parametrize("purpose", DASHBOARDS)
def test_lets_the_pages_list_names(
    account: Account,
    keys: dict[str, dict[str, str]],
    browse: Callable[..., Client],
    purpose: str,
) -> None:
    prepared(account, "view")

    response = browse(**keys[purpose]).get(f"{URL}/")

    assert b"/default/variables/detail/x/" in response.content


@pytest.mark.parametrize("purpose", PURPOSES)
def test_denies_every_other_call(
    account: Account, keys: dict[str, dict[str, str]], purpose: str
) -> None:
    allowed = {
        action.removeprefix("secretsmanager:")
        for statement in policy(purpose).statements
        for action in statement.actions
        if statement.effect == "Allow"
    }
    account.store()
    for operation in Session().get_service_model("secretsmanager").operation_names:
        denied = is_denied(account, keys[purpose], operation, INSIDE)
        assert denied == (operation not in allowed), operation


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("purpose", PURPOSES)
def test_denies_every_call_outside_its_prefixes(
    account: Account, keys: dict[str, dict[str, str]], purpose: str, name: str
) -> None:
    account.store(name)
    model = Session().get_service_model("secretsmanager")
    for operation in model.operation_names:
        shape = model.operation_model(operation).input_shape
        if shape and shape.members.keys() & {"SecretId", "Name"}:
            assert is_denied(account, keys[purpose], operation, name), operation


def is_denied(account: Account, keys: dict[str, str], operation: str, name: str) -> bool:
    """Whether the caller may not; any other answer comes after the policies were asked."""
    client = account.client("secretsmanager", **keys)
    shape = client.meta.service_model.operation_model(operation).input_shape
    sent = least(shape)
    for member in shape.members.keys() & {"SecretId", "Name"}:
        sent[member] = name
    try:
        getattr(client, xform_name(operation))(**sent)
    except ClientError as error:
        return error.response["Error"]["Code"] == "AccessDeniedException"
    return False


def test_lets_a_role_act_in_its_persons_name(
    account: Account, browse: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
            }
        ],
    }
    iam = account.client("iam")
    role = iam.create_role(RoleName="dashboard", AssumeRolePolicyDocument=json.dumps(trust))
    document = policy("viewer").document()
    # Only sessions that are named after a person may read values.
    document["Statement"].append(
        {
            "Effect": "Deny",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
            "Condition": {"StringNotLike": {"aws:userid": "*:secretsadmin-ada"}},
        }
    )
    iam.put_role_policy(
        RoleName="dashboard", PolicyName="generated", PolicyDocument=json.dumps(document)
    )
    assume = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role["Role"]["Arn"]}
    base = account.user("base", {"Version": "2012-10-17", "Statement": [assume]})
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", account.emulator.endpoint)
    versions = account.store()

    client = browse(**base, role_arn=role["Role"]["Arn"])

    assert TRIES["view"](client, versions).status_code == 200
    assert TRIES["reveal"](client, versions).status_code == 200
    refused = TRIES["label"](client, versions)
    assert (
        "lacks the permission secretsmanager:UpdateSecretVersionStage." in refused.content.decode()
    )


@pytest.mark.parametrize("purpose", DASHBOARDS)
def test_is_what_the_doctor_says_that_it_allows(
    account: Account,
    keys: dict[str, dict[str, str]],
    settings: Settings,
    db: None,
    purpose: str,
) -> None:
    account.store()
    use(settings, account.emulator.endpoint, **keys[purpose])

    told = doctor("default")

    root = account.client("secretsmanager")
    names = [secret["Name"] for secret in root.list_secrets()["SecretList"]]
    needed = calls_of(BY_VERB) - {"cloudtrail:LookupEvents"}
    allowed = calls_of(PURPOSES[purpose])
    # Nobody can try it without making a secret.
    untried = {"secretsmanager:CreateSecret"}
    assert told.checks("holds", "permission.") == checks_of(allowed - untried)
    assert told.checks("fails", "permission.") == checks_of(needed - allowed - untried)
    assert told.checks("not tried", "permission.") >= checks_of(untried)
    assert told.line("aws.reach")["status"] == "holds"
    assert f":user/{purpose}" in told.line("aws.identity")["sentence"]
    assert not any("doctor" in name for name in names)


def checks_of(actions: set[str] | frozenset[str]) -> set[str]:
    return {f"permission.{action.partition(':')[2]}" for action in actions}


def test_lacks_a_prefix_and_the_doctor_says_which(
    account: Account, keys: dict[str, dict[str, str]], settings: Settings, db: None
) -> None:
    use(settings, account.emulator.endpoint, config_prefix="other/config", **keys["full"])

    told = doctor("default")

    line = told.line("permission.GetSecretValue")
    assert line["status"] == "fails"
    assert (
        "denied below other/config/. It is allowed below airflow/connections/" in line["sentence"]
    )


EVALUATE = """
import json, sys
from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document
document, cases = json.load(sys.stdin)
answers = []
for action, keys in cases:
    context = EvalContext(
        principal_arn="arn:aws:iam::000000000000:role/dashboard", principal_type="AssumedRole",
        principal_account="000000000000", action=action, region="eu-central-1",
        resource_arn="arn:aws:secretsmanager:eu-central-1:000000000000:secret:airflow/variables/x-AbCdEf",
        service_context={key.lower(): value for key, value in keys.items()}, principal_keys={},
    )
    answers.append(evaluate(context, [parse_policy_document(document)]).decision)
print(json.dumps(answers))
"""
WINDOW = "secretsmanager:RecoveryWindowInDays"
CONDITIONS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("secretsmanager:DeleteSecret", {WINDOW: "7"}, "Allow"),
    ("secretsmanager:DeleteSecret", {WINDOW: "30"}, "Allow"),
    ("secretsmanager:DeleteSecret", {WINDOW: "6"}, "Deny"),
    (
        "secretsmanager:DeleteSecret",
        {"secretsmanager:ForceDeleteWithoutRecovery": "true"},
        "Deny",
    ),
    ("secretsmanager:CreateSecret", {}, "Allow"),
    ("secretsmanager:CreateSecret", {"secretsmanager:AddReplicaRegions": "us-east-1"}, "Deny"),
    (
        "secretsmanager:ReplicateSecretToRegions",
        {"secretsmanager:AddReplicaRegions": "us-east-1"},
        "Deny",
    ),
)


@pytest.mark.parametrize("purpose", DASHBOARDS)
def test_denies_what_the_dashboard_never_does_whatever_else_is_allowed(purpose: str) -> None:
    document = policy(purpose).document()
    document["Statement"].append({"Effect": "Allow", "Action": "*", "Resource": "*"})
    cases = [(action, keys) for action, keys, _ in CONDITIONS]

    done = subprocess.run(
        [ministack.PYTHON, "-c", EVALUATE],
        input=json.dumps([document, cases]),
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout.splitlines()[-1]) == [decision for _, _, decision in CONDITIONS]
