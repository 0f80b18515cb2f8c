"""A pasted value: what a connection can be written as, alone or behind a variable's name or a command's flag."""

from connections.pasting.jdbc import jdbc
from connections.pasting.objects import from_json
from connections.pasting.pasted import Pasted, readable
from connections.pasting.urls import sqlalchemy
from connections.reading import ConnWords


def read_value(text: str, words: ConnWords | None) -> Pasted:
    """Raises UnreadablePaste and UnreadableSecret."""
    text = text.strip()
    return from_json(text, words) or jdbc(text) or sqlalchemy(text) or readable(text, words)
