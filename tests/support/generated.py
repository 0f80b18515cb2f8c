"""A likely value for every field of a type's form, and what Airflow has to read of it."""

from dataclasses import dataclass
from typing import Any

from connections.providers.types import ConnectionType, ExtraField, StandardField
from connections.value.connection import Connection

KEY = "-----BEGIN PRIVATE KEY-----\nMIIE/+vQ==\n-----END PRIVATE KEY-----\n"
STANDARD = {
    "host": "Host-1.Example.com",
    "port": 5433,
    "schema": "Über/schema",
    "login": "o'login@x",
}
VALUES: dict[str, Any] = {
    "integer": 42,
    "number": 0.5,
    "boolean": True,
    "object": {"nested": {"list": [1, None, "ä"]}, "text": "x"},
    "array": ["one", 2, False],
    "date": "2026-01-31",
    "datetime": "2026-01-31T08:30:00+00:00",
    "time": "08:30",
}


@dataclass(frozen=True)
class Filled:
    """What is typed into a form, and the connection that it means."""

    typed: dict[str, str]
    connection: Connection


def filled(one: ConnectionType) -> Filled:
    standard = {field.name: _standard(field) for field in one.standard_fields if not field.hidden}
    standard.pop("extra", None)
    own = {field.name: _value(field) for field in one.extra_fields}
    extra = own | {"a key of our own": [1, {"deep": True}]}
    typed = {name: str(value) for name, value in standard.items()}
    typed |= {f"extra.{field.name}": _text(field, own[field.name]) for field in one.extra_fields}
    typed["extra"] = '{"a key of our own": [1, {"deep": true}]}'
    return Filled(typed, Connection(conn_type=one.conn_type, **standard, extra=extra))


def _standard(field: StandardField) -> Any:
    return (
        f"p@ss/{field.name}:?#%+ü"
        if field.sensitive
        else STANDARD.get(field.name, f"{field.name} text")
    )


def _value(field: ExtraField) -> Any:
    if field.choices:
        return field.choices[-1]
    if field.kind == "string":
        return KEY if field.multiline else f"{field.name} = 'ü'&?"
    return VALUES[field.kind]


def _text(field: ExtraField, value: Any) -> str:
    return _JSON.get(field.kind, str(value)) if not field.choices else str(value)


_JSON = {
    "boolean": "true",
    "object": '{"nested": {"list": [1, null, "ä"]}, "text": "x"}',
    "array": '["one", 2, false]',
}
