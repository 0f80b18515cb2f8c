"""Which secrets of a list are shown, and in which order: what its address says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from secretsadmin.kinds import Tone
from secretsadmin.store.marks import Marks
from secretsadmin.store.reads import Secret

_EPOCH = datetime.min.replace(tzinfo=UTC)
SORTS: dict[str, Callable[[Secret], Any]] = {
    "id": lambda secret: secret.ref.key.lower(),
    "type": lambda secret: (secret.type, secret.ref.key.lower()),
    "description": lambda secret: (secret.description.lower(), secret.ref.key.lower()),
    "changed": lambda secret: (secret.changed or _EPOCH, secret.ref.key.lower()),
}
# An address holds thousands of words, and each is looked for in each row. So many tell any row from the others.
MOST_WORDS = 20
# Columns that begin with their greatest value: whoever sorts by a date looks for what is new.
NEWEST_FIRST = frozenset({"changed"})


@dataclass(frozen=True)
class Listed:
    """All of a list, as filters look at it; `labels` are what people call the types."""

    secrets: tuple[Secret, ...]
    labels: Mapping[str, str]
    marks: Marks


@dataclass(frozen=True)
class State:
    """What secrets can be filtered by: whether they have a mark, or haven't. `mark` is its name.

    `attention` is how the overview counts them, if somebody should look at them; `known_how` says why there may be
    more of them than are shown.
    """

    label: str
    mark: str
    has_it: bool = True
    attention: str = ""
    tone: Tone = "danger"
    known_how: str = ""

    def fits(self, secret: Secret, marks: Marks) -> bool:
        return (secret.ref.key in marks.of(self.mark)) == self.has_it

    def count(self, total: int, marks: Marks) -> int:
        marked = len(marks.of(self.mark))
        return marked if self.has_it else total - marked


WHEN_OPENED = "Known of those that somebody has opened here since they were changed last."
STATES = {
    "active": State("In use", "deleted", has_it=False),
    "deleted": State("Scheduled for deletion", "deleted", attention="scheduled for deletion"),
    "empty": State("Without a current value", "empty", attention="without a current value"),
    "unreadable": State("Won't parse", "unreadable", attention="won't parse", known_how=WHEN_OPENED),
    "textless": State("Without text", "textless", attention="without text", known_how=WHEN_OPENED),
    "outside": State(
        "Changed outside",
        "outside",
        attention="changed outside",
        tone="caution",
        known_how="Known of those that were saved or rolled back here before.",
    ),
}


@dataclass(frozen=True)
class Filter:
    """`sort` is the name of a column, with a minus before it where the greatest value comes first."""

    query: str = ""
    type: str = ""
    state: str = ""
    sort: str = "id"
    page: str = ""

    @classmethod
    def of(cls, asked: QueryDict) -> "Filter":
        """What the address says wrongly counts as not said."""
        state, sort = asked.get("state", ""), asked.get("sort", "")
        return cls(
            query=asked.get("q", "").strip(),
            type=asked.get("type", ""),
            state=state if state in STATES else "",
            sort=sort if sort.removeprefix("-") in SORTS else "id",
            page=asked.get("page", ""),
        )

    @property
    def is_narrow(self) -> bool:
        """Whether something else than the words leaves secrets out."""
        return bool(self.type or self.state)

    def find(self, listed: Listed) -> list[Secret]:
        """The secrets that fit, in order."""
        words = self.query.lower().split()[:MOST_WORDS]
        there = (secret for secret in listed.secrets if self._fits(secret, listed.marks))
        fitting = [secret for secret in there if _has(secret, listed.labels, words)]
        return sorted(fitting, key=SORTS[self.sort.removeprefix("-")], reverse=self.sort.startswith("-"))

    def wider(self) -> "Filter":
        """The same words among all of them."""
        return replace(self, type="", state="", page="")

    def sorted_by(self, column: str) -> "Filter":
        """By this column; the other way around where it is so already."""
        first, then = (f"-{column}", column) if column in NEWEST_FIRST else (column, f"-{column}")
        return replace(self, sort=then if self.sort == first else first, page="")

    def at(self, url: str) -> str:
        """The list's address with this filter."""
        sort = "" if self.sort == "id" else self.sort
        said = {"q": self.query, "type": self.type, "state": self.state, "sort": sort, "page": self.page}
        query = urlencode({name: text for name, text in said.items() if text})
        return f"{url}?{query}" if query else url

    def _fits(self, secret: Secret, marks: Marks) -> bool:
        if self.type and secret.type != self.type:
            return False
        return not self.state or STATES[self.state].fits(secret, marks)


def _has(secret: Secret, labels: Mapping[str, str], words: list[str]) -> bool:
    """Whether each of the words stands somewhere in what a row says."""
    if not words:
        return True
    searched = "\n".join((secret.ref.key, secret.type, labels[secret.type], secret.description)).lower()
    return all(word in searched for word in words)
