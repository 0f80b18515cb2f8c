"""Labels of the connection `orders`, read and attached outside the dashboard."""

from typing import Any

from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.views.conftest import NAME
from tests.support.site import CONNECTIONS
from tests.support.wire import connected

URL = f"{CONNECTIONS}/label/orders/"


def attach(emulator: Emulator, label: str, version: str, instead_of: str = "") -> None:
    """Attach a label outside the dashboard."""
    more: dict[str, Any] = {"RemoveFromVersionId": instead_of} if instead_of else {}
    with connected(emulator.endpoint) as client:
        client.update_secret_version_stage(
            SecretId=NAME, VersionStage=label, MoveToVersionId=version, **more
        )


def labels(emulator: Emulator) -> dict[str, set[str]]:
    with connected(emulator.endpoint) as client:
        found = client.describe_secret(SecretId=NAME)["VersionIdsToStages"]
    return {version: set(names) - {"SECRETSADMIN"} for version, names in found.items()}
