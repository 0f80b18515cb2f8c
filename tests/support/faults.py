"""A proxy between boto3 and Secrets Manager that fails as networks and AWS do on a bad day.

    with FaultProxy(emulator.endpoint) as proxy:
        proxy.when("PutSecretValue", call=1).reset_after()
        ...
        assert proxy.calls["PutSecretValue"] == 2

Calls are counted from the moment of `when` on; without `call` a fault hits every one of them. The
first fault that fits is the one that happens. Whatever hangs ends with its bound, with `release()`
or with the proxy.
"""

import json
import socket
import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection
from threading import Event, Lock
from typing import NamedTuple, cast

from secretsadmin.demo.loopback import LoopbackServer, QuietHandler
from tests.support.wire import operation_of

ROLE = "arn:aws:sts::123456789012:assumed-role/secretsadmin/dashboard"
KEPT = ("Content-Type", "x-amzn-RequestId")
SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


def sts_error(code: str, message: str = "") -> bytes:
    """STS answers in XML."""
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return f"<ErrorResponse>{error}</ErrorResponse>".encode()


class ConnectionLost(Exception):
    """Raised by a fault whose answer is a reset connection."""


Forward = Callable[[], Answer]
Behaviour = Callable[[Forward], Answer]


@dataclass
class Gate:
    """`arrived` is set when a call waits here, until `release()` or for at most `seconds`."""

    seconds: float
    arrived: Event = field(default_factory=Event)
    opened: Event = field(default_factory=Event)

    def release(self) -> None:
        self.opened.set()

    def wait(self) -> None:
        self.arrived.set()
        self.opened.wait(self.seconds)


class Fault:
    """One method says what happens to the calls that fit; until then they pass."""

    def __init__(self, operation: str, call: int | None) -> None:
        self.operation, self.call = operation, call
        self.seen = 0
        self.gate = Gate(0)
        self.behave: Behaviour = lambda forward: forward()

    def fits(self, operation: str) -> bool:
        if operation != self.operation:
            return False
        self.seen += 1
        return self.call in (None, self.seen)

    def reset_before(self) -> None:
        """Nothing happens at AWS."""

        def behave(_: Forward) -> Answer:
            raise ConnectionLost

        self.behave = behave

    def reset_after(self) -> None:
        """AWS does it, and the answer is lost."""

        def behave(forward: Forward) -> Answer:
            forward()
            raise ConnectionLost

        self.behave = behave

    def hang_before(self, seconds: float = 30) -> Gate:
        """AWS does nothing: the connection stays open, and is reset in the end."""
        gate = self.gate = Gate(seconds)

        def behave(_: Forward) -> Answer:
            gate.wait()
            raise ConnectionLost

        self.behave = behave
        return gate

    def hang_after(self, seconds: float = 30) -> Gate:
        """AWS does it, but no answer comes: the connection stays open, and is reset in the end."""
        gate = self.gate = Gate(seconds)

        def behave(forward: Forward) -> Answer:
            forward()
            gate.wait()
            raise ConnectionLost

        self.behave = behave
        return gate

    def hold(self, seconds: float = 30) -> Gate:
        """The call waits before AWS sees it and then goes on, as in a slow network."""
        gate = self.gate = Gate(seconds)

        def behave(forward: Forward) -> Answer:
            gate.wait()
            return forward()

        self.behave = behave
        return gate

    def slow(self, seconds: float) -> None:
        self.hold(seconds)

    def answer(self, code: str, message: str, status: int = 400) -> None:
        """AWS refuses with an error, before any effect."""
        body = json.dumps({"__type": code, "message": message}).encode()
        self.behave = lambda _: Answer(status, {"Content-Type": "application/x-amz-json-1.1"}, body)

    def throttle(self) -> None:
        self.answer("ThrottlingException", "Rate exceeded")

    def deny(self, secret: str = f"{SECRET}:example-AbCdEf") -> None:
        action = f"secretsmanager:{self.operation}"
        self.answer(
            "AccessDeniedException",
            f"User: {ROLE} is not authorized to perform: {action} on resource: {secret} "
            f"because no identity-based policy allows the {action} action",
        )

    def expire_credentials(self) -> None:
        self.answer(
            "ExpiredTokenException", "The security token included in the request is expired"
        )

    def reject_credentials(self) -> None:
        self.answer(
            "UnrecognizedClientException", "The security token included in the request is invalid."
        )

    def deny_key(self) -> None:
        """The role may read the secret, and may not use the KMS key that encrypts it."""
        self.answer("AccessDeniedException", "Access to KMS is not allowed")

    def disable_key(self) -> None:
        self.answer(
            "DecryptionFailure",
            "Secrets Manager can't decrypt the protected secret text using the KMS key.",
        )

    def break_down(self) -> None:
        self.answer("InternalServiceError", "An error occurred on the server side.", status=500)

    def reach_limit(self) -> None:
        self.answer(
            "LimitExceededException", "You've exceeded the quota of versions of this secret."
        )

    def garbage(self, body: bytes = b"<html>Bad gateway</html>", status: int = 200) -> None:
        """Something on the way answers in AWS's place."""
        self.behave = lambda _: Answer(status, {"Content-Type": "text/html"}, body)


class FaultProxy(LoopbackServer):
    """`endpoint` takes the place of AWS's; `calls` counts what clients sent, retries included."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream.removeprefix("http://")
        self.calls: Counter[str] = Counter()
        self.faults: list[Fault] = []
        self._lock = Lock()
        super().__init__(0, _Handler)

    def when(self, operation: str, call: int | None = None) -> Fault:
        fault = Fault(operation, call)
        with self._lock:
            self.faults.append(fault)
        return fault

    def clear(self) -> None:
        """Faults and counts are forgotten, and whatever hangs goes on."""
        with self._lock:
            faults, self.faults = self.faults, []
            self.calls.clear()
        for fault in faults:
            fault.gate.release()

    def close(self) -> None:
        self.clear()
        super().close()

    def behaviour_for(self, operation: str) -> Behaviour:
        with self._lock:
            self.calls[operation] += 1
            fitting = [fault for fault in self.faults if fault.fits(operation)]
        return fitting[0].behave if fitting else lambda forward: forward()


class _Handler(QuietHandler):
    def do_POST(self) -> None:  # noqa: N802 - http.server's own name.
        body = self.read_body()
        proxy = cast("FaultProxy", self.server)
        behave = proxy.behaviour_for(operation_of(self.headers["X-Amz-Target"], body))
        try:
            self.answer(*behave(lambda: self._forward(proxy.upstream, body)))
        except ConnectionLost:
            self._reset()

    def _forward(self, upstream: str, body: bytes) -> Answer:
        connection = HTTPConnection(upstream, timeout=30)
        try:
            connection.request("POST", self.path, body, dict(self.headers))
            reply = connection.getresponse()
            kept = {name: reply.headers[name] for name in KEPT if name in reply.headers}
            return Answer(reply.status, kept, reply.read())
        finally:
            connection.close()

    def _reset(self) -> None:
        """With no time to linger the end of the connection is a reset, not an orderly close."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True
