"""All parsers, as functions of one text, and the places in the source that parse."""

import ast
import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from inspect import isfunction
from types import FrameType, ModuleType
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from connections import inspection as connections_inspection
from connections.adapter import ADAPTER as CONNECTIONS
from connections.catalog import fields as extra_fields
from connections.catalog import guard, layout, picker, search
from connections.form import hints
from connections.form.stored_text import stored_as
from connections.lint.mends import MENDABLE
from connections.pasting import UnreadablePaste, nearly_json, paste
from connections.pasting.mending import mend
from connections.providers import catalogue
from connections.providers.types import ExtraField
from connections.value import merge
from connections.value.connection import (
    Connection,
    NotRepresentable,
    UnreadableSecret,
)
from connections.value.credentials import holds_credentials, is_sensitive_extra
from connections.value.export import TITLES, Stored, copy_as
from secretsadmin import texts
from secretsadmin.adapter import CannotExport, CannotImport
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.diff.fields import key_in_a_form
from secretsadmin.diff.three_ways import find_choices
from secretsadmin.diff.two_ways import part_changes
from secretsadmin.forms.resolution import Resolution
from secretsadmin.kinds import CONNECTIONS as CONNECTIONS_KIND
from secretsadmin.kinds import VARIABLES as VARIABLES_KIND
from secretsadmin.pages.tag_lines import keys_in, tags_in
from secretsadmin.store.reads import Secret
from secretsadmin.store.tags import InvalidTag, TagChange, check
from secretsadmin.templatetags.secretsadmin import visible
from secretsadmin.transfer.exporting import formats_of
from secretsadmin.transfer.files import FORMATS, UnreadableFile, decode, recognise
from secretsadmin.transfer.files import read as read_file
from secretsadmin.transfer.written.writer import Item
from tests.support.linear_cost import KIB, Function
from tests.support.linear_sites import modules
from tests.support.site import BACKEND
from variables import inspection as variables_inspection
from variables import merge as variables_merge
from variables import usage
from variables.adapter import ADAPTER as VARIABLES
from variables.variable import Variable

PLAIN = "postgres://svc:pw@db:5432/orders?sslmode=require&connect_timeout=10"
JSON = '{"a": 1, "b": {"c": [1, "two"]}, "d": "three"}'
TYPES = catalogue.types()
MIB = KIB * KIB
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
    CONNECTIONS.inspect(text, BACKEND)
    CONNECTIONS.judge(text, BACKEND)
    CONNECTIONS.type_name(text)
    CONNECTIONS.type_icon(text)


def compared(text: str) -> None:
    part_changes(*CONNECTIONS.diff(text, twin(text), BACKEND, may_learn=True))


def outlined(text: str) -> None:
    fields, _ = CONNECTIONS.diff(PLAIN, text, BACKEND, may_learn=False)
    CONNECTIONS.part(text, fields[-1].name, BACKEND)


def mixed(text: str) -> None:
    sides = connections_inspection.merge_parts((PLAIN, text, twin(text)), BACKEND)
    base, theirs, mine = sides
    choices = find_choices(base, theirs, mine, laid_over=mine, typed=[field.name for field in mine])
    find_choices(None, theirs, mine, laid_over=mine)
    mixing_names = [choice.name for choice in choices]
    merge.merge(connection_of(text), connection_of(PLAIN), mixing_names)


def saved(text: str) -> None:
    connection = connection_of(text)
    with suppress(NotRepresentable):
        encoded = connection.encode()
        stored_as(connection, encoded, connections_inspection.take_apart(encoded.text, BACKEND))


def guarded(text: str) -> None:
    connection, before = connection_of(text), connection_of(twin(text))
    one = search.get(connection.conn_type)
    changed = guard.changed_unseen(before, connection, TYPES, lambda name: name != "host")
    kept = guard.kept_unseen(before, one, changed, ())
    guard.elsewhere(before, one, changed)
    guard.has_room(connection, kept)


def laid_out(text: str) -> None:
    connection = connection_of(text)
    one = search.get(connection.conn_type)
    laid = layout.lay_out(connection, one)
    layout.masked_names(laid, one)
    layout.pretty(laid.others)
    layout.fits_an_input(text)


def hinted(text: str) -> None:
    connection = connection_of(text)
    for conn_type in (connection.conn_type, "postgres", "snowflake"):
        hints.hints(connection, search.get(conn_type), text)
    keys = Connection("snowflake", extra={"private_key_content": text, "account": text})
    hints.hints(keys, search.get("snowflake"))


def copied(text: str) -> None:
    for key in TITLES:
        with suppress(NotRepresentable):
            copy_as(key, Stored(text, "orders", "airflow/connections/orders"))


def exported(text: str) -> None:
    """A text in a file of every format, as the value and the description of a secret."""
    environment = Environment("dev", "dev", BACKEND)
    for kind, adapter in ((CONNECTIONS_KIND, CONNECTIONS), (VARIABLES_KIND, VARIABLES)):
        secret = Secret(Ref(environment, kind, "orders"), text, {"owner": text})
        for of_file in formats_of(kind, adapter):
            writer = of_file.open(kind, [secret.ref])
            with suppress(CannotExport):
                made = None
                if of_file.is_airflows:
                    made = adapter.file_entry(secret, text, of_file.key)
                writer.write(Item(secret, text, made))


def filled(text: str) -> None:
    names = [ExtraField(kind, kind, kind) for kind in KINDS]
    for field in names:
        with suppress(ValueError):
            extra_fields.value_of(field, text)
        extra_fields.is_plain(field, text)
    extra_fields.split_extra(names, dict.fromkeys(KINDS, text))
    with suppress(ValueError):
        extra_fields.lay_typed_over({"string": "a"}, names[:1], {"string": text}, {"b": text})
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
    picker.sections(text, {"mine": 1}, TYPES)
    picker.own_type(text, {}, TYPES)
    picker.is_type(text)
    picker.count([text])
    search.suggestion("snowflake", text)
    search.usage(text, text)
    search.usage("postgres", text)


def linted(text: str) -> None:
    """As it is stored, and in the fields of a connection that is read."""
    filled = {"conn_type": "postgres", "host": text, "login": text, "password": text}
    stored = json.dumps({**filled, text: text, "extra": {"account_key": text, text: [text]}})
    uri = f"postgres://u:p@{text}"
    for one in (text, stored, uri):
        CONNECTIONS.lint(one, BACKEND, text)
        CONNECTIONS.passwords(one, BACKEND)
        for rule in MENDABLE:
            CONNECTIONS.mend(one, rule.name, BACKEND)


# --- A file ---


def filed(text: str) -> None:
    """A text as a file of every format, and as it stands in the files of some."""
    fields = {"conn_type": text, "login": text, "extra": text, text: text}
    files = {
        "connections-json": json.dumps({"a": text, "b": fields, "c": {"conn_uri": text}, "d": {}}),
        "connections-env": f"a={text}\nb={json.dumps({'conn_type': text})}\nc='{text}'",
        "variables-json": f'{{"a": {text}, "b": 1.50}}',
        "variables-yaml": f"a: [x, {text}]\nb: 012\nc: {{d: 1}}\n{text}: 1",
        "environment": f'AIRFLOW_CONN__A___B="{text}"\nAIRFLOW_VAR_C={text} # {text}',
        "mwaa-csv": f'a,http,"{text}",,,,,,\n{text}',
    }
    for of_file in FORMATS:
        for content in (text, files.get(of_file.key, "")):
            with suppress(UnreadableFile):
                read_file(decode(content.encode(errors="replace"), MIB).text, of_file)
    for content in (text, *files.values()):
        with suppress(UnreadableFile):
            recognise(content)


def imported(text: str) -> None:
    fields = {"conn_type": "http", "host": text}
    for source in (text, {**fields, "extra": text}, {**fields, "port": text}):
        with suppress(CannotImport):
            CONNECTIONS.from_file(source, BACKEND)
    with suppress(CannotImport):
        VARIABLES.from_file(text, BACKEND)


# --- A variable ---


def variable_linted(text: str) -> None:
    VARIABLES.lint(text, BACKEND)


def variable_opened(text: str) -> None:
    VARIABLES.inspect(text, BACKEND)
    VARIABLES.judge(text, BACKEND)
    _ = Variable(text).pretty
    usage.calls(text)
    usage.options(text)


def variable_compared(text: str) -> None:
    part_changes(*VARIABLES.diff(text, twin(text), BACKEND, may_learn=True))
    fields, _ = VARIABLES.diff(JSON, text, BACKEND, may_learn=False)
    VARIABLES.part(text, fields[-1].name, BACKEND)


def variable_mixed(text: str) -> None:
    variables_inspection.merge_parts((JSON, text, twin(text)))
    with suppress(ValueError, RecursionError):
        variables_merge.merge(text, JSON, ["a"])


# --- Any text ---


def looked_at(text: str) -> None:
    texts.hides(text)
    texts.lines(text)
    visible(text)
    holds_credentials(text)
    is_sensitive_extra(text)
    key_in_a_form(text)
    Resolution.of(QueryDict(urlencode({"on_top_of": text.encode(errors="replace")})))


def tags_written(text: str) -> None:
    for content in (text, f"owner={text}", f"{text}=dwh", "a=1\n" + text.replace(" ", "\n")):
        with suppress(InvalidTag):
            tags_in(content)
        with suppress(InvalidTag):
            keys_in(content)
    with suppress(InvalidTag):
        check(TagChange({text: text}, (text,)))


PARSERS: tuple[Function, ...] = (
    *(
        opened,
        compared,
        outlined,
        mixed,
        saved,
        guarded,
        laid_out,
        hinted,
        copied,
        exported,
        filled,
        mended,
        pasted,
        searched,
        linted,
    ),
    *(filed, imported),
    *(variable_linted, variable_opened, variable_compared, variable_mixed, looked_at),
    tags_written,
)

# --- Where the product has them ---

# What a module imports that takes texts apart.
LIBRARIES = frozenset(
    (
        *("argparse", "base64", "csv", "difflib", "json", "re"),
        *("shlex", "unicodedata", "urllib", "yaml"),
    )
)


# What these are given is no text that people paste or store, or is short.
GIVEN = {
    "connections.providers.catalogue": "a catalogue, by whoever runs the site",
    "connections.providers.declared": "providers' own words, for a catalogue",
    "connections.management": "commands of whoever runs the site",
    "connections.value.credentials._word": "patterns of its own",
    "connections.catalog.fields._iso": "examples of its own",
    "connections.catalog.fields._json": "examples of its own",
    "connections.form.preview._changed": "two texts that it joins",
    "secretsadmin.accounts": "names, codes and passwords, none of which it takes apart",
    "secretsadmin.config.sign_in_checks": "configuration",
    "secretsadmin.config.addresses": "configuration, and addresses of the network",
    "connections.value.readers": "configuration",
    "secretsadmin.pages.plan": "a plan of its own",
    "secretsadmin.server.bodies": "the path of a request, which is short",
    "secretsadmin.store.tags.tag": "tags that `check` has seen",
    "secretsadmin.pages.bulk_rules": "JSON that a form of a plan sends back",
    "secretsadmin.config.airflow_variables": "configuration",
    "secretsadmin.audit": "names and ids that it looks up",
    "secretsadmin.config.backend": "configuration, and ids, whose patterns are all tried",
    "secretsadmin.demo": "what the demo itself sends",
    "secretsadmin.config.checks": "configuration",
    "secretsadmin.config.environments": "configuration",
    "secretsadmin.config.file": "configuration",
    "secretsadmin.config.patterns": "configuration",
    "secretsadmin.config.release": "configuration",
    "secretsadmin.server.worker": "the head of a request, of 16 KiB at most",
    "secretsadmin.access.recorded": "configuration",
    "secretsadmin.doctor": "configuration",
    "secretsadmin.iam": "configuration",
    "secretsadmin.lint.near_misses": "names in AWS, of 512 characters at most",
    "secretsadmin.lint.report": "ids and sentences of its own",
    "secretsadmin.management": "commands of whoever runs the site",
    "secretsadmin.store.aws": "answers of AWS",
    "secretsadmin.store.codes": "answers of AWS",
    "secretsadmin.store.session_names": "names of users, which are short",
    "secretsadmin.store.trail": "answers of AWS",
    "secretsadmin.templatetags.secretsadmin._time": "a moment",
    "secretsadmin.templatetags.secretsadmin.message_icon": "words of the pages",
    "secretsadmin.templatetags.secretsadmin.tone_icon": "words of the pages",
    "secretsadmin.pages": "what others have taken apart",
    "secretsadmin.views": "what others have taken apart",
    "variables.usage._settings": "an id that it joins",
}


def parsers() -> set[str]:
    """The functions that are given a text of people, in every module that takes texts apart."""
    names = {
        name
        for module, tree in modules()
        if LIBRARIES & {*_imported(tree)}
        for name in _of_module(module)
    }
    return {
        name
        for name in names
        if not any(name == given or name.startswith(f"{given}.") for given in GIVEN)
    }


def _of_module(module: ModuleType) -> Iterator[str]:
    for value in vars(module).values():
        if (
            isfunction(value)
            and value.__module__ == module.__name__
            and _takes_a_text(value.__annotations__)
        ):
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
