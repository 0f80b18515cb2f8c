"""An AWS Secrets Manager to try the dashboard with, and to test it against: moto, corrected.

It keeps everything in memory, listens on the loopback interface alone, and accepts any credentials.
STS is moto's own, so that environments with a `role_arn` work as well. A small CloudTrail knows who
wrote what.

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
from secretsadmin.demo.trail import OWN_KEY, TARGET
from secretsadmin.demo.vault import World

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)

Answer = tuple[int, dict[str, str], str]


class Emulator(LoopbackServer):
    """A running emulator.

    `respond` may be wrapped while it runs; `world` holds the clock and the lag.
    """

    def __init__(self, port: int, world: World) -> None:
        self.world = world
        self._believes_clients = False
        self.respond: Callable[[Request], Answer] = self._respond
        super().__init__(port, _Handler)

    def _respond(self, request: Request) -> Answer:
        target = request.headers.get("X-Amz-Target", "")
        if target.startswith("secretsmanager."):
            return Answers(self._world_of(request)).respond(request)
        if TARGET in target:
            return self.world.trail.respond(request.get_data(), self.world.clock())
        return cast("Answer", TokenResponse.dispatch(request))

    def _world_of(self, request: Request) -> World:
        if not self._believes_clients:
            return self.world
        signed = datetime.strptime(request.headers["X-Amz-Date"], "%Y%m%dT%H%M%S%z")
        return replace(self.world, clock=signed.timestamp)

    def begin_anew(self) -> None:
        """Forget everything, so that it is like an emulator that has just started."""
        self.world = World()
        self.respond = self._respond

    @contextmanager
    def believing_clients(self) -> Iterator[None]:
        """Requests meanwhile happen at the time in their signature, which may be in the past."""
        self._believes_clients = True
        try:
            yield
        finally:
            self._believes_clients = False


def serve(
    port: int = 0, *, clock: Callable[[], float] = time.time, listing_lag: float = 0
) -> Emulator:
    """Start an emulator in a thread of this process.

    `listing_lag` is in seconds of the clock. Port 0 is any that is free.
    """
    return Emulator(port, World(clock, listing_lag))


class _Handler(QuietHandler):
    def do_POST(self) -> None:  # noqa: N802 - http.server's own name.
        emulator = cast("Emulator", self.server)
        url = emulator.endpoint + self.path
        request = Request.from_primitives("POST", url, self.headers, self.read_body())
        status, headers, body = emulator.respond(request)
        self.answer(status, headers, body.encode())


def fill_with_history(emulator: Emulator) -> None:
    """Fill it with samples whose dates lie in the past, as those of a site in use do."""

    def travel(ago: timedelta) -> None:
        emulator.world.clock = lambda: time.time() - ago.total_seconds()

    with connected(emulator.endpoint) as client:
        fill(client, travel)
    emulator.world.clock = time.time


@contextmanager
def connected(endpoint: str, role: str = OWN_KEY) -> "Iterator[SecretsManagerClient]":
    """A client of an emulator's, which accepts any credentials. CloudTrail knows it by the role."""
    client = boto3.client(
        "secretsmanager",
        endpoint_url=endpoint,
        region_name="eu-central-1",
        aws_access_key_id=role,
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
    # The threads inherit the mask, so that this thread alone gets the signals.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    with serve(options.port) as emulator:
        if options.samples:
            fill_with_history(emulator)
        print(emulator.endpoint, flush=True)
        signal.sigwait(STOP_SIGNALS)


if __name__ == "__main__":
    main()
