"""Which Airflow reads how: the rules by which the processes of a release take a secret's text.

The sources, as they are installed; `make conformance-all` asks ten releases and holds this table
against them:

- Airflow 2 has one class for everything: airflow/models/connection.py. An extra that is no object
  is logged there.
- 3.0: the server's class fails on such an extra (get_extra_dejson). Its tasks take what the
  server's class makes of a text, and don't write it as a URI, so that they hand on a host that is
  a number.
- 3.1.0: tasks make JSON into their own class, airflow/sdk/definitions/connection.py, whose
  `conn_type` has no default. They look each connection up by writing it as a URI, which fails on
  a password that is false.
- 3.1.6: the server's _parse_from_uri takes each value of a query for JSON. Tasks have that class
  make their URIs.
- 3.1.8: `conn_type` of the tasks' class is None by default.
- 3.2.0: airflow/_shared/secrets_backend/base.py has the tasks' own class make their URIs: from_uri.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, NamedTuple

from secretsadmin.kinds import EVERYBODY

Process = Literal["server", "task"]
PROCESSES: tuple[Process, ...] = ("server", "task")
# What stands before releases of which these processes are meant.
_TITLES: Mapping[tuple[Process, ...], str] = {
    PROCESSES: "",
    ("server",): "servers of ",
    ("task",): "tasks of ",
}

# A release that is named without a patch stands for its newest one.
_LAST_PATCH = 1_000
_RELEASE = re.compile(r"(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?", re.ASCII)


class UriRules(NamedTuple):
    """How a URI is read. `query_is_json`: `?timeout=30` is the number 30."""

    query_is_json: bool = False
    refuses_other_extra: bool = False


class JsonRules(NamedTuple):
    """How JSON is read. An extra is another one if it is no object.

    `hands_on_numbers`: hooks get a host, a login or a schema that is a number, as a number. They
    get a list or an object, too, but can't use it.
    """

    refuses_other_extra: bool = False
    refuses_false_password: bool = False
    requires_type: bool = False
    hands_on_numbers: bool = False


@dataclass(frozen=True)
class Reader:
    """A set of rules. Which releases and processes have it is in RELEASES."""

    uri: UriRules
    json: JsonRules

    @classmethod
    def of(cls, release: str, process: Process) -> "Reader":
        """The one of a release, such as 2.11.2, or of the newest patch of 2.11.

        A release that is newer than all that are known is read as the newest. Raises ValueError for
        what is no release, or is older than 2.9.
        """
        return RELEASES[_row(_number(release))].reader(process)


class Releases(NamedTuple):
    """Releases in a row that read alike."""

    first: str
    last: str
    server: Reader
    task: Reader

    def reader(self, process: Process) -> Reader:
        return self.server if process == "server" else self.task


_AIRFLOW_2 = Reader(UriRules(), JsonRules())
_TEXT_QUERY = UriRules(refuses_other_extra=True)
_JSON_QUERY = UriRules(query_is_json=True, refuses_other_extra=True)
_SERVERS_JSON = JsonRules(refuses_other_extra=True)
_TASKS_JSON = JsonRules(refuses_false_password=True)
_TASKS_JSON_WITH_TYPE = JsonRules(refuses_false_password=True, requires_type=True)
_NUMBERS_JSON = JsonRules(refuses_other_extra=True, hands_on_numbers=True)
_TEXT_SERVER = Reader(_TEXT_QUERY, _SERVERS_JSON)
_JSON_SERVER = Reader(_JSON_QUERY, _SERVERS_JSON)

# The first and the last release of a row, how its servers read, and how its tasks do.
RELEASES = (
    Releases("2.9", "2.11", _AIRFLOW_2, _AIRFLOW_2),
    Releases("3.0", "3.0", _TEXT_SERVER, Reader(_TEXT_QUERY, _NUMBERS_JSON)),
    Releases("3.1.0", "3.1.5", _TEXT_SERVER, Reader(_TEXT_QUERY, _TASKS_JSON_WITH_TYPE)),
    Releases("3.1.6", "3.1.7", _JSON_SERVER, Reader(_JSON_QUERY, _TASKS_JSON_WITH_TYPE)),
    Releases("3.1.8", "3.1.8", _JSON_SERVER, Reader(_JSON_QUERY, _TASKS_JSON)),
    Releases("3.2", "3.3", _JSON_SERVER, Reader(UriRules(), _TASKS_JSON)),
)
AIRFLOW_2 = RELEASES[0]
NEWEST_RELEASE = RELEASES[-1].last
# What hooks see in the newest release.
NEWEST = RELEASES[-1].task
READERS = tuple(dict.fromkeys(reader for row in RELEASES for reader in (row.server, row.task)))


class Who(NamedTuple):
    """The servers or the tasks of some releases."""

    releases: Releases
    process: Process

    @property
    def reader(self) -> Reader:
        return self.releases.reader(self.process)


def everybody(release: str = "") -> tuple[Who, ...]:
    """All who read in an environment of this release, or of any where it is empty.

    They are in the order of their releases: the newest tasks come last. Raises ValueError for what
    is no release, or is older than 2.9.
    """
    rows = list(RELEASES)
    if release:
        # A release without a patch may be any of its patches.
        first = _row(_number(release, patch=0))
        last = _row(_number(release))
        rows = rows[first : last + 1]
    return tuple(Who(row, process) for row in rows for process in PROCESSES)


def is_known(release: str) -> bool:
    """Whether that release was asked how it reads, or one of the same minor release."""
    return _number(release)[:2] <= _number(NEWEST_RELEASE)[:2]


def names(some: Iterable[Who], release: str = "") -> str:
    """Those of everybody(release), as words such as `Airflow 3.0 and tasks of 3.2+`."""
    first, *others = _phrases(frozenset(some), release)
    if not others:
        return first
    *middle, last = [phrase.replace("Airflow ", "") for phrase in others]
    return f"{', '.join([first, *middle])} and {last}"


def _phrases(some: frozenset[Who], release: str) -> Iterator[str]:
    """Releases of which all processes are meant, then those of which only servers or tasks are."""
    among = everybody(release)
    if some == frozenset(among):
        yield f"Airflow {_called(release)}" if release else EVERYBODY
        return

    def meant(row: Releases) -> tuple[Process, ...]:
        return tuple(process for process in PROCESSES if Who(row, process) in some)

    rows = list(dict.fromkeys(who.releases for who in among))
    runs = [(processes, list(run)) for processes, run in groupby(rows, meant)]
    for title_of, title in _TITLES.items():
        ranges = [_range(run, rows, release) for processes, run in runs if processes == title_of]
        if ranges:
            yield f"{title}Airflow {', '.join(ranges)}"


def _range(run: list[Releases], rows: list[Releases], release: str) -> str:
    if run == rows and release:
        return _called(release)
    first, last = run[0].first, run[-1].last
    if run[-1] == RELEASES[-1]:
        return f"{first}+"
    if first == last:
        return first
    return f"{first}\N{EN DASH}{last}"


def _called(release: str) -> str:
    if is_known(release):
        return release
    return f"{release} (read as {NEWEST_RELEASE})"


def _row(number: tuple[int, int, int]) -> int:
    """The place in RELEASES of the row that a release belongs to."""
    older = [row for row in RELEASES if _number(row.first, patch=0) <= number]
    if not older:
        raise ValueError(f"The oldest Airflow that is known here is {RELEASES[0].first}.")
    return len(older) - 1


def _number(release: str, patch: int = _LAST_PATCH) -> tuple[int, int, int]:
    """A release such as 3.1.5 as numbers; `patch` stands in where it names none."""
    match = _RELEASE.fullmatch(release)
    if match is None:
        raise ValueError("A release of Airflow is written as 2.11 or 3.1.5.")
    if match[3]:
        patch = int(match[3])
    return int(match[1]), int(match[2]), patch
