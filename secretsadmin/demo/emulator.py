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
from collections.abc import Callable
from datetime import timedelta
from typing import cast

import boto3
from moto.core.request import Request
from moto.sts.responses import TokenResponse

from secretsadmin.demo.corrections import Answers
from secretsadmin.demo.loopback import LoopbackServer, QuietHandler
from secretsadmin.demo.samples import fill
from secretsadmin.demo.vault import World

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)

Answer = tuple[int, dict[str, str], str]


class Emulator(LoopbackServer):
    """A running emulator. `respond` may be wrapped while it runs; `world` holds the clock and the lag."""

    def __init__(self, port: int, world: World) -> None:
        self.world = world
        self.respond: Callable[[Request], Answer] = self._respond
        super().__init__(port, _Handler)

    def _respond(self, request: Request) -> Answer:
        if request.headers.get("X-Amz-Target", "").startswith("secretsmanager."):
            return Answers(self.world).respond(request)
        return cast("Answer", TokenResponse.dispatch(request))


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

    client = boto3.client(
        "secretsmanager",
        endpoint_url=emulator.endpoint,
        region_name="eu-central-1",
        aws_access_key_id="demo",
        aws_secret_access_key="demo",  # noqa: S106 - any credentials are accepted.
    )
    fill(client, travel)
    client.close()
    emulator.world.clock = time.time


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
