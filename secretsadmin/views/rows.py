"""A listing as a page shows it: filtered, sorted, fifty rows with what the audit log knows of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.http import QueryDict
from django.urls import reverse

from secretsadmin.audit.standing import Finding, Standing
from secretsadmin.backend import InvalidId
from secretsadmin.kinds import (
    BINARY,
    BROKEN_JSON,
    TROUBLES,
    UNREADABLE,
    UNREADABLE_BY_SOME,
    Kind,
    Shape,
    Tone,
)
from secretsadmin.store.listing import Listing
from secretsadmin.store.marks import Change, changed_outside, put_in_place
from secretsadmin.store.reads import Secret
from secretsadmin.views.filters import STATES, Filter, Listed

PAGE = 50


# How a row says in short what keeps Airflow from reading a secret.
TROUBLED: Mapping[str, tuple[str, Tone]] = {
    UNREADABLE: ("won't parse", "danger"),
    UNREADABLE_BY_SOME: ("won't parse everywhere", "caution"),
    BROKEN_JSON: ("broken JSON", "caution"),
    BINARY: ("no text", "danger"),
}


class Badge(NamedTuple):
    """A few words about a secret, and a sentence for whoever wants to know more."""

    text: str
    tone: Tone
    hint: str = ""


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
    badges: tuple[Badge, ...]


@dataclass(frozen=True)
class Column:
    label: str
    url: str
    sorted: str = ""


def table(here: Listing, shape: Shape, secrets: tuple[Secret, ...], asked: QueryDict) -> dict[str, Any]:
    """What a list page shows for its query string."""
    wanted = Filter.of(asked)
    counted = Counter(secret.type for secret in secrets)
    labels = {name: shape.label(name) for name in sorted({*counted, wanted.type})}
    listed = Listed(secrets, labels, here.marks())
    found = wanted.find(listed)
    page = Paginator(found, PAGE).get_page(wanted.page)
    urls = {verb: reverse(f"{here.kind.name}:{verb}", args=[here.environment.name]) for verb in ("index", "refresh")}
    return {
        "rows": [_row(secret, shape, here.standing) for secret in page.object_list],
        "columns": list(_columns(here.kind, wanted, urls["index"])),
        "types": [(name, label, counted[name]) for name, label in labels.items() if name],
        "states": [(name, state.label, state.count(len(secrets), listed.marks)) for name, state in STATES.items()],
        "page": page,
        "total": len(secrets),
        "matched": len(found),
        "filter": wanted,
        "is_filtered": bool(wanted.query) or wanted.is_narrow,
        "refresh_url": wanted.at(urls["refresh"]),
        "state": STATES.get(wanted.state),
        **(_nothing_found(wanted, listed, urls["index"]) if wanted.is_narrow and not found else {}),
    }


def _nothing_found(wanted: Filter, listed: Listed, url: str) -> dict[str, Any]:
    """What the type and the state leave out that fits the words."""
    wider = wanted.wider()
    return {
        "type_label": listed.labels[wanted.type],
        "hidden": len(wider.find(listed)) if wanted.query else 0,
        "wider_url": wider.at(url),
    }


def badges(secret: Secret, change: Change | None, finding: Finding | None) -> tuple[Badge, ...]:
    """What is unusual about a secret, in a few words each."""
    found = []
    if secret.deleted:
        found.append(Badge(_deletion(secret.deleted), "danger"))
    if not secret.current:
        found.append(Badge("no current value", "danger"))
    elif finding and finding.trouble:
        text, tone = TROUBLED[finding.trouble]
        found.append(Badge(text, tone, f"{TROUBLES[finding.trouble]}: so it was found on {_exact(finding.at)}."))
    if changed_outside(secret, change):
        found.append(Badge("changed outside", "caution", "Another version is current than the last one saved here."))
    if not secret.ref.environment.backend.is_looked_up(secret.ref.kind.name, secret.ref.id):
        found.append(Badge("never looked up", "caution"))
    return tuple(found)


def _exact(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%-d %B %Y at %H:%M} UTC"


def _deletion(moment: datetime) -> str:
    # AWS's two listings disagree on whether this is the day of the request or of the end.
    upcoming = moment > datetime.now(UTC)
    return f"deleted on {moment:%-d %b}" if upcoming else f"deletion asked for on {moment:%-d %b}"


def _row(secret: Secret, shape: Shape, standing: Standing) -> Row:
    change = standing.change(secret.ref.key)
    return Row(
        id=secret.ref.key,
        url=url_of(secret),
        type=shape.label(secret.type),
        icon=shape.icon(secret.type),
        description=secret.description,
        changed=secret.changed,
        changed_by=change.user if change and put_in_place(secret, change) else "",
        badges=badges(secret, change, standing.finding(secret.ref.key, secret.current)),
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
