"""Two versions of a value, part by part.

A part that is masked on either side shows no value: at most its length, or what sort it is.
"""

from dataclasses import dataclass, field
from typing import Literal

from secretsadmin.diff.fields import (
    LINE,
    WHOLE,
    Fields,
    by_name,
    is_withheld,
    names_in_order,
    shown_text,
)
from secretsadmin.kinds import Field

State = Literal["added", "removed", "changed", "same", "typed", "withheld"]


@dataclass(frozen=True)
class PartChange:
    """One part before and after.

    Each side holds the value where both sides are plain, else a hint of it. It is None where the
    side lacks the part.
    """

    name: str
    label: str
    state: State
    masked: bool
    before: str | None = field(default=None, repr=False)
    after: str | None = field(default=None, repr=False)

    @property
    def can_be_revealed(self) -> bool:
        """Whether it is masked, and has a name to ask for it by; a pair of lines has none."""
        return self.masked and not self.name.startswith(LINE)

    @property
    def is_whole(self) -> bool:
        return self.name == WHOLE


def part_changes(before: Fields, after: Fields) -> tuple[PartChange, ...]:
    """Each part of both sides by name.

    They stand in the order of `before`. Parts that only `after` has follow their neighbours there.
    """
    old_fields, new_fields = by_name(before), by_name(after)
    names = names_in_order(before, after)
    return tuple(_change(old_fields.get(name), new_fields.get(name)) for name in names)


def _change(before: Field | None, after: Field | None) -> PartChange:
    latest = after or before
    if latest is None:
        raise ValueError("a part is on at least one side")
    masked = any(side is not None and side.masked for side in (before, after))
    return PartChange(
        latest.name,
        latest.label,
        _state(before, after),
        masked,
        shown_text(before, masked=masked),
        shown_text(after, masked=masked),
    )


def _state(before: Field | None, after: Field | None) -> State:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    if is_withheld(before, after):
        return "withheld"
    return "same" if before.value == after.value else "changed"
