"""Whoever may not reveal learns nothing by guessing ... (each test finishes the sentence)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from time_machine import Traveller, travel

from connections.inspection import diff, inspect
from connections.providers import catalogue
from connections.providers.types import ConnectionType
from connections.value.connection import Connection
from connections.value.reading import EXTRA
from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.conftest import As
from tests.support.forms import as_sent
from tests.support.generated import filled
from tests.support.guesses import Case, connections, json_value, line, variables
from tests.support.guessing import ENVIRONMENT, Guesser, Notes, differences
from tests.support.site import BACKEND, overwrite, put, words
from tests.support.wire import connected

few = settings(
    max_examples=6,
    # Each case is some eighty requests, so that a search for a smaller one would take long.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
SECRET = "hunter2"
numbers = count()
Pair = tuple[Guesser, Guesser]
Guessers = Callable[[str], Pair]
# Some of Airflow's servers and tasks read the values of a query as JSON where they can.
URI = "postgres://u:p@h/s?api_pin="
PLAINLY_DIFFERENT = "postgres://u:p@h/s?keepalives_idle=30&api_pin="
MASKED_WHOLE = "postgres://u:p@h/s@t?api_pin="


@pytest.fixture
def clock() -> Iterator[Traveller]:
    """It stands still, so that no page tells another time than the one that it is compared with."""
    with travel(datetime.now(UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def guessers(
    clock: Traveller, two_environments: Emulator, as_role: As
) -> Callable[[str], tuple[Guesser, Guesser]]:
    """Somebody who guesses right at one secret, and wrong at another."""
    browsers: dict[str, Client] = {role: as_role(role) for role in ("viewer", "editor")}

    def pair(kind: str) -> tuple[Guesser, Guesser]:
        number = next(numbers)
        one, other = (Notes(f"{side}{number:06}") for side in ("right", "wrong"))
        return tuple(
            Guesser(two_environments, kind, notes, browsers, clock) for notes in (one, other)
        )  # type: ignore[return-value]

    return pair


def guess_at_a_secret(guesser: Guesser, case: Case) -> None:
    old = current(guesser)
    look(guesser)
    sent = guesser.fields()
    for button in ("preview", "review"):
        guesser.post("update", sent | case.typed | {button: "1"})
    guesser.post("update", sent | case.typed)
    look(guesser)
    look_at_versions(guesser, old)
    meet_a_conflict(guesser, sent, case)
    guesser.get("history")
    guesser.see_audit()
    guesser.notes.add_record()


def look(guesser: Guesser) -> None:
    guesser.get("detail")
    for somebody in ("viewer", "editor"):
        guesser.post("open", by=somebody)


def look_at_versions(guesser: Guesser, old: str) -> None:
    new = current(guesser)
    for one, other in ((old, new), (new, old), (old, old)):
        for somebody in ("viewer", "editor"):
            guesser.post("compare", {"one": one, "other": other}, by=somebody)
    guesser.get("compare", {"one": old, "other": new})
    guesser.get("roll-back", {"to": old})
    guesser.post("open", {"version": old})
    guesser.post("reveal", {"part": "password", "version": old})


def meet_a_conflict(guesser: Guesser, sent: dict[str, list[str]], case: Case) -> None:
    """Who began on the old version meets the own guess in between, with and without another one."""
    guesser.post("update", sent | {"description": "nothing typed", "initial-description": ""})
    guesser.post("update", sent | case.typed | {"review": "1"})
    page = guesser.post("update", sent | case.typed)
    again = as_sent(page)
    asked = again.get("asked", [])
    for side in ("theirs", "mine"):
        chosen = {f"choice.{name}": side for name in asked}
        guesser.post("update", again | chosen | {"review": "1"})
    guesser.post("update", again | {f"choice.{name}": "theirs" for name in asked})
    guesser.post("update", again | {f"choice.{name}": "mine" for name in asked})


def current(guesser: Guesser) -> str:
    with connected(guesser.emulator.endpoint) as client:
        return client.get_secret_value(SecretId=guesser.name)["VersionId"]


def answers_are_alike(guessers: Guessers, case: Case) -> None:
    pair = guessers(case.kind)
    for guesser, _ in in_turn(pair, (case.right, case.wrong), case.conn_type):
        guess_at_a_secret(guesser, case)

    assert differences(*(guesser.notes for guesser in pair)) == ""


def in_turn(pair: Pair, texts: tuple[str, str], conn_type: str) -> Iterator[tuple[Guesser, str]]:
    """Each with the version that their text became, at the same time of the clock."""
    versions = [guesser.begin(text, conn_type) for guesser, text in zip(pair, texts, strict=True)]
    pair[0].browsers["editor"].post(f"/{ENVIRONMENT}/{pair[0].kind}/refresh/")
    begun = datetime.now(UTC)
    for guesser, version in zip(pair, versions, strict=True):
        guesser.clock.move_to(begun)
        yield guesser, version


def _with_others(known: Connection, masked: list[str]) -> st.SearchStrategy[Connection]:
    """The same connection with other values in its masked fields."""
    standard = st.fixed_dictionaries({name: line for name in masked if not name.startswith(EXTRA)})
    keys = [name.removeprefix(EXTRA) for name in masked if name.startswith(EXTRA)]
    extra = st.fixed_dictionaries(
        dict.fromkeys(keys, json_value.filter(lambda value: value is not None))
    )
    return st.builds(
        lambda texts, values: replace(known, **texts, extra={**known.extra, **values}),
        standard,
        extra,
    )


@few
@given(connections())
def test_at_a_part_of_a_connection(guessers: Guessers, case: Case) -> None:
    answers_are_alike(guessers, case)


@few
@given(variables())
def test_at_a_variable_or_an_option(guessers: Guessers, case: Case) -> None:
    answers_are_alike(guessers, case)


@settings(max_examples=150)
@given(st.sampled_from(sorted(catalogue.load().values(), key=lambda one: one.conn_type)), st.data())
def test_from_an_opened_page_or_a_comparison_of_any_type(
    one: ConnectionType, data: st.DataObject
) -> None:
    known = filled(one).connection
    seen = inspect(known.to_json(), BACKEND)
    masked = [field.name for field in seen.fields if field.masked]
    right, wrong, other = (data.draw(_with_others(known, masked)).to_json() for _ in range(3))
    opened = [inspect(text, BACKEND) for text in (right, wrong)]
    assume(all([field.name for field in each.fields if field.masked] == masked for each in opened))

    assert opened[0].outline == opened[1].outline
    assert diff(right, other, BACKEND, may_learn=False) == diff(
        wrong, other, BACKEND, may_learn=False
    )
    assert {
        field.value
        for each in diff(right, other, BACKEND, may_learn=False)
        for field in each
        if field.masked
    } <= {""}


@pytest.mark.parametrize(
    ("environment", "role", "who"),
    [("prod", "editor", "admins"), ("dev", "viewer", "editors and admins")],
)
def test_which_of_many_lines_is_in_a_variable(
    two_environments: Emulator, as_role: As, environment: str, role: str, who: str
) -> None:
    name = f"{environment}/variables/pin"
    one = put(two_environments, name, "4711")
    other = overwrite(two_environments, name, "\n".join(map(str, range(4600, 4900))))

    response = as_role(role).post(
        f"/{environment}/variables/compare/pin/", {"one": one, "other": other}
    )

    page = words(response)
    assert "No difference that you may see" in page
    assert f"Masked in both: Value . Here only {who} may see whether that differs." in page
    assert not re.search(r"\d+ (characters|lines|parts|bytes)|Line \d|the same", page)


@pytest.mark.parametrize("guess", ["4711", "1234"])
def test_by_what_another_type_shows_plainly(
    two_environments: Emulator, as_role: As, guess: str
) -> None:
    """An extra that one type calls secret is a plain one, or none of its own, in another."""
    name = "prod/connections/x"
    before = Connection("snowflake", extra={"private_key_content": guess, "account": "a"})
    one = put(
        two_environments,
        name,
        Connection("snowflake", extra={"private_key_content": "4711"}).to_json(),
    )
    other = overwrite(two_environments, name, replace(before, conn_type="generic").to_json())

    response = as_role("editor").post("/prod/connections/compare/x/", {"one": one, "other": other})

    compared = response.context["compared"]
    assert [row.name for row in compared.withheld] == ["extra.private_key_content"]
    assert "1234" not in words(response)


@pytest.mark.parametrize("guess", [SECRET, "wrong"])
@pytest.mark.parametrize("kind", ["connections", "variables"])
def test_by_a_conflict_with_a_guess_of_their_own(
    two_environments: Emulator, as_role: As, kind: str, guess: str
) -> None:
    connection = Connection("postgres", host="h", password=SECRET)
    texts = (connection.to_json(), replace(connection, password=guess).to_json())
    one, other = texts if kind == "connections" else (SECRET, guess)
    name, url = f"prod/{kind}/x", f"/prod/{kind}/update/x/"
    version = put(two_environments, name, one)
    overwrite(two_environments, name, other)

    left = as_role("editor").post(
        url, {"version": version, "description": "new", "initial-description": ""}
    )
    typed = as_role("editor").post(url, {"version": version, "password": "mine", "value": "mine"})

    [part] = [choice.part for choice in left.context["ways"].settled if choice.part.masked]
    assert (part.state, part.base, part.theirs) == ("withheld", "hidden", "hidden")
    [asked] = [choice for choice in typed.context["ways"].open if choice.part.masked]
    assert (asked.part.state, asked.chosen) == ("withheld", "")
    assert "whether they changed it is hidden" in words(typed)
    assert "Here only admins may see what is hidden." in words(typed)


def test_how_long_it_is(two_environments: Emulator, as_role: As) -> None:
    put(
        two_environments,
        "prod/connections/x",
        Connection("postgres", host="h", password=SECRET).to_json(),
    )
    put(two_environments, "prod/variables/x", '{"pin": 4711,}\n')

    for role in ("viewer", "editor"):
        connection = words(as_role(role).post("/prod/connections/open/x/"))
        variable = words(as_role(role).post("/prod/variables/open/x/"))
        for page in (connection, variable):
            assert "Here only admins may see what is hidden, or how long it is." in page
            assert not re.search(r"\d+ (characters?|bytes?)|line break|column \d", page)
        assert "stored as JSON" in connection
        assert "This looks like JSON, but it isn't." in variable
    assert "7 characters" in words(as_role("admin").post("/prod/connections/open/x/"))


@pytest.mark.parametrize("length", [20_000, 33_000, 65_300, 65_480])
def test_how_long_it_is_by_what_fits_beside_it(guessers: Guessers, length: int) -> None:
    pair = guessers("connections")
    kept = Connection("snowflake", login="u", password="x")
    short, long = (each.to_uri() for each in (kept, replace(kept, password="x" * 400)))
    typed = {"conn_type": "snowflake", "extra.private_key_content": "y" * length}

    for guesser, version in in_turn(pair, (short, long), "snowflake"):
        text = short if guesser is pair[0] else long
        saved = guesser.post("update", typed | {"version": version})
        guesser.post("open")
        overwrite(guesser.emulator, guesser.name, text)
        guesser.post("update", typed | {"version": version})
        is_refused = "This is longer than you may store beside password" in saved.content.decode()
        assert (saved.status_code, is_refused) == ((422, True) if length > 30_000 else (302, False))

    assert differences(*(guesser.notes for guesser in pair)) == ""


@pytest.mark.parametrize("value", ["4711", "null", '""', "[1]", "-0.5"])
@pytest.mark.parametrize("uri", [URI, PLAINLY_DIFFERENT, MASKED_WHOLE])
def test_of_what_sort_it_is_in_an_opened_uri(uri: str, value: str) -> None:
    right, wrong = (inspect(uri + quote(text), BACKEND) for text in (value, "abcd"))

    assert right.outline == wrong.outline


@pytest.mark.parametrize("uri", [URI, PLAINLY_DIFFERENT, MASKED_WHOLE])
def test_of_what_sort_it_is_in_a_uri_from_any_page(guessers: Guessers, uri: str) -> None:
    typed = {"password": "new", "extra": '{"api_pin": 4711}'}

    answers_are_alike(guessers, Case("connections", typed, uri + "4711", uri + "abcd", "postgres"))


@pytest.mark.parametrize("value", ["4711", "null"])
@pytest.mark.parametrize("uri", [URI, PLAINLY_DIFFERENT, MASKED_WHOLE])
def test_of_what_sort_it_is_in_a_uri_by_a_save(guessers: Guessers, uri: str, value: str) -> None:
    pair = guessers("connections")
    for guesser, _ in in_turn(pair, (uri + value, uri + "abcd"), "postgres"):
        sent = guesser.fields()
        guesser.post("update", sent | {"review": "1"})
        guesser.post("update", sent)
        look(guesser)
        guesser.get("history")
        guesser.notes.add_record()

    assert differences(*(guesser.notes for guesser in pair)) == ""


def test_by_a_value_that_no_page_tells_from_nothing(
    two_environments: Emulator, as_role: As
) -> None:
    for number, stored in enumerate(
        ('{"private_key_content": ""}', '{"private_key_content": null}', "{}")
    ):
        text = f'{{"conn_type": "snowflake", "login": "u", "extra": {stored}}}'
        name = f"prod/connections/c{number}"
        version = put(two_environments, name, text)
        typed = {
            "version": version,
            "conn_type": "snowflake",
            "extra": '{"private_key_content": ""}',
        }

        saved = as_role("editor").post(f"/prod/connections/update/c{number}/", typed)

        assert saved.status_code == 302
        assert Event.objects.latest("id").fields == ["extra.private_key_content"]
