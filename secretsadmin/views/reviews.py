"""What a save would change, before it is saved: one recorded disclosure, and nothing is written."""

from collections.abc import Iterator
from dataclasses import replace

from secretsadmin import comparing
from secretsadmin.audit.models import Actor
from secretsadmin.comparing import Fields, Row
from secretsadmin.environments import Ref
from secretsadmin.forms import DESCRIPTION, SecretForm
from secretsadmin.kinds import Field
from secretsadmin.store import reads
from secretsadmin.store.errors import NoValue
from secretsadmin.store.reads import Value
from secretsadmin.views.shown import ShownComparison, comparison


class Overtaken(Exception):
    """Raised when what is there now is another version than the one that the form was opened on."""

    def __init__(self, theirs: Value) -> None:
        super().__init__()
        self.theirs = theirs


def review(ref: Ref, form: SecretForm, *, actor: Actor) -> ShownComparison:
    """What is there now beside what a form that was checked would store; one call.

    Raises ValidationError for what would be refused, Overtaken, NotRecorded, and any StoreError.
    """
    there = _current(ref, actor)
    if there.version != form.metadata()["version"]:
        raise Overtaken(there)
    draft = form.draft(there.text)
    rows = comparing.rows(*_parts(form, there.text, draft.text))
    return comparison((*_told(form, rows), *_description(form)), is_stored_alike=not draft.fields)


def _current(ref: Ref, actor: Actor) -> Value:
    try:
        return reads.reveal(ref, "compare", actor=actor)
    except NoValue:
        # There is no version, or one that is no text; either way a save puts the first text there.
        return Value("", reads.describe(ref).current)


def _parts(form: SecretForm, before: str, after: str) -> tuple[Fields, Fields]:
    return form.parts(before, after) if before else ((), form.ways((after,))[0])


def _told(form: SecretForm, rows: tuple[Row, ...]) -> Iterator[Row]:
    """Of what is withheld, the person is told what they know: that they typed it, or that it stays as it is."""
    for row in rows:
        if row.state != "withheld":
            yield row
        else:
            yield replace(row, state="typed" if form.says_anew(row.name) else "same")


def _description(form: SecretForm) -> tuple[Row, ...]:
    texts = (form.existing().description, form.metadata()["description"])
    before, after = ((Field(DESCRIPTION, "Description", text, masked=False),) if text else () for text in texts)
    return comparing.rows(before, after)
