"""Which secrets of a list are shown, and in which order: what its address says."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from secretsadmin.kinds import Tone
from secretsadmin.store.marks import Marks
from secretsadmin.store.reads import Secret

_EPOCH = datetime.min.replace(tzinfo=UTC)
DEFAULT_SORT = "id"
SORTS: dict[str, Callable[[Secret], Any]] = {
    "id": lambda secret: secret.ref.key.lower(),
    "type": lambda secret: (secret.type, secret.ref.key.lower()),
    "description": lambda secret: (secret.description.lower(), secret.ref.key.lower()),
    "changed": lambda secret: (secret.changed or _EPOCH, secret.ref.key.lower()),
}
# An address can hold thousands of words, and the filter looks for each of them in each row. This
# many words tell any row from the others.
MOST_WORDS = 20
# So many tags a list shows as columns.
MOST_COLUMNS = 5
# Columns that begin with their greatest value: people who sort by a date look for the newest.
NEWEST_FIRST = frozenset({"changed"})


@dataclass(frozen=True)
class Listed:
    """All of a list, as filters look at it; `labels` are what people call the types."""

    secrets: tuple[Secret, ...]
    labels: Mapping[str, str]
    marks: Marks


@dataclass(frozen=True)
class State:
    """A state to filter by: the secrets that have the mark of this name, or those that don't.

    `attention` is the overview's word for them, if somebody should look at them. `known_how` says
    why there may be more of them than the list shows.
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
        if self.has_it:
            return marked
        return total - marked


WHEN_OPENED = "Known only of secrets that somebody opened here after their last change."
STATES = {
    "active": State("In use", "deleted", has_it=False),
    "deleted": State("Scheduled for deletion", "deleted", attention="scheduled for deletion"),
    "empty": State("Without a current value", "empty", attention="without a current value"),
    "unreadable": State(
        "Won't parse", "unreadable", attention="won't parse", known_how=WHEN_OPENED
    ),
    "textless": State("Without text", "textless", attention="without text", known_how=WHEN_OPENED),
    "outside": State(
        "Changed outside",
        "outside",
        attention="changed outside",
        tone="caution",
        known_how="Known only of secrets that were saved or rolled back here before.",
    ),
    "unread": State(
        "Not read since it changed",
        "unread",
        attention="not read since changed",
        tone="neutral",
        known_how=(
            "AWS tells the last day on which a secret was read, and nothing of today. "
            "A reading here hides who else has read it by then, so it counts a week later."
        ),
    ),
    "terraform": State(
        "Made by Terraform",
        "terraform",
        attention="made by Terraform",
        tone="caution",
        known_how=(
            "A version with a label has an id of Terraform's. "
            "Its next apply may bring back a value of its own."
        ),
    ),
}


def has_tag(secret: Secret, tag: str) -> bool:
    """Whether the secret has the tag of this key, or of this key and value."""
    if tag in secret.tags:
        return True
    # A key may have an equals sign in it, too.
    return any(f"{key}={value}" == tag for key, value in secret.tags.items())


def _columns(sent: Iterable[str]) -> tuple[str, ...]:
    """The keys in the order in which they were sent, each of them once."""
    keys = [key.strip() for text in sent for key in text.split(",")]
    return tuple(key for key in dict.fromkeys(keys) if key)[:MOST_COLUMNS]


@dataclass(frozen=True)
class Filter:
    """What a list's address asks for.

    `sort` is the name of a column, with a minus before it where the greatest value comes first.
    `tag` is a tag's key, or `key=value`. `columns` are the keys of the tags that are shown.
    """

    query: str = ""
    type: str = ""
    state: str = ""
    sort: str = DEFAULT_SORT
    page: str = ""
    tag: str = ""
    columns: tuple[str, ...] = ()

    @classmethod
    def from_query(cls, query: QueryDict) -> "Filter":
        """A state or an order that doesn't exist counts as not given."""
        state = query.get("state", "")
        if state not in STATES:
            state = ""
        sort = query.get("sort", "")
        if sort.removeprefix("-") not in SORTS:
            sort = DEFAULT_SORT
        return cls(
            query=query.get("q", "").strip(),
            type=query.get("type", ""),
            state=state,
            sort=sort,
            page=query.get("page", ""),
            tag=query.get("tag", "").strip(),
            columns=_columns(query.getlist("columns")),
        )

    @property
    def is_narrow(self) -> bool:
        """Whether a type, a state or a tag leaves secrets out."""
        return bool(self.type or self.state or self.tag)

    @property
    def sort_column(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")

    def find(self, listed: Listed) -> list[Secret]:
        """The secrets that fit, in order."""
        words = self.query.lower().split()[:MOST_WORDS]
        fitting = [secret for secret in listed.secrets if self._fits(secret, listed, words)]
        return sorted(fitting, key=SORTS[self.sort_column], reverse=self.is_descending)

    def wider(self) -> "Filter":
        """The same words, among the secrets of every type and state, whatever their tags."""
        return replace(self, type="", state="", tag="", page="")

    def sorted_by(self, column: str) -> "Filter":
        """Sorted by this column. If it is sorted so already, in the opposite order."""
        first, second = column, f"-{column}"
        if column in NEWEST_FIRST:
            first, second = second, first
        sort = first
        if self.sort == first:
            sort = second
        return replace(self, sort=sort, page="")

    def at(self, url: str) -> str:
        """The list's address with this filter."""
        parameters = {"q": self.query, "type": self.type, "state": self.state, "tag": self.tag}
        parameters["columns"] = ",".join(self.columns)
        if self.sort != DEFAULT_SORT:
            parameters["sort"] = self.sort
        parameters["page"] = self.page
        filled = {name: text for name, text in parameters.items() if text}
        if not filled:
            return url
        return f"{url}?{urlencode(filled)}"

    def _fits(self, secret: Secret, listed: Listed, words: list[str]) -> bool:
        """Whether it has the type and the state, and each of the words stands in its row."""
        if self.type and secret.type != self.type:
            return False
        if self.state and not STATES[self.state].fits(secret, listed.marks):
            return False
        if self.tag and not has_tag(secret, self.tag):
            return False
        if not words:
            return True
        label = listed.labels[secret.type]
        texts = (secret.ref.key, secret.type, label, secret.description)
        searched = "\n".join(texts).lower()
        return all(word in searched for word in words)
