"""Paste anything: a text from somewhere else becomes the fields of a connection.

Nothing is kept and no value is quoted. Each syntax that people have their connections in has a
reader, which says None to other texts.
"""

import json
from contextlib import suppress

from connections.pasting.lines import command, environment_line, exported_line
from connections.pasting.pasted import Pasted, Terms, UnreadablePaste
from connections.pasting.values import read_value
from connections.providers import catalogue
from connections.value.errors import UnreadableSecret
from connections.value.stored_json import ConnWords
from secretsadmin.kinds import MAX_CHARACTERS
from secretsadmin.texts import is_unicode

__all__ = ["Pasted", "UnreadablePaste", "paste"]

_FENCE = "```"
_QUOTES = ("'", '"', "`")
_LINES = (environment_line, command, exported_line)


def paste(
    text: str, extra_conn_words: ConnWords | None = None, types: catalogue.Types | None = None
) -> Pasted:
    """The connection that a text means, where a site has these types, or Airflow's own.

    `extra_conn_words` are the environment's further words for fields in JSON. Raises
    UnreadablePaste and nothing else, whatever the text. The error has no cause, no context and no
    frame that holds the text.
    """
    if types is None:
        types = catalogue.types()
    terms = Terms(extra_conn_words, types)
    try:
        return _read(text, terms)
    except UnreadablePaste as error:
        reason = str(error)
    except UnreadableSecret as error:
        reason = f"Airflow can't read this. {error}"
    raise UnreadablePaste(reason)


def _read(text: str, terms: Terms) -> Pasted:
    if len(text) > MAX_CHARACTERS:
        raise UnreadablePaste("This is longer than 131,072 characters. Paste one connection alone.")
    if not is_unicode(text):
        raise UnreadablePaste("This holds half a surrogate pair, which is not text. Copy it anew.")
    plain = _bare(text)
    if not plain:
        raise UnreadablePaste(
            "There is nothing in this. Paste a URI, JSON, an environment line or a command."
        )
    for read_line in _LINES:
        pasted = read_line(plain, terms)
        if pasted:
            return pasted
    return read_value(plain, terms)


def _bare(text: str) -> str:
    """Without what a page, a mail or a file puts around a text."""
    text = text.replace("\r\n", "\n").lstrip("\ufeff").strip().lstrip("\ufeff").strip()
    if text.startswith(_FENCE) and text.endswith(_FENCE) and "\n" in text:
        text = text.partition("\n")[2].removesuffix(_FENCE).strip()
    is_quoted = len(text) > 1 and text[0] in _QUOTES and text[-1] == text[0]
    if is_quoted:
        return _unescaped(text).strip()
    return text


def _unescaped(text: str) -> str:
    """A text out of a JSON file has its quotation marks escaped."""
    if text[0] == '"' and '\\"' in text:
        with suppress(ValueError, RecursionError):
            return str(json.loads(text))
    return text[1:-1]
