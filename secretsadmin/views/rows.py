"""A listing as a page shows it: filtered, sorted, fifty rows with what the audit log knows of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import QueryDict
from django.urls import reverse

from secretsadmin.audit.models import CLOCKS, Event
from secretsadmin.audit.queries import last_changes
from secretsadmin.backend import InvalidId
from secretsadmin.environments import Environment
from secretsadmin.kinds import Kind, Note, Shape
from secretsadmin.store.reads import Secret
from secretsadmin.views.filters import STATES, Filter

PAGE = 50


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
    """What a list page shows for its query string."""
    wanted = Filter.of(asked)
    counted = Counter(secret.type for secret in secrets)
    labels = {name: shape.label(name) for name in sorted({*counted, wanted.type})}
    found = wanted.find(secrets, labels)
    page = Paginator(found, PAGE).get_page(wanted.page)
    url = reverse(f"{kind.name}:index", args=[environment.name])
    return {
        "rows": rows(environment, kind, shape, page.object_list),
        "columns": list(_columns(kind, wanted, url)),
        "types": [(name, label, counted[name]) for name, label in labels.items() if name],
        "states": [(name, label, sum(map(fits, secrets))) for name, (label, fits) in STATES.items()],
        "page": page,
        "total": len(secrets),
        "matched": len(found),
        "filter": wanted,
        "is_filtered": bool(wanted.query) or wanted.is_narrow,
        "refresh_url": wanted.at(reverse(f"{kind.name}:refresh", args=[environment.name])),
        **_nothing_found(wanted, secrets, labels, url, is_empty=not found),
    }


def _nothing_found(
    wanted: Filter, secrets: tuple[Secret, ...], labels: Mapping[str, str], url: str, *, is_empty: bool
) -> dict[str, Any]:
    """What the type and the state leave out that fits the words, where nothing else is found."""
    if not (is_empty and wanted.is_narrow):
        return {}
    wider = wanted.wider()
    return {
        "type_label": labels[wanted.type],
        "state_label": STATES[wanted.state][0] if wanted.state else "",
        "hidden": len(wider.find(secrets, labels)) if wanted.query else 0,
        "wider_url": wider.at(url),
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
    return change is not None and bool(secret.current) and not put_in_place(secret, change)


def put_in_place(secret: Secret, change: Event | None) -> bool:
    """Whether what is current was put there by this act, and not in an older secret of the same name."""
    if change is None or change.version != secret.current:
        return False
    return secret.created is None or change.at > secret.created - CLOCKS


def _deletion(moment: datetime) -> str:
    # AWS's two listings disagree on whether this is the day of the request or of the end.
    upcoming = moment > datetime.now(UTC)
    return f"deleted on {moment:%-d %b}" if upcoming else f"deletion asked for on {moment:%-d %b}"


def _row(secret: Secret, shape: Shape, change: Event | None) -> Row:
    return Row(
        id=secret.ref.key,
        url=url_of(secret),
        type=shape.label(secret.type),
        icon=shape.icon(secret.type),
        description=secret.description,
        changed=secret.changed,
        changed_by=change.user if change and put_in_place(secret, change) else "",
        badges=badges(secret, change),
    )


def url_of(secret: Secret) -> str:
    """Where its page is; a name that no id of ours could make has none."""
    try:
        _ = secret.ref.name
    except InvalidId:
        return ""
    return reverse(f"{secret.ref.kind.name}:detail", args=[secret.ref.environment.name, secret.ref.key])


def _columns(kind: Kind, wanted: Filter, url: str) -> Iterable[Column]:
    labels = {"id": kind.id_label, "type": "Type", "description": "Description", "changed": "Changed"}
    directions = {wanted.sort.removeprefix("-"): "descending" if wanted.sort.startswith("-") else "ascending"}
    for name, label in labels.items():
        if name == "type" and kind.name != "connections":
            continue
        yield Column(label, wanted.sorted_by(name).at(url), directions.get(name, ""))
