"""Environments that reach into each other: the same names in what may be the same account.

What somebody may do to a secret in the one is then worth nothing where they may do more to it in the other. Where
nothing tells that two environments are in two accounts or regions, they count as being in the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

from secretsadmin.addresses import LOOPBACK, Endpoint, endpoint_of
from secretsadmin.environments import Environment, Site

# Whatever the address below these is, which account answers depends on who asks.
_OF_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")


@dataclass(frozen=True)
class Overlap:
    """Two environments with some of the same names, which begin with `prefix`; nothing where all of the one's do."""

    one: Environment
    other: Environment
    prefix: str
    # Whether somebody may do to a secret in the one what they may not do in the other, or what is guarded there.
    is_breach: bool


def overlaps(site: Site) -> Iterator[Overlap]:
    """One for each two environments that reach into each other, the worst of their kinds'."""
    for one, other in combinations(site.environments.values(), 2):
        if not _are_apart(one, other):
            shared = sorted(_shared(site, one, other), key=lambda each: not each.is_breach)
            yield from shared[:1]


def _shared(site: Site, one: Environment, other: Environment) -> Iterator[Overlap]:
    is_guarded = one.protected or other.protected
    for (kind, prefix), (other_kind, other_prefix) in product(_prefixes(one), _prefixes(other)):
        if prefix.startswith(other_prefix) or other_prefix.startswith(prefix):
            differ = _rights(site, one, kind) != _rights(site, other, other_kind)
            yield Overlap(one, other, max(prefix, other_prefix, key=len), is_guarded or differ)


def _prefixes(environment: Environment) -> list[tuple[str, str]]:
    backend = environment.backend
    return [(kind, backend.name_prefix(kind)) for kind in backend.prefixes if backend.is_enabled(kind)]


def _rights(site: Site, environment: Environment, kind: str) -> set[tuple[str, str]]:
    """Which groups have which roles for a kind of an environment's."""
    return {
        (grant.group, grant.role)
        for grant in site.grants
        if environment.name in (grant.environments or {environment.name}) and kind in (grant.kinds or {kind})
    }


def _are_apart(one: Environment, other: Environment) -> bool:
    """Whether it is known that they are in two regions, in two accounts, or not both in AWS."""
    regions, accounts = (one.backend.region, other.backend.region), (one.account, other.account)
    is_elsewhere = any(all(pair) and len(set(pair)) > 1 for pair in (regions, accounts))
    return is_elsewhere or _are_two_services(_endpoint(one), _endpoint(other))


def _endpoint(environment: Environment) -> Endpoint | None:
    """Where requests are sent to, unless that is AWS itself, or nobody can tell."""
    endpoint = endpoint_of(environment.backend.aws.get("endpoint_url", ""))
    return None if endpoint is None or endpoint.host.endswith(_OF_AWS) else endpoint


def _are_two_services(one: Endpoint | None, other: Endpoint | None) -> bool:
    """An address on this machine isn't AWS's, and of two others each is named for itself. One alone may lead to AWS."""
    if one and other:
        return one != other
    return any(endpoint.host in LOOPBACK for endpoint in (one, other) if endpoint)
