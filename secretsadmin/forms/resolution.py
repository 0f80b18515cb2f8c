"""What a person chose after a conflict: their own side or the other one, part by part."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import QueryDict

from secretsadmin.store.reads import VERSION_ID

# The two sides, and the prefix of the inputs that hold a choice.
MINE, THEIRS = "mine", "theirs"
CHOICE = "choice."
# What the page sends in place of a version's id where there was no current version.
NO_VERSION = "none"
# The name of the description among the parts to choose from.
DESCRIPTION = "secret.description"


@dataclass(frozen=True)
class Resolution:
    """The choices that a form was sent with.

    `rebased_on` is the version of theirs that the person has seen: empty where there was no current
    version, None where there was no conflict. `sides` are the chosen sides by the part's key in the
    form. `offered` are the keys of all parts that the page had a choice for.
    """

    rebased_on: str | None = None
    sides: Mapping[str, str] = field(default_factory=dict)
    offered: tuple[str, ...] = ()
    takes_all_of_mine: bool = False

    @classmethod
    def of(cls, data: QueryDict) -> "Resolution":
        """Inputs that make no sense count as not sent."""
        rebased_on = _version(data.get("on_top_of", ""))
        sides = {}
        if rebased_on is not None:
            sides = _sides(data)
        offered = tuple(data.getlist("asked"))
        return cls(rebased_on, sides, offered, takes_all_of_mine=data.get("take") == MINE)

    @property
    def theirs(self) -> frozenset[str]:
        """The keys of the value's parts that stay as they are stored."""
        if self.takes_all_of_mine:
            return frozenset()
        theirs = {key for key, side in self.sides.items() if side == THEIRS}
        return frozenset(theirs - {DESCRIPTION})

    @property
    def unresolved(self) -> frozenset[str]:
        """The keys of the parts that the page offered, and for which no side was chosen."""
        if self.rebased_on is None or self.takes_all_of_mine:
            return frozenset()
        return frozenset(self.offered) - self.sides.keys()

    @property
    def keeps_their_description(self) -> bool:
        return self.sides.get(DESCRIPTION) == THEIRS and not self.takes_all_of_mine


def _version(sent: str) -> str | None:
    if sent == NO_VERSION:
        return ""
    if not re.match(VERSION_ID, sent):
        return None
    return sent


def _sides(data: QueryDict) -> dict[str, str]:
    sides = {}
    for name in data:
        side = str(data[name])
        if name.startswith(CHOICE) and side in (MINE, THEIRS):
            sides[name.removeprefix(CHOICE)] = side
    return sides
