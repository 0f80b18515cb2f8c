"""System checks at start: an unreadable catalogue is an error, an unknown Airflow a warning."""

from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's own name.
from django.core.exceptions import ImproperlyConfigured

from connections.inspection import types
from connections.providers.catalogue import InvalidCatalogue
from connections.value.readers import NEWEST_RELEASE, is_known
from secretsadmin.config.site import configured_site


@register
def check_connection_types(**_: Any) -> list[CheckMessage]:
    try:
        types()
    except InvalidCatalogue as error:
        hint = (
            "Make it with: manage.py refresh_connection_types --from-airflow PYTHON --output FILE."
        )
        return [Error(f"connection_types: {error}", hint=hint, id="connections.E001")]
    except ImproperlyConfigured:
        # The configuration's own check tells of it.
        return []
    return []


@register
def check_releases(**_: Any) -> list[CheckMessage]:
    try:
        site = configured_site()
    except ImproperlyConfigured:
        return []
    warnings: list[CheckMessage] = []
    for environment in site.environments.values():
        release = environment.backend.airflow
        if release and not is_known(release):
            warning = Warning(
                f"{environment.name}: Airflow {release} is newer than all whose reading is known "
                f"here, so pages say what Airflow {NEWEST_RELEASE} reads.",
                hint="A newer release of this dashboard may know it.",
                id="connections.W001",
            )
            warnings.append(warning)
    return warnings
