"""Airflow's own files, byte for byte as it writes them where it writes such a file.

Sources: airflow/cli/commands/connection_command.py, _format_connections, and variable_command.py,
variables_export (3.3).
"""

import json

import yaml

from secretsadmin.kinds import CONNECTIONS, Kind
from secretsadmin.transfer.written.writer import Item, Writer

# How deep Airflow indents its two files.
_INDENT = {True: 2, False: 4}


def json_file(kind: Kind) -> Writer:
    is_of_connections = kind == CONNECTIONS
    indent = _INDENT[is_of_connections]

    def write(item: Item) -> str:
        entry = {item.secret.ref.id: item.made}
        text = json.dumps(entry, indent=indent, sort_keys=not is_of_connections)
        return text.removeprefix("{").removesuffix("\n}")

    # The line's end before the last brace is missing where there is no entry.
    return Writer(write, head="{", between=",", end="\n", tail="}")


def yaml_file(_kind: Kind) -> Writer:
    def write(item: Item) -> str:
        return yaml.safe_dump({item.secret.ref.id: item.made}, default_flow_style=False)

    return Writer(write, nothing="{}\n", comment="# ")


def lines_file(_kind: Kind) -> Writer:
    return Writer(lambda item: f"{item.secret.ref.id}={item.made}\n", comment="# ")
