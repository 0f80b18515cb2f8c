"""Environments that share secrets: they look up the same names in what may be one account.

A limit on a person in one of them is worth nothing if the other lets that person do more to the
same secret. Two environments count as being in one account and region unless something tells that
they aren't.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, product

from secretsadmin.config.addresses import LOOPBACK, OF_AWS, Endpoint, endpoint_of
from secretsadmin.config.environments import Environment, Grant, Site


@dataclass(frozen=True)
class Overlap:
    """Two environments that share names.

    `prefix` is what these names begin with; empty where one of the two has no prefix.
    """

    first: Environment
    second: Environment
    prefix: str
    # Whether somebody has other rights to a secret in one than in the other, or one is protected.
    is_breach: bool


def overlaps(site: Site) -> Iterator[Overlap]:
    """One overlap for each two environments that share names: a breach, if there is one."""
    for first, second in combinations(site.environments.values(), 2):
        if are_apart(first, second):
            continue
        breaches_first = sorted(
            _shared(site, first, second), key=lambda overlap: not overlap.is_breach
        )
        yield from breaches_first[:1]


def _shared(site: Site, first: Environment, second: Environment) -> Iterator[Overlap]:
    is_protected = _safeguards(first) != _safeguards(second) or first.protected
    pairs = product(enabled_prefixes(first), enabled_prefixes(second))
    for (kind, prefix), (other_kind, other_prefix) in pairs:
        if prefix.startswith(other_prefix) or other_prefix.startswith(prefix):
            longer = max(prefix, other_prefix, key=len)
            differ = _rights(site, first, kind) != _rights(site, second, other_kind)
            yield Overlap(first, second, longer, is_protected or differ)


def enabled_prefixes(environment: Environment) -> list[tuple[str, str]]:
    """The kinds that an environment looks up, each with the prefix of its secrets' names."""
    backend = environment.backend
    kinds = [kind for kind in backend.prefixes if backend.is_enabled(kind)]
    return [(kind, backend.name_prefix(kind)) for kind in kinds]


def _safeguards(environment: Environment) -> tuple[object, ...]:
    """What stands before an act here, beside grants."""
    return (
        environment.protected,
        environment.approvals,
        environment.second_factor,
        environment.reauthenticate_seconds,
        environment.reveals_per_minute,
        environment.reveals_per_hour,
    )


def _rights(site: Site, environment: Environment, kind: str) -> set[Grant]:
    """What each group may do with this kind in this environment."""
    rights = set()
    for grant in site.grants:
        if grant.covers(environment.name, kind, None):
            # Where it stands and what else it names makes no difference here.
            everywhere = replace(grant, environments=frozenset(), kinds=frozenset(), line=0)
            rights.add(everywhere)
    return rights


def are_apart(first: Environment, second: Environment) -> bool:
    """Whether they are surely in two regions, in two accounts, or not both in AWS."""
    if _surely_differ(first.backend.region, second.backend.region):
        return True
    if _surely_differ(first.account, second.account):
        return True
    return _are_two_services(_endpoint(first), _endpoint(second))


def _surely_differ(first: str, second: str) -> bool:
    """Whether both texts are known, and differ; an empty text isn't known."""
    return bool(first and second and first != second)


def _endpoint(environment: Environment) -> Endpoint | None:
    """Where requests are sent to; None where that is AWS itself, or nobody can tell."""
    endpoint = endpoint_of(environment.backend.aws.get("endpoint_url", ""))
    if endpoint is None or endpoint.host.endswith(OF_AWS):
        return None
    return endpoint


def _are_two_services(first: Endpoint | None, second: Endpoint | None) -> bool:
    """Whether two endpoints surely lead to two services.

    Of two addresses outside AWS, each is named for itself. One alone may lead to AWS, unless it is
    on this machine.
    """
    if first and second:
        return first != second
    endpoint = first or second
    return endpoint is not None and endpoint.host in LOOPBACK


def shared_kinds(site: Site) -> tuple[Environment, ...]:
    """The environments in which two kinds have the same prefix, if a grant tells kinds apart."""
    if not any(grant.kinds for grant in site.grants):
        return ()
    shared = []
    for environment in site.environments.values():
        prefixes = [prefix for _, prefix in enabled_prefixes(environment)]
        if len(set(prefixes)) < len(prefixes):
            shared.append(environment)
    return tuple(shared)
