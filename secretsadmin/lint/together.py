"""What is odd about secrets beside each other. Whoever asks gives those that the reader may see."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from secretsadmin.kinds import BY_NAME
from secretsadmin.lint import rules
from secretsadmin.lint.checks import finding
from secretsadmin.lint.finding import Finding
from secretsadmin.store.reads import Secret

Keyed = Mapping[str, Secret]


def beside_each_other(lists: Mapping[str, Keyed]) -> list[Finding]:
    """The findings among all secrets of an environment, by the name of their kind and their key."""
    in_use = {kind: _in_use(secrets) for kind, secrets in lists.items()}
    shadowed = chain.from_iterable(_shadowed(secrets) for secrets in in_use.values())
    return [*shadowed, *_in_two_kinds(in_use)]


def _in_use(secrets: Keyed) -> Keyed:
    return {key: secret for key, secret in secrets.items() if not secret.deleted}


def _shadowed(secrets: Keyed) -> Iterator[Finding]:
    teams = defaultdict(list)
    for secret in secrets.values():
        if secret.ref.team and secret.ref.id in secrets:
            teams[secret.ref.id].append(secret.ref.team)
    for key, names in sorted(teams.items()):
        sentence = f"There is another of this id for {_listed('the team', 'the teams', names)}."
        yield finding(secrets[key], rules.SHADOWED, sentence)


def _in_two_kinds(lists: Mapping[str, Keyed]) -> Iterator[Finding]:
    for kind, secrets in lists.items():
        others = {other: lists[other] for other in lists if other != kind}
        for key in sorted(secrets.keys() & _union(others.values()), key=str.lower):
            kinds = [BY_NAME[other].singular for other, keyed in others.items() if key in keyed]
            sentence = f"A {' and a '.join(kinds)} has the same id."
            yield finding(secrets[key], rules.SAME_ID, sentence)


def _union(lists: Iterable[Keyed]) -> set[str]:
    return set().union(*lists)


def _listed(one: str, many: str, names: list[str]) -> str:
    if len(names) == 1:
        return f"{one} {names[0]}"
    return f"{many} {', '.join(sorted(names))}"
