"""How two texts differ, row by row. A masked value shows a hint at most."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString

from secretsadmin.config.ref import Ref
from secretsadmin.diff.two_ways import PartChange
from secretsadmin.kinds import Kind
from secretsadmin.pages.phrases import counted, joined
from secretsadmin.pages.secret import who_may_reveal
from secretsadmin.pages.shown import NOTHING
from secretsadmin.templatetags.secretsadmin import visible

ICONS = {"added": "plus", "removed": "minus"}
SIDES = ("Before", "After")


class Pair(NamedTuple):
    """Two versions to compare, by their ids."""

    one: str
    other: str


@dataclass(frozen=True)
class Revealing:
    """Where the masked parts of two versions can be shown, and whether the person may see them.

    With an `other_url` the second version is another secret's.
    """

    url: str
    versions: Pair
    may_reveal: bool
    may_show_whole: bool
    other_url: str = ""

    @property
    def urls(self) -> tuple[str, str]:
        return self.url, self.other_url or self.url

    def is_offered(self, row: PartChange) -> bool:
        if not row.can_be_revealed:
            return False
        if row.is_whole:
            return self.may_show_whole
        return self.may_reveal


@dataclass(frozen=True)
class Side:
    """What a part is in one of two versions.

    With a `reveal_url` the person may be shown the part called `part` of that `version`.
    """

    title: str
    text: str = field(repr=False)
    is_dim: bool
    is_there: bool = True
    reveal_url: str = ""
    part: str = ""
    version: str = ""
    reveal_label: str = ""


@dataclass(frozen=True)
class ShownRow:
    name: str
    label: str
    state: str
    before: Side
    after: Side

    @property
    def icon(self) -> str:
        return ICONS.get(self.state, "pencil")

    @property
    def word(self) -> str:
        if self.state == "typed":
            return "typed anew"
        return self.state

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.before, self.after


@dataclass(frozen=True)
class ShownComparison:
    """How two texts of a kind differ; `problems` says why a side has nothing to compare.

    The `withheld` parts stand in both texts, and the person isn't told whether they are the same.
    `is_stored_alike` is None for that person. `alike` is the sentence for two equal texts.
    """

    kind: Kind
    who_may_reveal: str
    differing: tuple[ShownRow, ...] = ()
    same: tuple[ShownRow, ...] = ()
    withheld: tuple[ShownRow, ...] = ()
    is_stored_alike: bool | None = True
    problems: tuple[str, ...] = ()
    alike: str = ""
    titles: tuple[str, str] = SIDES

    @property
    def title(self) -> str:
        if self.differing:
            return counted(len(self.differing), "difference")
        if self.withheld:
            return "No difference that you may see"
        return "No difference"

    @property
    def review_title(self) -> str:
        """What a save would change, in short."""
        if self.differing:
            return f"{counted(len(self.differing), 'change')}, not saved yet"
        if self.is_stored_alike:
            return "Nothing is different"
        return "The same fields, stored differently"

    @property
    def verdict(self) -> str:
        """What the page says where no row differs."""
        if self.differing:
            return ""
        if self.is_stored_alike is None:
            return self._verdict_on_what_is_seen
        if self.is_stored_alike:
            return self.alike
        if self.kind.has_fields:
            return (
                "Every field that Airflow reads is the same. The texts are stored differently: in "
                "form, order, or in what Airflow passes over."
            )
        return "Every part is the same. The texts differ in white space or order alone."

    @property
    def _verdict_on_what_is_seen(self) -> str:
        if not self.withheld:
            return f"Every {self.kind.part} is the same."
        if not self.same:
            return ""
        return f"Every {self.kind.part} that you may see is the same."

    @property
    def withheld_labels(self) -> SafeString:
        labels = [format_html("<strong>{}</strong>", row.label) for row in self.withheld]
        return joined(", ", labels)

    @property
    def same_title(self) -> str:
        count = counted(len(self.same), self.kind.part)
        if len(self.same) == 1:
            return f"{count} is the same"
        return f"{count} are the same"


def comparison(
    ref: Ref,
    rows: Iterable[PartChange],
    *,
    is_stored_alike: bool | None,
    alike: str,
    revealing: Revealing | None = None,
    titles: tuple[str, str] = SIDES,
) -> ShownComparison:
    """The rows as a page shows them, sorted by whether they differ."""
    differing, same, withheld = [], [], []
    for row in rows:
        shown = _shown_row(row, revealing, titles)
        if row.state == "same":
            same.append(shown)
        elif row.state == "withheld":
            withheld.append(shown)
        else:
            differing.append(shown)
    return ShownComparison(
        ref.kind,
        who_may_reveal(ref.environment),
        differing=tuple(differing),
        same=tuple(same),
        withheld=tuple(withheld),
        is_stored_alike=is_stored_alike,
        alike=alike,
        titles=titles,
    )


def no_comparison(ref: Ref, problems: Iterable[str]) -> ShownComparison:
    return ShownComparison(ref.kind, who_may_reveal(ref.environment), problems=tuple(problems))


def _shown_row(row: PartChange, revealing: Revealing | None, titles: tuple[str, str]) -> ShownRow:
    before = _side(titles[0], row, row.before)
    after = _side(titles[1], row, row.after)
    if row.state == "typed" and row.after is not None:
        after = _side(titles[1], row, "as you typed it")
    if revealing and revealing.is_offered(row):
        before = _with_button(before, row, revealing.urls[0], revealing.versions.one)
        after = _with_button(after, row, revealing.urls[1], revealing.versions.other)
    return ShownRow(row.name, visible(row.label), row.state, before, after)


def _side(title: str, row: PartChange, text: str | None) -> Side:
    if text is None:
        return Side(title, NOTHING, is_dim=True, is_there=False)
    return Side(title, visible(text), row.masked)


def _with_button(side: Side, row: PartChange, url: str, version: str) -> Side:
    if not side.is_there:
        return side
    where = f"in {side.title}"
    if side.title in SIDES:
        where = side.title.lower()
    label = f"Show {visible(row.label)} {where}"
    return replace(side, reveal_url=url, part=row.name, version=version, reveal_label=label)
