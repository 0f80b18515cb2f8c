"""A listing as a page shows it: filtered, sorted, fifty rows with what the audit log knows of them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import QueryDict
from django.urls import reverse

from secretsadmin.audit.models import Event
from secretsadmin.audit.queries import last_changes
from secretsadmin.backend import InvalidId
from secretsadmin.environments import Environment
from secretsadmin.kinds import Kind, Note, Shape
from secretsadmin.store.reads import Secret

PAGE = 50
_EPOCH = datetime.min.replace(tzinfo=UTC)
_SORTS: dict[str, Callable[[Secret], Any]] = {
    "id": lambda secret: secret.ref.key.lower(),
    "type": lambda secret: (secret.type, secret.ref.key.lower()),
    "description": lambda secret: (secret.description.lower(), secret.ref.key.lower()),
    "changed": lambda secret: (secret.changed or _EPOCH, secret.ref.key.lower()),
}
STATES: dict[str, tuple[str, Callable[[Secret], bool]]] = {
    "active": ("In use", lambda secret: secret.deleted is None),
    "deleted": ("Scheduled for deletion", lambda secret: secret.deleted is not None),
    "empty": ("Without a current value", lambda secret: not secret.current),
}


@dataclass(frozen=True)
class Row:
    """One line of a list."""

    id: str
    url: str
    type: str
    icon: str
    description: str
    changed: datetime | None
    changed_by: str
    badges: tuple[Note, ...]


@dataclass(frozen=True)
class Column:
    label: str
    url: str
    sorted: str = ""


def table(
    environment: Environment, kind: Kind, shape: Shape, secrets: tuple[Secret, ...], asked: QueryDict
) -> dict[str, Any]:
    """What a list page shows for its query string; what that says wrongly counts as not said."""
    query, chosen_type, state = (asked.get(name, "") for name in ("q", "type", "state"))
    counted = Counter(secret.type for secret in secrets)
    labels = {name: shape.label(name) for name in sorted(counted)}
    found = [secret for secret in secrets if _fits(secret, labels, query.lower(), chosen_type, state)]
    sort = asked.get("sort", "id")
    found.sort(key=_SORTS.get(sort.lstrip("-"), _SORTS["id"]), reverse=sort.startswith("-"))
    page = Paginator(found, PAGE).get_page(asked.get("page"))
    return {
        "rows": rows(environment, kind, shape, page.object_list),
        "columns": list(_columns(kind, asked, sort)),
        "types": [(name, label, counted[name]) for name, label in labels.items() if name],
        "states": [(name, label, sum(map(fits, secrets))) for name, (label, fits) in STATES.items()],
        "page": page,
        "total": len(secrets),
        "matched": len(found),
        "query": query,
        "type_filter": chosen_type,
        "state_filter": state,
    }


def rows(environment: Environment, kind: Kind, shape: Shape, secrets: Iterable[Secret]) -> list[Row]:
    shown = list(secrets)
    changes = last_changes(environment.name, kind.name, [secret.ref.key for secret in shown])
    return [_row(secret, shape, changes.get(secret.ref.key)) for secret in shown]


def badges(secret: Secret, change: Event | None) -> tuple[Note, ...]:
    """What is unusual about a secret, in a few words each."""
    found = []
    if secret.deleted:
        found.append(Note(_deletion(secret.deleted), "danger"))
    if not secret.current:
        found.append(Note("no current value", "danger"))
    elif changed_outside(secret, change):
        found.append(Note("changed outside", "caution"))
    if not secret.ref.environment.backend.is_looked_up(secret.ref.kind.name, secret.ref.id):
        found.append(Note("never looked up", "caution"))
    return tuple(found)


def changed_outside(secret: Secret, change: Event | None) -> bool:
    """Whether another hand than ours has put a value over one of ours."""
    return change is not None and bool(secret.current) and change.version != secret.current


def _deletion(moment: datetime) -> str:
    # AWS's two listings disagree on whether this is the day of the request or of the end.
    upcoming = moment > datetime.now(UTC)
    return f"deleted on {moment:%-d %b}" if upcoming else f"deletion asked for on {moment:%-d %b}"


def _row(secret: Secret, shape: Shape, change: Event | None) -> Row:
    mine = change is not None and change.version == secret.current
    return Row(
        id=secret.ref.key,
        url=url_of(secret),
        type=shape.label(secret.type),
        icon=shape.icon(secret.type),
        description=secret.description,
        changed=secret.changed,
        changed_by=change.user if change and mine else "",
        badges=badges(secret, change),
    )


def url_of(secret: Secret) -> str:
    """Where its page is; a name that no id of ours could make has none."""
    try:
        _ = secret.ref.name
    except InvalidId:
        return ""
    return reverse(f"{secret.ref.kind.name}:detail", args=[secret.ref.environment.name, secret.ref.key])


def _fits(secret: Secret, labels: Mapping[str, str], query: str, chosen_type: str, state: str) -> bool:
    if chosen_type and secret.type != chosen_type:
        return False
    if state in STATES and not STATES[state][1](secret):
        return False
    if not query:
        return True
    texts = (secret.ref.key, secret.type, labels[secret.type], secret.description)
    return query in "\n".join(texts).lower()


def _columns(kind: Kind, asked: QueryDict, sort: str) -> Iterable[Column]:
    labels = {"id": kind.id_label, "type": "Type", "description": "Description", "changed": "Changed"}
    for name, label in labels.items():
        if name == "type" and kind.name != "connections":
            continue
        ascending = sort == name
        direction = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
        parameters = {
            **{key: asked.get(key, "") for key in ("q", "type", "state")},
            "sort": f"-{name}" if ascending else name,
        }
        yield Column(label, "?" + urlencode({key: value for key, value in parameters.items() if value}), direction)
