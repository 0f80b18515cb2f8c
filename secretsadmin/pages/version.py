"""A version as pages show it, with what can be done with it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.http import Http404, QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from secretsadmin.actions import action_of
from secretsadmin.audit import observations
from secretsadmin.audit.models import CLOCKS, Event, Outcome, makers
from secretsadmin.audit.standing import Finding
from secretsadmin.config.ref import Ref
from secretsadmin.diff.timeline import Period
from secretsadmin.kinds import TROUBLES
from secretsadmin.pages.listing import Badge
from secretsadmin.pages.outside import UNTOLD, Stories, Story, stories_of
from secretsadmin.pages.phrases import quoted, with_dots
from secretsadmin.pages.secret import SecretHead
from secretsadmin.store.reads import (
    CURRENT,
    PREVIOUS,
    TERRAFORM,
    VERSION_ID,
    Secret,
    Version,
)
from secretsadmin.store.writes import CANDIDATE
from secretsadmin.templatetags.secretsadmin import visible, when

# How many versions the page of a secret shows; its history shows all of them.
LATEST = 4
# Outcomes of a save whose version AWS already had, and didn't make the current one.
REFUSED = (Outcome.CONFLICT, Outcome.FAILED, Outcome.DENIED)
MADE_OUTSIDE = "Made outside the dashboard"
BY_TERRAFORM = Badge(
    "made by Terraform",
    "caution",
    "Terraform's next apply may bring back a value of its own.",
)
BY_TERRAFORM_TEXT = "Made by Terraform, whose next apply may bring back a value of its own"
REMOVABLE = Badge("AWS may remove it", "neutral")


def requested_version(data: QueryDict, name: str = "version") -> str:
    """The version id that a request names, empty where it names none.

    Raises Http404 for a text that no version can have as its id.
    """
    version = data.get(name, "")
    if version and not re.match(VERSION_ID, version):
        raise Http404
    return version


def short(version: str) -> str:
    """As much of a version's id as people need to tell it from the others."""
    if is_by_terraform(version):
        # After the word comes the second in which Terraform made it.
        return version[: len(TERRAFORM) + 14]
    return version[:8]


def is_by_terraform(version: str) -> bool:
    """Whether its id is one of those that Terraform gives."""
    return version.startswith(TERRAFORM)


@dataclass(frozen=True)
class VersionUrls:
    """The pages that do something with a version. Those are empty that the person can't use."""

    look: str = ""
    label: str = ""
    compare: str = ""
    roll_back: str = ""


@dataclass(frozen=True)
class ShownVersion:
    """One version on the timeline, with the act that made it.

    `finding` is what was found when its text was last shown. `periods` are those in which it was
    current, and `times` says each of them in words. `story` is what was seen
    of a version that was made outside.
    """

    id: str
    labels: tuple[str, ...]
    created: datetime | None
    maker: Event | None
    current: bool
    urls: VersionUrls
    finding: Finding | None = None
    periods: tuple[Period, ...] = ()
    times: tuple[SafeString, ...] = ()
    story: Story = UNTOLD

    @property
    def short(self) -> str:
        return short(self.id)

    @property
    def deprecated(self) -> bool:
        return not self.labels

    @property
    def outside(self) -> bool:
        return self.maker is None

    @property
    def by(self) -> str:
        if self.maker:
            return self.maker.user
        return ""

    @property
    def format(self) -> str:
        """The format of its text, where that was noted when it was saved here."""
        if self.maker:
            return self.maker.format or ""
        return ""

    @property
    def holds(self) -> tuple[str, ...]:
        """The fields that are filled in it, where that was noted when it was saved here."""
        if self.maker:
            return tuple(self.maker.holds or ())
        return ()

    @property
    def label_badges(self) -> tuple[Badge, ...]:
        return tuple(label_badge(label) for label in self.labels)

    @property
    def badges(self) -> tuple[Badge, ...]:
        """Its labels, and what is unusual about it."""
        unusual = []
        if self.is_by_terraform:
            unusual.append(BY_TERRAFORM)
        elif self.outside:
            unusual.append(Badge(MADE_OUTSIDE[0].lower() + MADE_OUTSIDE[1:], "caution"))
        if self.deprecated:
            unusual.append(REMOVABLE)
        return (*self.label_badges, *unusual)

    @property
    def sentence(self) -> str:
        if self.maker:
            return _made(self.maker)
        if self.is_by_terraform:
            return BY_TERRAFORM_TEXT
        return ""

    @property
    def is_by_terraform(self) -> bool:
        return self.outside and is_by_terraform(self.id)

    @property
    def origin(self) -> str:
        """Who made it and what that changed, as far as it is known."""
        return visible(self.sentence) or MADE_OUTSIDE

    @property
    def made(self) -> SafeString:
        """Who made it, when, and why; nothing where nothing is known."""
        reason = ""
        if self.maker and self.maker.reason:
            reason = quoted(self.maker.reason)
        return with_dots(visible(self.sentence), when(self.created), reason)

    @property
    def trouble(self) -> str:
        """What keeps Airflow from reading it, if that was found."""
        if self.finding and self.finding.trouble:
            return TROUBLES[self.finding.trouble]
        return ""

    @property
    def found_trouble(self) -> SafeString | str:
        """The same as a sentence that says when it was found."""
        if not self.finding or not self.trouble:
            return ""
        return format_html(
            "{}. So it was found when somebody was shown it {}.",
            self.trouble,
            when(self.finding.at),
        )

    @property
    def is_readable(self) -> bool:
        """Whether Airflow was seen to read it: when it was saved, or when somebody was shown it."""
        if self.finding:
            return not self.finding.trouble
        return bool(self.format)

    @property
    def was_refused(self) -> bool:
        """Whether a save that didn't go through left it behind."""
        return self.maker is not None and self.maker.outcome in REFUSED and not self.current


def label_badge(label: str) -> Badge:
    if label == CURRENT:
        return Badge(visible(label), "ok")
    return Badge(visible(label), "neutral")


def _made(maker: Event) -> str:
    fields = ", ".join(maker.fields) or "nothing"
    if maker.is_vague:
        fields = "what isn’t recorded"
    if maker.outcome == Outcome.CONFLICT:
        return f"{maker.user} tried to change {fields}, and somebody else was faster"
    if maker.outcome in REFUSED:
        return f"{maker.user} tried to change {fields}, and AWS didn't make it the current one"
    if maker.outcome == Outcome.STARTED:
        return f"{maker.user} began to save it, and how that ended isn't recorded"
    return f"{maker.user} {action_of(maker.action).made.format(fields=fields)}"


def shown_version(
    version: Version, maker: Event | None, head: SecretHead, finding: Finding | None = None
) -> ShownVersion:
    """A version with what can be done with it by the person whose page this is."""
    is_current = CURRENT in version.labels
    return ShownVersion(
        id=version.id,
        labels=tuple(label for label in version.labels if label != CANDIDATE),
        created=version.created,
        maker=maker,
        current=is_current,
        urls=_urls(version.id, head, is_current=is_current),
        finding=finding,
    )


def _urls(version: str, head: SecretHead, *, is_current: bool) -> VersionUrls:
    if head.is_deleted:
        return VersionUrls()
    urls, may = head.urls, head.may
    label = _link(urls.label, is_allowed=may.label, version=version)
    if is_current:
        return VersionUrls(label=label)
    return VersionUrls(
        look=_link(urls.detail, is_allowed=may.open, version=version),
        label=label,
        compare=_link(urls.compare, is_allowed=may.compare, one=version),
        roll_back=_link(urls.roll_back, is_allowed=may.roll_back, to=version),
    )


def _link(url: str, *, is_allowed: bool, **parameters: str) -> str:
    if is_allowed:
        return f"{url}?{urlencode(parameters)}"
    return ""


def makers_of(ref: Ref, versions: Iterable[Version]) -> dict[str, Event]:
    """The acts that made these versions, by version id, as far as they were made here."""
    return makers(ref, {version.id: version.created for version in versions})


def shown_by_id(head: SecretHead, versions: Iterable[Version]) -> dict[str, ShownVersion]:
    """The versions with their makers, by id and in their order."""
    listed = list(versions)
    made_by = makers_of(head.ref, listed)
    shown = {}
    for version in listed:
        shown[version.id] = shown_version(version, made_by.get(version.id), head)
    return shown


def known_version(version: str, labels: Iterable[str], maker: Event | None) -> Version:
    """A version as far as it is known without asking AWS."""
    created = None
    if maker:
        created = maker.acted_at
    return Version(version, tuple(labels), created)


def latest_versions(secret: Secret, head: SecretHead) -> tuple[ShownVersion, ...]:
    """The current version, the one before it, and the last of the others, without asking AWS.

    The description of a secret names the versions that have a label. The record adds those that
    were saved here.
    """
    saves = _saves_among(head.last_changes, secret)
    labels: dict[str, tuple[str, ...]] = dict.fromkeys(saves, ())
    labels.update(secret.versions)
    made_by = saves | _made_here(secret, labels.keys() - saves.keys())
    versions = []
    for id_, names in labels.items():
        versions.append(known_version(id_, names, made_by.get(id_)))
    kept = sorted(versions, key=_worth, reverse=True)[:LATEST]
    shown = []
    for version in sorted(kept, key=_place, reverse=True):
        finding = head.findings.get(version.id)
        shown.append(shown_version(version, made_by.get(version.id), head, finding))
    return with_stories(head, shown)


def with_stories(head: SecretHead, versions: Sequence[ShownVersion]) -> tuple[ShownVersion, ...]:
    """The same, with what was seen of those that were made outside; one query if there are any."""
    if not any(version.outside for version in versions):
        return tuple(versions)
    stories = stories_of(observations.of_secret(head.ref))
    return tuple(with_story(version, stories, may_ask=False) for version in versions)


def with_story(version: ShownVersion, stories: Stories, *, may_ask: bool) -> ShownVersion:
    if not version.outside:
        return version
    return replace(version, story=stories.of_version(version.id, may_ask=may_ask))


def _saves_among(changes: Iterable[Event], secret: Secret) -> dict[str, Event]:
    """The saves that made a version, by its id. A save of the description alone makes none."""
    saves = {}
    for event in changes:
        if event.version == str(event.act) and _is_of(secret, event):
            saves[event.version] = event
    return saves


def _made_here(secret: Secret, versions: Iterable[str]) -> dict[str, Event]:
    made_by = makers(secret.ref, dict.fromkeys(versions))
    return {version: event for version, event in made_by.items() if _is_of(secret, event)}


def _is_of(secret: Secret, event: Event) -> bool:
    """Whether the act was done to this secret, and not to an older one of the same name."""
    return secret.created is None or event.acted_at > secret.created - CLOCKS


def _worth(version: Version) -> tuple[bool, bool, datetime]:
    """How much a version is worth showing. AWSPREVIOUS is, however old it is."""
    is_current, created = _place(version)
    return is_current, PREVIOUS in version.labels, created


def _place(version: Version) -> tuple[bool, datetime]:
    return CURRENT in version.labels, version.created or datetime.min.replace(tzinfo=UTC)
