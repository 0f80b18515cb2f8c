"""Pasted lines of environment files, of compose files, of Airflow's env export, and of a shell."""

import argparse
import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, NoReturn

from connections.pasting.objects import entry
from connections.pasting.pasted import Pasted, Terms, UnreadablePaste
from connections.pasting.values import read_value
from connections.pasting.words import shell_words
from secretsadmin.kinds import MAX_BYTES

# Lines before it may be comments, and keys such as `environment:`.
_BEFORE = r"(?:[ \t]*(?:#[^\n]*|[\w-]+:[ \t]*)?\n)*"
_VARIABLE = re.compile(
    rf"{_BEFORE}[ \t]*(?:[-$][ \t]+)?(?:(?P<word>export|ENV|set)[ \t]+)?"
    r"(?P<quote>[\"']?)AIRFLOW_CONN_(?P<id>\w+)"
    r"(?P<closed>[\"']?)[ \t]*(?P<sign>[=:])[ \t]*(?P<value>.*)",
    re.DOTALL,
)
_EXPORTED = re.compile(
    r"(?:export[ \t]+)?([\w.-]{1,200})=(?=[\"']?(?:[A-Za-z][\w+.-]*:|\{))(.*)", re.DOTALL
)
_ANOTHER = re.compile(
    r"\n[ \t]*(?:[-$][ \t]+)?(?:(?:export|ENV|set)[ \t]+)?"
    r"(?:[\"']?AIRFLOW_CONN_\w+[\"']?[ \t]*[=:]|[\w.-]{1,200}=[\"']?(?:[A-Za-z][\w+.-]*://|\{))"
)
_FURTHER_LINE = re.compile(
    r"\s*(?:$|#|(?:[-$]\s+)?(?:export\s+)?[\"']?[A-Za-z_][\w.-]*[\"']?\s*[=:])"
)
_BLOCK = re.compile(r"[>|][+-]?[ \t]*\n")
_FLAG = re.compile(r"-[a-z]|--[a-z]+(?:-[a-z]+)*")
_QUOTES = (
    "A quotation mark is not closed, or something stands behind the value. Paste this one "
    "line alone."
)
_FURTHER = "The lines behind the first were left out."
_SEVERAL = "There are several connections in this. Paste one of them."
# Prefixes such as `docker compose exec airflow-scheduler` stand before the command.
_MOST_WORDS_BEFORE = 30
# The command takes an id and ten flags, and argparse goes through all words again for each.
_MOST_WORDS = 100
_COMMAND = ["airflow", "connections", "add"]
_FIELDS = ("type", "host", "login", "password", "port", "schema", "extra")


def environment_line(text: str, terms: Terms) -> Pasted | None:
    """None for a text that sets no AIRFLOW_CONN_…. Raises UnreadablePaste, UnreadableSecret."""
    match = _VARIABLE.fullmatch(text)
    if not match:
        return None
    value = match["value"].strip()
    if match["quote"] and not match["closed"]:
        value = value.removesuffix(match["quote"])
    unquoted = _plain
    if match["sign"] == ":":
        unquoted = _yaml
    elif match["word"] == "export":
        unquoted = _shell
    return _assigned(match["id"].lower(), value, unquoted, terms, source="an environment line")


def exported_line(text: str, terms: Terms) -> Pasted | None:
    """None for a text that isn't id=value. Raises UnreadablePaste and UnreadableSecret."""
    match = _EXPORTED.fullmatch(text)
    if not match:
        return None
    return _assigned(match[1], match[2].strip(), _plain, terms, source="an airflow export")


def _assigned(
    conn_id: str, value: str, unquoted: Callable[[str], str], terms: Terms, *, source: str
) -> Pasted:
    if _ANOTHER.search(value):
        raise UnreadablePaste(_SEVERAL)
    line, further = value, ""
    if value[:1] not in ("'", '"', "{", ">", "|"):
        line, _, further = value.partition("\n")
    for further_line in further.splitlines():
        # What isn't another line may be the rest of a password. Its beginning would be in the host.
        if not _FURTHER_LINE.match(further_line):
            raise UnreadablePaste(_QUOTES)
    pasted = read_value(unquoted(line), terms)
    pasted = replace(pasted, source=source).named(conn_id)
    if further.strip():
        pasted = pasted.noting(_FURTHER)
    return pasted


# --- A shell's line, YAML and an environment file each quote in their own way ---


def _plain(value: str) -> str:
    if value[:1] in ("'", '"'):
        return _shell(value)
    return value


def _shell(value: str) -> str:
    if value.startswith("{"):
        return value
    words = _split(value)
    if len(words) != 1:
        raise UnreadablePaste(_QUOTES)
    return words[0]


def _yaml(value: str) -> str:
    value = value.rstrip(",")
    quote = value[:1]
    if quote not in ("'", '"'):
        return _BLOCK.sub("", value, count=1)
    if len(value) == 1 or not value.endswith(quote):
        raise UnreadablePaste(_QUOTES)
    if quote == "'":
        return value[1:-1].replace("''", "'")
    with suppress(ValueError, RecursionError):
        return str(json.loads(value))
    raise UnreadablePaste(_QUOTES)


def _split(text: str) -> list[str]:
    if len(text) > MAX_BYTES:
        raise UnreadablePaste(
            "This is longer than any secret can be. Paste the line or command of one connection."
        )
    words = shell_words(text)
    if words is None:
        raise UnreadablePaste(_QUOTES)
    return words


# --- airflow connections add ---


class _Parser(argparse.ArgumentParser):
    """Airflow's own parser is argparse's, too. Its messages quote what they were given."""

    def error(self, message: str) -> NoReturn:  # noqa: ARG002 - the message may quote a password.
        raise UnreadablePaste(
            "The command lacks its connection id, or a flag lacks its value. A value that begins "
            "with a hyphen is written behind =, as in --conn-password=-value."
        )


def _parser() -> _Parser:
    parser = _Parser(add_help=False, usage="")
    parser.add_argument("conn_id")
    for name in (*_FIELDS, "uri", "json", "description"):
        parser.add_argument(f"--conn-{name}")
    return parser


def command(text: str, terms: Terms) -> Pasted | None:
    """None for a text without `airflow connections add`.

    Raises UnreadablePaste and UnreadableSecret.
    """
    if not _is_command(text):
        return None
    words = [word for word in _split(text) if word.strip()]
    if len(words) > _MOST_WORDS_BEFORE + _MOST_WORDS:
        raise UnreadablePaste(
            "This has more words than a command takes. Paste one alone, and quote values with "
            "spaces."
        )
    arguments = words[_place_of_command(words) + len(_COMMAND) :]
    given, rest = _parser().parse_known_args(arguments)
    flags = [word.partition("=")[0] for word in rest]
    if not all(flag.startswith("-") for flag in flags):
        raise UnreadablePaste(
            "There is more than one connection id in the command. Paste one command alone, quote "
            "values with spaces, and leave flags out that aren't about the connection."
        )
    pasted = _connection(given, terms)
    names = []
    for flag in flags:
        # What doesn't look like a flag may be a piece of a password.
        is_plain = _FLAG.fullmatch(flag) is not None
        names.append(flag if is_plain else "a flag with an unusual name")
    if names:
        pasted = pasted.noting(f"Left out, as the command has no such flag: {', '.join(names)}.")
    return pasted


def _is_command(text: str) -> bool:
    words = text.split(maxsplit=_MOST_WORDS_BEFORE)[:-1]
    return _place_of_command([word for word in words if word != "\\"]) >= 0


def _place_of_command(words: list[str]) -> int:
    for place in range(len(words) - 2):
        program = words[place].rpartition("/")[2]
        if [program, *words[place + 1 : place + 3]] == _COMMAND:
            return place
    return -1


def _connection(given: argparse.Namespace, terms: Terms) -> Pasted:
    fields = {name: getattr(given, f"conn_{name}") for name in _FIELDS}
    if given.conn_uri:
        pasted = _whole(given.conn_uri, fields, terms, beside=("extra",))
    elif given.conn_json:
        pasted = _whole(given.conn_json, fields, terms)
    else:
        pasted = _entry(fields, terms)
    pasted = replace(
        pasted,
        source="an airflow command",
        description=given.conn_description or pasted.description,
    )
    return pasted.named(given.conn_id)


def _whole(text: str, fields: dict[str, Any], terms: Terms, beside: tuple[str, ...] = ()) -> Pasted:
    """A connection in one flag, which other flags may add the fields in `beside` to."""
    pasted = read_value(text, terms)
    left_out = []
    for name, value in fields.items():
        if value is not None and name not in beside:
            left_out.append(f"--conn-{name}")
    if left_out:
        pasted = pasted.noting(f"Left out beside a whole connection: {', '.join(left_out)}.")
    if "extra" in beside and fields["extra"]:
        generic = _entry({"type": "generic", "extra": fields["extra"]}, terms)
        connection = replace(pasted.connection, extra=generic.connection.extra)
        pasted = replace(pasted, connection=connection)
    return pasted


def _entry(fields: dict[str, Any], terms: Terms) -> Pasted:
    if not fields["type"]:
        raise UnreadablePaste("The command has no --conn-type, --conn-uri or --conn-json. Add one.")
    stored = {name: value for name, value in fields.items() if name != "type"}
    return entry({"conn_type": fields["type"], **stored}, terms)
