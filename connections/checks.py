"""System checks: a catalogue that can't be read is an error at start, an Airflow that isn't known a warning."""

from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's own name.
from django.core.exceptions import ImproperlyConfigured

from connections.catalog import InvalidCatalogue
from connections.readers import NEWEST_RELEASE, is_known
from connections.shape import types
from secretsadmin import environments


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


@register
def check_releases(**_: Any) -> list[CheckMessage]:
    try:
        found = environments.site().environments.values()
    except ImproperlyConfigured:
        return []
    newer = [each for each in found if each.backend.airflow and not is_known(each.backend.airflow)]
    return [
        Warning(
            f"{each.name}: Airflow {each.backend.airflow} is newer than all whose reading is known here, so pages say "
            f"what Airflow {NEWEST_RELEASE} reads.",
            hint="A newer release of this dashboard may know it.",
            id="connections.W001",
        )
        for each in newer
    ]
