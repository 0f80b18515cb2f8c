"""docs/connection-types.md, from the catalogue.

python -m connections.catalog.docs > docs/connection-types.md
"""

import sys
from collections.abc import Iterable

from connections.providers import catalogue
from connections.providers.types import GROUPS, STANDARD_FIELDS, ConnectionType, ExtraField

HEAD = """# Connection types

What the dashboard knows of the {count} connection types of Airflow and its community providers.
A field in **bold** has to be filled, one with a lock is masked until it is revealed. "Also read"
are keys of the extra that the hook reads, though the provider's own form doesn't show them; unknown
keys can be stored all the same. The last column names the provider's release, or the commit where
no release has the type.

This page is made from `connections/providers/connection_types.json` by `make catalogue`. For the
providers of your own Airflow, see `manage.py refresh_connection_types --help`.
"""
COLUMNS = (
    "| Type | Name | Standard fields | Extra | Also read | Provider |\n|---|---|---|---|---|---|\n"
)


def markdown(types: Iterable[ConnectionType]) -> str:
    """The page about these types: a table for each group."""
    ordered = sorted(types, key=lambda connection_type: connection_type.conn_type)
    parts = [HEAD.format(count=len(ordered))]
    for group, title in GROUPS.items():
        rows = [_row(member) for member in ordered if member.group == group]
        if rows:
            parts += [f"\n## {title}\n\n", COLUMNS, *rows]
    return "".join(parts)


def _row(connection_type: ConnectionType) -> str:
    name = connection_type.name
    if connection_type.about:
        name += f". {connection_type.about}"
    provider = connection_type.provider.removeprefix("apache-airflow-providers-")
    cells = (
        f"`{connection_type.conn_type}`",
        name,
        _standard(connection_type),
        _extra(connection_type.declared),
        _extra(connection_type.offered),
        f"{provider} {connection_type.version}".strip(),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _standard(connection_type: ConnectionType) -> str:
    cells = []
    for field in connection_type.standard_fields:
        if field.hidden:
            continue
        is_usual = field.label == STANDARD_FIELDS[field.name]
        cells.append(field.name if is_usual else f"{field.name} ({field.label})")
    return ", ".join(cells)


def _extra(fields: Iterable[ExtraField]) -> str:
    return ", ".join(map(_field, fields))


def _field(field: ExtraField) -> str:
    name = f"`{field.name}`"
    if field.required:
        name = f"**{name}**"
    if field.sensitive:
        name += " 🔒"
    return name


if __name__ == "__main__":
    sys.stdout.write(markdown(catalogue.types().values()))
