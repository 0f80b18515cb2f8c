"""The connection `orders`, with acts and versions that its history has to make sense of."""

from typing import Any

from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.views.conftest import NAME
from tests.support.record import add_line
from tests.support.site import CONNECTIONS
from tests.support.wire import connected

HISTORY = f"{CONNECTIONS}/history/orders/"
ROLL_BACK = f"{CONNECTIONS}/roll-back/orders/"
LOST = "11111111-2222-4333-8444-555555555555"


def record(verb: str, outcome: str, version: str = "", previous: str = "") -> None:
    """A line of the record of an act by ben, whose version LOST may be."""
    add_line(
        act=LOST,
        outcome=outcome,
        action=f"connections.{verb}",
        fields=["host"] if version == LOST else [],
        version=version,
        previous=previous,
    )


def told(response: Any) -> dict[str, Any]:
    """The versions that a timeline shows, by id."""
    assert response.status_code == 200
    return {version.id: version for version in response.context["page"].versions}


def move(emulator: Emulator, to: str, version: str, label: str = "AWSCURRENT") -> None:
    """Move a label outside the dashboard."""
    with connected(emulator.endpoint) as client:
        client.update_secret_version_stage(
            SecretId=NAME, VersionStage=label, MoveToVersionId=to, RemoveFromVersionId=version
        )


def leave_behind(emulator: Emulator, *labels: str) -> None:
    """Make the version LOST; without a label of its own it becomes the current one."""
    with connected(emulator.endpoint) as client:
        client.put_secret_value(
            SecretId=NAME,
            SecretString="x://h",
            ClientRequestToken=LOST,
            VersionStages=list(labels) or ["AWSCURRENT"],
        )
