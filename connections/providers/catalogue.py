"""The catalogue's file: JSON ↔ connection types.

What equals a default is left out, types stand in alphabetical order and each field on a line of its
own. So writing what was read gives the same text, and a diff of two catalogues says which field of
which type changed.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from connections.providers.types import (
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
    **dict.fromkeys(
        ("name", "provider", "version", "source", "group", "icon", "about", "default_id"), str
    ),
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
# What the file writes on lines of its own.
_APART = {"conn_type", "standard_fields", "extra_fields", "hook", "operator"}

Types = Mapping[str, ConnectionType]
BUILT_IN = Path(__file__).with_name("connection_types.json")


class InvalidCatalogue(ValueError):
    """A file isn't a catalogue.

    `entry` is the type and field at fault, such as `snowflake, extra field role`.
    """

    def __init__(self, entry: str, problem: str) -> None:
        super().__init__(f"{entry}: {problem}")
        self.entry = entry


@lru_cache(maxsize=8)
def load(path: Path | str = BUILT_IN) -> Types:
    """The types of a file, by name. Raises InvalidCatalogue, which names the entry at fault."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8"
        raise InvalidCatalogue(str(path), f"the file can't be read: {reason}.") from None
    return MappingProxyType(parse(text))


def types() -> Types:
    return load()


def parse(text: str) -> dict[str, ConnectionType]:
    """The types of a file's text, by name. Raises InvalidCatalogue."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        problem = f"this is no JSON. It breaks off at line {error.lineno}."
        raise InvalidCatalogue("the file", problem) from None
    except (ValueError, RecursionError):
        raise InvalidCatalogue("the file", "this is no JSON.") from None
    is_catalogue = isinstance(data, dict) and list(data) == ["connection_types"]
    _require(is_catalogue, "the file", "write connection_types in it.")
    entries = data["connection_types"]
    _require(isinstance(entries, dict), "connection_types", "write an object here.")
    return {
        conn_type: _connection_type(conn_type, entries[conn_type]) for conn_type in sorted(entries)
    }


def dump(types: Iterable[ConnectionType]) -> str:
    """The text of a file with these types."""
    ordered = sorted(types, key=lambda connection_type: connection_type.conn_type)
    return '{"connection_types": {\n' + ",\n".join(map(_entry, ordered)) + "\n}}\n"


# --- Reading ---


def _connection_type(conn_type: str, raw: Any) -> ConnectionType:
    values = _checked(conn_type, raw, _TYPE, needs=("name",))
    has_group = values.get("group", "other") in GROUPS
    _require(has_group, conn_type, f"its group is none of {', '.join(GROUPS)}.")
    aliases = tuple(values.get("aliases", ()))
    are_texts = all(isinstance(alias, str) for alias in aliases)
    _require(are_texts, conn_type, "an alias is no text.")
    values["aliases"] = aliases
    for name in ("hook", "operator"):
        if name in values:
            values[name] = _caller(f"{conn_type}, {name}", values[name])
    values["standard_fields"] = _standard_fields(conn_type, values.get("standard_fields", ()))
    values["extra_fields"] = _extra_fields(conn_type, values.get("extra_fields", ()))
    return ConnectionType(conn_type, **values)


def _standard_fields(conn_type: str, raw_fields: Iterable[Any]) -> tuple[StandardField, ...]:
    fields = {field.name: field for field in PLAIN_FIELDS}
    declared: set[str] = set()
    for number, raw in enumerate(raw_fields, 1):
        entry = _entry_name(conn_type, "standard field", raw, number)
        values = _checked(entry, raw, _STANDARD, needs=("name",))
        name = values["name"]
        _require(name in STANDARD_FIELDS, entry, f"it is none of {', '.join(STANDARD_FIELDS)}.")
        _require(name not in declared, entry, "it stands there twice.")
        declared.add(name)
        fields[name] = replace(fields[name], **values)
    return tuple(fields.values())


def _extra_fields(conn_type: str, raw_fields: Iterable[Any]) -> tuple[ExtraField, ...]:
    fields: dict[str, ExtraField] = {}
    for number, raw in enumerate(raw_fields, 1):
        entry = _entry_name(conn_type, "extra field", raw, number)
        field = _extra_field(entry, raw)
        _require(field.name not in fields, entry, "it stands there twice.")
        fields[field.name] = field
    return tuple(fields.values())


def _extra_field(entry: str, raw: Any) -> ExtraField:
    values = _checked(entry, raw, _EXTRA, needs=("name", "label"))
    values["choices"] = tuple(values.get("choices", ()))
    field = ExtraField(**values)
    _require(field.kind in KINDS, entry, f"its kind is none of {', '.join(KINDS)}.")
    are_scalars = all(isinstance(choice, _SCALAR) for choice in field.choices)
    _require(are_scalars, entry, "a choice is neither text nor number.")
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
    path, argument = values["path"], values["argument"]
    are_names = all(part.isidentifier() for part in (*path.split("."), argument))
    _require("." in path and are_names, entry, "it can't be imported.")
    return Caller(**values)


def _entry_name(conn_type: str, what: str, raw: Any, number: int) -> str:
    """An entry by its name or, where it has none, by its place."""
    name = raw.get("name") if isinstance(raw, dict) else None
    if not isinstance(name, str):
        return f"{conn_type}, {what} {number}"
    return f"{conn_type}, {what} {name}"


def _checked(
    entry: str, raw: Any, types: Mapping[str, Any], *, needs: tuple[str, ...]
) -> dict[str, Any]:
    """A copy of an entry whose keys are all known and have values of their types."""
    _require(isinstance(raw, dict), entry, "write an object here.")
    for key, value in raw.items():
        if key not in types:
            raise InvalidCatalogue(entry, f"a catalogue knows no {key!r}.")
        if not isinstance(value, types[key]):
            raise InvalidCatalogue(entry, f"write {_WORDS.get(types[key])} as its {key}.")
    for key in needs:
        if not raw.get(key):
            raise InvalidCatalogue(entry, f"its {key} is missing.")
    return dict(raw)


def _require(holds: bool, entry: str, problem: str) -> None:  # noqa: FBT001 - reads as an assertion does.
    if not holds:
        raise InvalidCatalogue(entry, problem)


# --- Writing ---


def _entry(connection_type: ConnectionType) -> str:
    plain = _unlike_default(ConnectionType("", ""), connection_type)
    lines = [f"  {_json(key)}: {_json(value)}" for key, value in plain.items()]
    if standard_rows := _standard_rows(connection_type):
        lines.append(f'  "standard_fields": {_rows(standard_rows)}')
    if connection_type.extra_fields:
        unset = ExtraField("", "")
        extra_rows = [_unlike_default(unset, field) for field in connection_type.extra_fields]
        lines.append(f'  "extra_fields": {_rows(extra_rows)}')
    for key in ("hook", "operator"):
        caller = getattr(connection_type, key)
        if caller:
            lines.append(f"  {_json(key)}: {_json(_unlike_default(Caller('', ''), caller))}")
    return f" {_json(connection_type.conn_type)}: {{\n" + ",\n".join(lines) + "\n }"


def _standard_rows(connection_type: ConnectionType) -> list[dict[str, Any]]:
    rows = []
    for plain, field in zip(PLAIN_FIELDS, connection_type.standard_fields, strict=True):
        if plain != field:
            rows.append({"name": field.name, **_unlike_default(plain, field)})
    return rows


def _unlike_default(default: Any, entry: Any) -> dict[str, Any]:
    """What is set in an entry, but for what stands on lines of its own."""
    changed = {}
    for field in fields(entry):
        value = getattr(entry, field.name)
        if field.name not in _APART and value != getattr(default, field.name):
            changed[field.name] = value
    return changed


def _rows(rows: list[dict[str, Any]]) -> str:
    return "[\n" + ",\n".join(f"   {_json(row)}" for row in rows) + "\n  ]"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
