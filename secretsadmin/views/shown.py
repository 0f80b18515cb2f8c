"""A value as a page shows it. What is masked stays behind: a template never gets to hold it."""

from dataclasses import dataclass, field

from secretsadmin.kinds import Field, Note, Opened, Reading

LONG = 60


@dataclass(frozen=True)
class ShownField:
    """One field; its value is there only if it is plain or was revealed just now."""

    name: str
    label: str
    value: str = field(repr=False)
    hint: str
    masked: bool
    revealed: bool = False
    reveal_url: str = ""

    @property
    def long(self) -> bool:
        return len(self.value) > LONG or "\n" in self.value


@dataclass(frozen=True)
class ShownPart:
    """One line of a reading."""

    name: str
    text: str = field(repr=False)
    masked: bool


@dataclass(frozen=True)
class ShownReading:
    label: str
    fields: tuple[ShownPart, ...]
    error: str
    differs: bool


@dataclass(frozen=True)
class ShownValue:
    fields: tuple[ShownField, ...]
    readings: tuple[ShownReading, ...]
    stored_form: str
    size: int
    notes: tuple[Note, ...]


def value(opened: Opened, size: int, reveal_url: str) -> ShownValue:
    """An opened value; `reveal_url` is empty for whoever may not reveal."""
    fields = tuple(masked(part, reveal_url) for part in opened.fields)
    return ShownValue(fields, readings(opened.readings), opened.form, size, opened.notes)


def masked(part: Field, reveal_url: str) -> ShownField:
    shown = "" if part.masked else part.value or ""
    return ShownField(
        part.name, part.label, shown, part.hint, part.masked, reveal_url=reveal_url if part.masked else ""
    )


def revealed(part: Field, reveal_url: str) -> ShownField:
    return ShownField(
        part.name, part.label, part.value or "", part.hint, masked=False, revealed=True, reveal_url=reveal_url
    )


def readings(found: tuple[Reading, ...]) -> tuple[ShownReading, ...]:
    differ = len(found) > 1
    return tuple(ShownReading(r.label, tuple(map(_part, r.fields)), r.error, differ) for r in found)


def _part(part: Field) -> ShownPart:
    return ShownPart(part.name, part.hint if part.masked else part.value or "", part.masked)
