"""The set-up page ... (each test finishes the sentence)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from secretsadmin.iam.policies import NO_ACCOUNT, PURPOSES
from tests.conftest import begin_cold, use
from tests.secretsadmin.conftest import As, Configure
from tests.support.faults import FaultProxy, sts_error
from tests.support.site import create, put
from tests.support.wire import connected, counting

URL = "/default/setup/"
POLICIES = f"{URL}policies/"
ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/airflow"
KEY = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
NAME = "airflow/connections/orders"


@contextmanager
def days_ago(emulator: Emulator, days: float) -> Iterator[None]:
    """AWS's clock stands so many days back meanwhile."""
    moment = datetime.now(UTC) - timedelta(days=days)
    clock, emulator.world.clock = emulator.world.clock, moment.timestamp
    try:
        yield
    finally:
        emulator.world.clock = clock


def read_by_airflow(emulator: Emulator, days: float = 0) -> None:
    with days_ago(emulator, days), connected(emulator.endpoint) as client:
        client.get_secret_value(SecretId=NAME)


def done(client: Client, url: str = URL) -> list[str]:
    """The steps that are ticked, after AWS was asked anew."""
    client.post("/default/connections/refresh/")
    page: Any = client.get(url).context["page"]
    return [line.step.key for line in page.steps if line.step.is_done]


def test_says_what_this_environment_looks_up(editor: Client, secrets_manager: Emulator) -> None:
    page = unescape(editor.get(URL).content.decode())

    kwargs = {f"{kind}_prefix": f"airflow/{kind}" for kind in ("connections", "variables")}
    line = json.dumps({**kwargs, "config_prefix": "airflow/config", "region_name": "eu-central-1"})
    assert f"export AIRFLOW__SECRETS__BACKEND_KWARGS='{line}'" in page
    assert "endpoint_url: it leads to this dashboard’s own machine." in page
    assert secrets_manager.endpoint not in page


def test_leads_to_the_policies(editor: Client) -> None:
    assert 'href="/default/setup/policies/"' in editor.get(URL).content.decode()


def test_asks_aws_for_lists_and_no_value(editor: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, NAME, "http://h")
    with counting(secrets_manager) as calls:
        editor.get(URL)
        editor.get(f"{URL}policies/")

    assert set(calls) == {"ListSecrets"}
    assert not Event.objects.exists()


def test_asks_aws_who_it_is_by_a_button_and_records_it(
    as_role: As, secrets_manager: Emulator
) -> None:
    admin = as_role("admin")
    page = admin.get(POLICIES).content.decode()
    assert f'<form method="post" action="{POLICIES}">' in page
    assert f"arn:aws:secretsmanager:eu-central-1:{NO_ACCOUNT}:secret:" in page

    with counting(secrets_manager) as calls:
        page = admin.post(POLICIES).content.decode()

    assert set(calls) == {"GetCallerIdentity"}
    assert f"arn:aws:secretsmanager:eu-central-1:{ACCOUNT}:secret:" in page
    assert NO_ACCOUNT not in page
    assert f'action="{POLICIES}"' not in page
    assert {(line.action, line.user, line.outcome) for line in Event.objects.all()} == {
        ("setup.diagnose", "admin", "started"),
        ("setup.diagnose", "admin", "succeeded"),
    }


def test_asks_aws_for_no_account_that_is_configured(configure: Configure, as_role: As) -> None:
    emulator = configure(dev='account = "210987654321"')
    admin = as_role("admin")
    assert "Fill in the account" not in admin.get("/dev/setup/policies/").content.decode()

    with counting(emulator) as calls:
        page = admin.post("/dev/setup/policies/").content.decode()

    assert not calls
    assert ":210987654321:secret:" in page


@pytest.mark.parametrize("role", ["viewer", "editor", "auditor"])
def test_asks_for_no_account_for_those_who_may_not_see_it(
    as_role: As, secrets_manager: Emulator, role: str
) -> None:
    client = as_role(role)
    assert "Fill in the account" not in client.get(POLICIES).content.decode()

    with counting(secrets_manager) as calls:
        response = client.post(POLICIES)

    assert response.status_code == 403
    assert ACCOUNT not in response.content.decode()
    assert not calls


def test_keeps_the_placeholder_where_aws_does_not_say_who_asks(
    settings: Settings, as_role: As, secrets_manager: Emulator
) -> None:
    admin = as_role("admin")
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        proxy.when("GetCallerIdentity").garbage(sts_error("ExpiredToken"), 403)
        response = admin.post(POLICIES)

    page = unescape(response.content.decode())
    assert response.status_code == 200
    assert "Who the dashboard is for AWS isn't known, as STS can't be asked." in page
    assert "credentials have expired" in page
    assert page.count(f"in place of {NO_ACCOUNT}") == 1
    assert f'action="{POLICIES}"' in page


@pytest.mark.parametrize("path", ["", "policies/"])
@pytest.mark.parametrize("role", ["viewer", "editor", "auditor", "admin", "superuser"])
def test_tells_the_account_to_those_who_administer(
    configure: Configure, as_role: As, role: str, path: str
) -> None:
    configure(dev=f'account = "{ACCOUNT}"\nkms_key = "{KEY}"')

    page = as_role(role).get(f"/dev/setup/{path}").content.decode()

    assert (ACCOUNT in page) == (role in ("admin", "superuser"))


@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_takes_the_role_of_the_kwargs(
    settings: Settings, secrets_manager: Emulator, as_role: As, role: str
) -> None:
    external = {"assume_role_kwargs": {"ExternalId": "of-airflow"}}
    use(settings, secrets_manager.endpoint, role_arn=ROLE, **external)

    page = as_role(role).get(URL).content.decode()

    assert "The role is the one that this dashboard takes." in page
    assert ("of-airflow" in page) == (role == "admin")
    assert (ACCOUNT in page) == (role == "admin")
    assert "arn:aws:iam::ACCOUNT-ID:role/airflow" in page or role == "admin"


def test_ticks_what_is_done(editor: Client, secrets_manager: Emulator) -> None:
    assert done(editor) == done(editor, "/default/") == []

    put(secrets_manager, NAME, "http://h")
    assert done(editor) == done(editor, "/default/") == ["create"]

    read_by_airflow(secrets_manager)
    assert done(editor) == ["connect", "create", "read"]


def test_knows_what_the_proof_saw_before_the_lists_do(
    editor: Client, secrets_manager: Emulator
) -> None:
    editor.post("/default/setup/proof/probe/", {"kind": "variables", "id": "probe"})
    assert done(editor) == []
    with connected(secrets_manager.endpoint) as client:
        client.get_secret_value(SecretId="airflow/variables/probe")

    page: Any = editor.get("/default/").context["page"]

    assert [line.step.key for line in page.steps if line.step.is_done] == ["connect"]


def test_takes_no_reading_of_its_own_for_airflows(
    editor: Client, secrets_manager: Emulator
) -> None:
    create(editor)
    editor.post("/default/connections/open/orders/")
    assert "This dashboard has read one today" in editor.get(URL).content.decode()

    assert done(editor) == ["create"]


def test_takes_no_older_day_for_airflows_once_somebody_here_read_it(
    editor: Client, secrets_manager: Emulator
) -> None:
    with days_ago(secrets_manager, 3):
        put(secrets_manager, NAME, "http://h")
    read_by_airflow(secrets_manager, 2)
    assert done(editor) == ["connect", "create", "read"]

    editor.post("/default/connections/open/orders/")

    assert done(editor) == ["create"]


def test_leaves_the_steps_of_the_first_day_on_the_overview_until_they_are_done(
    editor: Client, secrets_manager: Emulator
) -> None:
    page = editor.get("/default/").content.decode()
    assert 'href="/default/setup/#write"' in page
    assert 'href="/default/connections/create/"' in page
    put(secrets_manager, NAME, "http://h")
    editor.post("/default/connections/refresh/")
    assert "The first day" in editor.get("/default/").content.decode()

    read_by_airflow(secrets_manager)
    editor.post("/default/connections/refresh/")

    assert "The first day" not in editor.get("/default/").content.decode()


def test_counts_no_secret_that_the_person_may_not_see(configure: Configure, as_role: As) -> None:
    emulator = configure(
        '[[grants]]\ngroup = "viewers"\nrole = "viewer"\nkinds = ["variables"]\nids = ["a_*"]'
    )
    put(emulator, "dev/variables/b", "text")
    with connected(emulator.endpoint) as client:
        client.get_secret_value(SecretId="dev/variables/b")

    page: Any = as_role("viewer").get("/dev/setup/").context["page"]

    assert not any(line.step.is_done for line in page.steps)


@pytest.mark.parametrize("path", ["/default/", URL])
@pytest.mark.parametrize(
    ("role", "said", "is_told"),
    [("superuser", {}, True), ("viewer", {}, False), ("superuser", {"A": "b"}, False)],
)
def test_says_what_to_set_where_no_setting_says_anything(
    settings: Settings,
    as_role: As,
    path: str,
    role: str,
    said: dict[str, str],
    is_told: bool,  # noqa: FBT001 - a case.
) -> None:
    settings.AIRFLOW_BACKEND_KWARGS = settings.SECRETSADMIN_CONFIG = ""
    settings.AIRFLOW_VARIABLES = said
    begin_cold()

    page = as_role(role).get(path).content.decode()

    assert ("Nothing says yet where Airflow looks its secrets up." in page) == is_told
    assert ("SECRETSADMIN_CONFIG" in page) == is_told


@pytest.mark.parametrize("purpose", PURPOSES)
def test_has_the_policies_that_the_command_prints(
    as_role: As, secrets_manager: Emulator, purpose: str
) -> None:
    page = unescape(as_role("admin").post(POLICIES).content.decode())

    for options in ([], ["--terraform"]):
        printed = StringIO()
        call_command("iam_policy", "default", "--for", purpose, *options, stdout=printed)
        assert printed.getvalue().strip() in page


def test_says_once_what_to_write_in_place_of_the_account(editor: Client) -> None:
    page = editor.get(POLICIES).content.decode()

    assert page.count(f"in place of {NO_ACCOUNT}") == 1


def test_has_no_policy_where_airflow_looks_nothing_up(
    settings: Settings, secrets_manager: Emulator, editor: Client
) -> None:
    nothing = dict.fromkeys(("connections_prefix", "variables_prefix", "config_prefix"))
    use(settings, secrets_manager.endpoint, **nothing)

    page = editor.get(f"{URL}policies/").content.decode()

    assert "so no policy is needed" in page
    assert "<pre" not in page
    assert editor.get(URL).status_code == 200


def test_is_not_there_where_the_environment_is_not(editor: Client) -> None:
    assert editor.get("/nowhere/setup/").status_code == 404
    assert editor.get("/nowhere/setup/policies/").status_code == 404
    assert editor.post(URL).status_code == 405
