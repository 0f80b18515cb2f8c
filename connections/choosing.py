"""What there is to choose from: the types in use, then the others by group; for a query the best answer first."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from connections.catalog import GROUPS, ConnectionType, Types, search
from connections.connection_type import TYPE
from connections.reading import normal_type

_PACKAGES = re.compile(r"^apache-airflow(-providers)?-")


@dataclass(frozen=True)
class Choice:
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
    choices: tuple[Choice, ...]


def sections(query: str, used: Mapping[str, int], among: Types) -> tuple[Section, ...]:
    """The types that fit; `used` counts the connections of each type that is in use."""
    found = search(query, used, among)
    if query.split():
        return (Section("", _choices(found, used)),) if found else ()
    ordered = sorted(found, key=lambda one: _place(one, used))
    grouped = groupby(ordered, key=lambda one: "In use here" if one.conn_type in used else GROUPS[one.group])
    return tuple(Section(title, _choices(members, used)) for title, members in grouped)


def own_type(query: str, used: Mapping[str, int], among: Types) -> str:
    """The type of somebody's own that a query names, as Airflow will call it. Nothing for one that is on offer."""
    name = normal_type(query.strip())
    return name if TYPE.fullmatch(name) and name not in among and name not in used else ""


def _place(one: ConnectionType, used: Mapping[str, int]) -> tuple[int, int]:
    """The most used first; the rest stays as the search has sorted it, by name."""
    return (-1, -used[one.conn_type]) if one.conn_type in used else (list(GROUPS).index(one.group), 0)


def _choices(found: Iterable[ConnectionType], used: Mapping[str, int]) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            one.conn_type,
            one.name,
            one.about,
            _PACKAGES.sub("", one.provider),
            one.icon,
            used.get(one.conn_type, 0),
        )
        for one in found
    )
