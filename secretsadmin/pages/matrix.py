"""The page of environments side by side: what is where, and what differs once somebody asks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from typing import NamedTuple

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from secretsadmin.access import policy
from secretsadmin.access.requests import Request
from secretsadmin.actions import COMPARE, PROMOTE
from secretsadmin.adapter import KindAdapter
from secretsadmin.adapters import adapter_of
from secretsadmin.config.environments import Environment
from secretsadmin.kinds import Kind, Tone
from secretsadmin.pages.listing import PAGE
from secretsadmin.pages.phrases import counted
from secretsadmin.pages.polling import Notice
from secretsadmin.pages.rights import missing_rights
from secretsadmin.pages.secret import url_of_verb
from secretsadmin.pages.side_by_side import Question, environments_with, may_scan_some
from secretsadmin.store.errors import StoreError
from secretsadmin.store.reads import Secret
from secretsadmin.templatetags.secretsadmin import visible, when
from secretsadmin.transfer.matrix import (
    DIFFERS,
    LATER,
    MISSING,
    ONLY,
    SAME,
    TYPES,
    Column,
    Matrix,
    Row,
    is_shown,
)
from secretsadmin.transfer.scanning import Difference

# A cell names so many fields that differ.
MOST_NAMES = 4
PURPOSE = (
    "This page lays environments side by side: which ids are missing where, and what differs. "
    "You see one environment of these, so there is nothing to compare it with."
)


class Option(NamedTuple):
    """A choice of a select, or a box to tick."""

    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True)
class Cell:
    """One secret in one environment, or that it isn't there."""

    text: str
    tone: Tone | str
    about: SafeString | str = ""
    url: str = ""
    label: str = ""


@dataclass(frozen=True)
class MatrixRow:
    """One id in all of the environments."""

    key: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class MatrixPage:
    """`problem` says why values that were asked for weren't read."""

    question: Question
    matrix: Matrix
    request: Request
    is_compared: bool = False
    problem: str = ""

    @property
    def kind(self) -> Kind:
        return self.question.kind

    @property
    def adapter(self) -> KindAdapter:
        return adapter_of(self.kind)

    @property
    def is_alone(self) -> bool:
        """Whether the person sees too few environments to compare any."""
        return len(self.question.offered) < 2  # noqa: PLR2004 - it takes two.

    @property
    def purpose(self) -> str:
        return PURPOSE

    @property
    def kinds(self) -> tuple[Option, ...]:
        return tuple(
            Option(kind.name, kind.title, kind == self.kind) for kind in self.question.kinds
        )

    @property
    def environments(self) -> tuple[Option, ...]:
        chosen = self.question.chosen
        return tuple(
            Option(here.name, here.title, here in chosen) for here in self.question.offered
        )

    @cached_property
    def filters(self) -> tuple[Option, ...]:
        """What can be shown by names, types and dates alone."""
        return _options([("", "All ids"), *self._without_values], self.question.show)

    @property
    def _without_values(self) -> Iterator[tuple[str, str]]:
        for here in self._chosen:
            yield f"{MISSING}:{here.name}", f"Missing in {here.title}"
        for here in self._chosen:
            yield f"{ONLY}:{here.name}", f"Only in {here.title}"
        if self.kind.has_types:
            yield TYPES, "The type differs"
        for here, there in permutations(self._chosen, 2):
            text = f"Changed later in {here.title} than in {there.title}"
            yield f"{LATER}:{here.name}:{there.name}", text

    @cached_property
    def value_filters(self) -> tuple[Option, ...]:
        """What can be shown once values are compared: all filters, those by values first."""
        between = []
        for one, other in self.matrix.pairs:
            here, there = self._chosen[one], self._chosen[other]
            text = f"Differs between {here.title} and {there.title}"
            between.append((f"{DIFFERS}:{here.name}:{there.name}", text))
        if len(between) == 1:
            between = []
        named = [(DIFFERS, "What differs"), *between, (SAME, "What is the same"), ("", "All ids")]
        if not self.is_compared:
            return _options(named, DIFFERS)
        return _options([*named, *self._without_values], self.question.show)

    @property
    def _chosen(self) -> tuple[Environment, ...]:
        return self.question.chosen

    @cached_property
    def shown(self) -> tuple[Row, ...]:
        """The rows that pass the filter."""
        show = self.question.show
        return tuple(row for row in self.matrix.rows if is_shown(self.matrix, row, show))

    @cached_property
    def paginated(self) -> Page[Row] | None:
        """A page of the rows. An answer with values has all of them: its values are read once."""
        if self.is_compared:
            return None
        return Paginator(self.shown, PAGE).get_page(self.request.GET.get("page"))

    @cached_property
    def rows(self) -> tuple[MatrixRow, ...]:
        rows = self.shown if self.paginated is None else self.paginated
        return tuple(self._row(row) for row in rows)

    @property
    def status(self) -> str:
        """How many ids there are, as a sentence."""
        number, shown = len(self.matrix.rows), len(self.shown)
        if shown == number:
            return counted(number, "id")
        return f"{shown:,} of {counted(number, 'id')}"

    @property
    def verdict(self) -> str:
        """What the comparison of values told, in numbers."""
        if not self.is_compared:
            return ""
        pairs = self.matrix.pairs
        told = [row for row in self.matrix.rows if row.number > 1]
        differing = [row for row in told if self.matrix.differs(row, pairs)]
        same = [row for row in told if is_shown(self.matrix, row, SAME)]
        untold = len(told) - len(differing) - len(same)
        parts = [f"{len(differing):,} differ", f"{len(same):,} are the same"]
        if untold:
            parts.append(f"{untold:,} can’t be told")
        alone = len(self.matrix.rows) - len(told)
        if alone:
            parts.append(f"{alone:,} are in one environment alone")
        return ", ".join(parts)

    @property
    def can_compare(self) -> bool:
        return may_scan_some(self.request, self.kind, self.question.chosen)

    @property
    def missing_rights(self) -> str:
        """Who may compare values, where the person may not."""
        if self.can_compare:
            return ""
        sentences = []
        for here in self.question.chosen:
            sentences.append(missing_rights(self.request, here, self.kind, ["scan"]))
        return " ".join(dict.fromkeys(filter(None, sentences)))

    @property
    def notices(self) -> tuple[Notice, ...]:
        return notices_of(self.matrix.columns)

    @cached_property
    def promotes_from(self) -> tuple[Option, ...]:
        """The environments out of which and into which the person may promote."""
        able = environments_with(self.request, self.kind, PROMOTE.verb)
        return tuple(Option(here.name, here.title, False) for here in self._chosen if here in able)

    @property
    def promotes_to(self) -> tuple[Option, ...]:
        """The same; the last is the usual target."""
        *others, last = self.promotes_from
        return (*others, last._replace(is_chosen=True))

    @property
    def can_promote(self) -> bool:
        return len(self.promotes_from) > 1 and bool(self.rows)

    # --- cells ---

    def _row(self, row: Row) -> MatrixRow:
        return MatrixRow(row.key, tuple(self._cells(row)))

    def _cells(self, row: Row) -> Iterator[Cell]:
        first = next((place for place, secret in enumerate(row.secrets) if secret), 0)
        for place, secret in enumerate(row.secrets):
            column = self.matrix.columns[place]
            if secret is None:
                yield _absent(column)
                continue
            text, tone = self._state(row, place, secret)
            url = self._url(row, first, place)
            about = self._about(secret)
            label = f"{visible(row.key)} in {column.environment.title}: {text}"
            yield Cell(text, tone, about, url, label)

    def _state(self, row: Row, place: int, secret: Secret) -> tuple[str, Tone]:
        if secret.deleted:
            return "scheduled for deletion", "danger"
        if not self.is_compared or row.number == 1:
            return "present", "neutral"
        if not secret.ref.has_name:
            return "can’t tell: no id makes its name", "caution"
        read = row.scanned[place]
        if isinstance(read, StoreError):
            return f"can’t tell: {read.title.lower()}", "caution"
        if read is None:
            return "can’t tell: you may not compare it", "caution"
        base = row.base
        if base is None or base == place:
            return "reference", "neutral"
        difference = self.matrix.difference(row, base, place)
        return _words(difference) if difference else ("can’t tell", "caution")

    def _about(self, secret: Secret) -> SafeString:
        name = self.adapter.type_name(secret.type)
        replica = "a replica" if secret.is_replica else ""
        parts = [part for part in (name, replica) if part]
        return format_html("{} {}", " · ".join(parts), when(secret.changed))

    def _url(self, row: Row, first: int, place: int) -> str:
        """The comparison with the first environment that has it, or else the secret's page."""
        secret, other = row.secrets[place], row.secrets[first]
        if secret is None or other is None or not secret.ref.has_name:
            return ""
        sides = [other.ref, secret.ref]
        may = all(
            policy.may(self.request.user, COMPARE.verb, ref.environment, ref.kind, ref)
            for ref in sides
        )
        if place == first or not may or not other.ref.has_name:
            return url_of_verb(secret.ref, "detail")
        names = [ref.environment.name for ref in sides]
        return reverse("compare-between", args=[self.kind.name, *names, row.key])


def _options(named: Sequence[tuple[str, str]], chosen: str) -> tuple[Option, ...]:
    return tuple(Option(value, text, value == chosen) for value, text in named)


def _absent(column: Column) -> Cell:
    if column.needs_factor:
        return Cell("not shown yet", "muted")
    if not column.is_whole:
        return Cell("not known yet", "muted")
    return Cell("absent", "absent")


def _words(difference: Difference) -> tuple[str, Tone]:
    names = [visible(name) for name in difference.fields]
    if names:
        text = ", ".join(names[:MOST_NAMES])
        more = len(names) - MOST_NAMES
        if more > 0:
            text = f"{text} and {more} more"
        return f"differs: {text}", "info"
    if difference.is_whole:
        return "same", "ok"
    return "same, as far as you may see", "ok"


def notices_of(columns: Sequence[Column]) -> tuple[Notice, ...]:
    """What the person has to know of the environments whose lists aren't what they should be."""
    return tuple(filter(None, map(_notice, columns)))


def _notice(column: Column) -> Notice | None:
    title = column.environment.title
    if column.needs_factor:
        link = reverse("overview", args=[column.environment.name])
        advice = format_html('<a href="{}">Show one</a>, and come back.', link)
        return Notice("info", f"{title} is shown once you have used a second factor.", "", advice)
    if column.problem:
        problem = column.problem
        missing = "So some may be missing here."
        if column.is_whole:
            missing = "What is shown of it is older."
        return Notice("caution", f"{problem.sentence} {missing}", f"{title}:", problem.next)
    if not column.is_whole:
        return Notice(
            "info", f"{title}: the list is still being read, so some may be missing here."
        )
    return None
