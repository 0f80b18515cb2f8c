"""The history of a secret: who made each version, when it was current, and what can be undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.core.paginator import Page, Paginator
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from secretsadmin.access.requests import Request
from secretsadmin.actions import WHO
from secretsadmin.adapter import KindAdapter
from secretsadmin.audit import observations, queries
from secretsadmin.audit.models import Event
from secretsadmin.audit.standing import findings
from secretsadmin.diff import timeline
from secretsadmin.diff.timeline import Move, Period
from secretsadmin.pages.health import ShownFinding
from secretsadmin.pages.health_of_one import finding_about_versions
from secretsadmin.pages.outside import Stories, Story, stories_of
from secretsadmin.pages.phrases import person, quoted
from secretsadmin.pages.rights import missing_rights
from secretsadmin.pages.secret import SecretHead, SecretPage, head_of
from secretsadmin.pages.version import ShownVersion, makers_of, short, shown_version, with_story
from secretsadmin.store import reads
from secretsadmin.store.reads import CURRENT, PENDING, PREVIOUS, Secret, Version
from secretsadmin.store.writes import CANDIDATE
from secretsadmin.templatetags.secretsadmin import moment, when

VERSIONS_A_PAGE = 25
# For so long the page offers to undo a roll back in one step.
UNDO = timedelta(days=1)


@dataclass(frozen=True)
class Undo:
    """A roll back that put `version` in place; one to `to` undoes it."""

    to: str
    version: str
    sentence: SafeString


@dataclass(frozen=True)
class HistoryPage(SecretPage):
    """`has_current` is what AWS has just told, which is newer than the list.

    `others` is what was seen to have happened outside, beside the making of the versions.
    """

    versions: tuple[ShownVersion, ...]
    pagination: Page[Version]
    undo: Undo | None
    has_current: bool
    missing_rights: str
    others: tuple[Story, ...] = ()
    health: ShownFinding | None = None

    @property
    def advice(self) -> str:
        """What to do where no version is the current one."""
        if self.versions:
            return "Roll back to a version, or save a new value."
        return "Save a value to make it readable."


def history_page(
    request: Request, secret: Secret, adapter: KindAdapter, versions: Sequence[Version]
) -> HistoryPage:
    head = head_of(request, secret, adapter)
    pagination = Paginator(versions, VERSIONS_A_PAGE).get_page(request.GET.get("page"))
    stories = stories_of(observations.of_secret(head.ref))
    shown = _shown_versions(head, secret, versions, pagination, stories)
    undo = None
    if head.may.roll_back:
        undo = _undo(secret, versions)
    return HistoryPage(
        head,
        versions=shown,
        pagination=pagination,
        undo=undo,
        has_current=bool(reads.labelled(versions, CURRENT)),
        missing_rights=missing_rights(
            request,
            head.ref.environment,
            head.ref.kind,
            _offered_verbs(head, shown, stories),
            head.ref,
        ),
        others=_others(pagination, versions, stories, may_ask=head.may.ask_cloudtrail),
        health=finding_about_versions(request.user, secret, versions),
    )


def _offered_verbs(
    head: SecretHead, shown: Sequence[ShownVersion], stories: Stories
) -> tuple[str, ...]:
    """The verbs for which the page has a button, if the person may do all of them."""
    verbs: tuple[str, ...] = ()
    if not head.is_deleted:
        verbs = ("roll-back", "label")
    if stories.seen or any(version.outside for version in shown):
        verbs = (*verbs, WHO.verb)
    return verbs


def _others(
    pagination: Page[Version], versions: Sequence[Version], stories: Stories, *, may_ask: bool
) -> tuple[Story, ...]:
    """What else was seen; it stands on the first page."""
    if pagination.number != 1:
        return ()
    return stories.of_others((version.id for version in versions), may_ask=may_ask)


def _shown_versions(
    head: SecretHead,
    secret: Secret,
    versions: Sequence[Version],
    pagination: Page[Version],
    stories: Stories,
) -> tuple[ShownVersion, ...]:
    """The versions of one page. Their periods follow from the versions of all pages."""
    made_by = makers_of(head.ref, versions)
    periods = _periods(secret, versions, made_by)
    known_findings = findings(head.ref, [version.id for version in pagination])
    shown = []
    for version in pagination:
        maker = made_by.get(version.id)
        row = shown_version(version, maker, head, known_findings.get(version.id))
        row = with_story(row, stories, may_ask=head.may.ask_cloudtrail)
        shown.append(_with_periods(row, periods.get(version.id, ()), is_deleted=head.is_deleted))
    return tuple(shown)


def _with_periods(
    version: ShownVersion, periods: Sequence[Period], *, is_deleted: bool
) -> ShownVersion:
    times = []
    for period in periods:
        time = time_of(period, is_readable=version.is_readable, is_deleted=is_deleted)
        times.append(time)
    return replace(version, periods=tuple(periods), times=tuple(times))


def time_of(period: Period, *, is_readable: bool, is_deleted: bool) -> SafeString:
    """A sentence that says when a version was current. Airflow was seen to read a readable one."""
    now, was = "It is current", "It was current"
    if is_readable:
        now, was = "Airflow reads it", "Airflow read it"
    if period.is_now:
        time = _time_until_now(period, now)
    else:
        time = _past_time(period, was, is_deleted=is_deleted)
    move = period.begun
    if move is None or not move.rolled_back_by:
        return time
    if not move.reason:
        return format_html("{}, rolled back by {}", time, person(move.rolled_back_by))
    return format_html(
        "{}, rolled back by {}: {}", time, person(move.rolled_back_by), quoted(move.reason)
    )


def _time_until_now(period: Period, now: str) -> SafeString:
    if period.start:
        return format_html("{} since {}", now, moment(period.start))
    return format_html("{}: it was made current outside the dashboard", now)


def _past_time(period: Period, was: str, *, is_deleted: bool) -> SafeString:
    start, end = moment(period.start), moment(period.end)
    if start and end:
        return format_html("{} {} – {}", was, start, end)
    if end:
        return format_html("{} until {}; since when isn’t known", was, end)
    if not start:
        return format_html("{} for a while; when isn’t known", was)
    cause = "another was made current"
    if is_deleted:
        cause = "its deletion was asked for"
    return format_html("{} from {} until {} outside the dashboard", was, start, cause)


def _periods(
    secret: Secret, versions: Sequence[Version], made_by: Mapping[str, Event]
) -> Mapping[str, list[Period]]:
    """When each version was current, by the record and by the labels of those made outside."""
    current = reads.labelled(versions, CURRENT)
    is_deleted = secret.deleted is not None
    moves = queries.moves(secret.ref, current, is_deleted=is_deleted, since=secret.created)
    for version in versions:
        if version.created and version.id not in made_by and _may_have_taken_over(version):
            moves.append(Move(version.created, version.id, is_guess=_is_guess(version)))
    if is_deleted:
        current = ""
    return timeline.periods(moves, current)


def _may_have_taken_over(version: Version) -> bool:
    """Whether a version that was made outside may have become current when it was made.

    A plain PutSecretValue moves AWSCURRENT at once; a rotation's and a candidate's doesn't. Custom
    labels say nothing: people may have attached them at any time since.
    """
    was_current = CURRENT in version.labels or PREVIOUS in version.labels
    waits = PENDING in version.labels or CANDIDATE in version.labels
    return was_current or not waits


def _is_guess(version: Version) -> bool:
    """Whether it isn't certain that the version was current since it was made.

    AWSPREVIOUS shows that it was current. A version that waited for a rotation became so later.
    """
    return PREVIOUS not in version.labels or PENDING in version.labels


def _undo(secret: Secret, versions: Sequence[Version]) -> Undo | None:
    last = queries.last_roll_back(secret.ref)
    if not last or secret.deleted or last.acted_at < timezone.now() - UNDO:
        return None
    labels = {version.id: version.labels for version in versions}
    if last.previous not in labels or CURRENT not in labels.get(last.version, ()):
        return None
    sentence = format_html(
        '{} rolled back {}. Before that <span class="mono">{}</span> was current.',
        person(last.user),
        when(last.acted_at),
        short(last.previous),
    )
    return Undo(last.previous, last.version, sentence)
