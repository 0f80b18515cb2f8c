"""A policy ... (each test finishes the sentence)."""

import json
from typing import Any

import pytest

from secretsadmin.actions import ACTIONS
from secretsadmin.config.backend import BackendConfig
from secretsadmin.config.environments import Environment
from secretsadmin.iam.policies import (
    PURPOSES,
    WITH_TRAIL,
    NothingToAllow,
    Policy,
    place_of,
    policy_for,
    prefixes_of,
)

ACCOUNT = "123456789012"
REGION = "eu-central-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SECRETS = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/airflow"


def environment(teams: tuple[str, ...] = (), **more: Any) -> Environment:
    given = {name: more.pop(name) for name in ("kms_key", "source_identity") if name in more}
    account = more.pop("account", ACCOUNT)
    kwargs = {"region_name": REGION, **more}
    return Environment(
        "dev", "Dev", BackendConfig.from_kwargs(kwargs, teams), account=account, **given
    )


def policy(purpose: str, place: dict[str, str] | None = None, **more: Any) -> Policy:
    given = environment(**more)
    return policy_for(given, purpose, place_of(given, **(place or {})))


def statements(made: Policy) -> dict[str, dict[str, Any]]:
    return {statement["Sid"]: statement for statement in made.document()["Statement"]}


def allowed(made: Policy) -> set[str]:
    allowing = [entry for entry in made.document()["Statement"] if entry["Effect"] == "Allow"]
    return {action for entry in allowing for action in entry["Action"]}


def test_lets_airflow_read_what_it_looks_up_and_nothing_else() -> None:
    assert policy("airflow").document() == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Secrets",
                "Effect": "Allow",
                "Action": ["secretsmanager:GetSecretValue"],
                "Resource": [
                    f"{SECRETS}:airflow/connections/*",
                    f"{SECRETS}:airflow/variables/*",
                    f"{SECRETS}:airflow/config/*",
                ],
            }
        ],
    }


def test_lets_airflow_decrypt_through_secrets_manager_alone() -> None:
    assert statements(policy("airflow", kms_key=KEY))["Key"] == {
        "Sid": "Key",
        "Effect": "Allow",
        "Action": ["kms:Decrypt"],
        "Resource": [KEY],
        "Condition": {"StringEquals": {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}},
    }


def test_allows_a_dashboard_more_from_purpose_to_purpose() -> None:
    assert allowed(policy("viewer")) == {
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:ListSecretVersionIds",
        "secretsmanager:ListSecrets",
    }
    assert allowed(policy("editor")) - allowed(policy("viewer")) == {
        "secretsmanager:BatchGetSecretValue",
        "secretsmanager:CreateSecret",
        "secretsmanager:DeleteSecret",
        "secretsmanager:PutSecretValue",
        "secretsmanager:RestoreSecret",
        "secretsmanager:TagResource",
        "secretsmanager:UntagResource",
        "secretsmanager:UpdateSecret",
        "secretsmanager:UpdateSecretVersionStage",
    }
    # What admins alone do, editors do in parts: IAM knows no difference.
    assert allowed(policy("full")) == allowed(policy("editor"))


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_allows_all_that_a_role_may_do(role: str) -> None:
    given = environment()
    made = policy_for(given, role, place_of(given), with_trail=role in WITH_TRAIL)

    its = [action for action in ACTIONS if role in action.roles]

    assert allowed(made) == {call for action in its for call in action.calls}


@pytest.mark.parametrize("purpose", ["viewer", "editor", "full"])
def test_asks_for_no_more_of_kms_than_its_calls_do(purpose: str) -> None:
    key = statements(policy(purpose, kms_key=KEY))["Key"]

    encrypting = [] if purpose == "viewer" else ["kms:GenerateDataKey"]
    assert key["Action"] == ["kms:Decrypt", *encrypting]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_gives_the_whole_account_for_lists_and_batches_alone(purpose: str) -> None:
    # What a batch may read is allowed by GetSecretValue, which has resources.
    alone = {"secretsmanager:ListSecrets", "secretsmanager:BatchGetSecretValue"}
    for statement in policy(purpose).document()["Statement"]:
        if statement["Effect"] == "Allow" and statement["Resource"] == ["*"]:
            assert set(statement["Action"]) <= alone
        assert "*" not in "".join(statement["Action"])


@pytest.mark.parametrize("purpose", ["viewer", "editor", "full"])
def test_denies_what_the_dashboard_never_does(purpose: str) -> None:
    denied = statements(policy(purpose))

    assert denied["NoForcedDeletion"]["Condition"] == {
        "Bool": {"secretsmanager:ForceDeleteWithoutRecovery": "true"}
    }
    assert denied["NoShortWindow"]["Condition"] == {
        "NumericLessThan": {"secretsmanager:RecoveryWindowInDays": "7"}
    }
    assert denied["NoReplicas"]["Condition"] == {
        "Null": {"secretsmanager:AddReplicaRegions": "false"}
    }
    assert {entry["Effect"] for sid, entry in denied.items() if sid.startswith("No")} == {"Deny"}


@pytest.mark.parametrize("purpose", WITH_TRAIL)
def test_looks_up_calls_in_cloudtrail_only_where_asked_to(purpose: str) -> None:
    given = environment()

    made = policy_for(given, purpose, place_of(given), with_trail=True)

    assert "cloudtrail:LookupEvents" in statements(made)["WithoutResource"]["Action"]
    assert "cloudtrail:LookupEvents" not in allowed(policy(purpose))


def test_leaves_out_a_prefix_that_is_null() -> None:
    made = policy("airflow", variables_prefix=None, config_prefix=None)

    assert statements(made)["Secrets"]["Resource"] == [f"{SECRETS}:airflow/connections/*"]


def test_is_none_where_every_prefix_is_null() -> None:
    given = environment(connections_prefix=None, variables_prefix=None, config_prefix=None)

    with pytest.raises(NothingToAllow, match="looks nothing up"):
        policy_for(given, "airflow", place_of(given))


def test_covers_every_secret_where_a_prefix_is_empty_and_says_so() -> None:
    made = policy("airflow", variables_prefix="")

    assert statements(made)["Secrets"]["Resource"] == [f"{SECRETS}:*"]
    (note,) = made.notes
    assert note.startswith("variables_prefix is empty, so the policy covers every secret")


def test_names_each_prefix_once() -> None:
    inside = environment(connections_prefix="a", variables_prefix="a/b", config_prefix="a")

    assert prefixes_of(inside) == ("a/",)


@pytest.mark.parametrize("sep", ["/", "-", "", "__"])
def test_ends_a_prefix_as_airflow_does(sep: str) -> None:
    made = policy("airflow", sep=sep, variables_prefix=None, config_prefix=None)

    resource = f"{SECRETS}:airflow/connections{sep}*"
    assert statements(made)["Secrets"]["Resource"] == [resource]


def test_covers_a_teams_secrets_with_those_of_their_kind() -> None:
    given = environment(("analytics",))
    name = given.backend.secret_name("connections", "db", "analytics")

    made = policy_for(given, "airflow", place_of(given))

    resource, *_ = statements(made)["Secrets"]["Resource"]
    assert f"{SECRETS}:{name}".startswith(resource.removesuffix("*"))


@pytest.mark.parametrize(
    ("prefix", "written"),
    [("a*", "a${*}/*"), ("a?b", "a${?}b/*"), ("$a", "${$}a/*"), ("${aws:username}", None)],
)
def test_takes_a_wildcard_in_a_prefix_for_itself(prefix: str, written: str | None) -> None:
    made = policy("airflow", connections_prefix=prefix, variables_prefix=None, config_prefix=None)

    (resource,) = statements(made)["Secrets"]["Resource"]
    assert resource == f"{SECRETS}:{written or '${$}{aws:username}/*'}"


@pytest.mark.parametrize(
    ("more", "place", "begins"),
    [
        ({"account": ""}, {}, f"arn:aws:secretsmanager:{REGION}:ACCOUNT-ID:"),
        ({"account": "", "region_name": None}, {}, "arn:aws:secretsmanager:REGION:ACCOUNT-ID:"),
        ({}, {"account": "9" * 12}, f"arn:aws:secretsmanager:{REGION}:999999999999:"),
        ({}, {"partition": "aws-iso"}, f"arn:aws-iso:secretsmanager:{REGION}:{ACCOUNT}:"),
        ({"region_name": "cn-north-1"}, {}, f"arn:aws-cn:secretsmanager:cn-north-1:{ACCOUNT}:"),
        (
            {"region_name": "us-gov-west-1"},
            {},
            f"arn:aws-us-gov:secretsmanager:us-gov-west-1:{ACCOUNT}:",
        ),
        (
            {"role_arn": ROLE.replace("arn:aws:", "arn:aws-eusc:")},
            {},
            f"arn:aws-eusc:secretsmanager:{REGION}:{ACCOUNT}:",
        ),
    ],
)
def test_says_where_the_secrets_are(
    more: dict[str, Any], place: dict[str, str], begins: str
) -> None:
    made = policy("airflow", place, **more)

    assert statements(made)["Secrets"]["Resource"][0].startswith(begins)
    assert ("ACCOUNT-ID" in begins) == any("ACCOUNT-ID" in note for note in made.notes)
    assert (":REGION:" in begins) == any("region_name" in note for note in made.notes)


def test_names_the_service_of_china_as_kms_does() -> None:
    key = KEY.replace("arn:aws:", "arn:aws-cn:").replace(REGION, "cn-north-1")

    made = policy("airflow", region_name="cn-north-1", kms_key=key)

    condition = statements(made)["Key"]["Condition"]
    assert condition["StringEquals"] == {
        "kms:ViaService": "secretsmanager.cn-north-1.amazonaws.com.cn"
    }


def test_tells_what_the_trust_policy_needs_for_a_source_identity() -> None:
    assert policy("viewer", source_identity=True).notes == (
        "The role's trust policy has to allow sts:SetSourceIdentity, too.",
    )
    assert policy("airflow", source_identity=True).notes == ()


@pytest.mark.parametrize("purpose", PURPOSES)
def test_fits_into_a_managed_policy_of_iam(purpose: str) -> None:
    longest: dict[str, Any] = {
        f"{kind}_prefix": kind[0] * 200 for kind in ("connections", "variables", "config")
    }
    document = policy(purpose, kms_key=KEY, **longest).document()

    assert len(json.dumps(document, separators=(",", ":"))) < 6144
