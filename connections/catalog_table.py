"""docs/connection-types.md, from the catalogue: python -m connections.catalog_table > docs/connection-types.md."""

import sys
from collections.abc import Iterable

from connections import catalog
from connections.connection_type import GROUPS, STANDARD_FIELDS, ConnectionType, ExtraField

HEAD = """# Connection types

What the dashboard knows of the {count} connection types of Airflow and its community providers. A field in **bold**
has to be filled, one with a lock is masked until it is revealed. "Also read" are keys of the extra that the hook reads,
though the provider's own form doesn't show them; unknown keys can be stored all the same. The last column names the
provider's release, or the commit where no release has the type.

This page is made from `connections/connection_types.json` by `make catalogue`. For the providers of your own
Airflow, see `manage.py refresh_connection_types --help`.
"""
COLUMNS = "| Type | Name | Standard fields | Extra | Also read | Provider |\n|---|---|---|---|---|---|\n"


def markdown(types: Iterable[ConnectionType]) -> str:
    ordered = sorted(types, key=lambda one: one.conn_type)
    parts = [HEAD.format(count=len(ordered))]
    for group, title in GROUPS.items():
        rows = "".join(_row(one) for one in ordered if one.group == group)
        if rows:
            parts.append(f"\n## {title}\n\n{COLUMNS}{rows}")
    return "".join(parts)


def _row(one: ConnectionType) -> str:
    cells = (
        f"`{one.conn_type}`",
        f"{one.name}. {one.about}" if one.about else one.name,
        _standard(one),
        _extra(one.declared),
        _extra(one.offered),
        " ".join(part for part in (one.provider.removeprefix("apache-airflow-providers-"), one.version) if part),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _standard(one: ConnectionType) -> str:
    shown = [field for field in one.standard_fields if not field.hidden]
    return ", ".join(
        field.name if field.label == STANDARD_FIELDS[field.name] else f"{field.name} ({field.label})" for field in shown
    )


def _extra(fields: Iterable[ExtraField]) -> str:
    return ", ".join(_field(field) for field in fields)


def _field(field: ExtraField) -> str:
    name = f"**`{field.name}`**" if field.required else f"`{field.name}`"
    return f"{name} 🔒" if field.sensitive else name


if __name__ == "__main__":
    sys.stdout.write(markdown(catalog.types().values()))
