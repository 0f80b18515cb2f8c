"""The code on a secret's page ... (each test finishes the sentence)."""

import ast
from configparser import ConfigParser
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.demo.emulator import Emulator
from tests.conftest import As
from tests.support.site import CONNECTIONS, VARIABLES, overwrite, put

HTMX = {"HX-Request": "true"}
JSON = 'from airflow.sdk import Variable\n\nvalue = Variable.get("x", deserialize_json=True)'
TEXT = 'from airflow.sdk import Variable\n\nvalue = Variable.get("x")'


def code(response: Any) -> list[str]:
    return [use.code for use in response.context["page"].usage]


@pytest.mark.parametrize(("value", "task"), [('{"a": 1}', JSON), ("5", TEXT)])
def test_reads_a_variable_as_it_was_saved(
    editor: Client, secrets_manager: Emulator, value: str, task: str
) -> None:
    saved = editor.post(f"{VARIABLES}/create/", {"key": "x", "value": value}, follow=True)

    assert code(saved)[0] == task
    assert code(editor.get(f"{VARIABLES}/detail/x/")) == code(saved)
    ast.parse(task)


def test_reads_one_that_was_made_outside_as_it_is_once_it_is_opened(
    editor: Client, secrets_manager: Emulator
) -> None:
    put(secrets_manager, "airflow/variables/x", "[1]")

    opened = editor.post(f"{VARIABLES}/open/x/", headers=HTMX)
    overwrite(secrets_manager, "airflow/variables/x", "1")

    assert code(opened) == [JSON, "{{ var.json.x }}"]
    assert 'id="snippets"' in opened.content.decode()
    assert code(editor.post(f"{VARIABLES}/open/x/")) == [TEXT, "{{ var.value.x }}"]


def test_stays_on_top_of_what_was_just_made_when_it_is_opened(
    editor: Client, secrets_manager: Emulator
) -> None:
    made = editor.post(
        f"{VARIABLES}/create/", {"key": "x", "value": '{"a": 1}'}, follow=True
    ).content.decode()
    assert made.count('id="usage"') == 1
    assert made.index('id="usage"') < made.index('id="opened"')

    opened = editor.post(f"{VARIABLES}/open/x/", {"created": "1"}, headers=HTMX).content.decode()
    later = editor.post(f"{VARIABLES}/open/x/", headers=HTMX).content.decode()

    # The page takes the code over to where it stands.
    assert opened.count('id="snippets"') == later.count('id="snippets"') == 1
    assert "about-title" not in opened + later


def test_uses_the_hook_of_a_type_that_only_the_value_tells(
    editor: Client, secrets_manager: Emulator
) -> None:
    put(secrets_manager, "airflow/connections/x", "postgres://h")

    assert "BaseHook" in code(editor.get(f"{CONNECTIONS}/detail/x/"))[0]
    assert "SQLExecuteQueryOperator" in code(editor.post(f"{CONNECTIONS}/open/x/"))[0]


def test_stands_beside_what_was_done_and_apart_from_who_looked(
    editor: Client, secrets_manager: Emulator
) -> None:
    editor.post(f"{VARIABLES}/create/", {"key": "x", "value": "1"})
    for _ in range(9):
        editor.post(f"{VARIABLES}/open/x/")

    page = editor.get(f"{VARIABLES}/detail/x/")
    asked = editor.get(page.context["page"].looks_url)

    assert [act.start.action for act in page.context["page"].activity] == ["variables.create"]
    assert page.context["page"].looks is None
    assert [act.start.action for act in asked.context["page"].activity] == ["variables.create"]
    assert {act.start.action for act in asked.context["page"].looks} == {"variables.open"}
    assert len(asked.context["page"].looks) == 8


def test_tells_where_nobody_looked(editor: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, "airflow/variables/x", "1")

    page = editor.get(f"{VARIABLES}/detail/x/?looks=1").content.decode()
    assert "Nobody has looked at it here yet." in page


@pytest.mark.parametrize(
    ("key", "sections"),
    [
        ("fernet_key", ["core"]),
        ("prod/core-fernet_key", ["core"]),
        ("sql_alchemy_conn", ["database"]),
        ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC", ["database"]),
        ("secret_key", ["api", "webserver"]),
        ("webserver.secret_key", ["webserver"]),
        ("workers/secrets_backend_kwargs", ["workers"]),
        ("celery_broker_transport_options-sentinel_kwargs", ["celery_broker_transport_options"]),
        ("smtp_password", ["smtp"]),
        ("dataset_manager_kwargs", ["core"]),
        ("of_my_own", ["SECTION"]),
    ],
)
def test_points_at_the_option_that_a_secret_is_called_after_and_at_no_other(
    editor: Client, secrets_manager: Emulator, key: str, sections: list[str]
) -> None:
    put(secrets_manager, f"airflow/config/{key}", "value")

    shown = code(editor.get(f"/default/config/detail/{key}/"))
    files, variables = shown[::2], shown[1::2]

    found = [ConfigParser() for _ in files]
    for parser, text in zip(found, files, strict=True):
        parser.read_string(text)
    assert [parser.sections() for parser in found] == [[section] for section in sections]
    options = [dict(parser[section]) for parser, section in zip(found, sections, strict=True)]
    assert all(list(option.values()) == [key] for option in options)
    names = [
        f"AIRFLOW__{section}__{next(iter(option))}"
        for section, option in zip(sections, options, strict=True)
    ]
    assert variables == [f"{name.upper()}={key}" for name in names]


def test_says_which_team_s_tasks_find_it_by_its_bare_id(
    signed_in: As, secrets_manager: Emulator, settings: Settings, tmp_path: Any
) -> None:
    config = f"""[environments.default]
        teams = ["analytics"]
        [environments.default.backend_kwargs]
        endpoint_url = "{secrets_manager.endpoint}"
        region_name = "eu-central-1"
    """
    (tmp_path / "site.toml").write_text(config, encoding="utf-8")
    settings.SECRETSADMIN_CONFIG = str(tmp_path / "site.toml")
    sent = {"conn_id": "warehouse", "team": "analytics", "conn_type": "postgres", "host": "h"}

    created = signed_in("editor").post(f"{CONNECTIONS}/create/", sent, follow=True)

    text = created.content.decode()
    assert "Tasks of the team analytics find it as warehouse." in text
    assert "Only tasks of the team analytics find it. They ask without the team's name." in text
    assert all("analytics" not in each for each in code(created))
