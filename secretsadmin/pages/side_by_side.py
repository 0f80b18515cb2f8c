"""Which environments somebody lays side by side, and what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, QueryDict
from django.urls import reverse

from secretsadmin.access import policy
from secretsadmin.access.authentication import may_enter, require_fresh
from secretsadmin.access.requests import Request, actor_of
from secretsadmin.actions import PROMOTE, REVEAL, SCAN, VIEW
from secretsadmin.adapters import adapter_of
from secretsadmin.audit.looks import note_list
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.config.site import configured_site
from secretsadmin.kinds import BY_NAME, KINDS, Kind
from secretsadmin.pages.in_sight import in_sight
from secretsadmin.store.listing import listing
from secretsadmin.transfer.matrix import Column, Matrix, Row, with_values
from secretsadmin.transfer.scanning import MOST_SECRETS, Scan, scan

# So many environments stand side by side, and so many without being chosen.
MOST_COLUMNS, USUAL_COLUMNS = 6, 3


@dataclass(frozen=True)
class Question:
    """What the person wants to see. `offered` are the environments in which they may view it."""

    kind: Kind
    kinds: tuple[Kind, ...]
    offered: tuple[Environment, ...]
    chosen: tuple[Environment, ...]
    show: str
    query: str

    @property
    def sent(self) -> tuple[tuple[str, str], ...]:
        """The fields of a form that asks the same, whatever is shown of it."""
        chosen = [("in", environment.name) for environment in self.chosen]
        return (("kind", self.kind.name), *chosen, ("q", self.query))

    @property
    def url(self) -> str:
        shown = (*self.sent, ("show", self.show))
        return f"{reverse('compare-environments')}?{urlencode(shown)}"


class TooMany(Exception):
    """Raised where somebody asks for more values than one answer compares."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.sentence = (
            f"These are {number:,} values, and one answer compares {MOST_SECRETS:,} at most. "
            "Filter the ids first, or choose fewer environments."
        )


def environments_with(
    request: Request, kind: Kind, verb: str = VIEW.verb
) -> tuple[Environment, ...]:
    """The environments in which the person may view secrets of the kind, and may do this."""
    environments = []
    for environment in configured_site().environments.values():
        is_seen = policy.may(request.user, VIEW.verb, environment, kind)
        if not is_seen or not environment.backend.is_enabled(kind.name):
            continue
        if policy.may(request.user, verb, environment, kind):
            environments.append(environment)
    return tuple(environments)


def targets_of(request: Request, source: Environment, kind: Kind) -> tuple[Environment, ...]:
    """The environments into which the person may promote out of this one."""
    able = environments_with(request, kind, PROMOTE.verb)
    if source not in able:
        return ()
    return tuple(environment for environment in able if environment != source)


def question_of(request: Request, data: QueryDict) -> Question | None:
    """What the request asks; None where the person may view nothing.

    Raises Http404 for an environment that isn't in the person's sight, as for one that isn't there.
    """
    kinds = tuple(kind for kind in KINDS if environments_with(request, kind))
    if not kinds:
        return None
    kind = BY_NAME.get(data.get("kind", ""), kinds[0])
    offered = {here.name: here for here in environments_with(request, kind)}
    names = list(dict.fromkeys(data.getlist("in")))[:MOST_COLUMNS]
    if kind not in kinds or any(name not in offered for name in names):
        raise Http404
    usual = list(offered)[:USUAL_COLUMNS]
    chosen = tuple(offered[name] for name in names or usual)
    return Question(
        kind, kinds, tuple(offered.values()), chosen, data.get("show", ""), data.get("q", "")
    )


def columns_of(
    request: Request, kind: Kind, environments: Sequence[Environment]
) -> tuple[Column, ...]:
    """What is known of these environments. AWS is asked for all of them at the same time.

    Raises NotRecorded.
    """
    for environment in environments:
        if may_enter(request, environment):
            note_list(environment, kind, actor_of(request))
            listing(environment, kind).begin()
    return tuple(_column(request, environment, kind) for environment in environments)


def _column(request: Request, environment: Environment, kind: Kind) -> Column:
    if not may_enter(request, environment):
        return Column(environment, {}, is_whole=False, needs_factor=True)
    snapshot = in_sight(request.user, environment, kind).snapshot
    secrets = {secret.ref.key: secret for secret in snapshot.secrets}
    is_whole = snapshot.as_of is not None
    return Column(environment, secrets, is_whole, problem=snapshot.problem)


def with_what_is_read(request: Request, kind: Kind, matrix: Matrix) -> Matrix:
    """The matrix with the values that the person may compare. Raises NotRecorded and TooMany."""
    refs = []
    for place, column in enumerate(matrix.columns):
        refs.append(_scannable(request, kind, column, matrix.rows, place))
    number = sum(map(len, refs))
    if number > MOST_SECRETS:
        raise TooMany(number)
    read = scan(refs, adapter_of(kind), actor=actor_of(request))
    rows = tuple(with_values(row, matrix.columns, read) for row in matrix.rows)
    learning = tuple(_learning(request, kind, column) for column in matrix.columns)
    return Matrix(matrix.columns, rows, learning)


def read_both(request: Request, matrix: Matrix, kind: Kind) -> Scan:
    """The values of what is in both environments, as far as the person may compare them."""
    environments = [column.environment for column in matrix.columns]
    if not may_scan_some(request, kind, environments):
        return {}
    for environment in environments:
        require_fresh(request, SCAN.verb, environment)
    scannable = [
        _scannable(request, kind, column, matrix.rows, place)
        for place, column in enumerate(matrix.columns)
    ]
    keys = set.intersection(*({ref.key for ref in refs} for refs in scannable))
    refs = [[ref for ref in some if ref.key in keys] for some in scannable]
    return scan(refs, adapter_of(kind), actor=actor_of(request))


def may_scan_some(request: Request, kind: Kind, environments: Sequence[Environment]) -> bool:
    """Whether there are two of these in which the person may scan some secrets."""
    user = request.user
    able = [policy.may(user, SCAN.verb, environment, kind) for environment in environments]
    return sum(able) > 1


def _scannable(
    request: Request, kind: Kind, column: Column, rows: Sequence[Row], place: int
) -> list[Ref]:
    """The secrets of a column that have something to be compared with, as far as they may be."""
    is_within = policy.limit_of(request.user, SCAN.verb, column.environment, kind)
    refs = []
    for row in rows:
        secret = row.secrets[place]
        if row.number < 2 or secret is None or secret.deleted:  # noqa: PLR2004 - it takes two.
            continue
        # No call could name what has a name that no id makes.
        if secret.ref.has_name and (is_within is None or is_within(secret.ref)):
            refs.append(secret.ref)
    return refs


def _learning(request: Request, kind: Kind, column: Column) -> frozenset[str] | None:
    """The keys of the secrets of which the person may see all; None where these are all."""
    is_within = policy.limit_of(request.user, REVEAL.verb, column.environment, kind)
    if is_within is None:
        return None
    secrets = column.secrets.values()
    return frozenset(secret.ref.key for secret in secrets if is_within(secret.ref))
