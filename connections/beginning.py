"""What an edit can begin with: a stored text that can be read, and why another one can't."""

from connections.agreeing import readings_by
from connections.clarity import is_clear
from connections.connection import Connection
from connections.mending import Mend
from connections.shape import seen
from secretsadmin.backend import BackendConfig
from secretsadmin.form_parts import Trouble
from secretsadmin.kinds import Opened

_ALONE = "What you save takes the place of all of it. Leave the fields empty to change the description alone."
_LOOK_OVER = "Nothing is saved yet. Look it over, and what Airflow will read of it."


def readable(text: str, backend: BackendConfig) -> Connection | None:
    """What can be read of a text, if it is certain which part of that is the password."""
    return readings_by(text, backend).best if is_clear(text) else None


def is_sound(text: str, backend: BackendConfig) -> bool:
    """Whether all who read it read the same, and it is certain which part of it is the password."""
    return is_clear(text) and readings_by(text, backend).are_sound


def seems_sound(text: str, backend: BackendConfig) -> bool:
    """The same for whoever may not reveal, to whom readers seem to read alike what is masked."""
    return is_clear(text) and seen(readings_by(text, backend), is_sure=True).are_sound


def trouble_with(text: str, opened: Opened, connection: Connection | None, mend: Mend | None) -> Trouble | None:
    """Why an edit can't begin with a text, or what a save settles. `mend` is there for whoever may see all of the text.

    `opened` says of it what the person may know.
    """
    errors = [(reading.label, reading.error) for reading in opened.readings if reading.error]
    notes = [note.text for note in opened.notes]
    if connection and not errors and not notes:
        return None
    place = f"The stored text goes astray at character {mend.place} of {len(text)}." if mend and mend.place else ""
    told = (*(error for _, error in errors), place, *notes, "" if connection else _ALONE)
    title = _title(errors, is_lost=connection is None)
    return Trouble(title, tuple(sentence for sentence in told if sentence), offers_mend=mend is not None)


def _title(errors: list[tuple[str, str]], *, is_lost: bool) -> str:
    if not errors:
        return "The form begins empty" if is_lost else "What a save settles"
    if is_lost:
        return "Airflow can't read what is stored, so the form begins empty"
    return f"Not read by {errors[0][0]}"


def proposed(mend: Mend) -> Trouble:
    return Trouble("A proposal for what is stored, not saved yet", (*mend.steps, _LOOK_OVER), is_mended=True)
