"""The command iam_policy ... (each test finishes the sentence)."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event
from secretsadmin.iam.policies import WITH_TRAIL
from secretsadmin.store import aws
from tests.conftest import use
from tests.secretsadmin.doctor.conftest import proxy
from tests.support.faults import FaultProxy, sts_error

__all__ = ["proxy"]
pytestmark = pytest.mark.django_db
IDENTITY = b"""<GetCallerIdentityResponse><GetCallerIdentityResult>
<Arn>arn:aws-cn:sts::210987654321:assumed-role/dashboard/i-1</Arn><Account>210987654321</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    use(settings, "http://127.0.0.1:9", variables_prefix="")


def run(*arguments: str) -> tuple[str, str]:
    out, notes = StringIO(), StringIO()
    call_command("iam_policy", *arguments, stdout=out, stderr=notes)
    return out.getvalue(), notes.getvalue()


def resources(out: str) -> list[str]:
    listed: list[str] = json.loads(out)["Statement"][0]["Resource"]
    return listed


def test_prints_json_that_iam_takes_and_notes_beside_it() -> None:
    out, notes = run("default", "--for", "airflow")

    assert resources(out) == ["arn:aws:secretsmanager:eu-central-1:ACCOUNT-ID:secret:*"]
    assert "variables_prefix is empty" in notes
    assert (
        "Who the dashboard is for AWS isn't known, as STS can't be asked. Nothing answers" in notes
    )
    assert "in place of ACCOUNT-ID" in notes


def test_takes_the_account_and_the_partition_of_whoever_asks(proxy: FaultProxy) -> None:
    proxy.when("GetCallerIdentity").garbage(IDENTITY, 200)

    out, notes = run("default", "--for", "airflow")

    assert resources(out)[0].startswith("arn:aws-cn:secretsmanager:eu-central-1:210987654321:")
    assert notes == ""
    assert proxy.calls.keys() == {"GetCallerIdentity"}
    assert {(line.action, line.outcome) for line in Event.objects.all()} == {
        ("setup.diagnose", "started"),
        ("setup.diagnose", "succeeded"),
    }


def test_asks_aws_for_nothing_that_is_given(proxy: FaultProxy) -> None:
    out, _ = run("default", "--for", "airflow", "--account", "333333333333")

    assert resources(out)[0].startswith("arn:aws:secretsmanager:eu-central-1:333333333333:")
    assert not proxy.calls
    assert not Event.objects.exists()


def test_prefers_the_partition_that_is_given(proxy: FaultProxy) -> None:
    out, _ = run("default", "--for", "airflow", "--partition", "aws-iso")

    assert resources(out)[0].startswith("arn:aws-iso:secretsmanager:eu-central-1:123456789012:")


def test_takes_the_region_of_its_machine_and_says_so(
    proxy: FaultProxy, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-gov-west-1")
    use(settings, proxy.endpoint, region_name=None)

    out, notes = run("default", "--for", "airflow", "--account", "333333333333")

    assert resources(out)[0].startswith("arn:aws-us-gov:secretsmanager:us-gov-west-1:333333333333:")
    assert "the region is that of the dashboard's own machine" in notes
    assert not proxy.calls


def test_keeps_the_placeholders_where_no_region_is_known(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere/config")
    aws.forget_clients()
    use(settings, "http://127.0.0.1:9", region_name=None)

    out, notes = run("default", "--for", "airflow")

    assert resources(out)[0].startswith("arn:aws:secretsmanager:REGION:ACCOUNT-ID:")
    assert "No region is known" in notes


def test_says_that_a_policy_denies_to_ask(proxy: FaultProxy) -> None:
    message = "User: canary is not authorized to perform: sts:GetCallerIdentity"
    proxy.when("GetCallerIdentity").garbage(sts_error("AccessDenied", message), 403)

    out, notes = run("default", "--for", "airflow")

    assert ":ACCOUNT-ID:" in out
    assert "Who the dashboard is for AWS isn't known, as a policy denies to ask STS." in notes
    assert "canary" not in notes


@pytest.mark.skipif(connection.vendor != "sqlite", reason="It switches SQLite to read only")
def test_asks_nobody_where_nothing_can_be_recorded(proxy: FaultProxy) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
    try:
        out, notes = run("default", "--for", "airflow")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only = OFF")

    assert ":ACCOUNT-ID:" in out
    assert "because the audit log takes no record of it" in notes
    assert not proxy.calls


def test_takes_an_account_and_a_partition() -> None:
    out, notes = run(
        "default", "--for", "full", "--account", "210987654321", "--partition", "aws-cn"
    )

    assert "arn:aws-cn:secretsmanager:eu-central-1:210987654321:secret:*" in out
    assert "ACCOUNT" not in out + notes


def test_prints_terraform() -> None:
    out, _ = run("default", "--for", "editor", "--terraform")

    assert 'data "aws_iam_policy_document" "default_editor" {' in out


@pytest.mark.parametrize("purpose", WITH_TRAIL)
def test_adds_cloudtrail_where_asked_to(purpose: str) -> None:
    assert "cloudtrail:LookupEvents" in run("default", "--for", purpose, "--cloudtrail")[0]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("nowhere", "--for", "full"), "There is no environment 'nowhere'. There are default."),
        (("default", "--for", "full", "--account", "12"), "twelve digits"),
        (("default", "--for", "full", "--partition", "*"), "partition"),
        (("default", "--for", "viewer", "--cloudtrail"), "--for editor or full"),
        (("default", "--for", "nobody"), "invalid choice"),
        (("default",), "--for"),
    ],
)
def test_says_what_it_can_not_work_with(arguments: tuple[str, ...], error: str) -> None:
    with pytest.raises(CommandError, match=error):
        run(*arguments)
