"""The recycle bin of an environment: what is scheduled for deletion, until when, by whom, and the way back."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from secretsadmin import policy
from secretsadmin.access import environment_of
from secretsadmin.audit.deletions import Deletion, deletion_of, last_deletions
from secretsadmin.environments import Environment
from secretsadmin.htmx import Request
from secretsadmin.kinds import KINDS, Kind
from secretsadmin.store.listing import Snapshot, listing
from secretsadmin.store.reads import Secret
from secretsadmin.views import polling
from secretsadmin.views.missing_rights import missing_rights
from secretsadmin.views.polling import Age, Ages
from secretsadmin.views.rows import PAGE, url_of


@dataclass(frozen=True)
class Binned:
    """A secret that waits for its deletion. Without a `restore_url` the person can't take it back here."""

    kind: Kind
    id: str
    url: str
    deletion: Deletion
    left: str
    restore_url: str


@require_safe
def recycle_bin(request: Request, environment: str) -> HttpResponse:
    here = environment_of(request, environment, "view")
    seen = [kind for kind in KINDS if policy.may(request.user, "view", here, kind)]
    kinds = [kind for kind in seen if here.backend.is_enabled(kind.name)]
    known = {kind: listing(here, kind).read() for kind in kinds}
    now = datetime.now(UTC)
    waiting = [one for kind, snapshot in known.items() for one in _waiting(here, kind, snapshot, now)]
    waiting.sort(key=lambda one: (one[0].earliest, one[1].ref.kind.name, one[1].ref.key))
    page = Paginator(waiting, PAGE).get_page(request.GET.get("page"))
    ages = Ages(tuple(Age.of(kind, snapshot) for kind, snapshot in known.items()))
    rows = [_binned(request, deletion, secret, now) for deletion, secret in page]
    is_whole = all(age.as_of for age in ages)
    context = {
        "rows": rows,
        "page": page,
        "total": len(waiting),
        "ages": ages,
        "is_whole": is_whole,
        "missing_rights": _missing_rights(request, here, {secret.ref.kind for _, secret in page}),
    }
    return polling.answer(request, "recycle_bin.html", context, rows=(rows, len(waiting), is_whole), ages=ages)


def _missing_rights(request: Request, environment: Environment, shown: Collection[Kind]) -> str:
    """Told once, also where several kinds lack the button: the same roles may restore all of them."""
    sentences = (missing_rights(request, environment, kind, ["restore"]) for kind in KINDS if kind in shown)
    return next(filter(None, sentences), "")


def _waiting(environment: Environment, kind: Kind, known: Snapshot, now: datetime) -> Iterator[tuple[Deletion, Secret]]:
    dated = [(secret, secret.deleted) for secret in known.secrets if secret.deleted]
    events = last_deletions(environment.name, kind.name, now) if dated else {}
    for secret, deleted in dated:
        yield deletion_of(deleted, events.get(secret.ref.key), now), secret


def _binned(request: Request, deletion: Deletion, secret: Secret, now: datetime) -> Binned:
    ref, url = secret.ref, url_of(secret)
    may_restore = bool(url) and policy.may(request.user, "restore", ref.environment, ref.kind)
    restore_url = reverse(f"{ref.kind.name}:restore", args=[ref.environment.name, ref.key]) if may_restore else ""
    return Binned(ref.kind, ref.key, url, deletion, _left(deletion, now), restore_url)


def _left(deletion: Deletion, now: datetime) -> str:
    """How long it can surely be restored."""
    if deletion.earliest <= now:
        return "any moment now"
    days = (deletion.earliest - now).days
    return f"in {days} day{'' if days == 1 else 's'}" if days else "in less than a day"
