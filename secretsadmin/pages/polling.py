"""How old a page's lists are, in sentences, and whether the page asks again by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Protocol

from django.utils.html import format_html
from django.utils.safestring import SafeString

from secretsadmin.kinds import Kind, Tone
from secretsadmin.pages.problems import Problem, of_store
from secretsadmin.store.listing import Snapshot
from secretsadmin.templatetags.secretsadmin import when


@dataclass(frozen=True)
class Notice:
    """A notice above a page's rows.

    `title` is its strong beginning, and `advice` a paragraph of its own.
    """

    tone: Tone
    text: str
    title: str = ""
    advice: str = ""


@dataclass(frozen=True)
class Age:
    """What a page says of how old its list of a kind is.

    `as_of` is when AWS was last asked for all of the list, and `failed` when AWS didn't answer.
    `is_asking` holds while AWS is asked. `newer` is the time of a newer list that the person has
    seen, if there is one.
    """

    kind: Kind
    as_of: datetime | None
    is_asking: bool = False
    problem: Problem | None = None
    failed: datetime | None = None
    newer: datetime | None = None

    @classmethod
    def from_snapshot(cls, kind: Kind, snapshot: Snapshot) -> "Age":
        problem = None
        if snapshot.problem:
            problem = of_store(snapshot.problem)
        return cls(kind, snapshot.as_of, snapshot.loading, problem, snapshot.failed, snapshot.newer)

    @property
    def is_cold(self) -> bool:
        """Whether the list isn't whole yet."""
        return self.is_asking and self.as_of is None

    @property
    def is_behind(self) -> bool:
        """Whether the person has seen a newer list than this one."""
        return self.newer is not None and self.as_of is not None

    @property
    def is_passing(self) -> bool:
        """Whether another list will follow soon: AWS is being asked, or will be asked again."""
        return self.is_asking or self.problem is not None

    @property
    def as_of_text(self) -> SafeString:
        return _as_of_text(self.as_of, is_asking=self.is_asking)

    @property
    def failed_text(self) -> SafeString:
        """A sentence that says when AWS didn't answer."""
        ending = ""
        if self.is_asking:
            ending = "; it is being asked again"
        return format_html("That was {}{}.", when(self.failed), ending)

    def behind_notice(self, subject: str = "You") -> Notice:
        """A notice that the person has seen a newer list. `subject` begins its sentence."""
        text = format_html(
            "{} have seen a newer list, as of {}. This one is as of {}, and the newer one is still "
            "being read from Secrets Manager.",
            subject,
            when(self.newer),
            when(self.as_of),
        )
        return Notice("info", text)


@dataclass(frozen=True)
class Ages:
    """The ages of all lists that a page shows.

    A page that `waits` for something asks again by itself, however young its lists are: another
    process may know better.
    """

    ages: tuple[Age, ...]
    waits: bool = False

    def __iter__(self) -> Iterator[Age]:
        return iter(self.ages)

    @property
    def as_of(self) -> datetime | None:
        return min((age.as_of for age in self.ages if age.as_of), default=None)

    @property
    def is_asking(self) -> bool:
        return any(age.is_asking for age in self.ages)

    @property
    def is_passing(self) -> bool:
        return self.waits or any(age.is_passing for age in self.ages)

    @property
    def as_of_text(self) -> SafeString:
        return _as_of_text(self.as_of, is_asking=self.is_asking)


def _as_of_text(as_of: datetime | None, *, is_asking: bool) -> SafeString:
    ending = ""
    if is_asking:
        ending = ", being read anew"
    return format_html("as of {}{}", when(as_of), ending)


class Passing(Protocol):
    """What a page waits for."""

    @property
    def is_passing(self) -> bool: ...


class Polled(Protocol):
    """A page that asks again by itself while its lists are old."""

    @property
    def ages(self) -> Passing: ...

    @property
    def shown(self) -> object:
        """What the page shows beside the ages, as plain data."""


@dataclass(frozen=True)
class Poll:
    """What a page shows, in short, and whether it goes on asking.

    `rows` and `age` stand for the elements of these ids. `until` is when the page stops asking, in
    seconds of the Unix epoch.
    """

    rows: str
    age: str
    until: int
    goes_on: bool

    @property
    def shown(self) -> str:
        return f"{self.rows}.{self.age}.{self.until}"


def poll_of(page: Polled, *, until: int, now: int) -> Poll:
    """What this page sends when it asks. Both moments are seconds of the Unix epoch."""
    goes_on = now < until and page.ages.is_passing
    return Poll(_short(page.shown), _short((page.ages, goes_on)), until, goes_on)


def _short(shown: object) -> str:
    return blake2b(repr(shown).encode("utf-8", "replace"), digest_size=8).hexdigest()
