"""What an import file is, and what is in it: entries with their lines, and what was left out.

No sentence here quotes a value. Ids are told, and keys that we know.
"""

from dataclasses import dataclass, field
from typing import Literal

from secretsadmin.kinds import Source

Syntax = Literal["json", "yaml", "lines", "csv"]
CONNECTIONS, VARIABLES = "connections", "variables"
# An import of so many takes minutes, because AWS takes 50 writes a second.
MAX_ENTRIES = 5_000
TOO_MANY = f"The file has more than {MAX_ENTRIES:,} entries. Split it."


@dataclass(frozen=True)
class Format:
    """A way in which a file has connections or variables. The title is for people."""

    key: str
    title: str
    syntax: Syntax


CONNECTIONS_JSON = Format("connections-json", "Airflow's connections as JSON", "json")
CONNECTIONS_YAML = Format("connections-yaml", "Airflow's connections as YAML", "yaml")
CONNECTIONS_ENV = Format("connections-env", "Airflow's connections, a line for each", "lines")
VARIABLES_JSON = Format("variables-json", "Airflow's variables as JSON", "json")
VARIABLES_YAML = Format("variables-yaml", "Airflow's variables as YAML", "yaml")
VARIABLES_ENV = Format("variables-env", "Airflow's variables, a line for each", "lines")
ENVIRONMENT = Format(
    "environment", "An environment file with AIRFLOW_CONN_ and AIRFLOW_VAR_", "lines"
)
SETTINGS = Format("astronomer-settings", "Astronomer's airflow_settings.yaml", "yaml")
OBJECTS_JSON = Format("objects-json", "A list of objects with their ids, as JSON", "json")
OBJECTS_YAML = Format("objects-yaml", "A list of objects with their ids, as YAML", "yaml")
MWAA_CSV = Format("mwaa-csv", "The CSV of connections that mwaa-dr writes", "csv")

FORMATS = (
    *(CONNECTIONS_JSON, CONNECTIONS_YAML, CONNECTIONS_ENV),
    *(VARIABLES_JSON, VARIABLES_YAML, VARIABLES_ENV),
    *(ENVIRONMENT, SETTINGS, OBJECTS_JSON, OBJECTS_YAML, MWAA_CSV),
)
FORMATS_BY_KEY = {of_file.key: of_file for of_file in FORMATS}


@dataclass(frozen=True)
class Options:
    """How a file is read where it can be read in two ways.

    `case` is that of ids whose environment names are in capitals. An `envelope` is an object with a
    `value` and perhaps a `description`, which Airflow writes around a variable: "auto" goes by what
    else is in the file. `quotes` around a value and a comment behind it are part of the value in
    Airflow's own file of variables, and in no other.
    """

    case: Literal["lower", "kept"] = "lower"
    envelope: Literal["auto", "envelope", "value"] = "auto"
    quotes: Literal["auto", "strip", "keep"] = "auto"


@dataclass(frozen=True)
class Entry:
    """One connection or variable of a file.

    `source` is a variable's text, a connection's URI, or its fields by name, as texts; without it,
    `problem` says why the entry can't be read. `notes` say what was taken otherwise than it stands
    in the file, and what Airflow's own import would make of it.
    """

    kind: str
    id: str
    line: int
    source: Source | None = field(default=None, repr=False)
    team: str | None = None
    description: str = field(default="", repr=False)
    notes: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Unread:
    """From which line on a file was not read, and why."""

    line: int
    sentence: str


@dataclass(frozen=True)
class File:
    """What was read of a file.

    `envelopes` are the lines of the variables that can be read in two ways, and `are_envelopes`
    says which way it was. `unread` is what follows the last entry that could be read.
    """

    format: Format
    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()
    unread: Unread | None = None
    envelopes: tuple[int, ...] = ()
    are_envelopes: bool = False


class UnreadableFile(ValueError):
    """Nothing of the file can be read. The sentence says why; `line` is 0 where there is none."""

    def __init__(self, sentence: str, line: int = 0) -> None:
        super().__init__(sentence)
        self.line = line
