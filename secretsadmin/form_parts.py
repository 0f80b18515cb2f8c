"""What a form tells a page, beside its fields."""

from dataclasses import dataclass
from typing import NamedTuple

from django.forms.boundfield import BoundField

from secretsadmin.kinds import Field, Note, Reading

# How an edit begins, where it doesn't with the plain fields of what is stored: with a masked one
# beside them; with nothing of a text that can't be read; with nothing, as there is no text; with a
# reading that is a proposal.
REVEALED, BLANK, EMPTY, MENDED = "revealed", "blank", "empty", "mended"


@dataclass(frozen=True)
class Wrong:
    """An error, and the field that it belongs to, if it does to one: what people and the page call that."""

    message: str
    label: str = ""
    field_id: str = ""

    def __str__(self) -> str:
        return f"{self.label}: {self.message}" if self.label else self.message


@dataclass(frozen=True)
class Preview:
    """What a form's input would become, with every value masked; for an update also what that changes."""

    readings: tuple[Reading, ...] = ()
    changes: tuple[Field, ...] = ()
    masked_text: str = ""
    form: str = ""
    size: int = 0
    reason: str = ""
    notes: tuple[Note, ...] = ()


class Section(NamedTuple):
    """Some of a form's fields; one with a title can be folded. `entry` says in which way of entering it is shown."""

    fields: tuple[BoundField, ...]
    title: str = ""
    is_open: bool = True
    entry: str = ""


@dataclass(frozen=True)
class Trouble:
    """Why an edit doesn't simply begin with what is stored. `has_text` says whether there is a text that can be shown.

    `offers_mend` says whether there is a reading of it to propose, and `is_mended` that the form holds that.
    """

    title: str
    sentences: tuple[str, ...] = ()
    has_text: bool = True
    offers_mend: bool = False
    is_mended: bool = False


# What the page of an edit says above the form, and says again once something was sent.
_MAKE_READABLE = "Save a text to make it readable, or leave the fields empty to change the description alone."
NO_TEXT = Trouble(
    "It holds no text, so the form begins empty",
    ("Airflow reads text alone, and finds nothing here.", _MAKE_READABLE),
    has_text=False,
)
NO_VALUE = Trouble(
    "No version is the current one, so the form begins empty",
    ("Airflow finds nothing here.", _MAKE_READABLE),
    has_text=False,
)
TOLD_AGAIN = {
    BLANK: Trouble(
        "Airflow can't read what is stored",
        ("What you save takes the place of all of it. Leave the fields empty to change the description alone.",),
    ),
    EMPTY: NO_TEXT,
    MENDED: Trouble("A proposal for what is stored, not saved yet", is_mended=True),
}
