"""The catalogue's file: JSON ↔ connection types.

What equals a default is left out, types stand in alphabetical order and each field on a line of its own, so that
writing what was read gives the same text, and a diff of two catalogues says which field of which type changed.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from connections.connection_type import (
    GROUPS,
    KINDS,
    PLAIN_FIELDS,
    STANDARD_FIELDS,
    Caller,
    ConnectionType,
    ExtraField,
    StandardField,
)

_SCALAR = (str, int, float)
_PYTHON: dict[str, Any] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "object": dict,
    "array": list,
}
_TYPE: dict[str, Any] = {
    **dict.fromkeys(("name", "provider", "version", "source", "group", "icon", "about", "default_id"), str),
    **dict.fromkeys(("aliases", "standard_fields", "extra_fields"), list),
    **dict.fromkeys(("hook", "operator"), dict),
}
_STANDARD: dict[str, Any] = {
    **dict.fromkeys(("name", "label", "placeholder"), str),
    **dict.fromkeys(("hidden", "sensitive"), bool),
}
_EXTRA: dict[str, Any] = {
    **dict.fromkeys(("name", "label", "kind", "placeholder", "help"), str),
    **dict.fromkeys(("required", "sensitive", "multiline", "offered", "first"), bool),
    "choices": list,
    "default": object,
}
_CALLER = dict.fromkeys(("path", "argument", "also"), str)
_WORDS = {str: "text", bool: "true or false", list: "a list", dict: "an object"}


class InvalidCatalogue(ValueError):
    """A file isn't a catalogue. `entry` is the type and field at fault, such as `snowflake, extra field role`."""

    def __init__(self, entry: str, problem: str) -> None:
        super().__init__(f"{entry}: {problem}")
        self.entry = entry


def parse(text: str) -> dict[str, ConnectionType]:
    """Raises InvalidCatalogue."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" It breaks off at line {error.lineno}." if isinstance(error, json.JSONDecodeError) else ""
        raise InvalidCatalogue("the file", f"this is no JSON.{where}") from None
    _require(isinstance(data, dict) and list(data) == ["connection_types"], "the file", "write connection_types in it.")
    entries = data["connection_types"]
    _require(isinstance(entries, dict), "connection_types", "write an object here.")
    return {conn_type: _connection_type(conn_type, entries[conn_type]) for conn_type in sorted(entries)}


def dump(types: Iterable[ConnectionType]) -> str:
    entries = (_entry(one) for one in sorted(types, key=lambda one: one.conn_type))
    return '{"connection_types": {\n' + ",\n".join(entries) + "\n}}\n"


# --- Reading ---


def _connection_type(conn_type: str, raw: Any) -> ConnectionType:
    values = _checked(conn_type, raw, _TYPE, needs=("name",))
    _require(values.get("group", "other") in GROUPS, conn_type, f"its group is none of {', '.join(GROUPS)}.")
    _require(all(isinstance(alias, str) for alias in values.get("aliases", ())), conn_type, "an alias is no text.")
    callers: dict[str, Any] = {
        name: _caller(f"{conn_type}, {name}", values[name]) for name in ("hook", "operator") if name in values
    }
    read: dict[str, Any] = {
        "aliases": tuple(values.get("aliases", ())),
        "standard_fields": _standard_fields(conn_type, values.get("standard_fields", ())),
        "extra_fields": _extra_fields(conn_type, values.get("extra_fields", ())),
    }
    return ConnectionType(conn_type, **(values | read | callers))


def _standard_fields(conn_type: str, raw: Iterable[Any]) -> tuple[StandardField, ...]:
    found = {}
    for number, one in enumerate(raw, 1):
        entry = _entry_name(conn_type, "standard field", one, number)
        values = _checked(entry, one, _STANDARD, needs=("name",))
        name = values["name"]
        _require(name in STANDARD_FIELDS, entry, f"it is none of {', '.join(STANDARD_FIELDS)}.")
        _require(name not in found, entry, "it stands there twice.")
        found[name] = values
    return tuple(
        _standard_field(field.name, found[field.name]) if field.name in found else field for field in PLAIN_FIELDS
    )


def _standard_field(name: str, values: Mapping[str, Any]) -> StandardField:
    plain = next(field for field in PLAIN_FIELDS if field.name == name)
    return replace(plain, **values)


def _extra_fields(conn_type: str, raw: Iterable[Any]) -> tuple[ExtraField, ...]:
    found: dict[str, ExtraField] = {}
    for number, one in enumerate(raw, 1):
        entry = _entry_name(conn_type, "extra field", one, number)
        field = _extra_field(entry, one)
        _require(field.name not in found, entry, "it stands there twice.")
        found[field.name] = field
    return tuple(found.values())


def _extra_field(entry: str, raw: Any) -> ExtraField:
    values = _checked(entry, raw, _EXTRA, needs=("name", "label"))
    choices = tuple(values.get("choices", ()))
    field = ExtraField(**{**values, "choices": choices})
    _require(field.kind in KINDS, entry, f"its kind is none of {', '.join(KINDS)}.")
    _require(all(isinstance(choice, _SCALAR) for choice in choices), entry, "a choice is neither text nor number.")
    _require(fits(field), entry, "its default doesn't fit its kind or isn't among its choices.")
    return field


def fits(field: ExtraField) -> bool:
    """Whether a field's default is one that could be entered."""
    if field.default is None:
        return True
    if isinstance(field.default, bool) and field.kind != "boolean":
        return False
    is_of_kind = isinstance(field.default, _PYTHON.get(field.kind, str))
    return is_of_kind and (not field.choices or field.default in field.choices)


def _caller(entry: str, raw: Any) -> Caller:
    values = _checked(entry, raw, _CALLER, needs=("path", "argument"))
    parts = (*values["path"].split("."), values["argument"])
    _require("." in values["path"] and all(part.isidentifier() for part in parts), entry, "it can't be imported.")
    return Caller(**values)


def _entry_name(conn_type: str, what: str, raw: Any, number: int) -> str:
    name = raw.get("name") if isinstance(raw, dict) else None
    return f"{conn_type}, {what} {name if isinstance(name, str) else number}"


def _checked(entry: str, raw: Any, known: Mapping[str, Any], *, needs: tuple[str, ...]) -> dict[str, Any]:
    _require(isinstance(raw, dict), entry, "write an object here.")
    for key, value in raw.items():
        if key not in known:
            raise InvalidCatalogue(entry, f"a catalogue knows no {key!r}.")
        if not isinstance(value, known[key]):
            raise InvalidCatalogue(entry, f"write {_WORDS.get(known[key])} as its {key}.")
    for key in needs:
        if not raw.get(key):
            raise InvalidCatalogue(entry, f"its {key} is missing.")
    return dict(raw)


def _require(holds: bool, entry: str, problem: str) -> None:  # noqa: FBT001 - reads as an assertion does.
    if not holds:
        raise InvalidCatalogue(entry, problem)


# --- Writing ---


def _entry(one: ConnectionType) -> str:
    plain = _unlike_default(ConnectionType("", ""), one)
    lines = [f"  {_json(key)}: {_json(value)}" for key, value in plain.items()]
    lines += [f"  {_json(key)}: {_rows(rows)}" for key, rows in _field_rows(one) if rows]
    lines += [f"  {_json(key)}: {_json(_caller_row(caller))}" for key, caller in _callers(one)]
    return f" {_json(one.conn_type)}: {{\n" + ",\n".join(lines) + "\n }"


def _field_rows(one: ConnectionType) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    changed = [(plain, field) for plain, field in zip(PLAIN_FIELDS, one.standard_fields, strict=True) if plain != field]
    yield "standard_fields", [{"name": field.name, **_unlike_default(plain, field)} for plain, field in changed]
    yield "extra_fields", [_unlike_default(ExtraField("", ""), field) for field in one.extra_fields]


def _callers(one: ConnectionType) -> Iterator[tuple[str, Caller]]:
    for key, caller in (("hook", one.hook), ("operator", one.operator)):
        if caller:
            yield key, caller


def _caller_row(caller: Caller) -> dict[str, Any]:
    return _unlike_default(Caller("", ""), caller)


def _unlike_default(plain: Any, one: Any) -> dict[str, Any]:
    names = [field.name for field in fields(one)]
    apart = {"conn_type", "standard_fields", "extra_fields", "hook", "operator"}
    return {
        name: getattr(one, name) for name in names if name not in apart and getattr(one, name) != getattr(plain, name)
    }


def _rows(rows: list[dict[str, Any]]) -> str:
    return "[\n" + ",\n".join(f"   {_json(row)}" for row in rows) + "\n  ]"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
