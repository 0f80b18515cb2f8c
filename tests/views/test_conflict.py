"""A save that somebody else's has overtaken ... (each test finishes the sentence)."""

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from connections.connection import Connection
from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import use
from tests.faults import FaultProxy
from tests.forms import as_sent
from tests.secretsadmin.broken import refusing
from tests.site import (
    CONNECTIONS,
    VARIABLES,
    acts,
    create,
    current,
    errors,
    field,
    overwrite,
    put,
    read_by_airflow,
    stored,
)
from tests.wire import connected, counting

NAME = "airflow/connections/orders"
URL = f"{CONNECTIONS}/update/orders/"
BASE = Connection(
    "postgres",
    host="first.example.com",
    login="svc",
    password="radioactive-base",
    schema="orders",
    port=5432,
    extra={"sslmode": "require", "apiKey": "radioactive-key"},
)
THEIRS = Connection(
    "postgres",
    host="theirs.example.com",
    login="svc",
    password="radioactive-theirs",
    schema="theirs",
    port=5432,
    extra={"sslmode": "require", "apiKey": "radioactive-key", "added": "radioactive-new"},
)
MINE = {"host": "mine.example.com", "login": "me"}
GONE = "0" * 32


def ways(response: Any) -> dict[str, tuple[str, str]]:
    """Each part with who changed it, and what is chosen for it; nothing where there is no choice."""
    found = response.context["ways"]
    chosen = {each.part.name: (each.part.state, each.chosen or "?") for each in found.open}
    return chosen | {each.name: (each.state, "") for each in found.settled}


@pytest.fixture
def opened(editor: Client, secrets_manager: Emulator) -> dict[str, Any]:
    """The form as somebody has opened it, of a URI that a colleague has then replaced by JSON."""
    put(secrets_manager, NAME, BASE.to_uri(), Tags=[{"Key": "airflow:conn-type", "Value": "postgres"}])
    editor.post(f"{CONNECTIONS}/refresh/")
    sent = as_sent(editor.post(f"{CONNECTIONS}/edit/orders/"))
    overwrite(secrets_manager, NAME, THEIRS.to_json())
    return sent


@pytest.fixture
def overtaken(editor: Client, opened: dict[str, Any]) -> Any:
    return editor.post(URL, opened | MINE)


def test_is_shown_beside_theirs_and_what_both_began_with(overtaken: Any) -> None:
    assert overtaken.status_code == 409
    assert ways(overtaken) == {
        "host": ("both", "?"),
        "login": ("mine", "mine"),
        "schema": ("theirs", "theirs"),
        "password": ("theirs", ""),
        "extra.added": ("theirs", ""),
    }
    host = next(each.part for each in overtaken.context["ways"].open if each.part.name == "host")
    assert (host.base, host.theirs, host.mine) == ("first.example.com", "theirs.example.com", "mine.example.com")


def test_takes_two_disclosures_that_are_recorded(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any]
) -> None:
    known = Event.objects.count()

    with counting(secrets_manager) as calls:
        response = editor.post(URL, opened | MINE)

    assert calls == {"GetSecretValue": 3, "DescribeSecret": 1}
    assert [(event.action, event.outcome) for event in Event.objects.order_by("id")[known:]] == [
        ("connections.update", "started"),
        ("connections.update", "conflict"),
        *[("connections.compare", outcome) for outcome in ("started", "succeeded")] * 2,
    ]
    compared = set(Event.objects.filter(action="connections.compare").values_list("version", flat=True))
    assert compared == {opened["version"][0], current(secrets_manager, NAME)}
    assert response.headers["Cache-Control"] == "no-store"


def test_shows_no_secret_but_what_its_author_typed(editor: Client, opened: dict[str, Any]) -> None:
    page = editor.post(URL, opened | {"password": "typed-by-me"}).content.decode()

    assert "radioactive" not in page
    assert page.count("typed-by-me") == 1


@pytest.mark.parametrize("value", ["5432", 5432, "true", True, "none", [{"b": 1, "a": [2]}], {"b": 1, "a": 2}])
@pytest.mark.parametrize("types", [("postgres", "ssh"), ("ssh", "my_type")])
def test_names_nothing_changed_that_is_the_same_under_another_type(
    editor: Client, secrets_manager: Emulator, types: tuple[str, str], value: Any
) -> None:
    # The first two are plain to one of the types alone, the third to none.
    extra = dict.fromkeys(("application_name", "ciphers", "of_my_own"), value)
    before, after = (Connection(conn_type, host="h", extra=extra) for conn_type in types)
    put(secrets_manager, NAME, before.to_json())
    sent = as_sent(editor.post(f"{CONNECTIONS}/edit/orders/"))
    overwrite(secrets_manager, NAME, after.to_json())

    assert set(ways(editor.post(URL, sent | {"login": "me"}))) == {"conn_type", "login"}


def saved(browser: Client, emulator: Emulator, **typed: str) -> str:
    """The version that a save of a colleague's makes."""
    response = browser.post(URL, {"version": current(emulator, NAME)} | typed)
    assert response.status_code == 302, errors(response)
    return current(emulator, NAME)


def rolled_back(browser: Client, emulator: Emulator, to: str) -> None:
    sent = {"to": to, "version": current(emulator, NAME)}
    assert browser.post(f"{CONNECTIONS}/roll-back/orders/", sent).status_code == 302


def conflict(browser: Client, opened_on: str) -> tuple[str, tuple[str, ...]]:
    """Who a conflict says was faster, and what it says they changed."""
    response = browser.post(URL, {"version": opened_on, "host": "mine"})
    assert response.status_code == 409
    found = response.context["conflict"]
    return found.by, found.fields


def test_after_a_roll_back_names_what_was_changed_on_top_of_it(
    editor: Client, signed_in: Any, secrets_manager: Emulator
) -> None:
    admin = signed_in("admin")
    create(editor)
    first = current(secrets_manager, NAME)
    second = saved(editor, secrets_manager, login="other", description="changed")
    rolled_back(editor, secrets_manager, first)
    third = saved(admin, secrets_manager, schema="other")

    assert conflict(editor, first) == ("admin", ("schema",))
    assert conflict(editor, second) == ("admin", ("login", "description", "schema"))
    rolled_back(editor, secrets_manager, first)
    assert conflict(admin, third) == ("editor", ("schema",))


def test_names_nothing_where_another_hand_was_there_in_between(
    editor: Client, signed_in: Any, secrets_manager: Emulator
) -> None:
    create(editor)
    first = current(secrets_manager, NAME)
    outside = overwrite(secrets_manager, NAME, "postgres://theirs")
    with connected(secrets_manager.endpoint) as client:
        assert conflict(editor, first) == ("", ())
        saved(signed_in("admin"), secrets_manager, schema="other")
        assert conflict(editor, first) == ("admin", ())
        assert conflict(editor, outside) == ("admin", ("schema",))
        client.update_secret_version_stage(
            SecretId=NAME,
            VersionStage="AWSCURRENT",
            MoveToVersionId=first,
            RemoveFromVersionId=current(secrets_manager, NAME),
        )
    # What stands there was made by the editor, and put back by somebody else.
    assert conflict(editor, outside) == ("", ())


@pytest.mark.parametrize("host", ["mine", "theirs"])
@pytest.mark.parametrize("schema", ["mine", "theirs"])
def test_becomes_one_version_with_each_field_as_it_was_chosen(
    editor: Client, secrets_manager: Emulator, overtaken: Any, host: str, schema: str
) -> None:
    theirs = current(secrets_manager, NAME)

    with counting(secrets_manager) as calls:
        response = editor.post(URL, as_sent(overtaken) | {"choice.host": host, "choice.schema": schema})

    assert response.status_code == 302, errors(response)
    assert calls == {"GetSecretValue": 1, "PutSecretValue": 1, "UpdateSecretVersionStage": 1}
    read = read_by_airflow(secrets_manager, "orders")
    assert read.host == f"{host}.example.com"
    assert read.schema == {"mine": "orders", "theirs": "theirs"}[schema]
    assert (read.login, read.password, read.extra) == ("me", THEIRS.password, THEIRS.extra)
    act = Event.objects.latest("id")
    changed = [name for name, side in (("host", host), ("login", "mine"), ("schema", schema)) if side == "mine"]
    assert (act.fields, act.previous, act.version) == (changed, theirs, current(secrets_manager, NAME))


def test_asks_again_for_a_choice_that_was_left_out(editor: Client, secrets_manager: Emulator, overtaken: Any) -> None:
    before = current(secrets_manager, NAME)

    response = editor.post(URL, as_sent(overtaken) | {"choice.schema": "mine"})

    assert response.status_code == 422
    assert [each.part.name for each in response.context["ways"].open if each.missing] == ["host"]
    assert ways(response)["schema"] == ("theirs", "mine")
    assert "Choose one." in response.content.decode()
    assert field(response, "host") == "mine.example.com"
    assert current(secrets_manager, NAME) == before


def test_can_take_all_of_mine_at_once(editor: Client, secrets_manager: Emulator, overtaken: Any) -> None:
    assert editor.post(URL, as_sent(overtaken) | {"take": "mine"}).status_code == 302

    read = read_by_airflow(secrets_manager, "orders")
    assert (read.host, read.login, read.schema) == ("mine.example.com", "me", "orders")
    assert (read.password, read.extra) == (THEIRS.password, THEIRS.extra)


def test_makes_no_version_of_theirs_alone(editor: Client, secrets_manager: Emulator, overtaken: Any) -> None:
    before = current(secrets_manager, NAME)
    sent = as_sent(overtaken)
    theirs = {f"choice.{name}": "theirs" for name in sent["asked"]}

    with counting(secrets_manager) as calls:
        response = editor.post(URL, sent | theirs | {"form": "uri"}, follow=True)

    assert "Nothing was different" in response.content.decode()
    assert "PutSecretValue" not in calls
    assert current(secrets_manager, NAME) == before


def test_is_compared_anew_when_a_third_one_comes_in_between(
    editor: Client, secrets_manager: Emulator, overtaken: Any
) -> None:
    sent = as_sent(overtaken) | {"choice.host": "mine"}
    newest = overwrite(secrets_manager, NAME, Connection("postgres", host="third.example.com", login="x").to_uri())

    response = editor.post(URL, sent)

    assert response.status_code == 409
    assert as_sent(response)["on_top_of"] == [newest]
    assert ways(response)["host"] == ("both", "?")
    assert ways(response)["login"] == ("both", "?")
    assert read_by_airflow(secrets_manager, "orders").host == "third.example.com"


def test_keeps_what_was_typed_and_cleared(editor: Client, secrets_manager: Emulator, opened: dict[str, Any]) -> None:
    typed = {"password": "typed-by-me", "clear": ["extra.apiKey"], "reason": "mine"}

    response = editor.post(URL, opened | typed)
    assert ways(response)["password"] == ("both", "?")
    assert ways(response)["extra.apiKey"] == ("mine", "mine")
    sent = as_sent(response)
    assert (sent["password"], sent["clear"], sent["reason"]) == (["typed-by-me"], ["extra.apiKey"], ["mine"])

    assert editor.post(URL, sent | {"choice.password": "mine"}).status_code == 302
    read = read_by_airflow(secrets_manager, "orders")
    assert (read.password, read.extra) == ("typed-by-me", {"sslmode": "require", "added": "radioactive-new"})


def test_has_nothing_to_choose_where_both_did_the_same(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any]
) -> None:
    same = {"host": "theirs.example.com", "schema": "theirs", "password": "radioactive-theirs"}

    response = editor.post(URL, opened | same)

    assert set(ways(response).values()) == {("alike", ""), ("theirs", "")}
    assert editor.post(URL, as_sent(response), follow=True).status_code == 200
    assert read_by_airflow(secrets_manager, "orders") == THEIRS


def test_can_keep_their_type(editor: Client, secrets_manager: Emulator, opened: dict[str, Any]) -> None:
    overwrite(secrets_manager, NAME, Connection("mysql", host="first.example.com", password="radioactive-x").to_json())

    response = editor.post(URL, opened | {"login": "me"})
    assert ways(response)["conn_type"] == ("theirs", "theirs")
    assert ways(response)["extra.sslmode"] == ("theirs", "theirs")
    chosen = {f"choice.{name}": "mine" if name == "login" else "theirs" for name in as_sent(response)["asked"]}
    assert editor.post(URL, as_sent(response) | chosen).status_code == 302

    read = read_by_airflow(secrets_manager, "orders")
    assert (read.conn_type, read.login, read.extra) == ("mysql", "me", {})
    assert stored(secrets_manager, NAME)["Tags"] == [{"Key": "airflow:conn-type", "Value": "mysql"}]


def test_does_not_revert_a_description_that_was_left_alone(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any]
) -> None:
    with connected(secrets_manager.endpoint) as client:
        client.update_secret(SecretId=NAME, Description="Theirs")

    left = editor.post(URL, opened | MINE)
    typed = editor.post(URL, opened | MINE | {"description": "Mine"})

    assert ways(left)["secret.description"] == ("theirs", "")
    assert ways(typed)["secret.description"] == ("both", "?")
    chosen = {"choice.host": "mine", "choice.secret.description": "theirs"}
    assert editor.post(URL, as_sent(typed) | chosen).status_code == 302
    assert stored(secrets_manager, NAME)["Description"] == "Theirs"


def test_is_shown_beside_theirs_alone_where_the_beginning_is_gone(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any]
) -> None:
    response = editor.post(URL, opened | MINE | {"version": GONE})

    assert response.status_code == 409
    assert "AWS no longer has that version." in response.content.decode()
    # The form knows which plain fields were left alone.
    assert ways(response) == {"host": ("both", "?"), "login": ("both", "?"), "schema": ("theirs", "theirs")}
    chosen = {"choice.host": "theirs", "choice.login": "mine"}
    assert editor.post(URL, as_sent(response) | chosen).status_code == 302
    read = read_by_airflow(secrets_manager, "orders")
    assert (read.host, read.login, read.schema) == ("theirs.example.com", "me", "theirs")


@pytest.mark.parametrize("theirs", [b"\x00\xff", "postgres://u:hid/den@h"])
def test_is_kept_where_theirs_can_not_be_taken_apart(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any], theirs: str | bytes
) -> None:
    value: dict[str, Any] = {"SecretBinary": theirs} if isinstance(theirs, bytes) else {"SecretString": theirs}
    with connected(secrets_manager.endpoint) as client:
        version = client.put_secret_value(SecretId=NAME, **value)["VersionId"]

    response = editor.post(URL, opened | MINE)

    assert response.status_code == 409
    assert field(response, "host") == "mine.example.com"
    assert "hid/den" not in response.content.decode()
    assert f'name="on_top_of" value="{version}"' in response.content.decode()
    saved = editor.post(URL, as_sent(response) | {"on_top_of": version, "password": "new"})
    assert saved.status_code == 302
    assert read_by_airflow(secrets_manager, "orders").host == "mine.example.com"


def test_is_not_saved_over_theirs_unseen_by_pressing_enter(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any]
) -> None:
    """A browser presses a form's first button for whoever presses Enter in a field."""
    overwrite(secrets_manager, NAME, "postgres://u:hid/den@h")

    page = editor.post(URL, opened | MINE).content.decode()

    first, second = re.findall(r"<button([^>]*)>", page[page.index('id="form"') :])[:2]
    assert "name=" not in first
    assert 'name="on_top_of"' in second


def test_of_what_nobody_can_read_is_a_choice_of_the_whole(editor: Client, secrets_manager: Emulator) -> None:
    version = put(secrets_manager, NAME, "postgres://u:hid/den@h")
    theirs = overwrite(secrets_manager, NAME, "postgres://u:hid/den@other")
    mine = {"conn_type": "postgres", "host": "mine", "password": "typed", "version": version}

    response = editor.post(URL, mine)
    assert ways(response) == {"secret.text": ("both", "?")}
    assert "hid/den" not in response.content.decode()
    kept = editor.post(URL, as_sent(response) | {"choice.secret.text": "theirs"})
    assert (kept.status_code, current(secrets_manager, NAME)) == (302, theirs)

    assert editor.post(URL, as_sent(response) | {"choice.secret.text": "mine"}).status_code == 302
    assert read_by_airflow(secrets_manager, "orders").password == "typed"


def test_says_so_where_the_secret_was_deleted_or_has_no_current_version(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any]
) -> None:
    with connected(secrets_manager.endpoint) as client:
        client.delete_secret(SecretId=NAME, RecoveryWindowInDays=7)

    response = editor.post(URL, opened | MINE)

    assert response.status_code == 422
    assert "scheduled for deletion" in response.content.decode()
    assert field(response, "host") == "mine.example.com"


def test_can_be_the_first_where_there_is_no_current_version_any_more(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any]
) -> None:
    with connected(secrets_manager.endpoint) as client:
        client.delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)
        client.create_secret(Name=NAME)

    response = editor.post(URL, opened | MINE | {"password": "typed"})
    assert response.status_code == 409
    assert "has no current version any more" in response.content.decode()

    sent = as_sent(response)
    assert sent["on_top_of"] == ["none"]
    assert editor.post(URL, sent | {"take": "mine"}).status_code == 302
    read = read_by_airflow(secrets_manager, "orders")
    assert (read.host, read.password) == ("mine.example.com", "typed")


@pytest.mark.parametrize("fault", ["deny", "break_down", "garbage"])
@pytest.mark.parametrize(("operation", "call"), [("DescribeSecret", 1), ("GetSecretValue", 2), ("GetSecretValue", 3)])
def test_is_kept_when_aws_fails_on_the_way(
    editor: Client,
    secrets_manager: Emulator,
    settings: Settings,
    opened: dict[str, Any],
    operation: str,
    call: int,
    fault: str,
) -> None:
    theirs = current(secrets_manager, NAME)
    editor.get(URL)
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        editor.post(f"{CONNECTIONS}/refresh/")
        for again in range(call, call + 3):
            getattr(proxy.when(operation, again), fault)()
        response = editor.post(URL, opened | MINE | {"password": "typed-by-me"})

    assert response.status_code == 409
    assert (field(response, "host"), field(response, "password")) == ("mine.example.com", "typed-by-me")
    assert (
        "saved another version" in response.content.decode() or "Another version was saved" in response.content.decode()
    )
    assert "radioactive" not in response.content.decode()
    assert current(secrets_manager, NAME) == theirs


def test_is_kept_when_the_comparison_can_not_be_recorded(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any]
) -> None:
    # The save itself has two lines in the record by then.
    with refusing('INSERT INTO "audit_event"', after=2), counting(secrets_manager) as calls:
        response = editor.post(URL, opened | MINE)

    assert response.status_code == 409
    assert "What they saved can&#x27;t be shown." in response.content.decode()
    assert field(response, "host") == "mine.example.com"
    assert calls == {"GetSecretValue": 1, "DescribeSecret": 1}


@pytest.mark.parametrize(
    "hostile",
    [
        {"on_top_of": "x"},
        {"on_top_of": "\0" * 32},
        {"on_top_of": "'; DROP TABLE x; --" * 3},
        {"on_top_of": "\N{COLLISION SYMBOL}" * 32},
        {"on_top_of": ""},
        {"version": "x" * 64, "on_top_of": ""},
        {"version": "\0"},
    ],
)
def test_is_no_match_for_a_version_that_can_not_be(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any], hostile: dict[str, str]
) -> None:
    before = current(secrets_manager, NAME)

    response = editor.post(URL, opened | MINE | {"choice.host": "mine"} | hostile)

    assert response.status_code in (409, 422)
    assert current(secrets_manager, NAME) == before


@pytest.mark.parametrize("name", ["nothing", "", "extra.", "extra.\0", "conn_type", "extra", "secret.text2", "x" * 900])
@pytest.mark.parametrize("side", ["theirs", "\0"])
def test_takes_no_harm_from_a_choice_that_nobody_offered(
    editor: Client, secrets_manager: Emulator, overtaken: Any, name: str, side: str
) -> None:
    hostile = {f"choice.{name}": side, "asked": ["host", "nothing"], "choice.nothing": "mine"}

    response = editor.post(URL, as_sent(overtaken) | {"choice.host": "mine"} | hostile)

    assert response.status_code == 302, errors(response)
    assert read_by_airflow(secrets_manager, "orders").host == "mine.example.com"


def test_keeps_its_choices_while_something_else_is_mended(
    editor: Client, secrets_manager: Emulator, overtaken: Any
) -> None:
    refused = editor.post(URL, as_sent(overtaken) | {"choice.host": "theirs", "port": "70000"})
    assert refused.status_code == 422
    assert "port" in errors(refused)

    assert editor.post(URL, as_sent(refused) | {"port": "5433"}).status_code == 302
    read = read_by_airflow(secrets_manager, "orders")
    assert (read.host, read.login, read.schema, read.port) == ("theirs.example.com", "me", "theirs", 5433)


def test_asks_about_what_was_not_chosen_once_the_rest_is_mended(
    editor: Client, secrets_manager: Emulator, overtaken: Any
) -> None:
    theirs = current(secrets_manager, NAME)
    refused = editor.post(URL, as_sent(overtaken) | {"port": "70000"})

    response = editor.post(URL, as_sent(refused) | {"port": "5433"})

    assert response.status_code == 422
    assert [each.part.name for each in response.context["ways"].open if each.missing] == ["host"]
    assert current(secrets_manager, NAME) == theirs


def test_of_more_parts_than_anybody_chooses_from_is_a_choice_of_the_whole(
    editor: Client, secrets_manager: Emulator
) -> None:
    base, theirs, mine = (json.dumps(dict.fromkeys(map(str, range(300)), number)) for number in range(3))

    response = overtaken_variable(editor, secrets_manager, base, theirs, mine)

    assert ways(response) == {"secret.text": ("both", "?")}
    assert editor.post(f"{VARIABLES}/update/policy/", as_sent(response) | {"choice.secret.text": "theirs"})
    assert stored(secrets_manager, "airflow/variables/policy")["SecretString"] == theirs


def overtaken_variable(editor: Client, emulator: Emulator, base: str, theirs: str, mine: str) -> Any:
    put(emulator, "airflow/variables/policy", base)
    opened = as_sent(editor.post(f"{VARIABLES}/edit/policy/", {"reveal": "1"}))
    overwrite(emulator, "airflow/variables/policy", theirs)
    return editor.post(f"{VARIABLES}/update/policy/", opened | {"value": mine})


def test_of_an_object_is_chosen_by_key_and_written_in_my_style(editor: Client, secrets_manager: Emulator) -> None:
    base = '{"retries": 1, "mail": {"to": "a"}, "old": true, "kept": "ü"}'
    theirs = '{"retries": 3, "mail": {"to": "b"}, "old": true, "kept": "ü", "added": [1]}'
    mine = '{\n    "retries": 2,\n    "mail": {"to": "a"},\n    "kept": "ü",\n    "mine": null\n}\n'

    response = overtaken_variable(editor, secrets_manager, base, theirs, mine)
    assert ways(response) == {
        "retries": ("both", "?"),
        "mail": ("theirs", "theirs"),
        "old": ("mine", "mine"),
        "added": ("theirs", "theirs"),
        "mine": ("mine", "mine"),
    }
    saved = editor.post(f"{VARIABLES}/update/policy/", as_sent(response) | {"choice.retries": "mine"})

    assert saved.status_code == 302
    text = stored(secrets_manager, "airflow/variables/policy")["SecretString"]
    expected = {"retries": 2, "mail": {"to": "b"}, "kept": "ü", "added": [1], "mine": None}
    assert text == json.dumps(expected, indent=4, ensure_ascii=False) + "\n"
    assert list(json.loads(text)) == list(expected)
    assert acts()[-1] == ("variables.update", "policy", "succeeded")


def test_of_a_text_is_chosen_as_a_whole_with_its_lines_told(editor: Client, secrets_manager: Emulator) -> None:
    response = overtaken_variable(editor, secrets_manager, "one\ntwo\n", "one\n2\n", "one\ntwo\nthree\n")

    assert ways(response) == {"secret.text": ("both", "?")}
    assert [row.label for row in response.context["ways"].lines] == ["Line 2", "Line 3"]
    sent = as_sent(response)
    assert sent["value"] == ["one\r\ntwo\r\nthree\r\n"]
    assert editor.post(f"{VARIABLES}/update/policy/", sent | {"choice.secret.text": "mine"}).status_code == 302
    assert stored(secrets_manager, "airflow/variables/policy")["SecretString"] == "one\ntwo\nthree\n"


@pytest.mark.parametrize(
    ("base", "theirs", "mine"),
    [
        ('{"a": 1, "a": 2}', '{"a": 3}', '{"a": 4}'),
        ('{"a": 1.10}', '{"a": 1}', '{"a": 2}'),
        ('{"a": "\\ud800"}', '{"a": 1}', '{"a": 2}'),
        ("[1]", "[2]", "[3]"),
        ('{"a": 1}', "text", '{"a": 2}'),
    ],
)
def test_of_what_could_not_be_written_anew_unchanged_is_chosen_as_a_whole(
    editor: Client, secrets_manager: Emulator, base: str, theirs: str, mine: str
) -> None:
    response = overtaken_variable(editor, secrets_manager, base, theirs, mine)

    assert ways(response) == {"secret.text": ("both", "?")}
    refused = editor.post(f"{VARIABLES}/update/policy/", as_sent(response) | {"asked": [], "choice.a": "theirs"})
    assert refused.status_code in (302, 422)
    assert stored(secrets_manager, "airflow/variables/policy")["SecretString"] in (mine, theirs)


def test_is_recorded_for_whoever_may_not(signed_in: Any, secrets_manager: Emulator, overtaken: Any) -> None:
    with counting(secrets_manager) as calls:
        assert signed_in("viewer").post(URL, as_sent(overtaken)).status_code == 403
        assert signed_in("viewer").post(URL, as_sent(overtaken) | {"review": "1"}).status_code == 403
        assert signed_in("editor").post(f"{CONNECTIONS}/update/{quote('../x', safe='')}/").status_code == 404

    assert not calls
