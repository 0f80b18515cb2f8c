"""What people paste, and what is read of it."""

from typing import Any

from connections.pasting import Pasted

POSTGRES = {
    "conn_type": "postgres",
    "host": "db",
    "login": "ann",
    "password": "p/w",
    "schema": "sales",
    "port": 5432,
}
URI = "postgres://ann:p%2Fw@db:5432/sales"


def fields(pasted: Pasted) -> dict[str, Any]:
    names = ("conn_type", "host", "login", "password", "schema", "port", "extra")
    return {
        name: value
        for name in names
        if (value := getattr(pasted.connection, name)) not in ("", None, {})
    }
