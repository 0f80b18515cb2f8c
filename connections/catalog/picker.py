"""What there is to choose from: the types in use, then the others by group.

For a query it is the best answer first.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from connections.catalog.search import search
from connections.providers.catalogue import Types
from connections.providers.types import GROUPS, TYPE, ConnectionType
from connections.value.reading import normal_type

_PACKAGES = re.compile(r"^apache-airflow(-providers)?-")


@dataclass(frozen=True)
class OfferedType:
    """A type as the page shows it; `count` is how many connections of it there are."""

    conn_type: str
    name: str
    about: str
    provider: str
    icon: str
    count: int


@dataclass(frozen=True)
class Section:
    """Types below a heading; what was searched for has none."""

    title: str
    choices: tuple[OfferedType, ...]


def is_type(text: str) -> bool:
    """Whether a type can be called so."""
    return TYPE.fullmatch(text) is not None


def count(type_tags: Iterable[str]) -> Mapping[str, int]:
    """How many secrets there are of each type, from the types that are noted of them."""
    return Counter(normal_type(tag) for tag in type_tags if tag)


def sections(query: str, used: Mapping[str, int], types: Types) -> tuple[Section, ...]:
    """The types that match; `used` counts the connections of each type that is in use."""
    matches = search(query, used, types)
    if query.split():
        if not matches:
            return ()
        return (Section("", _choices(matches, used)),)
    ordered = sorted(matches, key=lambda connection_type: _place(connection_type, used))
    groups = groupby(ordered, key=lambda connection_type: _heading(connection_type, used))
    return tuple(Section(heading, _choices(members, used)) for heading, members in groups)


def own_type(query: str, used: Mapping[str, int], types: Types) -> str:
    """The type of somebody's own that a query names, as Airflow will call it.

    Nothing for one that is on offer.
    """
    name = normal_type(query.strip())
    if not TYPE.fullmatch(name) or name in types or name in used:
        return ""
    return name


def _heading(connection_type: ConnectionType, used: Mapping[str, int]) -> str:
    if connection_type.conn_type in used:
        return "In use here"
    return GROUPS[connection_type.group]


def _place(connection_type: ConnectionType, used: Mapping[str, int]) -> tuple[int, int]:
    """The most used first; the rest by group, and in it as the search has sorted it, by name."""
    if connection_type.conn_type in used:
        return -1, -used[connection_type.conn_type]
    return list(GROUPS).index(connection_type.group), 0


def _choices(types: Iterable[ConnectionType], used: Mapping[str, int]) -> tuple[OfferedType, ...]:
    return tuple(_offered(connection_type, used) for connection_type in types)


def _offered(connection_type: ConnectionType, used: Mapping[str, int]) -> OfferedType:
    return OfferedType(
        connection_type.conn_type,
        connection_type.name,
        connection_type.about,
        _PACKAGES.sub("", connection_type.provider),
        connection_type.icon,
        used.get(connection_type.conn_type, 0),
    )
