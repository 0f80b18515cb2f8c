"""What a change of many secrets would do, a row for each secret, before anything is done."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal

from secretsadmin.config.ref import Ref
from secretsadmin.transfer.running import Step

# What will happen to a secret:
Fate = Literal[
    "create",
    "change",
    # It is as it should be already, so nothing is done.
    "same",
    # Something is there already, and nobody has chosen yet what becomes of it.
    "conflict",
    # Somebody chose to leave it as it is.
    "skip",
    # It can't be done, or the person may not do it.
    "refused",
]
# In the order in which people should look at them.
FATES: tuple[Fate, ...] = ("refused", "conflict", "change", "create", "same", "skip")


@dataclass(frozen=True)
class Row:
    """One secret of a plan.

    `reason` says why, where that isn't plain, and `changes` names the fields that change. `version`
    is the version that was current when the plan was made: what changed since is a conflict.
    `line` is where a file names it. What the `step` will store is in memory alone.
    """

    ref: Ref
    fate: Fate
    reason: str = ""
    changes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    line: int | None = None
    version: str = ""
    step: Step | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """Its name in a form."""
        return f"{self.ref.kind.name}:{self.ref.key}"


@dataclass(frozen=True)
class Plan:
    """All rows, those that somebody should look at first."""

    rows: tuple[Row, ...]

    @property
    def counts(self) -> Counter[Fate]:
        return Counter(row.fate for row in self.rows)

    @property
    def undecided(self) -> frozenset[str]:
        """The keys of the rows that are run only where somebody chooses them."""
        return frozenset(row.key for row in self.rows if row.fate == "conflict")

    @property
    def versions(self) -> dict[str, str]:
        """The versions that the rows go on from, by the rows' keys."""
        return {row.key: row.version for row in self.rows if row.version and row.step}

    def steps(self, left_out: Collection[str] = ()) -> tuple[Step, ...]:
        """What a run does, without the rows whose keys are left out."""
        return tuple(row.step for row in self.rows if row.step and row.key not in left_out)


def plan_of(rows: Iterable[Row]) -> Plan:
    """Rows keep their order where they have the same fate."""
    return Plan(tuple(sorted(rows, key=lambda row: FATES.index(row.fate))))
