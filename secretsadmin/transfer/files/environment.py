"""Files with a line for each: Airflow's own, and environment files."""

from collections.abc import Iterator
from dataclasses import replace

from secretsadmin.texts import lines
from secretsadmin.transfer.files.assignments import Assignment, assignments
from secretsadmin.transfer.files.connections import connection_of_text
from secretsadmin.transfer.files.file import (
    CONNECTIONS,
    CONNECTIONS_ENV,
    ENVIRONMENT,
    MAX_ENTRIES,
    TOO_MANY,
    VARIABLES,
    VARIABLES_ENV,
    Entry,
    File,
    Format,
    Options,
    Unread,
)

# airflow/secrets/environment_variables.py.
PREFIXES = {"AIRFLOW_CONN_": CONNECTIONS, "AIRFLOW_VAR_": VARIABLES}
_TEAM = "___"
_KINDS = {CONNECTIONS_ENV: CONNECTIONS, VARIABLES_ENV: VARIABLES}


def read_lines(
    text: str,
    format: Format,  # noqa: A002 - the word for it.
    options: Options,
) -> File:
    strip = format != VARIABLES_ENV
    if options.quotes != "auto":
        strip = options.quotes == "strip"
    entries: list[Entry] = []
    unread = None
    others = 0
    for assignment in assignments(lines(text), strip=strip, many_lines=format == ENVIRONMENT):
        if len(entries) == MAX_ENTRIES:
            unread = Unread(assignment.line, TOO_MANY)
            break
        entry = _entry(assignment, _KINDS.get(format, ""), options)
        if entry is None:
            others += 1
        else:
            entries.append(entry)
    notes = tuple(_notes(text, others, options))
    return File(format, tuple(entries), notes, unread)


def _entry(assignment: Assignment, kind: str, options: Options) -> Entry | None:
    """None for a variable of the environment that is none of Airflow's."""
    prefix = next((prefix for prefix in PREFIXES if assignment.name.startswith(prefix)), "")
    kind = PREFIXES.get(prefix, kind)
    if not kind:
        return None
    entry = Entry(kind, assignment.name, assignment.line, notes=assignment.notes)
    if prefix:
        entry = _named(entry, assignment.name.removeprefix(prefix), options)
    if assignment.problem:
        return replace(entry, problem=assignment.problem)
    if kind == CONNECTIONS:
        return connection_of_text(entry, assignment.value)
    return replace(entry, source=assignment.value)


def _named(entry: Entry, name: str, options: Options) -> Entry:
    """The id and the team in the name of an environment variable: `_TEAM___ID`."""
    team = None
    if name.startswith("_") and _TEAM in name[1:]:
        team, _, name = name[1:].partition(_TEAM)
    if options.case == "lower":
        name = name.lower()
        team = team and team.lower()
    problem = "" if name else "There is no id in the name of this environment variable."
    return replace(entry, id=name, team=team, problem=problem)


def _notes(text: str, others: int, options: Options) -> Iterator[str]:
    if others == 1:
        yield "One line was left out, as it is no AIRFLOW_CONN_… and no AIRFLOW_VAR_…."
    elif others:
        yield (
            f"{others:,} lines were left out, as they are no AIRFLOW_CONN_… and no AIRFLOW_VAR_…."
        )
    if options.case == "lower" and any(prefix in text for prefix in PREFIXES):
        yield (
            "The names of environment variables are in capitals, whatever the id is: "
            "ids behind AIRFLOW_CONN_ and AIRFLOW_VAR_ were taken in lower case."
        )
