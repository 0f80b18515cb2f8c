"""Counts AWS calls where they arrive: at the emulator, so that retries and calls of other clients count too."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import parse_qs

from moto.core.request import Request

from secretsadmin.demo.emulator import Answer, Emulator


def operation_of(headers: Mapping[str, str], body: bytes) -> str:
    """JSON services name the operation in a header, STS in the form that it is sent."""
    target = headers.get("X-Amz-Target") or parse_qs(body.decode()).get("Action", [""])[0]
    return target.rpartition(".")[2]


@contextmanager
def counting(emulator: Emulator) -> Iterator[Counter[str]]:
    """Operation names and how often they arrived while the block ran."""
    calls: Counter[str] = Counter()
    inner = emulator.respond

    def counted(request: Request) -> Answer:
        calls[operation_of(request.headers, request.get_data())] += 1
        return inner(request)

    emulator.respond = counted
    try:
        yield calls
    finally:
        emulator.respond = inner
