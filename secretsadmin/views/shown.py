"""A value as a page shows it. What is masked stays behind: a template never gets to hold it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from secretsadmin.comparing import Row
from secretsadmin.kinds import Field, Note, Opened, Reading


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
    # In bytes; None for whoever could read the length of what is masked from it.
    size: int | None
    notes: tuple[Note, ...]

    @property
    def is_broken(self) -> bool:
        """Whether a reader of Airflow's can't read it."""
        return any(reading.error for reading in self.readings)

    @property
    def is_withheld(self) -> bool:
        """Whether there is something of which the person is told no more than that."""
        return self.size is None and any(each.masked for each in self.fields)


@dataclass(frozen=True)
class ShownComparison:
    """What two texts differ in; `problems` says why a side has nothing to compare.

    What is `withheld` stands in both, and whether it is the same isn't told; `is_stored_alike` is None then.
    """

    differing: tuple[Row, ...] = ()
    same: tuple[Row, ...] = ()
    withheld: tuple[Row, ...] = ()
    is_stored_alike: bool | None = True
    problems: tuple[str, ...] = ()


def comparison(rows: Iterable[Row], *, is_stored_alike: bool | None) -> ShownComparison:
    found = tuple(rows)
    same = tuple(row for row in found if row.state == "same")
    withheld = tuple(row for row in found if row.state == "withheld")
    differing = tuple(row for row in found if row.state not in ("same", "withheld"))
    return ShownComparison(differing, same, withheld, is_stored_alike)


def value(opened: Opened, size: int | None, reveal_url: str) -> ShownValue:
    """An opened value; `reveal_url` is empty for whoever may not reveal."""
    fields = tuple(masked(each, reveal_url) for each in opened.fields)
    return ShownValue(fields, readings(opened.readings), opened.form, size, opened.notes)


def masked(of: Field, reveal_url: str) -> ShownField:
    shown = "" if of.masked else of.value or ""
    return ShownField(of.name, of.label, shown, of.hint, of.masked, reveal_url=reveal_url if of.masked else "")


def revealed(of: Field, reveal_url: str) -> ShownField:
    return ShownField(of.name, of.label, of.value or "", of.hint, masked=False, revealed=True, reveal_url=reveal_url)


def readings(found: tuple[Reading, ...]) -> tuple[ShownReading, ...]:
    return tuple(ShownReading(r.label, tuple(part(f, f.name) for f in r.fields), r.error, r.differs) for r in found)


def part(of: Field, name: str) -> ShownPart:
    return ShownPart(name, of.hint if of.masked else of.value or "", of.masked)
