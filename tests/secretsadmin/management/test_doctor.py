"""The command doctor ... (each test finishes the sentence)."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from secretsadmin.actions import ACTIONS
from secretsadmin.audit.models import Event
from secretsadmin.audit.recording import at_the_command_line
from secretsadmin.demo.emulator import Emulator
from tests.conftest import use
from tests.secretsadmin.conftest import Configure
from tests.support.broken import run
from tests.support.databases import empty_database, using
from tests.support.doctor_command import doctor, doctor_text
from tests.support.faults import FaultProxy
from tests.support.wire import connected, counting

pytestmark = pytest.mark.django_db
FIELDS = {"environment", "check", "status", "sentence", "mend", "seconds"}


def test_exits_with_0_where_all_holds(tmp_path: Path, secrets_manager: Emulator) -> None:
    with empty_database(tmp_path) as url, using(url):
        call_command("migrate", verbosity=0)
        told = doctor()

    # The server of the tests is faster than it is safe.
    failing = set() if connection.vendor == "sqlite" else {"record.durability"}
    assert told.checks("fails") == failing
    assert told.status == len(failing)
    assert all(line.keys() == FIELDS for line in told.lines)
    assert {line["environment"] for line in told.lines} == {"", "default"}
    # This is what AWS was asked for, and it took its time.
    assert told.line("permission.PutSecretValue")["seconds"] > 0


def test_tries_what_every_action_asks_for_and_changes_nothing(secrets_manager: Emulator) -> None:
    with connected(secrets_manager.endpoint) as client:
        client.create_secret(Name="airflow/variables/x", SecretString="canary")
        before = client.describe_secret(SecretId="airflow/variables/x")
    with counting(secrets_manager) as calls:
        told = doctor("default")
    with connected(secrets_manager.endpoint) as client:
        after = client.describe_secret(SecretId="airflow/variables/x")
        names = [secret["Name"] for secret in client.list_secrets()["SecretList"]]

    needed = {call.partition(":")[2] for action in ACTIONS for call in action.calls}
    assert told.checks("not tried", "permission.") == {"permission.CreateSecret"}
    assert told.checks("holds", "permission.") == {
        f"permission.{operation}" for operation in needed - {"CreateSecret"}
    }
    assert calls["CreateSecret"] == 0
    # A call below each of the three prefixes.
    assert calls["DeleteSecret"] == calls["PutSecretValue"] == 3
    assert names == ["airflow/variables/x"]
    assert before["VersionIdsToStages"] == after["VersionIdsToStages"]
    assert "canary" not in str(told.lines)


def test_is_recorded_as_one_act_of_whoever_has_the_shell(secrets_manager: Emulator) -> None:
    doctor("default")

    lines = Event.objects.order_by("id")
    assert [(line.action, line.outcome) for line in lines] == [
        ("setup.diagnose", "started"),
        ("setup.diagnose", "succeeded"),
    ]
    assert {(line.environment, line.user) for line in lines} == {
        ("default", at_the_command_line().user)
    }


def test_names_the_permission_that_is_missing_and_the_policy_that_has_it(
    secrets_manager: Emulator, settings: Settings
) -> None:
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        proxy.when("RestoreSecret", call=2).deny()
        told = doctor()

    line = told.line("permission.RestoreSecret")
    assert (told.status, line["status"]) == (1, "fails")
    assert "secretsmanager:RestoreSecret is denied below airflow/variables/." in line["sentence"]
    assert "It is allowed below airflow/connections/ and airflow/config/." in line["sentence"]
    assert "manage.py iam_policy default --for editor prints all of it" in line["mend"]
    # AWS's own text isn't repeated.
    assert "assumed-role" not in str(line)


def test_takes_for_a_caution_what_nobody_may_do(configure: Configure) -> None:
    emulator = configure('[[grants]]\ngroup = "viewers"\nrole = "viewer"\n')
    with FaultProxy(emulator.endpoint) as proxy:
        configure('[[grants]]\ngroup = "viewers"\nrole = "viewer"\n', proxy.endpoint)
        proxy.when("PutSecretValue").deny()
        proxy.when("GetSecretValue").deny()
        proxy.when("LookupEvents").deny()
        told = doctor("dev")

    assert told.line("permission.PutSecretValue")["status"] == "caution"
    assert "No grant lets anybody" in told.line("permission.PutSecretValue")["sentence"]
    assert told.line("permission.GetSecretValue")["status"] == "fails"
    optional = told.line("permission.LookupEvents")
    assert optional["status"] == "caution"
    assert "works without it" in optional["sentence"]


def test_says_what_can_be_said_where_the_names_can_not_be_listed(
    secrets_manager: Emulator, settings: Settings
) -> None:
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        proxy.when("ListSecrets").deny()
        told = doctor()

    assert told.line("permission.ListSecrets")["status"] == "fails"
    assert told.line("secrets.names")["status"] == "not tried"
    assert told.line("permission.DescribeSecret")["status"] == "holds"
    assert told.line("aws.reach")["status"] == "holds"


def test_exits_with_2_where_there_is_no_such_environment(secrets_manager: Emulator) -> None:
    with pytest.raises(CommandError, match="There is no environment 'nowhere'") as raised:
        doctor("nowhere")

    assert raised.value.returncode == 2
    assert not Event.objects.exists()


def test_names_kwargs_that_are_no_json(secrets_manager: Emulator, settings: Settings) -> None:
    settings.AIRFLOW_BACKEND_KWARGS = "{'connections_prefix': 'canary'}"

    told = doctor("default")

    line = told.line("configuration.file")
    assert (told.status, line["status"]) == (1, "fails")
    assert "AIRFLOW__SECRETS__BACKEND_KWARGS is no JSON" in line["sentence"]
    assert "canary" not in str(told.lines)


def test_asks_aws_for_nothing_with_keys_that_are_too_short(
    secrets_manager: Emulator, settings: Settings
) -> None:
    settings.AUDIT_KEY = "short"
    with counting(secrets_manager) as calls:
        told = doctor()

    line = told.line("site.keys")
    assert (told.status, line["status"]) == (1, "fails")
    assert "AUDIT_KEY is too short" in line["sentence"]
    assert told.line("aws.reach")["status"] == "not tried"
    assert not calls
    assert not Event.objects.exists()


def test_says_the_rest_where_nothing_can_be_recorded(
    tmp_path: Path, secrets_manager: Emulator
) -> None:
    with empty_database(tmp_path) as url, using(url), counting(secrets_manager) as calls:
        # Without its tables, as before the first migration.
        told = doctor()

    assert told.status == 1
    assert told.line("record.written")["status"] == "fails"
    assert told.line("aws.reach")["status"] == "not tried"
    assert told.line("configuration.kwargs")["status"] == "holds"
    assert not calls


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has other settings")
@pytest.mark.parametrize("setting", ["synchronous=OFF", "journal_mode=MEMORY"])
def test_names_settings_with_which_a_record_can_get_lost(
    tmp_path: Path, secrets_manager: Emulator, setting: str
) -> None:
    with empty_database(tmp_path) as url, using(url):
        call_command("migrate", verbosity=0)
        run(f"PRAGMA {setting}")
        line = doctor().line("record.durability")

    assert line["status"] == "fails"
    assert setting.lower() in line["sentence"].lower()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has other settings")
def test_names_a_setting_of_postgresql_and_an_owner(
    tmp_path: Path, secrets_manager: Emulator
) -> None:
    with empty_database(tmp_path) as url, using(url):
        call_command("migrate", verbosity=0)
        run("SET synchronous_commit = off")
        told = doctor()

    assert "synchronous_commit=off" in told.line("record.durability")["sentence"]
    assert told.line("record.owner")["status"] == "caution"


def test_tells_people_a_line_each(secrets_manager: Emulator) -> None:
    _, text = doctor_text("default")

    assert "  holds      aws.reach: Secrets Manager answers.\n" in text
    assert text.startswith("The site\n")
    assert "\x1b" not in text
