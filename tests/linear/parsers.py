"""What takes texts apart, each as a function of one text, and where the product does so, found in its source."""

import ast
import sys
from collections.abc import Iterator
from contextlib import suppress
from inspect import isfunction
from types import FrameType, ModuleType
from typing import Any

from connections import catalog, choosing, guarding, hints, layout, mixing, nearly_json
from connections import fields as extra_fields
from connections import shape as connections_shape
from connections.connection import Connection, NotRepresentable, UnreadableSecret, is_sensitive_extra
from connections.connection_type import ExtraField
from connections.copying import TITLES, Stored, copy_as
from connections.credentials import holds_credentials
from connections.mending import mend
from connections.pasting import UnreadablePaste, paste
from connections.preview import stored_as
from secretsadmin import comparing, unseen
from secretsadmin.templatetags.secretsadmin import visible
from tests.linear.cost import Function
from tests.linear.sites import modules
from tests.site import BACKEND
from variables import mixing as variables_mixing
from variables import shape as variables_shape
from variables import usage
from variables.variable import Variable

PLAIN = "postgres://svc:pw@db:5432/orders?sslmode=require&connect_timeout=10"
JSON = '{"a": 1, "b": {"c": [1, "two"]}, "d": "three"}'
TYPES = catalog.types()
KINDS = ("string", "integer", "number", "boolean", "object", "array", "date", "datetime", "time")


def connection_of(text: str) -> Connection:
    """The connection that a text is, or one that has it in every field."""
    with suppress(UnreadableSecret):
        return Connection.from_secret(text)
    return Connection("http", text, text, text, text, extra={"text": text, "timeout": text})


def twin(text: str) -> str:
    """Another text that has much in common with this one."""
    middle = len(text) // 2
    return text[:middle].replace("a", "b") + text[middle:]


# --- A connection ---


def opened(text: str) -> None:
    connections_shape.SHAPE.open(text, BACKEND)
    connections_shape.SHAPE.judge(text, BACKEND)
    connections_shape.SHAPE.label(text)
    connections_shape.SHAPE.icon(text)


def compared(text: str) -> None:
    comparing.rows(*connections_shape.parts(text, twin(text), BACKEND))


def outlined(text: str) -> None:
    fields, _ = connections_shape.outline(PLAIN, text, BACKEND)
    connections_shape.part(text, fields[-1].name, BACKEND)


def mixed(text: str) -> None:
    sides = connections_shape.ways((PLAIN, text, twin(text)), BACKEND)
    base, theirs, mine = sides
    choices = comparing.three_ways(base, theirs, mine, laid_over=mine, typed=[field.name for field in mine])
    comparing.three_ways(None, theirs, mine, laid_over=mine)
    mixing_names = [choice.name for choice in choices]
    mixing.mixed(connection_of(text), connection_of(PLAIN), mixing_names)


def saved(text: str) -> None:
    connection = connection_of(text)
    with suppress(NotRepresentable):
        encoded = connection.encode()
        stored_as(connection, encoded, connections_shape.take_apart(encoded.text, BACKEND))


def guarded(text: str) -> None:
    connection, before = connection_of(text), connection_of(twin(text))
    one = catalog.get(connection.conn_type)
    changed = guarding.changed_unseen(before, connection, lambda name: name != "host")
    kept = guarding.kept_unseen(before, one, changed, ())
    guarding.elsewhere(before, one, changed)
    guarding.has_room(connection, kept)


def laid_out(text: str) -> None:
    connection = connection_of(text)
    one = catalog.get(connection.conn_type)
    laid = layout.lay_out(connection, one)
    layout.masked_names(laid, one)
    layout.pretty(laid.others)
    layout.fits_an_input(text)


def hinted(text: str) -> None:
    connection = connection_of(text)
    for conn_type in (connection.conn_type, "postgres", "snowflake"):
        hints.hints(connection, catalog.get(conn_type), text)
    keys = Connection("snowflake", extra={"private_key_content": text, "account": text})
    hints.hints(keys, catalog.get("snowflake"))


def copied(text: str) -> None:
    for key in TITLES:
        with suppress(NotRepresentable):
            copy_as(key, Stored(text, "orders", "airflow/connections/orders"))


def filled(text: str) -> None:
    names = [ExtraField(kind, kind, kind) for kind in KINDS]
    for field in names:
        with suppress(ValueError):
            extra_fields.value_of(field, text)
        extra_fields.is_plain(field, text)
    extra_fields.split_extra(names, dict.fromkeys(KINDS, text))
    with suppress(ValueError):
        extra_fields.merged({"string": "a"}, names[:1], {"string": text}, {"b": text})
    with suppress(ValueError):
        extra_fields.is_json(extra_fields.json_of(text))
    extra_fields.name_in_a_page(text)


def mended(text: str) -> None:
    mend(text, None, TYPES)
    nearly_json.strict(text)


def pasted(text: str) -> None:
    with suppress(UnreadablePaste):
        paste(text)


def searched(text: str) -> None:
    choosing.sections(text, {"mine": 1}, TYPES)
    choosing.own_type(text, {}, TYPES)
    catalog.suggestion("snowflake", text)
    catalog.usage(text, text)
    catalog.usage("postgres", text)


# --- A variable ---


def variable_opened(text: str) -> None:
    variables_shape.SHAPE.open(text, BACKEND)
    variables_shape.SHAPE.judge(text, BACKEND)
    _ = Variable(text).pretty
    usage.calls(text)
    usage.options(text)


def variable_compared(text: str) -> None:
    comparing.rows(*variables_shape.parts(text, twin(text), BACKEND))
    fields, _ = variables_shape.outline(JSON, text, BACKEND)
    variables_shape.part(text, fields[-1].name, BACKEND)


def variable_mixed(text: str) -> None:
    variables_shape.ways((JSON, text, twin(text)))
    with suppress(ValueError, RecursionError):
        variables_mixing.mixed(text, JSON, ["a"])


# --- Any text ---


def looked_at(text: str) -> None:
    unseen.hides(text)
    unseen.lines(text)
    visible(text)
    holds_credentials(text)
    is_sensitive_extra(text)
    comparing.key_in_a_form(text)


PARSERS: tuple[Function, ...] = (
    *(opened, compared, outlined, mixed, saved, guarded, laid_out, hinted, copied, filled, mended, pasted, searched),
    *(variable_opened, variable_compared, variable_mixed, looked_at),
)

# --- Where the product has them ---

# What a module imports that takes texts apart.
LIBRARIES = frozenset(("argparse", "base64", "difflib", "json", "re", "shlex", "unicodedata", "urllib"))


# What these are given is no text that people paste or store, or is short.
GIVEN = {
    "connections.catalog_file": "a catalogue, by whoever runs the site",
    "connections.provider_info": "providers' own words, for a catalogue",
    "connections.management": "commands of whoever runs the site",
    "connections.credentials._word": "patterns of its own",
    "connections.fields._iso": "examples of its own",
    "connections.fields._json": "examples of its own",
    "connections.preview._changed": "two texts that it joins",
    "secretsadmin.addresses": "configuration, and addresses of the network",
    "connections.readers": "configuration",
    "secretsadmin.airflow_variables": "configuration",
    "secretsadmin.audit": "names and ids that it looks up",
    "secretsadmin.backend": "configuration, and ids whose patterns are tried as all others are",
    "secretsadmin.demo": "what the demo itself sends",
    "secretsadmin.environments": "configuration",
    "secretsadmin.serving": "the head of a request, of 16 KiB at most",
    "secretsadmin.store.aws": "answers of AWS",
    "secretsadmin.templatetags.secretsadmin._time": "a moment",
    "secretsadmin.views": "what others have taken apart",
    "variables.usage._settings": "an id that it joins",
}


def parsers() -> set[str]:
    """The functions that are given a text of people, in every module that takes texts apart."""
    names = {name for module, tree in modules() if LIBRARIES & {*_imported(tree)} for name in _of_module(module)}
    return {name for name in names if not any(name == given or name.startswith(f"{given}.") for given in GIVEN)}


def _of_module(module: ModuleType) -> Iterator[str]:
    for value in vars(module).values():
        if isfunction(value) and value.__module__ == module.__name__ and _takes_a_text(value.__annotations__):
            yield f"{module.__name__}.{value.__name__}"


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def _takes_a_text(annotations: dict[str, Any]) -> bool:
    return any(kind in (str, "str") for name, kind in annotations.items() if name != "return")


def run_by(function: Function, texts: list[str]) -> set[str]:
    """Which functions of the product a function runs, by their modules and names."""
    names: set[tuple[str, str]] = set()

    def note(frame: FrameType, _event: str, _arg: object) -> None:
        names.add((frame.f_globals.get("__name__", ""), frame.f_code.co_name))

    before = sys.gettrace()
    sys.settrace(note)
    try:
        for text in texts:
            function(text)
    finally:
        sys.settrace(before)
    return {f"{module}.{name}" for module, name in names}
