"""The same connection as one of another type."""

from dataclasses import replace

from django.core.exceptions import ValidationError

from connections.inspection import read_by_hooks
from connections.value.connection import Connection, Encoded, changed_fields
from connections.value.errors import NotRepresentable
from secretsadmin.config.backend import BackendConfig
from secretsadmin.store.writes import Draft

UNREADABLE = "Airflow reads no connection of it, so it can't get another type."


def retyped(text: str, conn_type: str, backend: BackendConfig) -> Draft:
    """A draft in which the type alone differs. Raises ValidationError."""
    before = read_by_hooks(text, backend)
    if before is None:
        raise ValidationError(UNREADABLE)
    after = replace(before, conn_type=conn_type)
    fields = changed_fields(before, after)
    if not fields:
        return Draft(text, conn_type)
    encoded = _encoded(after, backend)
    holds = changed_fields(None, after)
    return Draft(encoded.text, conn_type, fields, format=encoded.format, holds=holds)


def _encoded(connection: Connection, backend: BackendConfig) -> Encoded:
    """The error has no cause: that of the standard library may hold on to what it was given."""
    try:
        return connection.encode(extra_conn_words=backend.extra_conn_words, release=backend.airflow)
    except NotRepresentable as error:
        sentence = str(error)
    raise ValidationError(sentence)
