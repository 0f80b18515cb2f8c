"""An observation says ... (each test finishes the sentence)."""

from typing import Any

import pytest

from secretsadmin.audit.models import Event
from secretsadmin.audit.observations import Caller, seen_between, sentence


def observed(what: str, **columns: Any) -> Event:
    details = {"what": what, **columns.pop("details", {})}
    return Event(action="variables.observe", kind="variables", details=details, **columns)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (observed("appeared"), "Somebody outside created the variable"),
        (observed("vanished"), "Somebody outside deleted for good the variable"),
        (observed("scheduled"), "Somebody outside scheduled the deletion of the variable"),
        (observed("restored"), "Somebody outside took back the deletion of the variable"),
        (observed("made", fields=["a"]), "Somebody outside saved a version of the variable"),
        (
            observed("moved", fields=["a"], previous="1"),
            "Somebody outside moved the label “a” to another version of the variable",
        ),
        (
            observed("moved", fields=["a"]),
            "Somebody outside put the label “a” on a version of the variable",
        ),
        (
            observed("taken", fields=["a"]),
            "Somebody outside took the label “a” off a version of the variable",
        ),
        (
            observed("named", details={"sort": "IAMUser", "name": "eve", "account": "1"}),
            "CloudTrail names the user eve of account 1 for a change outside of the variable",
        ),
        (observed("later word"), "Somebody outside changed the variable"),
        (Event(action="gone.observe", kind="gone"), "Somebody outside changed the secret"),
    ],
)
def test_what_happened_in_a_sentence(event: Event, words: str) -> None:
    assert sentence(event) == words


@pytest.mark.parametrize("details", [{}, {"since": "x", "until": "y"}, {"since": 1, "until": 2}])
def test_nothing_of_its_time_where_its_line_does_not(details: dict[str, Any]) -> None:
    assert seen_between(observed("made", details=details)) is None


def test_who_it_was_as_far_as_that_is_known() -> None:
    assert Caller("c", "e", "t").words == "somebody"
    assert Caller("c", "e", "t", sort="Root", arn="arn:root").words == "arn:root"
