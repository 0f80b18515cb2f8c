"""The list of one kind: filtered, sorted, fifty rows with what the audit log knows of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from secretsadmin.access import policy
from secretsadmin.access.requests import Request
from secretsadmin.adapter import KindAdapter
from secretsadmin.audit.standing import Finding, Standing
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import (
    BINARY,
    BROKEN_JSON,
    TROUBLES,
    UNREADABLE,
    UNREADABLE_BY_SOME,
    Kind,
    Tone,
)
from secretsadmin.pages.filters import STATES, Filter, Listed
from secretsadmin.pages.importing import import_url
from secretsadmin.pages.in_sight import InSight, in_sight
from secretsadmin.pages.nothing_found import NothingFound, why_nothing_fits
from secretsadmin.pages.polling import Age, Ages, Notice
from secretsadmin.pages.rights import missing_rights
from secretsadmin.pages.selection import BulkBar, bulk_bar
from secretsadmin.pages.tag_filter import NO_TAGS, Option, TagFilter, tag_filter
from secretsadmin.store.marks import Change, changed_outside, put_in_place
from secretsadmin.store.reads import Secret
from secretsadmin.templatetags.secretsadmin import visible, when

# How many rows a page of a list, of the recycle bin and of the audit log has.
PAGE = 50


class Badge(NamedTuple):
    """A few words about a secret, and a sentence for whoever wants to know more."""

    text: str
    tone: Tone
    hint: str = ""


NO_VALUE = Badge("no current value", "danger")
NEVER_LOOKED_UP = Badge("never looked up", "caution")
CHANGED_OUTSIDE = Badge(
    "changed outside",
    "caution",
    "Another version is current than the last one saved here.",
)
# The badges of a row that say what keeps Airflow from reading the secret.
TROUBLED: Mapping[str, Badge] = {
    UNREADABLE: Badge("won't parse", "danger"),
    UNREADABLE_BY_SOME: Badge("won't parse everywhere", "caution"),
    BROKEN_JSON: Badge("broken JSON", "caution"),
    BINARY: Badge("no text", "danger"),
}


ARROWS = {"ascending": "arrow-up", "descending": "arrow-down"}


@dataclass(frozen=True)
class ListRow:
    """One line of a list."""

    id: str
    url: str
    type: str
    icon: str
    description: str
    changed: datetime | None
    changed_by: str
    badges: tuple[Badge, ...]
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Column:
    """A column's heading, and the address of the list sorted by it, where it can be."""

    label: str
    url: str
    sorted: str = ""

    @property
    def arrow(self) -> str:
        """The icon of the direction in which the rows are sorted by it."""
        return ARROWS.get(self.sorted, "")


@dataclass(frozen=True)
class IndexPage:
    """The list of one kind of secret in one environment.

    `total` counts all secrets, and `matched` those that fit the filter. Without a `create_url` the
    person can't create one here, and without an `import_url` import none. Without a `bulk` there is
    nothing that they may do to several.
    """

    kind: Kind
    prefix: str
    age: Age
    filter: Filter
    rows: tuple[ListRow, ...]
    columns: tuple[Column, ...]
    types: tuple[Option, ...]
    states: tuple[Option, ...]
    paginated: Page[Secret]
    total: int
    matched: int
    nothing_found: NothingFound | None
    refresh_url: str
    create_url: str
    export_url: str
    import_url: str
    missing_rights: str
    bulk: BulkBar | None = None
    tags: TagFilter = NO_TAGS

    @property
    def ages(self) -> Ages:
        return Ages((self.age,))

    @property
    def shown(self) -> object:
        rows = (self.rows, self.types, self.states, self.tags, self.total, self.matched)
        # What the page says in place of rows depends on these two.
        return (*rows, self.age.is_cold, self.age.problem is None)

    @property
    def has_filter(self) -> bool:
        """Whether there is something to filter, or a filter that hides all there is."""
        return self.has_status or bool(self.filter.query) or self.filter.is_narrow

    @property
    def filter_label(self) -> str:
        id_label = self.kind.id_label.lower()
        if self.kind.has_types:
            return f"Filter by {id_label}, type or description"
        return f"Filter by {id_label} or description"

    @property
    def filter_hint(self) -> str:
        if self.kind.has_types:
            return "Filter by id, type, description"
        return "Filter by id, description"

    @property
    def known_how(self) -> str:
        """Why more secrets may be in the filter's state than the list shows."""
        state = STATES.get(self.filter.state)
        if state is None:
            return ""
        return state.known_how

    @property
    def notices(self) -> tuple[Notice, ...]:
        age = self.age
        if age.problem:
            advice = format_html("{} {}", self._what_is_shown, age.problem.next)
            return (Notice("caution", age.failed_text, age.problem.sentence, advice),)
        if age.is_behind:
            return (age.behind_notice(),)
        return ()

    @property
    def _what_is_shown(self) -> SafeString:
        """How far the old list can be trusted, where AWS gave no new one."""
        if not self.total:
            return SafeString("So there is no list to show.")
        if self.age.as_of is None:
            return SafeString("The list below may lack some.")
        return format_html("The list below is as of {}.", when(self.age.as_of))

    @property
    def again_url(self) -> str:
        """Where the person can ask AWS again, if AWS didn't answer and there is nothing to show."""
        if self.total or self.age.problem is None:
            return ""
        return self.refresh_url

    @property
    def has_status(self) -> bool:
        return bool(self.total) or self.age.is_cold

    @property
    def status(self) -> str:
        """How many secrets are shown."""
        status = self.kind.counted(self.total)
        if self.matched != self.total:
            status = f"{self.matched} of {status}"
        if self.age.is_cold:
            status += " so far. The list is still being read from Secrets Manager."
        return status

    @property
    def is_status_short(self) -> bool:
        """Whether the status fits beside the filter."""
        if self.filter.is_narrow and (self.age.is_asking or self.tags.options):
            return False
        return not (self.age.is_cold or self.age.problem or self.age.newer)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing here for sure."""
        return not self.total and not self.age.is_cold and self.age.problem is None


def index_page(
    request: Request, environment: Environment, kind: Kind, adapter: KindAdapter
) -> IndexPage:
    """What the list shows for the request's query string."""
    here = in_sight(request.user, environment, kind)
    secrets = here.snapshot.secrets
    selection = Filter.from_query(request.GET)
    counts = Counter(secret.type for secret in secrets)
    listed = listed_in(here, selection, adapter)
    labels = listed.labels
    matching = selection.find(listed)
    paginated = Paginator(matching, PAGE).get_page(selection.page)
    nothing_found = None
    if secrets and not matching:
        nothing_found = why_nothing_fits(environment, kind, selection, listed)
    return IndexPage(
        kind=kind,
        prefix=environment.backend.name_prefix(kind.name),
        age=Age.from_snapshot(kind, here.snapshot),
        filter=selection,
        rows=tuple(
            _row(secret, adapter, here.standing, selection.columns)
            for secret in paginated.object_list
        ),
        columns=_columns(environment, kind, selection),
        types=_types(labels, counts),
        states=_states(listed),
        paginated=paginated,
        total=len(secrets),
        matched=len(matching),
        nothing_found=nothing_found,
        refresh_url=selection.at(_url(environment, kind, "refresh")),
        create_url=create_url(request, environment, kind),
        export_url=selection.at(_url(environment, kind, "export")) if secrets else "",
        import_url=import_url(request, environment, kind),
        missing_rights=missing_rights(request, environment, kind, ["create"]),
        bulk=bulk_bar(request, environment, kind, selection, matching),
        tags=tag_filter(secrets, selection.tag, selection.columns),
    )


def listed_in(here: InSight, selection: Filter, adapter: KindAdapter) -> Listed:
    """All of a list, as the filter looks at it."""
    secrets = here.snapshot.secrets
    names = {selection.type, *(secret.type for secret in secrets)}
    labels = {name: adapter.type_name(name) for name in sorted(names)}
    return Listed(secrets, labels, here.marks)


def create_url(request: Request, environment: Environment, kind: Kind) -> str:
    """Where the person creates a secret of this kind; empty if they may not."""
    if not policy.may(request.user, "create", environment, kind):
        return ""
    return _url(environment, kind, "create")


def _url(environment: Environment, kind: Kind, verb: str) -> str:
    return reverse(f"{kind.name}:{verb}", args=[environment.name])


def _types(labels: Mapping[str, str], counts: Counter[str]) -> tuple[Option, ...]:
    return tuple(Option(name, label, counts[name]) for name, label in labels.items() if name)


def _states(listed: Listed) -> tuple[Option, ...]:
    options = []
    for name, state in STATES.items():
        count = state.count(len(listed.secrets), listed.marks)
        options.append(Option(name, state.label, count))
    return tuple(options)


def _columns(environment: Environment, kind: Kind, selection: Filter) -> tuple[Column, ...]:
    labels = {"id": kind.id_label}
    if kind.has_types:
        labels["type"] = "Type"
    labels["description"] = "Description"
    direction = "ascending"
    if selection.is_descending:
        direction = "descending"
    directions = {selection.sort_column: direction}
    list_url = _url(environment, kind, "index")

    def column(name: str, label: str) -> Column:
        return Column(label, selection.sorted_by(name).at(list_url), directions.get(name, ""))

    columns = [column(name, label) for name, label in labels.items()]
    columns += [Column(visible(key), "") for key in selection.columns]
    return (*columns, column("changed", "Changed"))


def _row(
    secret: Secret, adapter: KindAdapter, standing: Standing, shown_tags: Iterable[str]
) -> ListRow:
    change = standing.change(secret.ref.key)
    changed_by = ""
    if change and put_in_place(secret, change):
        changed_by = change.user
    return ListRow(
        id=secret.ref.key,
        url=url_of(secret),
        type=adapter.type_name(secret.type),
        icon=adapter.type_icon(secret.type),
        description=secret.description,
        changed=secret.changed,
        changed_by=changed_by,
        badges=badges(secret, change, standing.finding(secret.ref.key, secret.current)),
        tags=tuple((key, secret.tags.get(key, "")) for key in shown_tags),
    )


def url_of(secret: Secret) -> str:
    """The address of its page; nothing for a name that no id of ours could make."""
    ref = secret.ref
    if not has_page(ref):
        return ""
    return reverse(f"{ref.kind.name}:detail", args=[ref.environment.name, ref.key])


def has_page(ref: Ref) -> bool:
    """Whether the secret has pages here, as its name is one that an id of ours could make."""
    return ref.has_name


def badges(secret: Secret, change: Change | None, finding: Finding | None) -> tuple[Badge, ...]:
    """What is unusual about a secret, in a few words each."""
    unusual = []
    if secret.deleted:
        unusual.append(Badge(_deletion(secret.deleted), "danger"))
    if not secret.current:
        unusual.append(NO_VALUE)
    elif finding and finding.trouble:
        unusual.append(_trouble(finding))
    if changed_outside(secret, change):
        unusual.append(CHANGED_OUTSIDE)
    if not secret.ref.environment.backend.is_looked_up(secret.ref.kind.name, secret.ref.id):
        unusual.append(NEVER_LOOKED_UP)
    return tuple(unusual)


def _deletion(moment: datetime) -> str:
    # AWS's two listings disagree on whether this is the day of the request or of the end.
    if moment > datetime.now(UTC):
        return f"deleted on {moment:%-d %b}"
    return f"deletion asked for on {moment:%-d %b}"


def _trouble(finding: Finding) -> Badge:
    moment = f"{finding.at.astimezone(UTC):%-d %B %Y at %H:%M} UTC"
    hint = f"{TROUBLES[finding.trouble]}: so it was found on {moment}."
    return TROUBLED[finding.trouble]._replace(hint=hint)
