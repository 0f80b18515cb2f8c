"""The health of an environment's inventory: what is wrong, and where to mend it.

Metadata tells most of it. What scans found in values is beside that, for those who may scan.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from django.core.paginator import Page, Paginator
from django.urls import reverse

from secretsadmin.access import policy
from secretsadmin.access.policy import Somebody
from secretsadmin.access.requests import Request
from secretsadmin.actions import ADMINISTER, BY_VERB, SCAN, UPDATE, VIEW
from secretsadmin.adapters import adapter_of
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import BY_NAME, KINDS, Kind, Tone
from secretsadmin.lint import costs
from secretsadmin.lint.finding import Finding, Level
from secretsadmin.lint.order import by_level, counted, in_order, word_for
from secretsadmin.lint.report import COLUMNS, as_json, cells_of
from secretsadmin.lint.rules import ASKED_FOR, OF_NAMES, SCHEDULED, page_of
from secretsadmin.pages.health_filter import Choices, HealthFilter, choices
from secretsadmin.pages.in_sight import InSight, findings_in, in_sight
from secretsadmin.pages.listing import PAGE, has_page
from secretsadmin.pages.polling import Age, Ages, Notice
from secretsadmin.pages.scanned import ScanBox, scan_box, scans_in_sight
from secretsadmin.transfer.cells import cell, table_of

URL_NAME = "inventory-health"
TONES: Mapping[Level, Tone] = {"error": "danger", "caution": "caution", "info": "info"}


class Count(NamedTuple):
    """How many findings of a level there are, and where they are listed."""

    text: str
    tone: Tone
    url: str


@dataclass(frozen=True)
class ShownFinding:
    """A finding as a page shows it.

    Without a `url` the secret has no page here, and without a `rule_url` no page lists all findings
    of the rule.
    """

    level: Level
    title: str
    effect: str
    mend: str
    sentence: str
    kind: Kind
    id: str
    url: str
    mend_url: str
    mend_label: str
    rule_url: str

    @property
    def tone(self) -> Tone:
        return TONES[self.level]

    @property
    def word(self) -> str:
        return word_for(self.level)


@dataclass(frozen=True)
class Broken:
    """A rule, and the findings of it on this page. The first of them speaks for the rule."""

    rows: tuple[ShownFinding, ...]

    @property
    def rule(self) -> ShownFinding:
        return self.rows[0]


@dataclass(frozen=True)
class HealthPage:
    """What is wrong among what the person may view."""

    environment: Environment
    ages: Ages
    filter: HealthFilter
    choices: Choices
    counts: tuple[Count, ...]
    groups: tuple[Broken, ...]
    paginated: Page[Finding]
    total: int
    matched: int
    cost: str
    may_look_around: bool
    scan: ScanBox | None
    mends_url: str = ""

    @property
    def shown(self) -> object:
        return (self.groups, self.counts, self.total, self.matched, self.cost)

    @property
    def url(self) -> str:
        return reverse(URL_NAME, args=[self.environment.name])

    @property
    def csv_url(self) -> str:
        return self.filter.at(self.url, export="csv")

    @property
    def json_url(self) -> str:
        return self.filter.at(self.url, export="json")

    @property
    def is_whole(self) -> bool:
        """Whether nothing can be missing."""
        return all(age.as_of for age in self.ages)

    @property
    def status(self) -> str:
        findings = "1 finding" if self.total == 1 else f"{self.total:,} findings"
        if self.matched != self.total:
            return f"{self.matched:,} of {findings}"
        return findings

    @property
    def notices(self) -> tuple[Notice, ...]:
        notices = [_notice(age) for age in self.ages]
        return tuple(filter(None, notices))


def _notice(age: Age) -> Notice | None:
    title = age.kind.title
    if age.problem:
        what = f"{title}: {age.problem.sentence}"
        return Notice("caution", age.failed_text, what, age.problem.next)
    if age.is_cold:
        sentence = f"{title}: the list is still being read from Secrets Manager."
        return Notice("info", sentence)
    if age.is_behind:
        return age.behind_notice(f"{title}: you")
    return None


def viewed_kinds(user: Somebody, environment: Environment) -> list[Kind]:
    """The kinds that Airflow looks up there and the person may view."""
    backend = environment.backend
    return [
        kind
        for kind in KINDS
        if backend.is_enabled(kind.name) and policy.may(user, VIEW.verb, environment, kind)
    ]


def may_look_around(user: Somebody, environment: Environment) -> bool:
    """Whether the person may see names that belong to no environment, and so to no grant of ids."""
    return all(policy.may_for_all(user, ADMINISTER.verb, environment, kind) for kind in KINDS)


def health_page(request: Request, environment: Environment) -> HealthPage:
    """What the page shows for the request's query string."""
    user = request.user
    sights = sights_of(user, environment)
    scans = scans_in_sight(user, environment, sights)
    findings = in_order([*findings_in(environment, sights), *scans.findings])
    selection = HealthFilter.from_query(request.GET)
    matching = selection.find(findings)
    paginated = Paginator(matching, PAGE).get_page(selection.page)
    return HealthPage(
        environment=environment,
        ages=Ages(tuple(Age.from_snapshot(kind, here.snapshot) for kind, here in sights.items())),
        filter=selection,
        choices=choices(findings, selection),
        counts=counts_of(environment, findings),
        groups=grouped(user, environment, list(paginated.object_list)),
        paginated=paginated,
        total=len(findings),
        matched=len(matching),
        cost=_cost(sights),
        may_look_around=may_look_around(user, environment),
        scan=scan_box(user, environment, sights, scans),
        mends_url=_mends_url(user, environment, findings),
    )


def _mends_url(user: Somebody, environment: Environment, findings: Iterable[Finding]) -> str:
    """Where certain mends are offered, if there may be any and the person may change secrets."""
    kinds = [
        kind
        for kind in KINDS
        if policy.may(user, SCAN.verb, environment, kind)
        and policy.may(user, UPDATE.verb, environment, kind)
    ]
    mendable = {(kind.name, name) for kind in kinds for name in adapter_of(kind).mendable}
    if any((finding.kind, finding.rule.name) in mendable for finding in findings):
        return reverse("mends", args=[environment.name])
    return ""


def sights_of(user: Somebody, environment: Environment) -> dict[Kind, InSight]:
    return {kind: in_sight(user, environment, kind) for kind in viewed_kinds(user, environment)}


def counts_of(environment: Environment, findings: Iterable[Finding]) -> tuple[Count, ...]:
    """The numbers by level, of those levels that have any."""
    url = reverse(URL_NAME, args=[environment.name])
    counts = []
    for level, number in by_level(findings).items():
        if number:
            counts.append(Count(counted(level, number), TONES[level], f"{url}?level={level}"))
    return tuple(counts)


def _cost(sights: Mapping[Kind, InSight]) -> str:
    in_use = 0
    for here in sights.values():
        in_use += sum(secret.deleted is None for secret in here.snapshot.secrets)
    if not in_use:
        return ""
    return costs.sentence_of(in_use)


def grouped(
    user: Somebody, environment: Environment, findings: Sequence[Finding]
) -> tuple[Broken, ...]:
    groups = []
    for _, of_rule in groupby(findings, key=lambda finding: finding.rule):
        groups.append(Broken(tuple(shown(user, environment, finding) for finding in of_rule)))
    return tuple(groups)


def shown(user: Somebody, environment: Environment, finding: Finding) -> ShownFinding:
    """A finding, with the page on which this person mends it."""
    rule, kind = finding.rule, BY_NAME[finding.kind]
    ref = Ref.from_key(environment, kind, finding.id)
    url = mend_url = mend_label = ""
    if rule not in OF_NAMES and has_page(ref):
        url = reverse(f"{kind.name}:detail", args=[environment.name, finding.id])
        mend_url, mend_label = _mend(user, ref, finding)
    rule_url = ""
    if rule not in ASKED_FOR:
        rule_url = HealthFilter(rule=rule.name).at(reverse(URL_NAME, args=[environment.name]))
    return ShownFinding(
        level=rule.level,
        title=rule.title,
        effect=rule.effect,
        mend=rule.mend,
        sentence=finding.sentence,
        kind=kind,
        id=finding.id,
        url=url,
        mend_url=mend_url,
        mend_label=mend_label,
        rule_url=rule_url,
    )


def _mend(user: Somebody, ref: Ref, finding: Finding) -> tuple[str, str]:
    """The address of the page, and what its link says."""
    where = [ref.environment.name]
    if finding.rule == SCHEDULED:
        return reverse("recycle-bin", args=where), "Recycle bin"
    verb = page_of(finding.rule)
    # Whoever may not do it is led to the secret's own page, which says who may.
    if verb not in BY_VERB or not policy.may(user, verb, ref.environment, ref.kind, ref):
        return reverse(f"{ref.kind.name}:detail", args=[*where, ref.key]), "Open"
    title = _TITLES.get(verb, BY_VERB[verb].title)
    return reverse(f"{ref.kind.name}:{verb}", args=[*where, ref.key]), title


_TITLES = {"update": "Edit", "label": "Labels"}


# The files of findings, each with its type.
EXPORTS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


def exported(request: Request, environment: Environment, form: str) -> tuple[str, str]:
    """The type and the text of a file of all findings that fit the filter."""
    sights = sights_of(request.user, environment)
    scans = scans_in_sight(request.user, environment, sights)
    findings = in_order([*findings_in(environment, sights), *scans.findings])
    matching = HealthFilter.from_query(request.GET).find(findings)
    if form == "json":
        return EXPORTS[form], as_json(matching)
    return EXPORTS[form], _as_csv(matching)


def _as_csv(findings: Iterable[Finding]) -> str:
    rows = [cells_of(finding) for finding in findings]
    return table_of([COLUMNS, *([cell(row[name]) for name in COLUMNS] for row in rows)])
