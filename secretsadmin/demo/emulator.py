"""An AWS Secrets Manager to try the dashboard with and to test it against: moto over HTTP, corrected.

Everything is kept in memory and served on the loopback interface alone; any credentials are accepted. STS is
moto's own, so that environments with a `role_arn` work as well.

    with serve() as emulator:
        boto3.client("secretsmanager", endpoint_url=emulator.endpoint, ...)

    python -m secretsadmin.demo.emulator --port 5000 --samples
"""

import argparse
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

import boto3
from moto.core.request import Request
from moto.sts.responses import TokenResponse

from secretsadmin.demo.corrections import Answers
from secretsadmin.demo.loopback import LoopbackServer, QuietHandler
from secretsadmin.demo.samples import fill
from secretsadmin.demo.vault import World

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)

Answer = tuple[int, dict[str, str], str]


class Emulator(LoopbackServer):
    """A running emulator. `respond` may be wrapped while it runs; `world` holds the clock and the lag."""

    def __init__(self, port: int, world: World) -> None:
        self.world = world
        self._believes_clients = False
        self.respond: Callable[[Request], Answer] = self._respond
        super().__init__(port, _Handler)

    def _respond(self, request: Request) -> Answer:
        if request.headers.get("X-Amz-Target", "").startswith("secretsmanager."):
            return Answers(self._world_of(request)).respond(request)
        return cast("Answer", TokenResponse.dispatch(request))

    def _world_of(self, request: Request) -> World:
        if not self._believes_clients:
            return self.world
        signed = datetime.strptime(request.headers["X-Amz-Date"], "%Y%m%dT%H%M%S%z")
        return replace(self.world, clock=signed.timestamp)

    def begin_anew(self) -> None:
        """Hold nothing and answer by itself, as one that has just started."""
        self.world = World()
        self.respond = self._respond

    @contextmanager
    def believing_clients(self) -> Iterator[None]:
        """What is asked for meanwhile happens at the moment that its signature tells, be it in the past."""
        self._believes_clients = True
        try:
            yield
        finally:
            self._believes_clients = False


def serve(port: int = 0, *, clock: Callable[[], float] = time.time, listing_lag: float = 0) -> Emulator:
    """Start in a thread of this process. The lag is in seconds of the clock; port 0 is any that is free."""
    return Emulator(port, World(clock, listing_lag))


class _Handler(QuietHandler):
    def do_POST(self) -> None:  # noqa: N802 - http.server's own name.
        emulator = cast("Emulator", self.server)
        url = emulator.endpoint + self.path
        request = Request.from_primitives("POST", url, self.headers, self.read_body())
        status, headers, body = emulator.respond(request)
        self.answer(status, headers, body.encode())


def fill_with_history(emulator: Emulator) -> None:
    """The samples' dates lie in the past, so that lists and histories look like those of a site in use."""

    def travel(ago: timedelta) -> None:
        emulator.world.clock = lambda: time.time() - ago.total_seconds()

    with connected(emulator.endpoint) as client:
        fill(client, travel)
    emulator.world.clock = time.time


@contextmanager
def connected(endpoint: str) -> "Iterator[SecretsManagerClient]":
    """A client of an emulator's, which accepts any credentials."""
    client = boto3.client(
        "secretsmanager",
        endpoint_url=endpoint,
        region_name="eu-central-1",
        aws_access_key_id="demo",
        aws_secret_access_key="demo",  # noqa: S106 - see above.
    )
    try:
        yield client
    finally:
        client.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m secretsadmin.demo.emulator")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--samples", action="store_true", help="begin with sample secrets")
    options = parser.parse_args()
    # The threads inherit the mask, so that only this thread hears the signals, whenever they come.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    with serve(options.port) as emulator:
        if options.samples:
            fill_with_history(emulator)
        print(emulator.endpoint, flush=True)
        signal.sigwait(STOP_SIGNALS)


if __name__ == "__main__":
    main()
