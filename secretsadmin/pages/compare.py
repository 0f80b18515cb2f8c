"""The page that compares two versions: which they are, and what differs once somebody asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.safestring import SafeString

from secretsadmin.access import policy
from secretsadmin.access.requests import Request
from secretsadmin.adapter import KindAdapter
from secretsadmin.config.ref import Ref
from secretsadmin.diff.fields import WHOLE
from secretsadmin.diff.two_ways import part_changes
from secretsadmin.pages.comparison import Pair, Revealing, ShownComparison, comparison
from secretsadmin.pages.listing import Badge
from secretsadmin.pages.phrases import with_dots
from secretsadmin.pages.secret import SecretPage, head_of, rights_of, urls_of, verb_of_showing
from secretsadmin.pages.version import REMOVABLE, ShownVersion, short, shown_by_id
from secretsadmin.store import reads
from secretsadmin.store.errors import NotFound
from secretsadmin.store.reads import CURRENT, PREVIOUS, Secret, Version
from secretsadmin.templatetags.secretsadmin import ago, visible, when


class Option(NamedTuple):
    """A version in the menu of a side."""

    id: str
    text: str
    is_chosen: bool


@dataclass(frozen=True)
class ComparedSide:
    """One of the two versions: the menu to choose it from, and what is known of it."""

    name: str
    title: str
    options: tuple[Option, ...]
    about: SafeString | str
    badges: tuple[Badge, ...]


@dataclass(frozen=True)
class ComparePage(SecretPage):
    """The page of a pair of versions. One is empty where the secret has fewer than two."""

    pair: Pair
    sides: tuple[ComparedSide, ComparedSide]
    versions: tuple[ShownVersion, ...]

    @property
    def is_one_twice(self) -> bool:
        return self.pair.one == self.pair.other

    @property
    def masking(self) -> str:
        """What the page does with masked values."""
        if self.may.reveal:
            return "Secrets stay masked until you show one."
        return "Secrets stay masked."

    @property
    def nothing_to_compare(self) -> str:
        versions = "no version"
        if self.versions:
            versions = "only one version"
        return (
            f"There is nothing to compare: Secrets Manager knows {versions} of this "
            f"{self.kind.singular}."
        )


def chosen_pair(requested: Pair, versions: Sequence[Version]) -> Pair:
    """The pair that was asked for, with the usual versions where it names none.

    Raises NotFound for a version that AWS doesn't have.
    """
    other = requested.other or _labelled_or_newest(versions, CURRENT)
    rest = [version for version in versions if version.id != other]
    one = requested.one or _labelled_or_newest(rest, PREVIOUS)
    stored_ids = {version.id for version in versions}
    for version_id in (one, other):
        if version_id and version_id not in stored_ids:
            raise NotFound("Version")
    return Pair(one, other)


def _labelled_or_newest(versions: Sequence[Version], label: str) -> str:
    """The id of the version with this label, or else of the first; empty for no versions."""
    labelled = reads.labelled(versions, label)
    if labelled or not versions:
        return labelled
    return versions[0].id


def compare_page(
    request: Request, secret: Secret, adapter: KindAdapter, versions: Sequence[Version], pair: Pair
) -> ComparePage:
    head = head_of(request, secret, adapter)
    shown_versions = shown_by_id(head, versions)
    sides = (
        _side("one", "Before", pair.one, shown_versions),
        _side("other", "After", pair.other, shown_versions),
    )
    return ComparePage(head, pair, sides, tuple(shown_versions.values()))


def _side(name: str, title: str, chosen: str, versions: Mapping[str, ShownVersion]) -> ComparedSide:
    options = []
    for id_, version in versions.items():
        options.append(Option(id_, _line(version), is_chosen=id_ == chosen))
    chosen_version = versions.get(chosen)
    if chosen_version is None:
        about = f"AWS no longer has the version {short(chosen)}…."
        return ComparedSide(name, title, tuple(options), about, badges=())
    about = with_dots(chosen_version.origin, when(chosen_version.created))
    badges = chosen_version.label_badges
    if chosen_version.deprecated:
        badges = (*badges, REMOVABLE)
    return ComparedSide(name, title, tuple(options), about, badges)


def _line(version: ShownVersion) -> str:
    """One line of a menu: what tells a version from the others."""
    parts = (version.short, ago(version.created), visible(version.by))
    line = ", ".join(filter(None, parts))
    if version.current:
        return f"Current, {line}"
    return line


def compare_texts(
    request: Request, ref: Ref, adapter: KindAdapter, pair: Pair, before: str, after: str
) -> ShownComparison:
    """How the texts of two versions differ, as far as the person may know it."""
    may_learn = policy.may_learn(request.user, ref.environment, ref.kind, ref)
    is_stored_alike = None
    if may_learn:
        is_stored_alike = before == after
    may = rights_of(request, ref.environment, ref.kind, ref)
    may_show_whole = may.reveal
    if verb_of_showing(WHOLE, adapter) == "copy":
        may_show_whole = may.copy
    parts = adapter.diff(before, after, ref.environment.backend, may_learn=may_learn)
    return comparison(
        ref,
        part_changes(*parts),
        is_stored_alike=is_stored_alike,
        alike="Both versions hold the same text.",
        revealing=Revealing(urls_of(ref).reveal, pair, may.reveal, may_show_whole),
    )
