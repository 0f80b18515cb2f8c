"""The command lint ... (each test finishes the sentence)."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import use
from tests.support.broken import refusing
from tests.support.faults import FaultProxy
from tests.support.site import put
from tests.support.wire import connected, counting

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[int, str]:
    """The exit status, and what is printed."""
    out = StringIO()
    try:
        call_command("lint", *arguments, stdout=out)
    except SystemExit as exit_:
        return int(str(exit_.code)), out.getvalue()
    return 0, out.getvalue()


@pytest.mark.parametrize(
    ("fail_on", "status"), [((), 0), (("--fail-on", "error"), 0), (("--fail-on", "caution"), 1)]
)
def test_fails_on_the_level_that_it_is_told(
    secrets_manager: Emulator, fail_on: tuple[str, ...], status: int
) -> None:
    put(secrets_manager, "airflow/config/of_nobody", "x")

    assert run("default", *fail_on)[0] == status


def test_fails_on_an_error_by_itself(secrets_manager: Emulator) -> None:
    with connected(secrets_manager.endpoint) as client:
        client.create_secret(Name="airflow/variables/empty")

    assert run()[0] == 1


def test_prints_objects_of_six_keys(secrets_manager: Emulator) -> None:
    put(secrets_manager, "airflow/config/of_nobody", "x")

    _, printed = run("default", "--format", "json")

    assert json.loads(printed) == [
        {
            "environment": "default",
            "kind": "config",
            "id": "of_nobody",
            "rule": "unknown-option",
            "level": "caution",
            "sentence": "The id is called after none of the options that Airflow or a provider "
            "flags sensitive.",
        }
    ]


def test_prints_commands_that_a_workflow_of_github_takes(secrets_manager: Emulator) -> None:
    put(secrets_manager, "airflow/connections/c", "http://h")
    with connected(secrets_manager.endpoint) as client:
        client.create_secret(Name="airflow/variables/empty")

    _, printed = run("--format", "github")

    error, note = printed.splitlines()
    assert error.startswith("::error title=No current value (no-value)::default/variables/empty: ")
    assert note.startswith(
        "::notice title=No type in its tags (type-tag-missing)::default/connections/c: "
    )


def test_prints_each_rule_once_for_people_without_colors(secrets_manager: Emulator) -> None:
    for key in ("one", "two"):
        put(secrets_manager, f"airflow/config/{key}", "x")

    status, printed = run("default")

    assert status == 0
    assert printed.startswith("caution: No sensitive option is called so (unknown-option)\n")
    assert printed.count("(unknown-option)") == 1
    assert "    default/config/one: The id is called" in printed
    assert printed.endswith("2 cautions.\n")


def test_says_that_nothing_was_found(secrets_manager: Emulator) -> None:
    assert run("default") == (0, "Nothing was found.\n")


def test_prints_the_rules_and_asks_nothing(secrets_manager: Emulator) -> None:
    with counting(secrets_manager) as calls:
        status, printed = run("--rules")

    assert status == 0
    assert "| `no-value` | error | No current value |" in printed
    assert not calls


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("nowhere",), "There is no environment 'nowhere'. There are default."),
        (("--fail-on", "info"), "invalid choice: 'info'"),
        (("--format", "xml"), "invalid choice: 'xml'"),
    ],
)
def test_is_refused_with_2(
    secrets_manager: Emulator, arguments: tuple[str, ...], problem: str
) -> None:
    with counting(secrets_manager) as calls, pytest.raises(CommandError, match=problem) as refused:
        run(*arguments)

    assert refused.value.returncode == 2 or "invalid choice" in problem
    assert not calls


def test_passes_nobody_where_aws_gives_no_list(
    secrets_manager: Emulator, settings: Settings
) -> None:
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        proxy.when("ListSecrets").deny()
        with pytest.raises(CommandError, match="AWS didn't give the whole list") as failed:
            run("default")

    assert failed.value.returncode == 2


def test_is_recorded_and_looks_at_nothing_unrecorded(secrets_manager: Emulator) -> None:
    with (
        refusing('INSERT INTO "audit_event"'),
        counting(secrets_manager) as calls,
        pytest.raises(CommandError, match="takes no record") as refused,
    ):
        run("default")
    assert refused.value.returncode == 2
    assert not calls

    run("default", "--near-misses")

    lines = list(Event.objects.order_by("id").values_list("user", "action"))
    assert all(user.endswith("(at the command line)") for user, _ in lines)
    assert [action for _, action in lines] == [
        *("connections.list", "variables.list", "config.list"),
        *("inventory.near-misses", "inventory.near-misses"),
    ]
