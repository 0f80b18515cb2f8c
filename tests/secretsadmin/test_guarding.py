"""An editor in a protected environment ... (each test finishes the sentence)."""

import json
from collections.abc import Callable
from cProfile import Profile
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from connections.value.connection import Connection
from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.conftest import As
from tests.support.forms import as_sent
from tests.support.site import acts, errors, overwrite, put, stored
from tests.support.wire import connected, counting

NAME = "prod/connections/x"
HERE = "/prod/connections"
SECRET = "hunter2"
MINE = Connection(
    "postgres", host="h", login="u", password=SECRET, extra={"sslmode": "require", "mine": SECRET}
)


@pytest.fixture
def emulator(two_environments: Emulator) -> Emulator:
    put(two_environments, NAME, MINE.to_json())
    return two_environments


def sent_by(browser: Client, conn_id: str = "x", **typed: Any) -> Any:
    opened = browser.post(f"{HERE}/edit/{conn_id}/")
    return browser.post(f"{HERE}/update/{conn_id}/", as_sent(opened) | typed)


def read(emulator: Emulator, name: str = NAME) -> Connection:
    return Connection.from_secret(stored(emulator, name)["SecretString"])


@pytest.mark.parametrize(
    "typed",
    [
        {"host": "evil.example.com"},
        {"login": "other"},
        {"port": "1"},
        {"schema": "s"},
        {"extra.sslmode": ""},
        {"extra": '{"hostaddr": "6.6.6.6"}'},
        {"conn_type": "mysql", "extra.sslmode": [], "shown_extras": "sslmode"},
        {"host": "evil.example.com", "password": "new"},
        {"host": "evil.example.com", "clear": ["extra.mine"]},
        {"host": "evil.example.com", "stored_masked": []},
    ],
)
def test_sends_no_secret_elsewhere_that_was_not_typed(
    emulator: Emulator, as_role: As, typed: dict[str, Any]
) -> None:
    response = sent_by(as_role("editor"), **typed)

    assert response.status_code == 422
    assert errors(response).keys() <= {"password", "extra"}
    assert "You may not see what is stored in" in response.content.decode()
    assert SECRET not in response.content.decode()
    assert read(emulator) == MINE
    assert acts()[-1] == ("connections.update", "x", "failed")


@pytest.mark.parametrize(
    "typed",
    [
        {"password": "new", "extra": '{"mine": "new"}'},
        {"clear": ["password", "extra.mine"]},
        {"entry": "paste", "secret": "postgres://u:new@evil.example.com"},
    ],
)
def test_changes_a_host_with_the_secrets_typed_again_or_cleared(
    emulator: Emulator, as_role: As, typed: dict[str, Any]
) -> None:
    assert sent_by(as_role("editor"), host="evil.example.com", **typed).status_code == 302

    after = read(emulator)
    assert after.host == "evil.example.com"
    assert SECRET not in (after.password, after.extra.get("mine"))


def test_types_no_secret_anew_by_another_key_that_a_page_calls_alike(
    emulator: Emulator, as_role: As
) -> None:
    two = Connection("postgres", host="h", login="u", extra={"to\rken": SECRET})
    put(emulator, "prod/connections/two", two.to_json())

    response = sent_by(
        as_role("editor"), "two", host="evil.example.com", extra='{"to\\nken": "new"}'
    )

    assert response.status_code == 422
    assert read(emulator, "prod/connections/two") == two


def test_replaces_a_password_or_a_description_without_knowing_the_rest(
    emulator: Emulator, as_role: As
) -> None:
    assert sent_by(as_role("editor"), password="new").status_code == 302
    assert sent_by(as_role("editor"), description="Ours").status_code == 302
    assert sent_by(as_role("editor")).status_code == 302

    assert (read(emulator).password, read(emulator).extra) == ("new", MINE.extra)


def test_replaces_a_key_but_no_proxy_beside_a_password(emulator: Emulator, as_role: As) -> None:
    before = Connection("pagerduty", password=SECRET, extra={"routing_key": SECRET})
    put(emulator, "prod/connections/key", before.to_json())
    put(
        emulator,
        "prod/connections/proxy",
        Connection("slack", password=SECRET, extra={"proxy": "p"}).to_json(),
    )

    assert sent_by(as_role("editor"), "key", **{"extra.routing_key": "new"}).status_code == 302
    assert "password" in errors(
        sent_by(as_role("editor"), "proxy", **{"extra.proxy": "http://evil"})
    )


def test_changes_what_keeps_no_secret(emulator: Emulator, as_role: As) -> None:
    put(
        emulator,
        "prod/connections/open",
        Connection("postgres", host="h", extra={"sslmode": "require"}).to_json(),
    )

    assert sent_by(as_role("editor"), "open", host="other").status_code == 302


@pytest.mark.parametrize("role", ["admin", "superuser"])
def test_is_outdone_by_an_admin_who_may_keep_them(
    emulator: Emulator, as_role: As, role: str
) -> None:
    assert sent_by(as_role(role), host="other").status_code == 302

    assert (read(emulator).host, read(emulator).password) == ("other", SECRET)
    assert Event.objects.latest("id").fields == ["host"]


def test_keeps_them_elsewhere(emulator: Emulator, as_role: As) -> None:
    put(emulator, "dev/connections/x", MINE.to_json())
    editor = as_role("editor")

    opened = editor.post("/dev/connections/edit/x/")
    response = editor.post("/dev/connections/update/x/", as_sent(opened) | {"host": "other"})
    assert response.status_code == 302
    assert read(emulator, "dev/connections/x").password == SECRET


def overtaken_by(emulator: Emulator, browser: Client, theirs: Connection, **typed: Any) -> Any:
    sent = as_sent(browser.post(f"{HERE}/edit/x/")) | typed
    overwrite(emulator, NAME, theirs.to_json())
    return browser.post(f"{HERE}/update/x/", sent)


THEIRS = Connection(
    "postgres", host="theirs", login="u", password="hunter3", extra={"sslmode": "require"}
)


@pytest.mark.parametrize(
    "chosen",
    [
        {"choice.host": "mine", "choice.password": "theirs"},
        {"choice.host": "mine", "choice.password": "theirs", "entry": "paste"}
        | {"secret": "postgres://u:typed@evil.example.com"},
        {"take": "mine", "password": "", "choice.host": "mine", "choice.password": "mine"},
    ],
)
def test_takes_no_password_of_theirs_unseen_to_a_host_of_their_own(
    emulator: Emulator, as_role: As, chosen: dict[str, str]
) -> None:
    editor = as_role("editor")
    page = overtaken_by(emulator, editor, THEIRS, host="evil.example.com", password="typed")
    assert page.status_code == 409

    response = editor.post(f"{HERE}/update/x/", as_sent(page) | chosen)

    assert response.status_code == 422
    assert "You may not see what is stored in password here" in response.content.decode()
    assert "hunter" not in response.content.decode()
    assert read(emulator) == THEIRS


def test_takes_their_own_password_to_a_host_of_their_own(emulator: Emulator, as_role: As) -> None:
    editor = as_role("editor")
    page = overtaken_by(emulator, editor, THEIRS, host="mine.example.com", password="typed")

    chosen = {"choice.host": "mine", "choice.password": "mine"}
    assert editor.post(f"{HERE}/update/x/", as_sent(page) | chosen).status_code == 302
    assert (read(emulator).host, read(emulator).password) == ("mine.example.com", "typed")


@pytest.mark.parametrize("guess", [SECRET, "hunter3", "wrong"])
def test_learns_nothing_by_guessing(emulator: Emulator, as_role: As, guess: str) -> None:
    editor = as_role("editor")
    sent = as_sent(editor.post(f"{HERE}/edit/x/"))

    reviewed = editor.post(f"{HERE}/update/x/", sent | {"password": guess, "review": "1"})
    [row] = reviewed.context["reviewed"].differing
    assert (row.name, row.state) == ("password", "typed")

    refused = editor.post(
        f"{HERE}/update/x/", sent | {"password": guess, "host": "other", "review": "1"}
    )
    assert "To change host, type it again" in refused.content.decode()

    page = overtaken_by(emulator, editor, THEIRS, password=guess)
    [choice] = [each for each in page.context["ways"].open if each.part.name == "password"]
    assert (choice.part.state, choice.chosen) == ("withheld", "")


@pytest.mark.parametrize("guess", [SECRET, "wrong"])
@pytest.mark.parametrize("way", ["password", "paste", "variable"])
def test_makes_a_version_by_any_guess(
    emulator: Emulator, as_role: As, way: str, guess: str
) -> None:
    kind = "variables" if way == "variable" else "connections"
    pasted = replace(MINE, password=guess, extra={"sslmode": "require", "mine": guess}).to_json()
    typed, fields = {
        "password": ({"password": guess}, ["password"]),
        "paste": ({"entry": "paste", "secret": pasted}, ["password", "extra.mine"]),
        "variable": ({"value": guess}, ["value"]),
    }[way]
    put(emulator, "prod/variables/x", SECRET)
    old = stored(emulator, f"prod/{kind}/x")["VersionId"]

    with counting(emulator) as calls:
        saved = as_role("editor").post(f"/prod/{kind}/update/x/", {"version": old} | typed)

    assert (
        calls["GetSecretValue"],
        calls["PutSecretValue"],
        calls["UpdateSecretVersionStage"],
    ) == (1, 1, 1)
    [message] = get_messages(saved.wsgi_request)
    assert message.message == f"Saved: {', '.join(fields)}."
    act = Event.objects.latest("id")
    assert (act.outcome, act.fields, act.previous) == ("succeeded", fields, old)
    assert act.version not in ("", old)


@pytest.mark.parametrize("guess", [SECRET, "wrong"])
@pytest.mark.parametrize("kind", ["connections", "variables"])
def test_is_refused_any_guess_where_aws_keeps_no_more_labels(
    emulator: Emulator, as_role: As, kind: str, guess: str
) -> None:
    name = f"prod/{kind}/full"
    version = put(emulator, name, MINE.to_json() if kind == "connections" else SECRET)
    with connected(emulator.endpoint) as client:
        for number in range(19):
            client.update_secret_version_stage(
                SecretId=name, VersionStage=f"l{number}", MoveToVersionId=version
            )
    typed = {"password": guess} if kind == "connections" else {"value": guess}

    response = as_role("editor").post(f"/prod/{kind}/update/full/", {"version": version} | typed)

    assert response.status_code == 503
    assert "AWS keeps about 100 versions of a secret a day" in response.content.decode()
    assert Event.objects.latest("id").fields == list(
        {"connections": ["password"], "variables": ["value"]}[kind]
    )


def test_makes_no_version_by_typing_nothing_or_a_plain_field_as_it_is(
    emulator: Emulator, as_role: As
) -> None:
    version = put(emulator, "prod/variables/x", SECRET)

    with counting(emulator) as calls:
        saved = [
            sent_by(as_role("editor"), host="h"),
            as_role("editor").post("/prod/variables/update/x/", {"version": version, "value": ""}),
        ]

    assert [response.status_code for response in saved] == [302, 302]
    assert "PutSecretValue" not in calls


@pytest.mark.parametrize(
    ("query", "role", "names"),
    [
        ("api_pin=4711", "editor", ""),
        ("api_pin=4711", "admin", "extra.api_pin"),
        ("keepalives_idle=30&api_pin=4711", "editor", "extra.keepalives_idle"),
        ("keepalives_idle=30&api_pin=4711", "admin", "extra.keepalives_idle, extra.api_pin"),
    ],
)
def test_settles_what_readers_differ_in_where_that_may_be_known(
    emulator: Emulator, as_role: As, query: str, role: str, names: str
) -> None:
    put(emulator, "prod/connections/uri", f"postgres://u:p@h/s?{query}")

    opened = as_role(role).post(f"{HERE}/open/uri/").context["page"].opened
    response = sent_by(as_role(role), "uri")

    told = " ".join(note.text for note in opened.notes)
    [message] = get_messages(response.wsgi_request)
    if names:
        assert told.startswith(f"Airflow's releases read these differently: {names}. ")
        assert len(opened.readings) == 2
        assert message.message == "Saved: how it is stored."
    else:
        assert (told, len(opened.readings)) == ("", 1)
        assert message.message == "Saved: type tag."


def test_has_a_variable_of_theirs_as_a_whole_alone(emulator: Emulator, as_role: As) -> None:
    version = put(emulator, "prod/variables/v", '{"host": "h", "password": "hunter2"}')
    theirs = overwrite(emulator, "prod/variables/v", '{"host": "h", "password": "hunter3"}')
    sent = {"version": version, "value": '{"host": "evil", "password": ""}'}
    editor = as_role("editor")

    page = editor.post("/prod/variables/update/v/", sent)
    assert [each.part.name for each in page.context["ways"].open] == ["secret.text"]
    assert not page.context["ways"].lines
    refused = editor.post(
        "/prod/variables/update/v/", sent | {"on_top_of": theirs, "choice.password": "theirs"}
    )

    assert refused.status_code == 422
    assert "hunter" not in refused.content.decode()
    assert stored(emulator, "prod/variables/v")["VersionId"] == theirs


def calls_of(act: Callable[[], Any]) -> int:
    """How many calls of functions it takes, which is the same on every machine."""
    profile = Profile()
    profile.runcall(act)
    return sum(entry.callcount for entry in profile.getstats())


@pytest.mark.parametrize(
    ("more", "is_late", "status"),
    [({"review": "1"}, False, 200), ({}, True, 409), ({}, False, 302)],
    ids=["review", "conflict", "save"],
)
def test_is_answered_with_as_much_more_work_as_keys_are_typed(
    two_environments: Emulator, as_role: As, more: dict[str, str], status: int, *, is_late: bool
) -> None:
    editor = as_role("editor")

    def work(count: int) -> int:
        key = f"with_{count}"
        name, url = f"prod/connections/{key}", f"{HERE}/update/{key}/"
        first = put(two_environments, name, MINE.to_json())
        second = overwrite(
            two_environments, name, replace(MINE, extra=many_keys(count, 1)).to_json()
        )
        typed = {"password": "new", "extra": json.dumps(many_keys(count, 2)), **more}
        sent = typed | {"version": first if is_late else second}

        def send() -> None:
            assert editor.post(url, sent).status_code == status

        return calls_of(send)

    work(1)
    assert work(2_000) < 6 * work(500)


def many_keys(count: int, value: int) -> dict[str, int]:
    return {f"k{number}": value for number in range(count)}
