"""What Airflow finds of what a browser has made: by our own reading, or by a real Airflow's."""

from typing import Protocol

from botocore.exceptions import ClientError

from connections.value.connection import Connection
from connections.value.readers import NEWEST
from tests.browser.sites import Site
from tests.support.site import SERVER
from tests.support.wire import connected


class AirflowReader(Protocol):
    """An Airflow whose environment is `dev`."""

    def connection(self, conn_id: str) -> list[Connection]:
        """The connection as each generation of Airflow reads it; none where they don't find it."""

    def variable(self, key: str) -> str | None: ...


class OurReader:
    """Asks the emulator as Airflow does, with no stage."""

    def __init__(self, site: Site, environment: str = "dev") -> None:
        self.site = site
        self.environment = environment

    def connection(self, conn_id: str) -> list[Connection]:
        text = self._text("connections", conn_id)
        return (
            [Connection.from_secret(text, reader=reader) for reader in (SERVER, NEWEST)]
            if text
            else []
        )

    def variable(self, key: str) -> str | None:
        return self._text("variables", key)

    def _text(self, kind: str, key: str) -> str | None:
        with connected(self.site.emulator.endpoint) as client:
            try:
                return client.get_secret_value(
                    SecretId=f"{self.environment}/airflow/{kind}/{key}"
                ).get("SecretString")
            except ClientError:
                return None
