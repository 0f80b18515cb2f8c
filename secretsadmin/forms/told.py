"""What a form tells a page, beside its fields."""

from dataclasses import dataclass
from typing import NamedTuple

from django.forms.boundfield import BoundField

from secretsadmin.kinds import Field, Note, Reading

# How an edit begins if it doesn't begin with the stored plain fields alone. REVEALED adds a masked
# field to them. BLANK begins with nothing, because the text can't be read. EMPTY begins with
# nothing, because there is no text. MENDED begins with a proposal for what the text means.
REVEALED, BLANK, EMPTY, MENDED = "revealed", "blank", "empty", "mended"


@dataclass(frozen=True)
class Wrong:
    """An error, with the label and the id of its field if it belongs to one."""

    message: str
    label: str = ""
    field_id: str = ""

    def __str__(self) -> str:
        if self.label:
            return f"{self.label}: {self.message}"
        return self.message


@dataclass(frozen=True)
class Preview:
    """What a form's input would become, masked; for an update also what it changes."""

    readings: tuple[Reading, ...] = ()
    changes: tuple[Field, ...] = ()
    masked_text: str = ""
    format: str = ""
    size: int = 0
    reason: str = ""
    notes: tuple[Note, ...] = ()


class Section(NamedTuple):
    """Some of a form's fields; one with a title can be folded.

    `entry` says in which way of entering it is shown.
    """

    fields: tuple[BoundField, ...]
    title: str = ""
    is_open: bool = True
    entry: str = ""


@dataclass(frozen=True)
class Trouble:
    """Why an edit doesn't simply begin with what is stored.

    `has_text` says whether there is a text that can be shown, and `offers_mend` whether a reading
    of it can be proposed. If it `is_mended`, the form holds that proposal.
    """

    title: str
    sentences: tuple[str, ...] = ()
    has_text: bool = True
    offers_mend: bool = False
    is_mended: bool = False

    @property
    def tone(self) -> str:
        if self.is_mended:
            return "info"
        return "caution"

    @property
    def icon(self) -> str:
        if self.is_mended:
            return "info"
        return "triangle-alert"


# What the page of an edit says above the form, also when the form comes back.
_MAKE_READABLE = (
    "Save a text to make it readable, or leave the fields empty to change the description alone."
)
_REPLACES_ALL = (
    "What you save takes the place of all of it. Leave the fields empty to change the description "
    "alone."
)
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
        (_REPLACES_ALL,),
    ),
    EMPTY: NO_TEXT,
    MENDED: Trouble("A proposal for what is stored, not saved yet", is_mended=True),
}
