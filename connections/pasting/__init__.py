"""Paste anything: a text from somewhere else becomes the fields of a connection.

Nothing is kept and no value is quoted. Each form that people have their connections in has a reader, which says None
to texts of another form.
"""

import json
from contextlib import suppress

from connections import catalog
from connections.pasting.lines import command, environment_line, exported_line
from connections.pasting.pasted import Pasted, Terms, UnreadablePaste
from connections.pasting.values import read_value
from connections.reading import ConnWords, UnreadableSecret
from secretsadmin.unseen import is_unicode

__all__ = ["MOST_CHARACTERS", "Pasted", "UnreadablePaste", "paste"]

# Twice what a value can hold, for the sake of what stands around it.
MOST_CHARACTERS = 131_072
_FENCE = "```"
_QUOTES = ("'", '"', "`")
_LINES = (environment_line, command, exported_line)


def paste(text: str, extra_conn_words: ConnWords | None = None, among: catalog.Types | None = None) -> Pasted:
    """What a text means to whoever has the types of `among`, or Airflow's own.

    Raises UnreadablePaste and nothing else, whatever the text. No error has a cause, a context or our frames.
    """
    terms = Terms(extra_conn_words, catalog.types() if among is None else among)
    try:
        return _read(text, terms)
    except UnreadablePaste as error:
        reason = str(error)
    except UnreadableSecret as error:
        reason = f"Airflow can't read this. {error}"
    raise UnreadablePaste(reason)


def _read(text: str, terms: Terms) -> Pasted:
    if len(text) > MOST_CHARACTERS:
        raise UnreadablePaste("This is longer than 131,072 characters. Paste one connection alone.")
    if not is_unicode(text):
        raise UnreadablePaste("This holds half a surrogate pair, which is not text. Copy it anew.")
    plain = _bare(text)
    if not plain:
        raise UnreadablePaste("There is nothing in this. Paste a URI, JSON, an environment line or a command.")
    for line in _LINES:
        if pasted := line(plain, terms):
            return pasted
    return read_value(plain, terms)


def _bare(text: str) -> str:
    """Without what a page, a mail or a file puts around a text."""
    text = text.replace("\r\n", "\n").lstrip("\ufeff").strip().lstrip("\ufeff").strip()
    if text.startswith(_FENCE) and text.endswith(_FENCE) and "\n" in text:
        text = text.partition("\n")[2].removesuffix(_FENCE).strip()
    if len(text) > 1 and text[0] in _QUOTES and text[-1] == text[0]:
        return _unescaped(text).strip()
    return text


def _unescaped(text: str) -> str:
    """A text out of a JSON file has its quotation marks escaped."""
    if text[0] == '"' and '\\"' in text:
        with suppress(ValueError, RecursionError):
            return str(json.loads(text))
    return text[1:-1]
