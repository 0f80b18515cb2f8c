"""What an edit can begin with: a stored text that can be read, or why that can't be."""

from dataclasses import dataclass, field

from connections.form.stored_text import stored_as
from connections.inspection import as_seen, take_apart, types
from connections.pasting.mending import Mend, mend
from connections.value.agreeing import readings_by
from connections.value.clarity import is_clear
from connections.value.connection import Connection
from secretsadmin.config.backend import BackendConfig
from secretsadmin.forms.subject import Beginning, Subject
from secretsadmin.forms.told import (
    BLANK,
    EMPTY,
    MENDED,
    NO_TEXT,
    NO_VALUE,
    Trouble,
)
from secretsadmin.kinds import Opened

TAKES_ITS_PLACE = (
    "What you save takes the place of all of it. "
    "Leave the fields empty to change the description alone."
)
LOOK_IT_OVER = "Nothing is saved yet. Look it over, and what Airflow will read of it."


@dataclass(frozen=True)
class ConnectionBeginning(Beginning):
    """`connection` is what the fields show; None where they begin empty."""

    connection: Connection | None = field(default=None, repr=False)


def begin(subject: Subject, text: str | None, version: str, how: str) -> ConnectionBeginning:
    if not text:
        trouble = NO_TEXT if text is None else None
        if not subject.existing.current:
            trouble = NO_VALUE
        return ConnectionBeginning(EMPTY, version, text, trouble)
    proposal = None
    if subject.may_learn or how == MENDED:
        proposal = mend_of(subject, text)
    if how == MENDED and proposal:
        return _begin_with(proposal, subject, text, version)
    connection = readable(text, subject.environment.backend)
    if connection is None:
        how = BLANK
    trouble = _trouble(subject, text, connection, proposal)
    return ConnectionBeginning(how, version, text, trouble, connection=connection)


def _begin_with(proposal: Mend, subject: Subject, text: str, version: str) -> ConnectionBeginning:
    """The form begins with what the stored text seems to mean."""
    title = "A proposal for what is stored, not saved yet"
    trouble = Trouble(title, (*proposal.steps, LOOK_IT_OVER), is_mended=True)
    backend = subject.environment.backend
    encoded = proposal.connection.encode(extra_conn_words=backend.extra_conn_words)
    opened = take_apart(encoded.text, backend)
    preview = stored_as(proposal.connection, encoded, opened)
    return ConnectionBeginning(MENDED, version, text, trouble, preview, proposal.connection)


def readable(text: str, backend: BackendConfig) -> Connection | None:
    """The connection in a text, if it is certain which part of the text is the password."""
    if not is_clear(text):
        return None
    return readings_by(text, backend).best


def is_sound(text: str, backend: BackendConfig) -> bool:
    """Whether everybody reads the same in it, and it is certain which part is the password."""
    return is_clear(text) and readings_by(text, backend).are_sound


def seems_sound(text: str, backend: BackendConfig) -> bool:
    """The same to people who may not reveal: to them, readers agree on what is masked."""
    return is_clear(text) and as_seen(readings_by(text, backend), is_sure=True).are_sound


def mend_of(subject: Subject, text: str) -> Mend | None:
    """What the text seems to mean, unless all readers agree on it anyway."""
    backend = subject.environment.backend
    if is_sound(text, backend):
        return None
    return mend(text, backend.extra_conn_words, types(), subject.existing.type)


def _trouble(
    subject: Subject, text: str, connection: Connection | None, proposal: Mend | None
) -> Trouble | None:
    """Why an edit can't begin with this text, or what a save settles."""
    opened = take_apart(text, subject.environment.backend)
    if not subject.may_learn:
        opened = opened.outline
        proposal = None
    errors = [reading.error for reading in opened.readings if reading.error]
    notes = [note.text for note in opened.notes]
    is_lost = connection is None
    if not (is_lost or errors or notes):
        return None
    sentences = list(errors)
    if proposal and proposal.place:
        place = f"character {proposal.place} of {len(text)}"
        sentences.append(f"The stored text goes astray at {place}.")
    sentences += notes
    if is_lost:
        sentences.append(TAKES_ITS_PLACE)
    title = _title(opened, is_lost=is_lost)
    return Trouble(title, tuple(sentences), offers_mend=proposal is not None)


def _title(opened: Opened, *, is_lost: bool) -> str:
    failing = [reading for reading in opened.readings if reading.error]
    if is_lost and failing:
        return "Airflow can't read what is stored, so the form begins empty"
    if is_lost:
        return "The form begins empty"
    if failing:
        return f"Not read by {failing[0].label}"
    return "What a save settles"
