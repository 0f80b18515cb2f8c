"""Promotes secrets of one environment to another: a plan by rules for each part, and its steps.

Values go from AWS to AWS in this process. A step reads the version of the source that was planned,
and writes on top of the version of the target that was planned.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from secretsadmin.access import policy
from secretsadmin.access.policy import Somebody
from secretsadmin.actions import CREATE, PROMOTE, REVEAL, UPDATE, VIEW
from secretsadmin.adapter import Choice, KindAdapter, Part, Promotion
from secretsadmin.audit.models import DESCRIPTION
from secretsadmin.audit.recording import Actor
from secretsadmin.config.backend import InvalidId, KindDisabled
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import Kind
from secretsadmin.store import reads, writes
from secretsadmin.store.reads import Secret
from secretsadmin.transfer.plan import Row
from secretsadmin.transfer.running import Step
from secretsadmin.transfer.scanning import Digested, Scan, difference

Rules = Mapping[str, Choice]


@dataclass(frozen=True)
class Route:
    """From where to where, for whom, and by which rules.

    `scan` is what is known of the values of both; it may be nothing.
    """

    user: Somebody
    kind: Kind
    adapter: KindAdapter
    source: Environment
    target: Environment
    rules: Rules
    reason: str = ""
    scan: Scan = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Pair:
    """A secret of the source, and the target's secret of the same id, if there is one."""

    key: str
    source: Secret | None
    target: Secret | None


@dataclass(frozen=True)
class Answers:
    """What was chosen for one secret: rules of its own, what was typed, and the versions."""

    rules: Rules = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    source_version: str = ""
    target_version: str = ""


def usual_rules(parts: Sequence[Part], target: Environment) -> dict[str, Choice]:
    """The target keeps its own. What is secret never goes to a protected environment by itself."""
    rules: dict[str, Choice] = {}
    for part in parts:
        stays = part.is_own or (part.is_secret and target.protected)
        rules[part.name] = "keep" if stays else "take"
    return rules


def asked_parts(route: Route, target: Secret | None) -> tuple[Part, ...]:
    """The parts that somebody has to decide for this one. What is new has nothing to keep."""
    parts = []
    for part in route.adapter.parts:
        rule = route.rules[part.name]
        if rule == "ask" or (rule == "keep" and target is None):
            parts.append(part)
    return tuple(parts)


def planned(route: Route, pair: Pair, answers: Answers) -> Row:
    """What would become of a secret."""
    ref = Ref.from_key(route.target, route.kind, pair.key)
    reason = next(_refusals(route, pair, ref), "")
    if reason or pair.source is None:
        return Row(ref, "refused", reason)
    version = pair.target.current if pair.target else ""
    row = Row(ref, "create", version=version, step=_step(route, pair, ref, answers))
    if pair.target is None:
        return row
    return _changing(route, pair.source, pair.target, row)


def _changing(route: Route, source: Secret, target: Secret, row: Row) -> Row:
    """The row of a secret that is there already."""
    if all(rule == "keep" for rule in route.rules.values()):
        reason = "Every part keeps the target’s own."
        return replace(row, fate="skip", reason=reason, step=None)
    described = (DESCRIPTION,) if source.description != target.description else ()
    row = replace(row, fate="change", changes=described)
    one = route.scan.get((route.source.name, source.ref.key))
    other = route.scan.get((route.target.name, target.ref.key))
    if not (isinstance(one, Digested) and isinstance(other, Digested)):
        return replace(row, notes=("Which fields change isn’t known before it runs.",))
    return _compared(route, one, other, row)


def _compared(route: Route, one: Digested, other: Digested, row: Row) -> Row:
    """The row of a secret whose values could be compared."""
    parts = {**other.parts, **one.parts}
    if not set(parts.values()) <= {part.name for part in route.adapter.parts}:
        reason = "It can’t be read field by field in both environments."
        return replace(row, fate="refused", reason=reason, step=None)
    may_learn = _may_learn(route, route.source, row.ref) and _may_learn(
        route, route.target, row.ref
    )
    found = difference(one, other, may_learn=may_learn)
    names = [name for name in found.fields if route.rules[parts[name]] == "take"]
    asks = [part.name for part in route.adapter.parts if route.rules[part.name] == "ask"]
    row = replace(row, changes=(*names, *asks, *row.changes))
    if not found.is_whole:
        return replace(row, notes=("Whether what is masked differs isn’t told.",))
    if row.changes:
        return row
    return replace(row, fate="same", step=None)


def _refusals(route: Route, pair: Pair, ref: Ref) -> Iterator[str]:
    """Why it can't be promoted, if anything keeps it."""
    here, there = route.source.title, route.target.title
    source, target = pair.source, pair.target
    if source is None:
        yield f"There is none of this id in {here}."
        return
    if source.deleted:
        yield f"It is scheduled for deletion in {here}."
    if not source.current:
        yield f"It has no current version in {here}."
    if not _may(route, PROMOTE.verb, source.ref):
        yield f"You may not promote it out of {here}."
    if not _may(route, VIEW.verb, ref) or not _may(route, PROMOTE.verb, ref):
        yield f"You may not promote it to {there}."
    yield from _refusals_of_name(source.ref, ref, is_new=target is None)
    if target is None:
        verb, deed = CREATE.verb, "create"
    else:
        verb, deed = UPDATE.verb, "change"
        yield from _refusals_of_target(target, there)
    if not _may(route, verb, ref):
        yield f"You may not {deed} it in {there}."


def _refusals_of_name(source: Ref, ref: Ref, *, is_new: bool) -> Iterator[str]:
    """Why Airflow would never look it up in the target."""
    backend = ref.environment.backend
    if source.team != ref.team:
        yield "The target has no such team, so Airflow would never ask for it."
    if doubt := backend.doubt_of(ref.kind.name, ref.id):
        yield doubt
    try:
        _ = ref.new_name if is_new else ref.name
    except (InvalidId, KindDisabled) as error:
        yield str(error)


def _refusals_of_target(target: Secret, title: str) -> Iterator[str]:
    if target.deleted:
        yield f"It is scheduled for deletion in {title}. Restore it first."
    if target.is_replica:
        yield f"In {title} it is a replica. Change the secret that it is a copy of."
    if not target.current:
        yield f"It has no current version in {title}. Save a value there first."


def _may(route: Route, verb: str, ref: Ref) -> bool:
    return policy.may(route.user, verb, ref.environment, ref.kind, ref)


def _may_learn(route: Route, environment: Environment, ref: Ref) -> bool:
    there = Ref.from_key(environment, ref.kind, ref.key)
    return policy.may_learn(route.user, environment, ref.kind, there)


def _step(route: Route, pair: Pair, ref: Ref, answers: Answers) -> Step | None:
    source, target = pair.source, pair.target
    if source is None:
        return None
    promotion = Promotion(
        route.source.backend,
        route.target.backend,
        {**route.rules, **answers.rules},
        answers.typed,
        may_learn_source=_may_learn(route, route.source, ref),
        may_learn_target=_may_learn(route, route.target, ref),
    )
    work = _Work(route, source, target, ref, promotion, answers)
    also = [(PROMOTE.verb, source.ref)]
    # What the plan counts on has to hold when the step is done, too.
    if promotion.may_learn_source:
        also.append((REVEAL.verb, source.ref))
    if promotion.may_learn_target:
        also.append((REVEAL.verb, ref))
    needs, carry_out, limit, calls = (CREATE.verb, PROMOTE.verb), work.create, "create", 1
    if target:
        needs, carry_out, limit, calls = (UPDATE.verb, PROMOTE.verb), work.update, "put", 2
    return Step((ref,), needs, carry_out, limit, calls, also=tuple(also))


@dataclass(frozen=True)
class _Work:
    """How one secret is promoted."""

    route: Route
    source: Secret
    target: Secret | None
    ref: Ref
    promotion: Promotion
    answers: Answers

    def create(self, actor: Actor) -> None:
        draft = reads.hand_on(
            self.source.ref,
            PROMOTE.verb,
            lambda text: self.route.adapter.promoted(text, None, self.promotion),
            actor=actor,
            version=self._source_version,
            reason=self.route.reason,
        )
        writes.create(
            self.ref,
            draft,
            actor=actor,
            description=self.source.description,
            reason=self.route.reason,
        )

    def update(self, actor: Actor) -> None:
        if self.target is None:
            return
        text = reads.hand_on(
            self.source.ref,
            PROMOTE.verb,
            str,
            actor=actor,
            version=self._source_version,
            reason=self.route.reason,
        )
        writes.update(
            self.ref,
            lambda stored: self.route.adapter.promoted(text, stored, self.promotion),
            version=self.answers.target_version,
            actor=actor,
            before=self.target,
            description=self.source.description,
            reason=self.route.reason,
        )

    @property
    def _source_version(self) -> str:
        return self.answers.source_version or self.source.current
