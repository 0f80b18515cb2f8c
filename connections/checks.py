"""A system check: a catalogue of connection types that can't be read is an error at start."""

from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from connections.catalog import InvalidCatalogue
from connections.shape import types


@register
def check_connection_types(**_: Any) -> list[CheckMessage]:
    try:
        types()
    except InvalidCatalogue as error:
        hint = "Make it with: manage.py refresh_connection_types --from-airflow PYTHON --output FILE."
        return [Error(f"connection_types: {error}", hint=hint, id="connections.E001")]
    except ImproperlyConfigured:
        # The configuration's own check tells of it.
        return []
    return []
