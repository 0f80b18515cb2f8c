"""Which groups people of an identity provider are in, as OIDC_GROUPS says it."""

from collections.abc import Iterable, Mapping


def groups_by_claim(pairs: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """For each group of the provider, the groups here. Raises ValueError for what is no pair."""
    groups: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        theirs, equals, ours = pair.rpartition("=")
        if not theirs or not equals or not ours:
            raise ValueError(pair)
        groups[theirs] = (*groups.get(theirs, ()), ours)
    return groups
