"""The page of the audit log says ... (each test finishes the sentence)."""

from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from django.utils.html import strip_tags
from time_machine import travel

from secretsadmin.audit.acts import Activity
from secretsadmin.audit.models import Event
from secretsadmin.audit.reading import Stretch
from secretsadmin.config.backend import BackendConfig
from secretsadmin.config.environments import Environment
from secretsadmin.pages.activity import AuditPage, AuditRow, days_of
from secretsadmin.pages.activity_filter import ActivityFilter, audit_url
from secretsadmin.pages.readable import OwnAlone

PROD = Environment("prod", "Production", BackendConfig.from_kwargs({}))
OWN = OwnAlone("", "admins and auditors")
OWN_IN_PROD = OwnAlone("Production", "admins")


def page(
    query: dict[str, str],
    own_alone: OwnAlone | None = None,
    environment: Environment | None = None,
) -> AuditPage:
    form = ActivityFilter(query, environments=[PROD])
    return AuditPage(form, environment, Stretch((), None), (), own_alone)


@pytest.mark.parametrize(
    ("query", "own_alone", "environment", "sentence"),
    [
        ({"user": "x"}, None, None, "None of the recorded events fits this filter."),
        (
            {"user": "x"},
            OWN_IN_PROD,
            None,
            "None of your own acts fits this filter. What others did in Production is for admins.",
        ),
        ({}, None, None, "Nobody has opened, revealed or changed anything yet."),
        (
            {},
            OWN,
            PROD,
            (
                "You haven’t opened, revealed or changed anything in Production yet. "
                "What others did is for admins and auditors."
            ),
        ),
        (
            {"kind": "x", "since": "y"},
            OWN,
            None,
            (
                "Kind: There is no such kind. From: Enter a valid date. "
                "Nothing is shown until that is put right."
            ),
        ),
    ],
)
def test_why_it_shows_no_act(
    query: dict[str, str],
    own_alone: OwnAlone | None,
    environment: Environment | None,
    sentence: str,
) -> None:
    assert page(query, own_alone, environment).nothing.sentence == sentence


def test_that_a_filter_that_cannot_be_understood_is_wrong() -> None:
    wrong, narrow, none = page({"kind": "x"}), page({"user": "x"}), page({"environment": "prod"})

    assert [each.status for each in (wrong, narrow, none)] == [422, 200, 200]
    assert [each.is_filtered for each in (wrong, narrow, none)] == [True, True, False]


def test_whose_acts_it_shows() -> None:
    assert OWN.limit == "You see only your own acts;"
    assert OWN_IN_PROD.limit == "In Production you see only your own acts;"


def row(**event: Any) -> AuditRow:
    given = {"environment": "prod", "user": "anna", "kind": "connections", **event}
    return AuditRow(Activity(Event(**given), None), {"prod": "Production"})


def told(**event: Any) -> str:
    """The sentence, as somebody reads it."""
    return unescape(strip_tags(row(**event).sentence))


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (
            {"action": "connections.reveal", "fields": ["<b>", "host"]},
            "anna tried to reveal a field of the connection in Production: <b>, host",
        ),
        (
            {"action": "variables.create", "kind": "variables", "secret": "x", "reason": "Why"},
            "anna tried to create the variable x in Production, reason: “Why”",
        ),
        (
            {"action": "connections.copy", "fields": ["uri"], "outcome": "succeeded"},
            "anna copied the connection as a URI in Production",
        ),
        (
            {"action": "connections.list", "outcome": "succeeded", "count": 1200},
            "anna looked at the list of connections in Production, 1,200 times",
        ),
        (
            {"action": "connections.roll-back", "version": "a" * 32, "outcome": "succeeded"},
            "anna rolled back the connection in Production to the version aaaaaaaa…",
        ),
        (
            {"action": "connections.observe", "user": "", "outcome": "observed"},
            "Somebody outside changed the connection in Production",
        ),
        (
            {"action": "connections.withdraw", "user": "", "outcome": "succeeded"},
            (
                "The dashboard took the label of an unfinished save off a version of the "
                "connection in Production"
            ),
        ),
    ],
)
def test_what_was_done_to_which_parts(event: dict[str, Any], sentence: str) -> None:
    assert told(**event) == sentence


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        ({"action": "session.sign-in", "outcome": "succeeded"}, "anna signed in"),
        (
            {
                "action": "session.sign-in",
                "outcome": "failed",
                "user": "",
                "count": 12,
                "fields": ["ben", "<b>"],
            },
            "Somebody failed to sign in as ben, <b>, 12 times",
        ),
        (
            {"action": "site.configure", "user": "", "outcome": "succeeded"},
            "The dashboard started with another configuration",
        ),
        (
            {
                "action": "people.change-user",
                "outcome": "succeeded",
                "fields": ["groups"],
                "details": {"name": "ben", "added": ["admins", "editors"]},
            },
            "anna changed the user ben: groups, added admins, editors",
        ),
    ],
)
def test_what_was_done_to_the_site_as_a_whole(event: dict[str, Any], sentence: str) -> None:
    assert told(**event, kind="", environment="") == sentence


def test_when_the_version_was_made_to_which_somebody_rolled_back() -> None:
    event = Event(user="anna", kind="connections", action="connections.roll-back")
    act = Activity(event, None, target=datetime(2020, 5, 3, tzinfo=UTC))

    assert act.rest == " to the version of 3 May 2020"


def test_no_text_that_disguises_itself() -> None:
    sentence = row(
        action="connections.open", secret="a\u202eb<i>", user="x\u200b", reason="\u2066<b>"
    ).sentence

    assert "\u202e" not in sentence
    assert "<i>" not in sentence
    assert "a[U+202E]b&lt;i&gt;" in sentence
    assert "x[U+200B]" in sentence
    assert "[U+2066]&lt;b&gt;" in sentence


@pytest.mark.parametrize(
    ("action", "outcome", "advice"),
    [
        ("connections.update", "unknown", "Look at the history of the secret."),
        ("connections.reveal", "unknown", "count it as shown"),
        ("connections.update", "started", "It has no outcome yet."),
        ("connections.update", "succeeded", ""),
    ],
)
def test_what_to_do_about_an_end_that_is_not_known(action: str, outcome: str, advice: str) -> None:
    told_advice = row(action=action, outcome=outcome).advice

    assert advice in told_advice
    assert bool(advice) == bool(told_advice)


@travel(datetime(2026, 5, 3, 12, tzinfo=UTC))
def test_the_day_in_utc_once() -> None:
    moments = [(5, 3, 0), (5, 2, 23), (5, 2, 1), (4, 30, 0)]
    rows = [row(action="x", at=datetime(2026, *moment, tzinfo=UTC)) for moment in moments]

    days = days_of(rows, "2026-05-03")

    assert [(day.title, len(day.rows), day.has_heading) for day in days] == [
        ("Today, Sunday, 3 May 2026", 1, False),
        ("Yesterday, Saturday, 2 May 2026", 2, True),
        ("Thursday, 30 April 2026", 1, True),
    ]


def test_no_detail_that_is_not_known() -> None:
    details = dict(row(kind="variables", action="variables.open", address="10.0.0.1").details)

    assert details.keys() == {"Event", "From"}
    assert details["From"] == "10.0.0.1"


def test_its_address() -> None:
    assert audit_url(None) == "/audit/"
    assert audit_url(PROD) == "/audit/?environment=prod"
