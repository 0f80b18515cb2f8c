"""Which secrets of a list are shown, and in which order: what its address says."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from secretsadmin.store.reads import Secret

_EPOCH = datetime.min.replace(tzinfo=UTC)
SORTS: dict[str, Callable[[Secret], Any]] = {
    "id": lambda secret: secret.ref.key.lower(),
    "type": lambda secret: (secret.type, secret.ref.key.lower()),
    "description": lambda secret: (secret.description.lower(), secret.ref.key.lower()),
    "changed": lambda secret: (secret.changed or _EPOCH, secret.ref.key.lower()),
}
# Columns that begin with their greatest value: whoever sorts by a date looks for what is new.
NEWEST_FIRST = frozenset({"changed"})
STATES: dict[str, tuple[str, Callable[[Secret], bool]]] = {
    "active": ("In use", lambda secret: secret.deleted is None),
    "deleted": ("Scheduled for deletion", lambda secret: secret.deleted is not None),
    "empty": ("Without a current value", lambda secret: not secret.current),
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

    def find(self, secrets: Iterable[Secret], labels: Mapping[str, str]) -> list[Secret]:
        """The secrets that fit, in order; `labels` are what people call their types."""
        words = self.query.lower().split()
        fitting = [secret for secret in secrets if self._fits(secret) and _has(secret, labels, words)]
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

    def _fits(self, secret: Secret) -> bool:
        if self.type and secret.type != self.type:
            return False
        return not self.state or STATES[self.state][1](secret)


def _has(secret: Secret, labels: Mapping[str, str], words: list[str]) -> bool:
    """Whether each of the words stands somewhere in what a row says."""
    if not words:
        return True
    searched = "\n".join((secret.ref.key, secret.type, labels[secret.type], secret.description)).lower()
    return all(word in searched for word in words)
