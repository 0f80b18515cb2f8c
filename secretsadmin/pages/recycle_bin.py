"""An environment's recycle bin: what is scheduled for deletion, until when, and the way back."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from secretsadmin.access import policy
from secretsadmin.access.requests import Request
from secretsadmin.audit.deletions import Deletion, deletion_of, last_deletions
from secretsadmin.config.environments import Environment
from secretsadmin.kinds import KINDS, Kind
from secretsadmin.pages.in_sight import in_sight
from secretsadmin.pages.listing import PAGE, url_of
from secretsadmin.pages.polling import Age, Ages, Notice
from secretsadmin.pages.rights import missing_rights
from secretsadmin.store.listing import Snapshot
from secretsadmin.store.reads import Secret
from secretsadmin.templatetags.secretsadmin import when


class Waiting(NamedTuple):
    """A secret and its scheduled deletion."""

    deletion: Deletion
    secret: Secret

    @property
    def order(self) -> tuple[datetime, str, str]:
        """The secret that AWS deletes first comes first."""
        return self.deletion.earliest, self.secret.ref.kind.name, self.secret.ref.key


@dataclass(frozen=True)
class Binned:
    """A secret that waits for its deletion. `left` says for how long it can surely be restored.

    Without a `restore_url` the person can't restore it here.
    """

    kind: Kind
    id: str
    url: str
    deletion: Deletion
    left: str
    restore_url: str

    @property
    def gone(self) -> SafeString:
        """When AWS deletes it, as far as that is known."""
        deletion = self.deletion
        if deletion.is_exact:
            return when(deletion.latest)
        return format_html("{} – {}", when(deletion.earliest), when(deletion.latest))


@dataclass(frozen=True)
class RecycleBinPage:
    """What is scheduled for deletion among the kinds that the person may view."""

    ages: Ages
    rows: tuple[Binned, ...]
    paginated: Page[Waiting]
    total: int
    missing_rights: str

    @property
    def shown(self) -> object:
        return (self.rows, self.total, self.is_whole)

    @property
    def is_whole(self) -> bool:
        """Whether nothing can be missing."""
        return all(age.as_of for age in self.ages)

    @property
    def has_status(self) -> bool:
        return bool(self.total) or self.ages.as_of is not None

    @property
    def notices(self) -> tuple[Notice, ...]:
        notices = [_notice(age) for age in self.ages]
        return tuple(filter(None, notices))


def _notice(age: Age) -> Notice | None:
    title = age.kind.title
    if age.problem:
        missing = SafeString("So some may be missing here.")
        if age.as_of:
            missing = format_html("What is shown of them is as of {}.", when(age.as_of))
        advice = format_html("{} {}", missing, age.problem.next)
        return Notice("caution", age.failed_text, f"{title}: {age.problem.sentence}", advice)
    if age.is_cold:
        sentence = (
            f"{title}: the list is still being read from Secrets Manager, so some may be missing "
            "here."
        )
        return Notice("info", sentence)
    if age.is_behind:
        return age.behind_notice(f"{title}: you")
    return None


def recycle_bin_page(request: Request, environment: Environment) -> RecycleBinPage:
    now = datetime.now(UTC)
    ages = []
    waiting: list[Waiting] = []
    for kind in KINDS:
        is_enabled = environment.backend.is_enabled(kind.name)
        if is_enabled and policy.may(request.user, "view", environment, kind):
            snapshot = in_sight(request.user, environment, kind).snapshot
            ages.append(Age.from_snapshot(kind, snapshot))
            waiting += _waiting(environment, kind, snapshot, now)
    waiting.sort(key=lambda entry: entry.order)
    paginated = Paginator(waiting, PAGE).get_page(request.GET.get("page"))
    kinds = {entry.secret.ref.kind for entry in paginated}
    return RecycleBinPage(
        Ages(tuple(ages)),
        tuple(_binned(request, entry, now) for entry in paginated),
        paginated,
        len(waiting),
        _missing_rights(request, environment, kinds),
    )


def _waiting(
    environment: Environment, kind: Kind, snapshot: Snapshot, now: datetime
) -> list[Waiting]:
    dated = [(secret, secret.deleted) for secret in snapshot.secrets if secret.deleted]
    if not dated:
        return []
    events = last_deletions(environment.name, kind.name, now)
    waiting = []
    for secret, deleted in dated:
        deletion = deletion_of(deleted, events.get(secret.ref.key), now)
        waiting.append(Waiting(deletion, secret))
    return waiting


def _binned(request: Request, entry: Waiting, now: datetime) -> Binned:
    ref = entry.secret.ref
    url = url_of(entry.secret)
    restore_url = ""
    if url and policy.may(request.user, "restore", ref.environment, ref.kind, ref):
        restore_url = reverse(f"{ref.kind.name}:restore", args=[ref.environment.name, ref.key])
    left = time_left(entry.deletion.earliest, now)
    return Binned(ref.kind, ref.key, url, entry.deletion, left, restore_url)


def time_left(end: datetime, now: datetime) -> str:
    if end <= now:
        return "any moment now"
    days = (end - now).days
    if not days:
        return "in less than a day"
    if days == 1:
        return "in 1 day"
    return f"in {days} days"


def _missing_rights(request: Request, environment: Environment, kinds: set[Kind]) -> str:
    """One sentence for all kinds, because the same roles may restore secrets of every kind."""
    for kind in KINDS:
        if kind in kinds:
            sentence = missing_rights(request, environment, kind, ["restore"])
            if sentence:
                return sentence
    return ""
