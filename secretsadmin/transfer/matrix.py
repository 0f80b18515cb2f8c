"""Which ids are in which of several environments: a row for each id, a column for each of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from secretsadmin.config.environments import Environment
from secretsadmin.store.errors import StoreError
from secretsadmin.store.reads import Secret
from secretsadmin.transfer.scanning import Difference, Digested, Scan, difference

# The filters. `missing` and `only` name an environment behind a colon, `later` names two, and
# `differs` may name two.
MISSING, ONLY, TYPES, LATER = "missing", "only", "type", "later"
DIFFERS, SAME = "differs", "same"
# An address can hold thousands of words. This many tell any id from the others.
MOST_WORDS = 20


@dataclass(frozen=True)
class Column:
    """One environment: its secrets in the person's sight, by key.

    One that isn't `is_whole` may hold more than is known. `needs_factor` says that nothing of it is
    shown before the person has shown a second factor.
    """

    environment: Environment
    secrets: Mapping[str, Secret]
    is_whole: bool = True
    needs_factor: bool = False
    problem: StoreError | None = None


@dataclass(frozen=True)
class Row:
    """One id, with its secret in each column. `scanned` is what was read of each."""

    key: str
    secrets: tuple[Secret | None, ...]
    scanned: tuple[Digested | StoreError | None, ...] = field(default=(), repr=False)

    @property
    def number(self) -> int:
        """In how many environments it is."""
        return sum(secret is not None for secret in self.secrets)

    @property
    def has_other_type(self) -> bool:
        return len({secret.type for secret in self.secrets if secret}) > 1

    def is_later(self, one: int, other: int) -> bool:
        """Whether it changed later in one column than in the other, by the dates of AWS."""
        secrets = (self.secrets[one], self.secrets[other])
        here, there = (secret.changed if secret else None for secret in secrets)
        return here is not None and there is not None and here > there

    @property
    def base(self) -> int | None:
        """The column that the others are compared with: the first whose value was read."""
        for place, digested in enumerate(self.scanned):
            if isinstance(digested, Digested):
                return place
        return None


@dataclass(frozen=True)
class Matrix:
    """All columns and rows. `learning` says in which columns the person may see what is masked."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    learning: tuple[frozenset[str] | None, ...] = ()

    def difference(self, row: Row, one: int, other: int) -> Difference | None:
        """How the row's secrets in two columns differ; None where that can't be told."""
        left, right = row.scanned[one], row.scanned[other]
        if not (isinstance(left, Digested) and isinstance(right, Digested)):
            return None
        may_learn = self._may_learn(row.key, one) and self._may_learn(row.key, other)
        return difference(left, right, may_learn=may_learn)

    def differs(self, row: Row, pairs: Sequence[tuple[int, int]]) -> bool:
        differences = (self.difference(row, one, other) for one, other in pairs)
        return any(found is not None and not found.is_same for found in differences)

    def _may_learn(self, key: str, place: int) -> bool:
        keys = self.learning[place]
        return keys is None or key in keys

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Each two columns."""
        places = range(len(self.columns))
        return [(one, other) for one in places for other in places if one < other]

    def place_of(self, name: str) -> int | None:
        for place, column in enumerate(self.columns):
            if column.environment.name == name:
                return place
        return None


def rows_of(columns: Sequence[Column], query: str = "") -> tuple[Row, ...]:
    """A row for each id that any of the columns has and that has all words of the query."""
    words = query.lower().split()[:MOST_WORDS]
    keys = sorted({key for column in columns for key in column.secrets}, key=str.lower)
    rows = []
    for key in keys:
        lowered = key.lower()
        if all(word in lowered for word in words):
            rows.append(Row(key, tuple(column.secrets.get(key) for column in columns)))
    return tuple(rows)


def is_shown(matrix: Matrix, row: Row, show: str) -> bool:
    """Whether the row passes the filter. One that isn't known, or by values unread, shows all."""
    name, *of = show.split(":")
    places = [matrix.place_of(environment) for environment in of]
    if name == MISSING and places and places[0] is not None:
        column = matrix.columns[places[0]]
        return row.secrets[places[0]] is None and column.is_whole
    if name == ONLY and places and places[0] is not None:
        return row.secrets[places[0]] is not None and row.number == 1
    if name == TYPES:
        return row.has_other_type
    if name == LATER:
        return all(row.is_later(*pair) for pair in _named(places))
    if name in (DIFFERS, SAME) and row.scanned:
        return _passes_values(matrix, row, name, _pairs(matrix, places))
    return True


def _pairs(matrix: Matrix, places: Sequence[int | None]) -> list[tuple[int, int]]:
    return _named(places) or matrix.pairs


def _named(places: Sequence[int | None]) -> list[tuple[int, int]]:
    """The pair that a filter names, in its order; none where it doesn't name two columns."""
    if len(places) == 2 and places[0] is not None and places[1] is not None:  # noqa: PLR2004 - a pair.
        return [(places[0], places[1])]
    return []


def _passes_values(matrix: Matrix, row: Row, name: str, pairs: Sequence[tuple[int, int]]) -> bool:
    differs = matrix.differs(row, pairs)
    if name == DIFFERS:
        return differs
    is_told = any(matrix.difference(row, *pair) is not None for pair in pairs)
    return is_told and not differs


def with_values(row: Row, columns: Sequence[Column], scan: Scan) -> Row:
    """The row with what was read of it."""
    places = [(column.environment.name, row.key) for column in columns]
    return Row(row.key, row.secrets, tuple(scan.get(place) for place in places))
