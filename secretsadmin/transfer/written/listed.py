"""A list without values, for spreadsheets."""

from secretsadmin.transfer.cells import cell, table_of
from secretsadmin.transfer.written.writer import Item, Writer

COLUMNS = ("id", "type", "description", "changed", "name", "tags")


def table() -> Writer:
    return Writer(_row, head=table_of([COLUMNS]))


def _row(item: Item) -> str:
    secret = item.secret
    changed = secret.changed.isoformat() if secret.changed else None
    values = (secret.ref.key, secret.type, secret.description, changed, secret.ref.name)
    tags = dict(sorted(secret.tags.items())) or None
    return table_of([[cell(value) for value in (*values, tags)]])
