"""What two people made of the same value, part by part, and what somebody has to choose.

A part that is masked on any side shows no value: at most its length, or what sort it is.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

from secretsadmin.diff.fields import (
    Fields,
    by_name,
    is_withheld,
    key_in_a_form,
    names_in_order,
    shown_text,
)
from secretsadmin.kinds import Field

ChangedBy = Literal["mine", "theirs", "alike", "both", "withheld"]


@dataclass(frozen=True)
class Choice:
    """One part that either of two people changed: what it was, what it is, and what it would be.

    `state` says who changed it, or that this is withheld. Where it `is_open`, the person can choose
    either side. Elsewhere what is stored now stays.
    """

    name: str
    label: str
    state: ChangedBy
    masked: bool
    is_open: bool
    base: str | None = field(default=None, repr=False)
    theirs: str | None = field(default=None, repr=False)
    mine: str | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        return key_in_a_form(self.name)

    @property
    def default(self) -> str:
        """The side of the only one who changed anything; empty where the person must choose."""
        if self.state in ("mine", "theirs"):
            return self.state
        return ""


@dataclass(frozen=True)
class _Part:
    """One part on every side; None on a side that lacks it."""

    base: Field | None
    theirs: Field | None
    mine: Field | None
    laid_over: Field | None
    is_typed: bool

    @property
    def is_open(self) -> bool:
        return self.is_typed or _differ(self.laid_over, self.theirs)


def find_choices(
    base: Fields | None,
    theirs: Fields,
    mine: Fields,
    *,
    laid_over: Fields,
    typed: Collection[str] = (),
    left_alone: Collection[str] = (),
) -> tuple[Choice, ...]:
    """The parts that either of two people changed, in the order of `base`, then of `theirs`.

    `base` is what both began with; None where that isn't known. `theirs` is stored now. `mine` is
    the input laid over `base`, and `laid_over` the input laid over `theirs`: what choosing mine
    stores.

    A part whose name is in `typed` counts as changed by me and as different from theirs, even if it
    isn't: so nobody can try out what a masked part holds. With no base, I changed whatever differs
    from theirs, except the names in `left_alone`.
    """
    base_fields, their_fields = by_name(base or ()), by_name(theirs)
    my_fields, laid_over_fields = by_name(mine), by_name(laid_over)
    # A dictionary keeps the first of equal names, and their order.
    names = dict.fromkeys([*names_in_order(base or (), theirs), *my_fields, *laid_over_fields])
    choices = []
    for name in names:
        part = _Part(
            base_fields.get(name),
            their_fields.get(name),
            my_fields.get(name),
            laid_over_fields.get(name),
            is_typed=name in typed,
        )
        if base is None:
            state = _state_without_base(part, is_left_alone=name in left_alone)
        else:
            state = _state(part)
        if state:
            choices.append(_choice(part, state))
    return tuple(choices)


def _state(part: _Part) -> ChangedBy | None:
    """Who changed a part; None where nobody did."""
    if is_withheld(part.base, part.theirs):
        return "withheld"
    is_changed_by_me = part.is_typed or _differ(part.mine, part.base)
    is_changed_by_them = _differ(part.theirs, part.base)
    if not is_changed_by_them:
        return "mine" if is_changed_by_me else None
    if not is_changed_by_me:
        return "theirs"
    return "both" if part.is_open else "alike"


def _state_without_base(part: _Part, *, is_left_alone: bool) -> ChangedBy | None:
    """Who changed a part, where nobody knows what both began with.

    None for a part that isn't open.
    """
    if not part.is_open:
        return None
    if is_withheld(part.theirs, part.laid_over):
        return "withheld"
    return "theirs" if is_left_alone else "both"


def _choice(part: _Part, state: ChangedBy) -> Choice:
    mine = part.laid_over if part.is_open else part.mine
    latest = mine or part.theirs or part.base
    if latest is None:
        raise ValueError("a part is on at least one side")
    masked = any(side is not None and side.masked for side in (part.base, part.theirs, mine))
    return Choice(
        latest.name,
        latest.label,
        state,
        masked,
        part.is_open,
        shown_text(part.base, masked=masked),
        shown_text(part.theirs, masked=masked),
        shown_text(mine, masked=masked),
    )


def _differ(one: Field | None, other: Field | None) -> bool:
    """Whether two sides surely differ. A withheld part differs only where one side lacks it."""
    if one is None or other is None:
        return one is not other
    return not is_withheld(one, other) and one.value != other.value
