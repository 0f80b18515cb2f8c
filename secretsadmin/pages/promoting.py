"""The page of a promotion: its rules, what it would do to each secret, and what has to be typed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from secretsadmin.adapter import Choice, Part
from secretsadmin.config.environments import Environment
from secretsadmin.kinds import Kind
from secretsadmin.pages.matrix import Option
from secretsadmin.pages.plan import MOST_ROWS, ShownPlan
from secretsadmin.pages.polling import Notice
from secretsadmin.pages.selection import Selection
from secretsadmin.pages.version import requested_version
from secretsadmin.transfer.plan import Row, plan_of
from secretsadmin.transfer.promoting import (
    Answers,
    Pair,
    Route,
    asked_parts,
    planned,
    usual_rules,
)

WORDS: dict[Choice, str] = {
    "take": "take the source’s",
    "keep": "keep the target’s own",
    "ask": "type it",
}
# What can be chosen for a part of one secret: to type it, to take the source's, to leave it empty.
TYPE, TAKE, EMPTY = "type", "take", "empty"
DECIDE = "Type it, take the source’s, or leave it empty."
NO_PORT = "A port is a whole number from 0 to 65535."


@dataclass(frozen=True)
class Rule:
    """The rule for one part, with its choices."""

    part: Part
    options: tuple[Option, ...]

    @property
    def name(self) -> str:
        return f"rule-{self.part.name}"


@dataclass(frozen=True)
class Asked:
    """What somebody has to decide for one part of one secret."""

    key: str
    part: Part
    choice: str
    typed: str = field(default="", repr=False)
    error: str = ""

    @property
    def choice_name(self) -> str:
        return f"choice:{self.key}:{self.part.name}"

    @property
    def typed_name(self) -> str:
        return f"typed:{self.key}:{self.part.name}"

    @property
    def input_type(self) -> str:
        return "password" if self.part.is_secret else "text"

    @property
    def shown(self) -> str:
        """What the input begins with; a secret is typed anew."""
        return "" if self.part.is_secret else self.typed

    @property
    def options(self) -> tuple[Option, ...]:
        named = [(TYPE, "type it")] if self.part.can_type else []
        named += [(TAKE, "take the source’s"), (EMPTY, "leave it empty")]
        return tuple(Option(value, text, value == self.choice) for value, text in named)


@dataclass(frozen=True)
class AskedRow:
    """One secret for which something has to be decided."""

    row: Row
    parts: tuple[Asked, ...]


@dataclass(frozen=True)
class StartPage:
    """From where to where, which comes first. `problem` says what is wrong with what was sent.

    Where a `selection` of the `source` was sent, the `environments` are its targets.
    """

    kind: Kind
    kinds: tuple[Option, ...]
    environments: tuple[Option, ...]
    problem: str = ""
    source: Environment | None = None
    selection: Selection | None = None

    @property
    def can_begin(self) -> bool:
        if self.source:
            return bool(self.environments)
        return len(self.environments) > 1

    @property
    def number(self) -> str:
        """How many were selected, as words."""
        return self.kind.counted(len(self.selection.refs)) if self.selection else ""


def start_page(
    kind: Kind, kinds: Sequence[Kind], able: Sequence[Environment], problem: str
) -> StartPage:
    return StartPage(
        kind,
        tuple(Option(other.name, other.title, other == kind) for other in kinds),
        tuple(Option(here.name, here.title, False) for here in able),
        problem,
    )


def target_page(
    kind: Kind, source: Environment, targets: Sequence[Environment], selection: Selection
) -> StartPage:
    """Where to, of rows that were selected in the list of the source."""
    options = tuple(Option(there.name, there.title, False) for there in targets)
    return StartPage(kind, (), options, source=source, selection=selection)


@dataclass(frozen=True)
class PromotePage:
    """`problem` says why nothing was planned or run. Without a `plan` the ids are chosen first."""

    kind: Kind
    source: Environment
    target: Environment
    route: Route
    pairs: tuple[Pair, ...] = ()
    notices: tuple[Notice, ...] = ()
    plan: ShownPlan | None = None
    asked: tuple[AskedRow, ...] = ()
    problem: str = ""
    reason: str = ""

    @property
    def url(self) -> str:
        """The address that keeps the rules."""
        return url_of(self.kind, self.source, self.target, self.route.rules)

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(self._rule(part) for part in self.route.adapter.parts)

    def _rule(self, part: Part) -> Rule:
        rule = self.route.rules[part.name]
        options = [Option(choice, WORDS[choice], choice == rule) for choice in choices_of(part)]
        return Rule(part, tuple(options))

    @property
    def candidates(self) -> tuple[Pair, ...]:
        """The ids that can be ticked."""
        return self.pairs[:MOST_ROWS]

    @property
    def rest(self) -> str:
        number = len(self.pairs) - MOST_ROWS
        if number <= 0:
            return ""
        return f"{number:,} more are not shown. Tick them on the page that compares environments."

    @property
    def offered(self) -> tuple[str, ...]:
        """The keys of the rows that can be ticked."""
        if self.plan is None:
            return ()
        return tuple(row.key for row in self.plan.plan.rows if row.step)

    @property
    def versions(self) -> Iterator[tuple[str, str]]:
        """The versions of both sides on which the plan goes, by the names of their inputs."""
        pairs = {f"{self.kind.name}:{pair.key}": pair for pair in self.pairs}
        for key in self.offered:
            source, target = pairs[key].source, pairs[key].target
            if source:
                yield f"from-version:{key}", source.current
            if target:
                yield f"to-version:{key}", target.current

    @property
    def matrix_url(self) -> str:
        names = [("in", self.source.name), ("in", self.target.name)]
        return f"{reverse('compare-environments')}?{urlencode([('kind', self.kind.name), *names])}"


def way_into(kind: Kind, source: Environment, targets: Sequence[Environment]) -> str:
    """The address of a promotion out of the source, which asks where to if there is a choice."""
    names = {"kind": kind.name, "from": source.name}
    if len(targets) == 1:
        names["to"] = targets[0].name
    return f"{reverse('promote')}?{urlencode(names)}"


def url_of(
    kind: Kind, source: Environment, target: Environment, rules: Mapping[str, Choice]
) -> str:
    """The address of a promotion by these rules. It names fields, and nothing of what they hold."""
    names = {"kind": kind.name, "from": source.name, "to": target.name}
    chosen = {f"rule-{part}": rule for part, rule in rules.items()}
    return f"{reverse('promote')}?{urlencode(names | chosen)}"


def choices_of(part: Part) -> list[Choice]:
    """The rules that there are for a part."""
    return [choice for choice in WORDS if choice != "ask" or part.can_type]


def rules_of(
    data: Sequence[QueryDict], parts: Sequence[Part], target: Environment
) -> dict[str, Choice]:
    """The rules that were sent, the first of the data before the others, or else the usual ones."""
    rules = usual_rules(parts, target)
    for part in parts:
        for sent in data:
            rule = sent.get(f"rule-{part.name}")
            choices = {choice: choice for choice in choices_of(part)}
            if rule in choices:
                rules[part.name] = choices[rule]
                break
    return rules


def with_plan(page: PromotePage, data: QueryDict, *, is_run: bool) -> PromotePage:
    """The page with what would become of each of the chosen secrets.

    Where it is to be run, what is not decided yet has an error. Raises Http404 for a version that
    is none.
    """
    rows, asked = [], []
    moved = frozenset(_moved(page, data))
    left_out = _left_out(page, data, is_run=is_run)
    for pair in page.pairs:
        ref_key = f"{page.kind.name}:{pair.key}"
        parts = _asked(page.route, pair, ref_key, data, is_run=is_run and ref_key not in left_out)
        row = planned(page.route, pair, _answers(data, ref_key, parts))
        rows.append(row)
        if parts and row.step:
            asked.append(AskedRow(row, parts))
    shown = ShownPlan(plan_of(rows), left_out, moved=moved)
    return replace(
        page,
        plan=shown if is_run else shown.ticked(data),
        asked=tuple(asked),
        reason=data.get("reason", "")[:1000],
    )


def has_errors(page: PromotePage) -> bool:
    return any(part.error for row in page.asked for part in row.parts)


def has_lost_some(page: PromotePage, data: QueryDict) -> bool:
    """Whether something was ticked that can't be promoted any more."""
    ticked = frozenset(data.getlist("offered")) & frozenset(data.getlist("chosen"))
    return not ticked.issubset(page.offered)


def _left_out(page: PromotePage, data: QueryDict, *, is_run: bool) -> frozenset[str]:
    """A run does what is ticked alone. A plan leaves out what was there to be ticked and wasn't."""
    offered = data.getlist("offered")
    if is_run:
        offered = [f"{page.kind.name}:{pair.key}" for pair in page.pairs]
    return frozenset(offered) - frozenset(data.getlist("chosen"))


def _moved(page: PromotePage, data: QueryDict) -> Iterator[str]:
    """The rows that the person has seen, where somebody saved the one or the other secret since."""
    offered = frozenset(data.getlist("offered"))
    for pair in page.pairs:
        key = f"{page.kind.name}:{pair.key}"
        sent = [data.get(f"{side}-version:{key}", "") for side in ("from", "to")]
        now = [secret.current if secret else "" for secret in (pair.source, pair.target)]
        if key in offered and sent != now:
            yield key


def _asked(
    route: Route, pair: Pair, key: str, data: QueryDict, *, is_run: bool
) -> tuple[Asked, ...]:
    asked = []
    for part in asked_parts(route, pair.target):
        blank = Asked(key, part, TYPE if part.can_type else EMPTY)
        choice = data.get(blank.choice_name, blank.choice)
        sent = replace(blank, choice=choice, typed=data.get(blank.typed_name, ""))
        asked.append(replace(sent, error=_error(sent)) if is_run else sent)
    return tuple(asked)


def _error(asked: Asked) -> str:
    if asked.choice not in [option.value for option in asked.options]:
        return DECIDE
    if asked.choice != TYPE:
        return ""
    if not asked.typed:
        return DECIDE
    is_port = asked.typed.isascii() and asked.typed.isdigit() and len(asked.typed) <= len("65535")
    if asked.part.name == "port" and not is_port:
        return NO_PORT
    return ""


def _answers(data: QueryDict, key: str, asked: Sequence[Asked]) -> Answers:
    rules: dict[str, Choice] = {}
    typed = {}
    for part in asked:
        rules[part.part.name] = "take" if part.choice == TAKE else "ask"
        typed[part.part.name] = part.typed if part.choice == TYPE else ""
    versions = [requested_version(data, f"{side}-version:{key}") for side in ("from", "to")]
    return Answers(rules, typed, *versions)
