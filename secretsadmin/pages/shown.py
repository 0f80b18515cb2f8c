"""A value as a page shows it. A template never gets a masked value."""

from dataclasses import dataclass, field

from secretsadmin.kinds import Field, Note, Opened, Reading
from secretsadmin.pages.phrases import counted

MASK = "••••••••"
NOTHING = "none"


@dataclass(frozen=True)
class ShownField:
    """One field; its value is there only if it is plain or was revealed just now.

    `asked_by` is the name by which its form asks for it. `version` is the version that the form
    asks for, empty for the current one. A field that `is_alone` stands outside of any list.
    """

    name: str
    label: str
    value: str = field(repr=False)
    hint: str
    masked: bool
    revealed: bool = False
    reveal_url: str = ""
    hide_url: str = ""
    asked_by: str = "field"
    version: str = ""
    is_alone: bool = False

    @property
    def text(self) -> str:
        """What stands in the field's place."""
        if self.masked:
            return self.hint or MASK
        return self.value or NOTHING

    @property
    def is_dim(self) -> bool:
        return self.masked or not self.value

    @property
    def can_be_copied(self) -> bool:
        """Whether it has a copy button. A masked field needs a form that can show it."""
        if self.masked or self.revealed:
            return bool(self.reveal_url)
        return bool(self.value)

    @property
    def answer_replaces(self) -> str:
        """The element around it that the answer to its form replaces."""
        if self.is_alone:
            return "closest dl"
        return "closest .item"


@dataclass(frozen=True)
class ShownPart:
    """One line of a reading."""

    name: str
    text: str = field(repr=False)
    masked: bool

    @property
    def is_dim(self) -> bool:
        return self.masked or not self.text


@dataclass(frozen=True)
class ShownReading:
    """What some of Airflow's readers make of a value; with a `heading` where there are several."""

    label: str
    fields: tuple[ShownPart, ...]
    error: str
    differs: bool
    heading: str = ""

    @property
    def difference(self) -> str:
        """How it differs from the first, in a few words."""
        if not self.differs:
            return ""
        if self.error:
            return "can’t read it"
        return "read it differently"


@dataclass(frozen=True)
class ShownValue:
    """An opened value.

    `size` is in bytes, and None for those who could read the length of what is masked from it.
    """

    fields: tuple[ShownField, ...]
    readings: tuple[ShownReading, ...]
    stored_format: str
    size: int | None
    notes: tuple[Note, ...]

    @property
    def is_broken(self) -> bool:
        """Whether some reader of Airflow's can't read it."""
        return any(reading.error for reading in self.readings)

    @property
    def is_withheld(self) -> bool:
        """Whether something is masked, and the person may not even know its length."""
        return self.size is None and any(shown.masked for shown in self.fields)

    @property
    def only_reader(self) -> str:
        """Who reads it, where all do so alike."""
        if len(self.readings) == 1:
            return self.readings[0].label
        return ""

    @property
    def storage(self) -> str:
        """How it is stored: `stored as JSON, 90 bytes`."""
        stored = f"stored as {self.stored_format or 'text'}"
        if self.size is None:
            return stored
        return f"{stored}, {counted(self.size, 'byte')}"


def value(opened: Opened, size: int | None, reveal_url: str, *, version: str = "") -> ShownValue:
    """An opened value; `reveal_url` is empty for those who may not reveal."""
    fields = tuple(masked(field, reveal_url, version=version) for field in opened.fields)
    return ShownValue(fields, readings(opened.readings), opened.format, size, opened.notes)


def masked(field: Field, reveal_url: str, *, version: str = "") -> ShownField:
    """A field of an opened value, without the value if that is masked."""
    if not field.masked:
        return ShownField(field.name, field.label, field.value or "", field.hint, masked=False)
    return ShownField(
        field.name,
        field.label,
        "",
        field.hint,
        masked=True,
        reveal_url=reveal_url,
        version=version,
    )


def revealed(field: Field, reveal_url: str, *, hide_url: str, version: str = "") -> ShownField:
    """A field with its value, masked or not. `hide_url` shows the field as it was before."""
    return ShownField(
        field.name,
        field.label,
        field.value or "",
        field.hint,
        masked=False,
        revealed=True,
        reveal_url=reveal_url,
        hide_url=hide_url,
        version=version,
    )


def readings(of_all: tuple[Reading, ...]) -> tuple[ShownReading, ...]:
    are_several = len(of_all) > 1
    return tuple(_reading(reading, has_heading=are_several) for reading in of_all)


def _reading(reading: Reading, *, has_heading: bool) -> ShownReading:
    fields = tuple(part(field, field.name) for field in reading.fields)
    heading = ""
    if has_heading:
        heading = reading.label[:1].upper() + reading.label[1:]
    return ShownReading(reading.label, fields, reading.error, reading.differs, heading)


def part(field: Field, name: str) -> ShownPart:
    if field.masked:
        return ShownPart(name, field.hint, masked=True)
    return ShownPart(name, field.value or "", masked=False)
