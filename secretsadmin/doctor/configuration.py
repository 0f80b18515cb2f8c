"""What the configuration of an environment says by itself; AWS isn't asked."""

from collections.abc import Iterator
from itertools import combinations

from django.core.checks import ERROR, CheckMessage

from secretsadmin.config.checks import backend_problems, overlap_problem
from secretsadmin.config.environments import Environment
from secretsadmin.config.overlaps import overlaps
from secretsadmin.config.site import configured_site, problem_of_file
from secretsadmin.doctor.line import Line
from secretsadmin.doctor.sight import Sight
from secretsadmin.kinds import Kind


def of_check(name: str, message: CheckMessage) -> Line:
    """The line of a system check that didn't hold."""
    status = "fails" if message.level >= ERROR else "caution"
    return Line(name, status, message.msg, message.hint or "")  # type: ignore[arg-type]


def configuration_lines(environment: Environment, sight: Sight) -> Iterator[Line]:
    if sight.administers(environment) and (problem := problem_of_file()):
        sentence = f"The configuration has changed and can't be used: {problem}"
        yield Line("configuration.file", "fails", sentence, "The one before holds until then.")
    yield from _kwargs(environment)
    for kind in sight.kinds(environment):
        yield _prefix(environment, kind)
    yield from _kinds_apart(environment, sight)
    yield from _environments_apart(environment, sight)


def _kwargs(environment: Environment) -> Iterator[Line]:
    problems = list(backend_problems(environment))
    for problem in problems:
        yield of_check("configuration.kwargs", problem)
    if not problems:
        yield Line(
            "configuration.kwargs", "holds", "Airflow's current provider takes all backend kwargs."
        )


def _prefix(environment: Environment, kind: Kind) -> Line:
    check, kwarg = f"configuration.{kind}_prefix", f"{kind}_prefix"
    backend = environment.backend
    if not backend.is_enabled(kind.name):
        sentence = f"{kwarg} is null: Airflow never looks {kind.plural} up in Secrets Manager."
        return Line(check, "holds", sentence)
    prefix = backend.name_prefix(kind.name)
    if not prefix:
        return Line(
            check,
            "caution",
            f"{kwarg} is empty, so every secret of the account and region is taken for a "
            f"{kind.singular}.",
            f"Give {kind.plural} a prefix, or make {kwarg} null.",
        )
    if kind.name in backend.stripped:
        return Line(
            check,
            "caution",
            f"{kwarg} is written with the separator at its end. Airflow takes it off and puts one "
            f"back, so names begin with {prefix}.",
            f"Write {backend.prefixes[kind.name]}, which means the same and reads as it is.",
        )
    return Line(check, "holds", f"Names of {kind.plural} begin with {prefix}.")


def _kinds_apart(environment: Environment, sight: Sight) -> Iterator[Line]:
    backend = environment.backend
    kinds = [kind for kind in sight.kinds(environment) if backend.is_enabled(kind.name)]
    clashes = 0
    for first, second in combinations(kinds, 2):
        prefixes = backend.name_prefix(first.name), backend.name_prefix(second.name)
        longer, shorter = max(prefixes, key=len), min(prefixes, key=len)
        if longer.startswith(shorter):
            clashes += 1
            yield Line(
                "configuration.kinds",
                "caution",
                f"Names that begin with {longer} are below the prefixes of {first.plural} and of "
                f"{second.plural}, so Airflow reads one secret as both."
                if longer
                else f"Neither {first.plural} nor {second.plural} have a prefix, so Airflow reads "
                "one secret as both.",
                "Give each kind a prefix that isn't the beginning of another one's.",
            )
    if not clashes:
        yield Line("configuration.kinds", "holds", "No kind's prefix is below another one's.")


def _environments_apart(environment: Environment, sight: Sight) -> Iterator[Line]:
    """Overlaps with environments that whoever asks may not view stay untold."""
    told = 0
    for overlap in overlaps(configured_site()):
        both = (overlap.first, overlap.second)
        if environment in both and all(sight.shows(other) for other in both):
            told += 1
            yield of_check("configuration.environments", overlap_problem(overlap))
    if not told:
        which = "environment that you may view" if sight.user else "environment"
        sentence = f"No other {which} looks up the same names."
        yield Line("configuration.environments", "holds", sentence)
