"""Every type of the catalogue, one after the other."""

from collections.abc import Callable

from connections.providers import catalogue
from connections.providers.types import ConnectionType


def of_every_type(check: Callable[[ConnectionType], None]) -> Callable[[], None]:
    """One test for all types: two thousand of them would take half a minute."""

    def test() -> None:
        for one in catalogue.types().values():
            check(one)

    return test


def names(found: list[ConnectionType]) -> list[str]:
    return [one.conn_type for one in found]
