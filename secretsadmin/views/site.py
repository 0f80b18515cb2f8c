"""Pages of the site as a whole."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from secretsadmin import environments, policy
from secretsadmin.access import environment_of
from secretsadmin.audit.models import Event, EventQuerySet
from secretsadmin.audit.queries import changes_and_looks, has_changes
from secretsadmin.environments import Environment
from secretsadmin.htmx import Request
from secretsadmin.kinds import KINDS, Kind
from secretsadmin.store.listing import listing
from secretsadmin.store.marks import Marks
from secretsadmin.store.reads import Secret
from secretsadmin.views import polling
from secretsadmin.views.filters import STATES
from secretsadmin.views.polling import Age, Ages

LATELY = timedelta(days=7)


@dataclass(frozen=True)
class Tile:
    """One kind on the overview. `attention` holds text, tone and address of what waits for somebody."""

    kind: Kind
    url: str
    disabled: str = ""
    count: int | None = None
    changed: int = 0
    attention: tuple[tuple[str, str, str], ...] = ()
    age: Age | None = None

    @property
    def title(self) -> str:
        return self.kind.title

    @property
    def icon(self) -> str:
        return self.kind.icon

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it for sure."""
        return bool(self.disabled) or self.count == 0


@require_safe
def home(request: Request) -> HttpResponse:
    for environment in environments.site().environments.values():
        if policy.may(request.user, "view", environment):
            return redirect("overview", environment.name)
    raise PermissionDenied


@require_safe
def overview(request: Request, environment: str) -> HttpResponse:
    here = environment_of(request, environment, "view")
    kinds = [kind for kind in KINDS if policy.may(request.user, "view", here, kind)]
    tiles = [_tile(here, kind) for kind in kinds]
    acts = Event.objects.started().filter(environment=here.name, kind__in=[kind.name for kind in kinds])
    activity, looks = changes_and_looks(acts)
    ages = Ages(tuple(tile.age for tile in tiles if tile.age))
    context = {
        "tiles": tiles,
        "ages": ages,
        "activity": activity,
        "looks": looks,
        "audit_url": reverse("audit") + f"?environment={here.name}",
        "changed_elsewhere": not activity and _is_changed_elsewhere(tiles, acts),
        "first_day": all(tile.is_empty for tile in tiles),
        "prefixes": [(kind.title, here.backend.prefixes[kind.name]) for kind in kinds],
        "create_url": _create_url(request, here),
    }
    rows = ([replace(tile, age=None) for tile in tiles], [(act.start.pk, act.outcome) for act in (*activity, *looks)])
    return polling.answer(request, "overview.html", context, rows=rows, ages=ages)


@login_not_required
@require_safe
def live(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM audit_event LIMIT 1")
    except DatabaseError:
        return HttpResponse("The database doesn't answer.", content_type="text/plain", status=503)
    return HttpResponse("ready", content_type="text/plain")


def _tile(environment: Environment, kind: Kind) -> Tile:
    url = reverse(f"{kind.name}:index", args=[environment.name])
    if not environment.backend.is_enabled(kind.name):
        return Tile(kind, url, disabled=f"Airflow never looks here: {kind.name}_prefix is null.")
    here = listing(environment, kind)
    known = here.read()
    return Tile(
        kind,
        url,
        count=len(known.secrets) if known.as_of or known.secrets else None,
        changed=sum(_changed_lately(secret) for secret in known.secrets),
        attention=tuple(_attention(here.marks(), url)),
        age=Age.of(kind, known),
    )


def _changed_lately(secret: Secret) -> bool:
    return secret.changed is not None and datetime.now(UTC) - secret.changed < LATELY


def _attention(marks: Marks, url: str) -> Iterator[tuple[str, str, str]]:
    for name, state in STATES.items():
        if state.attention and (count := len(marks.of(state.mark))):
            yield f"{count} {state.attention}", state.tone, f"{url}?state={name}"


def _is_changed_elsewhere(tiles: list[Tile], acts: EventQuerySet) -> bool:
    is_changed = any(tile.changed for tile in tiles)
    return is_changed and not has_changes(acts, since=datetime.now(UTC) - LATELY)


def _create_url(request: Request, environment: Environment) -> str:
    kind = KINDS[0]
    may = environment.backend.is_enabled(kind.name) and policy.may(request.user, "create", environment, kind)
    return reverse(f"{kind.name}:create", args=[environment.name]) if may else ""
