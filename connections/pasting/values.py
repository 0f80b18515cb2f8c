"""A pasted value: it stands alone, or behind a variable's name or a command's flag."""

from connections.pasting.jdbc import jdbc
from connections.pasting.objects import from_json
from connections.pasting.pasted import Pasted, Terms, readable
from connections.pasting.urls import sqlalchemy


def read_value(text: str, terms: Terms) -> Pasted:
    """The connection that a value means. Raises UnreadablePaste and UnreadableSecret."""
    text = text.strip()
    return (
        from_json(text, terms)
        or jdbc(text, terms)
        or sqlalchemy(text, terms)
        or readable(text, terms)
    )
