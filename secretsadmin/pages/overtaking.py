"""A conflict as the page of an edit shows it: what happened, and the parts to choose between."""

from dataclasses import dataclass, field
from datetime import datetime

from secretsadmin.diff.three_ways import Choice
from secretsadmin.diff.two_ways import PartChange
from secretsadmin.forms.resolution import NO_VERSION
from secretsadmin.kinds import Kind
from secretsadmin.pages.phrases import counted


@dataclass(frozen=True)
class ShownConflict:
    """What happened while the person was typing. `version` is the one that is current now."""

    version: str
    by: str
    when: datetime | None
    fields: tuple[str, ...]
    deleted: datetime | None = None

    @property
    def rebased_on(self) -> str:
        """What the form sends to say that its person has seen this version."""
        return self.version or NO_VERSION


@dataclass(frozen=True)
class ShownSide:
    """One side of a part, as a cell of the table."""

    text: str = field(repr=False)
    is_masked: bool


@dataclass(frozen=True)
class ShownChoice:
    """A part with its sides. `chosen` is the side that is chosen for it, if one is.

    `missing` says that a side was asked for, and none was chosen.
    """

    part: Choice
    chosen: str = ""
    missing: bool = False
    is_complete: bool = True

    @property
    def who(self) -> str:
        """Who changed the part, as far as the person may know."""
        if self.part.state == "withheld":
            return self._who_if_withheld()
        if self.part.state == "mine":
            return "only you changed it"
        if self.part.state == "theirs":
            return "only they changed it"
        if self.part.state == "alike":
            return "both made the same change"
        if self.is_complete:
            return "both changed it"
        return "different"

    def _who_if_withheld(self) -> str:
        if not self.part.is_open:
            return "whether they changed it is hidden"
        if self.is_complete:
            return "you typed it; whether they changed it is hidden"
        return "you typed it; whether it differs is hidden"

    @property
    def base(self) -> ShownSide:
        return self._side(self.part.base)

    @property
    def theirs(self) -> ShownSide:
        return self._side(self.part.theirs)

    @property
    def mine(self) -> ShownSide:
        side = self._side(self.part.mine)
        if self.part.mine is not None and self.part.state == "withheld":
            return ShownSide("as you typed it", side.is_masked)
        return side

    @property
    def why_theirs_stays(self) -> str:
        if self.part.state == "alike":
            return "the same as theirs"
        return "not touched, so theirs stays"

    def _side(self, text: str | None) -> ShownSide:
        if text is None:
            return ShownSide("none", is_masked=True)
        return ShownSide(text, self.part.masked)


LINE_STATES = {"added": "only yours", "removed": "only theirs", "withheld": "hidden"}


@dataclass(frozen=True)
class ShownLine:
    """One difference between two texts that can only be had as wholes."""

    label: str
    state: str
    state_label: str
    theirs: str = field(repr=False)
    mine: str = field(repr=False)

    @classmethod
    def of(cls, row: PartChange) -> "ShownLine":
        theirs = "none" if row.before is None else row.before
        mine = "none" if row.after is None else row.after
        return cls(row.label, row.state, LINE_STATES.get(row.state, "different"), theirs, mine)


@dataclass(frozen=True)
class ShownWays:
    """What both sides did: the parts to choose between, those that are settled, and the problems.

    Without `is_complete`, the text that the person began with isn't known. Without `can_choose`,
    the other side isn't known either.
    """

    open: tuple[ShownChoice, ...] = ()
    settled: tuple[ShownChoice, ...] = ()
    lines: tuple[ShownLine, ...] = ()
    is_complete: bool = True
    can_choose: bool = True
    problems: tuple[str, ...] = ()

    @property
    def has_unchosen(self) -> bool:
        return any(not choice.chosen for choice in self.open)

    @property
    def has_missing(self) -> bool:
        return any(choice.missing for choice in self.open)

    @property
    def withholds(self) -> bool:
        """Whether the person isn't told of some part if it was changed."""
        choices = (*self.open, *self.settled)
        return any(choice.part.state == "withheld" for choice in choices)

    @property
    def has_theirs(self) -> bool:
        """Whether taking all of mine would undo something that they changed."""
        return any(choice.part.state != "mine" for choice in self.open)

    @property
    def is_nothing(self) -> bool:
        return not self.open and not self.settled

    @property
    def title(self) -> str:
        if self.has_unchosen:
            return "Choose what to save"
        return "What will be saved"

    @property
    def save_label(self) -> str:
        if self.open:
            return "Save with these choices"
        return "Save on top of theirs"

    @property
    def lines_title(self) -> str:
        return f"{counted(len(self.lines), 'difference')} between theirs and yours"


@dataclass(frozen=True)
class Overtaking:
    """A conflict on the page of an edit. Without `conflict`, AWS didn't say what happened."""

    conflict: ShownConflict | None
    ways: ShownWays
    kind: Kind

    @property
    def title(self) -> str:
        """What happened, as a sentence that the time `when` completes, if there is one."""
        if self.conflict is None:
            return "Another version was saved, while you were editing"
        if self.is_deleted:
            what = f"This {self.kind.singular} was scheduled for deletion"
            return f"{what}, while you were editing"
        if not self.conflict.version:
            return f"This {self.kind.singular} has no current version any more"
        return f"{self.conflict.by or 'Somebody'} saved another version"

    @property
    def when(self) -> datetime | None:
        """When the other version was saved, if one was."""
        if self.conflict is None or self.is_deleted or not self.conflict.version:
            return None
        return self.conflict.when

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the other version changed, as far as that is known."""
        if self.conflict is None or not self.conflict.version:
            return ()
        return self.conflict.fields

    @property
    def explanation(self) -> str:
        """What became of the input, where the page can't say what they changed."""
        if self.conflict is None:
            return (
                "Your changes aren't saved, and theirs are kept. AWS doesn't say now which version "
                "theirs is: save again in a moment. What you typed is still in the form."
            )
        if not self.conflict.version:
            return (
                "Somebody took it away while you were editing, so Airflow finds nothing here. "
                "Your changes aren't saved yet. What you save now becomes the current version, "
                "without the values that are masked in the form."
            )
        return (
            "Your changes aren't saved, and theirs are kept. Which fields they changed isn't "
            "known. What you typed is still in the form."
        )

    @property
    def can_choose(self) -> bool:
        return self.ways.can_choose and not self.is_deleted

    @property
    def must_overwrite(self) -> bool:
        """Whether there is only the choice to save mine on top of theirs, unseen."""
        return self.conflict is not None and not self.is_deleted and not self.ways.can_choose

    @property
    def is_deleted(self) -> bool:
        return self.conflict is not None and self.conflict.deleted is not None
