"""An export of the audit log ... (each test finishes the sentence)."""

import csv
import json
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from secretsadmin.audit.models import Event
from secretsadmin.audit.reading import Asked, Scope
from secretsadmin.audit.recording import Actor
from secretsadmin.pages import exporting
from secretsadmin.pages.exporting import FORMATS, export
from secretsadmin.transfer.cells import FORMULAS
from tests.secretsadmin.conftest import As
from tests.support.broken import refusing
from tests.support.canaries import Watch
from tests.support.record import add_line

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_environments")]
URL = "/audit/export/"


def line(**columns: Any) -> Event:
    given = {"begins": True, "environment": "dev", **columns}
    return add_line(**given)


def text_of(client: Client, **asked: str) -> str:
    response: Any = client.post(URL, {"format": "csv", **asked})
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def table(client: Client, **asked: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text_of(client, **asked))))


def exports() -> list[tuple[str, str, dict[str, Any]]]:
    """What the record says of exports: who, the outcome, and the details."""
    lines = Event.objects.filter(action="audit.export-log").order_by("id")
    return [(line.user, line.outcome, line.details or {}) for line in lines]


def test_has_what_fits_the_filter_as_a_table(as_role: As) -> None:
    line(secret="a", user="ben", reason="Why, “so”\nand so")
    line(secret="b", user="ada")

    [row] = table(as_role("auditor"), user="ben")

    assert (row["id"], row["person"], row["reason"]) == ("a", "ben", "Why, “so”\nand so")
    assert (row["outcome"], row["action"]) == ("succeeded", "connections.update")


def test_has_a_json_object_a_line(as_role: As) -> None:
    line(secret="a", fields=["host", "ü"], details={"days": 7})
    line(secret="=b")

    text = text_of(as_role("auditor"), format="json", environment="dev")

    newer, older = map(json.loads, text.splitlines())
    assert (newer["id"], older["id"]) == ("=b", "a")
    assert (older["fields"], older["details"]) == (["host", "ü"], {"days": 7})


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", " ="])
def test_has_no_formula_in_a_table(as_role: As, start: str) -> None:
    text = f"{start}HYPERLINK(“https://evil.example”);=1+1"
    line(secret=text, user=text[:100], reason=text, details={"x": 1}, error=start)

    [row] = table(as_role("auditor"), environment="dev")

    for name, cell in row.items():
        assert not cell.lstrip().startswith(FORMULAS), name
    assert row["reason"] == f"'{text}"


def test_is_itself_recorded_with_what_was_asked_and_how_much_that_was(as_role: As) -> None:
    line(secret="a")
    line(secret="b")

    text_of(as_role("auditor"), secret="a", since="2026-01-01")

    asked = {"filter": {"secret": "a", "since": "2026-01-01"}, "format": "csv"}
    assert exports() == [
        ("auditor", "started", asked),
        ("auditor", "succeeded", {**asked, "acts": 1}),
    ]
    correlations = Event.objects.filter(action="audit.export-log").values_list("correlation")
    assert len(set(correlations)) == 1
    assert correlations[0][0]


def test_has_only_what_the_person_may_read(as_role: As) -> None:
    line(secret="theirs", user="ben")
    line(secret="mine", user="editor")
    line(secret="elsewhere", user="editor", environment="gone")
    line(user="ben", environment="", kind="", secret="", action="session.sign-in")

    rows = table(as_role("editor"))

    # The export itself is one of their own acts.
    assert [row["id"] for row in rows] == ["", "mine"]
    assert [row["action"] for row in rows] == ["audit.export-log", "connections.update"]
    assert len(table(as_role("auditor"))) == 6


def test_is_not_begun_where_it_cannot_be_recorded(as_role: As) -> None:
    line(secret="a")
    auditor = as_role("auditor")

    with refusing('INSERT INTO "audit_event"'):
        response = auditor.post(URL, {"format": "csv"})

    assert response.status_code == 503
    assert not response.streaming
    assert exports() == []


def test_says_that_its_reader_went_away() -> None:
    """To close an answer of the test client would close the database of all tests."""
    line(secret="a")
    everything = Scope(is_everything=True)
    pieces = export(Asked(), everything, FORMATS["csv"], Actor("auditor"))
    next(pieces)
    next(pieces)

    pieces.close()

    [_, (_, outcome, details)] = exports()
    assert (outcome, details["acts"]) == ("failed", 2)
    assert Event.objects.latest("id").error == "ReaderWentAway"


def test_is_made_in_batches(as_role: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "BATCH", 2)
    for number in range(5):
        line(secret=f"x{number}")

    response: Any = as_role("auditor").post(URL, {"format": "json", "environment": "dev"})
    pieces = [piece.decode() for piece in response.streaming_content if piece]

    assert [piece.count("\n") for piece in pieces] == [2, 2, 1]


@pytest.mark.parametrize(
    "asked",
    [
        *({"kind": "nonsense"}, {"format": "xml"}, {"format": ""}, {"since": "yesterday"}),
        # Otherwise each export could write a megabyte to the record.
        *({"user": "x" * 900_000}, {"secret": "x" * 900_000}),
    ],
    ids=lambda asked: str(asked)[:40],
)
def test_is_refused_where_it_cannot_be_understood(as_role: As, asked: dict[str, str]) -> None:
    response = as_role("auditor").post(URL, {"format": "csv", **asked})

    assert response.status_code == 422
    assert exports() == []


def test_is_a_file_that_no_browser_shows(as_role: As) -> None:
    response: Any = as_role("auditor").post(URL, {"format": "csv"})

    assert response.headers["Content-Disposition"].startswith('attachment; filename="audit-log-')
    assert response.headers["Content-Disposition"].endswith('.csv"')
    assert response.headers["Cache-Control"] == "no-store"
    assert "Content-Length" not in response.headers
    b"".join(response.streaming_content)


@pytest.mark.parametrize("format_", ["csv", "json"])
def test_holds_no_value(watch: Watch, format_: str) -> None:
    mine = watch.plant()
    sent = {"conn_type": "postgres", **mine, "conn_id": "x"}
    watch.post("/dev/connections/create/", sent, (), status=302)
    watch.post("/dev/connections/reveal/x/", {}, [mine["password"]], status=200)
    watch.post("/dev/connections/copy/x/", {"format": "json"}, mine.values(), status=200)

    text = text_of(watch.client, format=format_)

    assert "connections.copy" in text
    assert not watch.within(text)
    for event in Event.objects.filter(begins=True):
        watch.get(f"/audit/event/{event.act}/")
    watch.get("/audit/person/editor/")
