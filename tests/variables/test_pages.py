"""A variable's and a config option's pages ... (each test finishes the sentence)."""

import pytest
from django.test import Client
from django.utils.html import escape
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import use
from tests.support.site import VARIABLES, acts, current, errors, put, stored
from tests.support.wire import counting

NAME = "airflow/variables/limit"


@pytest.mark.parametrize(
    ("kind", "prefix"), [("variables", "airflow/variables"), ("config", "airflow/config")]
)
def test_store_a_text_exactly_as_it_was_typed(
    editor: Client, secrets_manager: Emulator, kind: str, prefix: str
) -> None:
    with counting(secrets_manager) as calls:
        response = editor.post(
            f"/default/{kind}/create/",
            {"key": "limit", "value": "  one\r\ntwo \r\n", "description": "d"},
        )

    assert response.status_code == 302
    assert dict(calls) == {"CreateSecret": 1}
    secret = stored(secrets_manager, f"{prefix}/limit")
    assert secret["SecretString"] == "  one\ntwo \n"
    assert secret["Description"] == "d"
    assert acts()[-1] == (f"{kind}.create", "limit", "succeeded")


def test_keep_a_stored_value_s_own_line_ends(editor: Client, secrets_manager: Emulator) -> None:
    version = put(secrets_manager, NAME, "one\r\ntwo\r\n")

    editor.post(f"{VARIABLES}/update/limit/", {"version": version, "value": "one\r\nthree\r\n"})

    assert stored(secrets_manager, NAME)["SecretString"] == "one\r\nthree\r\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("key", ""),
        ("key", "two words"),
        ("key", "x" * 251),
        ("value", ""),
        ("value", "x" * 65_537),
        ("value", "nul\x00"),
        ("value", '{"broken": '),
    ],
)
def test_refuse_bad_input_with_the_field_named_and_the_input_kept(
    editor: Client, secrets_manager: Emulator, name: str, value: str
) -> None:
    with counting(secrets_manager) as calls:
        response = editor.post(
            f"{VARIABLES}/create/", {"key": "limit", "value": "1"} | {name: value}
        )

    assert response.status_code == 422
    assert name in errors(response)
    assert response.context["form"][name].value() == value
    assert not calls
    assert not acts()


def test_ask_before_storing_what_looks_like_json_and_is_not(
    editor: Client, secrets_manager: Emulator
) -> None:
    sent = {"key": "limit", "value": '{"broken": '}

    asked = editor.post(f"{VARIABLES}/create/", sent)
    confirmed = editor.post(f"{VARIABLES}/create/", sent | {"confirm": "on"})

    assert "line 1" in errors(asked)["value"][0]
    assert 'name="confirm"' in asked.content.decode()
    assert confirmed.status_code == 302
    assert stored(secrets_manager, NAME)["SecretString"] == '{"broken": '


@pytest.mark.parametrize("value", ["{{ ds }}", '"Hello," she said', "[default]"])
def test_store_what_is_obviously_no_json_without_asking(
    editor: Client, secrets_manager: Emulator, value: str
) -> None:
    assert editor.post(f"{VARIABLES}/create/", {"key": "limit", "value": value}).status_code == 302


@pytest.mark.parametrize("role", ["create", "update"])
def test_format_json_on_request_and_store_nothing(
    editor: Client, secrets_manager: Emulator, role: str
) -> None:
    version = put(secrets_manager, NAME, "1")
    path = f"{VARIABLES}/create/" if role == "create" else f"{VARIABLES}/update/limit/"
    sent = {"key": "limit", "value": '{"a":1.0,\r\n"a":[]}', "description": "d", "version": version}

    looked = editor.post(path, sent | {"preview": "1"})
    with counting(secrets_manager) as calls:
        response = editor.post(path, sent | {"fill": "format"})

    assert 'value="format"' in looked.content.decode()
    assert 'value="format"' not in response.content.decode()
    assert response.status_code == 200
    assert response.context["form"]["value"].value() == '{\n  "a": 1.0,\n  "a": []\n}'
    assert response.context["form"]["description"].value() == "d"
    assert not {"CreateSecret", "PutSecretValue"} & set(calls)
    assert stored(secrets_manager, NAME)["SecretString"] == "1"


def test_say_where_json_breaks_off_instead_of_formatting_it(editor: Client) -> None:
    response = editor.post(
        f"{VARIABLES}/create/", {"key": "limit", "value": '{"a":\n}', "fill": "format"}
    )

    assert "line 2, column 1" in errors(response)["value"][0]
    assert response.context["form"]["value"].value() == '{"a":\n}'


@pytest.mark.parametrize(
    ("value", "task", "template"),
    [
        ("5", 'Variable.get("limit")', "{{ var.value.limit }}"),
        ("[1]", 'Variable.get("limit", deserialize_json=True)', "{{ var.json.limit }}"),
    ],
)
def test_say_how_a_task_reads_what_is_typed(
    editor: Client, value: str, task: str, template: str
) -> None:
    response = editor.post(f"{VARIABLES}/create/", {"key": "limit", "value": value, "preview": "1"})

    assert [use.code for use in response.context["form"].calls] == [task, template]
    assert escape(task) in response.content.decode()


def test_say_nothing_of_tasks_where_airflow_itself_reads_it(editor: Client) -> None:
    for value in ("[1]", "[1"):
        response = editor.post(
            "/default/config/create/", {"key": "limit", "value": value, "preview": "1"}
        )
        shown = response.content.decode().partition('id="preview"')[2]

        assert "deserialize_json" not in shown
        assert "Variable.get" not in shown


@pytest.mark.parametrize(("length", "is_told"), [(52_000, False), (53_000, True), (65_536, True)])
def test_show_the_size_and_the_limit_where_it_is_near(
    editor: Client, length: int, *, is_told: bool
) -> None:
    response = editor.post(
        f"{VARIABLES}/create/", {"key": "limit", "value": "x" * length, "preview": "1"}
    )

    assert f"{length} bytes" in response.content.decode()
    assert ("of the 65,536 bytes" in response.content.decode()) == is_told


def test_update_with_three_calls_and_keep_the_value_unless_it_is_typed(
    editor: Client, secrets_manager: Emulator
) -> None:
    editor.post(f"{VARIABLES}/create/", {"key": "limit", "value": "1"})
    version = current(secrets_manager, NAME)

    with counting(secrets_manager) as calls:
        editor.post(
            f"{VARIABLES}/update/limit/", {"version": version, "value": "2", "description": ""}
        )

    assert dict(calls) == {"GetSecretValue": 1, "PutSecretValue": 1, "UpdateSecretVersionStage": 1}
    assert stored(secrets_manager, NAME)["SecretString"] == "2"
    assert Event.objects.latest("id").fields == ["value"]

    editor.post(
        f"{VARIABLES}/update/limit/",
        {"version": current(secrets_manager, NAME), "description": "only this"},
    )
    secret = stored(secrets_manager, NAME)
    assert (secret["SecretString"], secret["Description"]) == ("2", "only this")


def test_are_a_conflict_on_a_stale_version(editor: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, NAME, "1")

    response = editor.post(f"{VARIABLES}/update/limit/", {"version": "stale", "value": "mine"})

    assert response.status_code == 409
    assert response.context["form"]["value"].value() == "mine"
    assert stored(secrets_manager, NAME)["SecretString"] == "1"


def test_show_the_value_on_request_alone(editor: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, NAME, "forty-two")

    pages = [
        editor.get(f"{VARIABLES}/detail/limit/"),
        editor.post(f"{VARIABLES}/open/limit/"),
        editor.get(f"{VARIABLES}/update/limit/"),
        editor.post(f"{VARIABLES}/edit/limit/"),
    ]
    revealed = editor.post(f"{VARIABLES}/reveal/limit/")
    edited = editor.post(f"{VARIABLES}/edit/limit/", {"reveal": "1"})

    assert all("forty-two" not in page.content.decode() for page in pages)
    assert "forty-two" in revealed.content.decode()
    assert "forty-two" in edited.content.decode()
    actions = [action for action, _, outcome in acts() if outcome == "succeeded"]
    assert actions == ["variables.open", "variables.open", "variables.reveal", "variables.reveal"]


def test_say_that_a_kind_is_switched_off(
    editor: Client, secrets_manager: Emulator, settings: Settings
) -> None:
    use(settings, secrets_manager.endpoint, variables_prefix=None)

    index = editor.get(f"{VARIABLES}/")

    assert index.status_code == 200
    assert "<code>variables_prefix</code>" in index.content.decode()
    assert editor.get(f"{VARIABLES}/create/").status_code == 404
    assert editor.get(f"{VARIABLES}/detail/limit/").status_code == 404
