"""Pasted lines: of an environment file, of compose files, of Airflow's env export, and of a shell."""

import argparse
import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, NoReturn

from connections.connection import MAX_BYTES
from connections.pasting.objects import entry
from connections.pasting.pasted import Pasted, Terms, UnreadablePaste
from connections.pasting.values import read_value
from connections.pasting.words import shell_words

# Lines before it may be comments, and keys such as `environment:`.
_BEFORE = r"(?:[ \t]*(?:#[^\n]*|[\w-]+:[ \t]*)?\n)*"
_VARIABLE = re.compile(
    rf"{_BEFORE}[ \t]*(?:[-$][ \t]+)?(?:(?P<word>export|ENV|set)[ \t]+)?(?P<quote>[\"']?)AIRFLOW_CONN_(?P<id>\w+)"
    r"(?P<closed>[\"']?)[ \t]*(?P<sign>[=:])[ \t]*(?P<value>.*)",
    re.DOTALL,
)
_EXPORTED = re.compile(r"(?:export[ \t]+)?([\w.-]{1,200})=(?=[\"']?(?:[A-Za-z][\w+.-]*:|\{))(.*)", re.DOTALL)
_ANOTHER = re.compile(
    r"\n[ \t]*(?:[-$][ \t]+)?(?:(?:export|ENV|set)[ \t]+)?"
    r"(?:[\"']?AIRFLOW_CONN_\w+[\"']?[ \t]*[=:]|[\w.-]{1,200}=[\"']?(?:[A-Za-z][\w+.-]*://|\{))"
)
_FURTHER_LINE = re.compile(r"\s*(?:$|#|(?:[-$]\s+)?(?:export\s+)?[\"']?[A-Za-z_][\w.-]*[\"']?\s*[=:])")
_BLOCK = re.compile(r"[>|][+-]?[ \t]*\n")
_FLAG = re.compile(r"-[a-z]|--[a-z]+(?:-[a-z]+)*")
_QUOTES = "A quotation mark is not closed, or something stands behind the value. Paste this one line alone."
_FURTHER = "The lines behind the first were left out."
_SEVERAL = "There are several connections in this. Paste one of them."
# Prefixes such as `docker compose exec airflow-scheduler` stand before the command.
_MOST_WORDS_BEFORE = 30
# The command takes an id and ten flags, and argparse goes through all words again for each.
_MOST_WORDS = 100
_COMMAND = ["airflow", "connections", "add"]
_FIELDS = ("type", "host", "login", "password", "port", "schema", "extra")


def environment_line(text: str, terms: Terms) -> Pasted | None:
    match = _VARIABLE.fullmatch(text)
    if not match:
        return None
    value = match["value"].strip()
    if match["quote"] and not match["closed"]:
        value = value.removesuffix(match["quote"])
    unquoted = _yaml if match["sign"] == ":" else _shell if match["word"] == "export" else _plain
    return _assigned(match["id"].lower(), value, unquoted, terms, source="an environment line")


def exported_line(text: str, terms: Terms) -> Pasted | None:
    match = _EXPORTED.fullmatch(text)
    return _assigned(match[1], match[2].strip(), _plain, terms, source="an airflow export") if match else None


def _assigned(conn_id: str, value: str, unquoted: Callable[[str], str], terms: Terms, *, source: str) -> Pasted:
    if _ANOTHER.search(value):
        raise UnreadablePaste(_SEVERAL)
    bare = value[:1] not in ("'", '"', "{", ">", "|")
    line, _, further = value.partition("\n") if bare else (value, "", "")
    # What isn't another line may be the rest of a password, which would leave its beginning in the host.
    if not all(_FURTHER_LINE.match(other) for other in further.splitlines()):
        raise UnreadablePaste(_QUOTES)
    pasted = read_value(unquoted(line), terms)
    return replace(pasted, source=source).named(conn_id).noting(_FURTHER if further.strip() else "")


# --- A shell's line, YAML and an environment file each quote in their own way ---


def _plain(value: str) -> str:
    return _shell(value) if value[:1] in ("'", '"') else value


def _shell(value: str) -> str:
    parts = [value] if value.startswith("{") else _split(value)
    if len(parts) == 1:
        return parts[0]
    raise UnreadablePaste(_QUOTES)


def _yaml(value: str) -> str:
    value = value.rstrip(",")
    quote = value[:1] if value[:1] in ("'", '"') else ""
    if quote and (len(value) == 1 or not value.endswith(quote)):
        raise UnreadablePaste(_QUOTES)
    if quote == '"':
        with suppress(ValueError, RecursionError):
            return str(json.loads(value))
        raise UnreadablePaste(_QUOTES)
    return value[1:-1].replace("''", "'") if quote else _BLOCK.sub("", value, count=1)


def _split(text: str) -> list[str]:
    if len(text) > MAX_BYTES:
        raise UnreadablePaste("This is longer than any secret can be. Paste the line or command of one connection.")
    words = shell_words(text)
    if words is None:
        raise UnreadablePaste(_QUOTES)
    return words


# --- airflow connections add ---


class _Parser(argparse.ArgumentParser):
    """Airflow's own parser is argparse's, too, whose messages quote what they were given."""

    def error(self, message: str) -> NoReturn:  # noqa: ARG002 - the message may quote a password.
        raise UnreadablePaste(
            "The command lacks its connection id, or a flag lacks its value. A value that begins with a hyphen is "
            "written behind =, as in --conn-password=-value."
        )


def _parser() -> _Parser:
    parser = _Parser(add_help=False, usage="")
    parser.add_argument("conn_id")
    for name in (*_FIELDS, "uri", "json", "description"):
        parser.add_argument(f"--conn-{name}")
    return parser


def command(text: str, terms: Terms) -> Pasted | None:
    if not _is_command(text):
        return None
    parts = _split(text)
    parts = [part for part in parts if part.strip()]
    if len(parts) > _MOST_WORDS_BEFORE + _MOST_WORDS:
        raise UnreadablePaste(
            "This has more words than a command takes. Paste one alone, and quote values with spaces."
        )
    at = _place_of_command(parts)
    given, rest = _parser().parse_known_args(parts[at + len(_COMMAND) :])
    flags = [part.partition("=")[0] for part in rest]
    if not all(flag.startswith("-") for flag in flags):
        raise UnreadablePaste(
            "There is more than one connection id in the command. Paste one command alone, quote values with spaces, "
            "and leave flags out that aren't about the connection."
        )
    return _connection(given, terms).noting(_unknown(flags))


def _is_command(text: str) -> bool:
    parts = [part for part in text.split(maxsplit=_MOST_WORDS_BEFORE)[:-1] if part != "\\"]
    return _place_of_command(parts) >= 0


def _place_of_command(parts: list[str]) -> int:
    for at in range(len(parts) - 2):
        if [parts[at].rpartition("/")[2], *parts[at + 1 : at + 3]] == _COMMAND:
            return at
    return -1


def _connection(given: argparse.Namespace, terms: Terms) -> Pasted:
    fields = {name: getattr(given, f"conn_{name}") for name in _FIELDS}
    whole = given.conn_uri or given.conn_json
    if whole:
        pasted = read_value(whole, terms)
        others = [name for name, value in fields.items() if value is not None and (name != "extra" or given.conn_json)]
        if others:
            pasted = pasted.noting(f"Left out beside a whole connection: {', '.join(f'--conn-{n}' for n in others)}.")
        if fields["extra"] and given.conn_uri:
            extra = _entry({"type": "generic", "extra": fields["extra"]}, terms).connection.extra
            pasted = replace(pasted, connection=replace(pasted.connection, extra=extra))
    else:
        pasted = _entry(fields, terms)
    pasted = replace(pasted, source="an airflow command", description=given.conn_description or pasted.description)
    return pasted.named(given.conn_id)


def _entry(fields: dict[str, Any], terms: Terms) -> Pasted:
    if not fields["type"]:
        raise UnreadablePaste("The command has no --conn-type, --conn-uri or --conn-json. Add one.")
    named = {("conn_type" if name == "type" else name): value for name, value in fields.items()}
    return entry(named, terms)


def _unknown(flags: list[str]) -> str:
    names = [flag if _FLAG.fullmatch(flag) else "a flag with an unusual name" for flag in flags]
    return f"Left out, as the command has no such flag: {', '.join(names)}." if names else ""
