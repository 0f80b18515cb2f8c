"""What the application answers: all of it at once, or a piece at a time."""

from collections.abc import Callable, Iterable
from contextvars import Context, copy_context
from typing import Any, NamedTuple

Headers = list[tuple[str, str]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Answer(NamedTuple):
    """An answer; `pieces` follow the body of one that is made while it is sent."""

    status: int
    reason: str
    headers: Headers
    body: bytes
    pieces: "Pieces | None" = None


class Pieces:
    """The rest of an answer. Any thread may make a piece, in the context of the first one."""

    def __init__(self, context: Context, iterable: Iterable[bytes]) -> None:
        self.context, self.iterable = context, iterable
        self.iterator = iter(iterable)

    def next(self) -> bytes | None:
        """The next piece; None after the last one."""
        return self.context.run(next, self.iterator, None)

    def close(self) -> None:
        self.context.run(_close, self.iterable)


BROKEN = Answer(
    500, "Internal Server Error", [("Content-Type", "text/plain")], b"Something went wrong here.\n"
)


def ask(application: Application, environ: dict[str, Any]) -> Answer:
    """The application's answer: all of it, or where it is made while it is sent, its beginning."""
    context = copy_context()
    begun: list[tuple[str, Headers]] = []
    written: list[bytes] = []

    def start_response(
        status: str, headers: Headers, exc_info: object = None
    ) -> Callable[[bytes], None]:
        del exc_info
        begun.append((status, headers))
        return written.append

    made = context.run(application, environ, start_response)
    pieces = None
    if begun and _is_made_while_it_is_sent(made, begun[-1][1], environ):
        pieces = Pieces(context, made)
    else:
        context.run(_write_all, made, written)
    status, headers = begun[-1]
    code, _, reason = status.partition(" ")
    return Answer(int(code), reason, headers, b"".join(written), pieces)


def _is_made_while_it_is_sent(
    made: Iterable[bytes], headers: Headers, environ: dict[str, Any]
) -> bool:
    """Whether it is a stream of Django's. A file is one, too, and says how long it is."""
    names = {name.lower() for name, _ in headers}
    is_stream = getattr(made, "streaming", False) and "content-length" not in names
    return is_stream and environ["REQUEST_METHOD"] != "HEAD"


def _write_all(made: Iterable[bytes], written: list[bytes]) -> None:
    try:
        written.extend(made)
    finally:
        _close(made)


def _close(made: Iterable[bytes]) -> None:
    if hasattr(made, "close"):
        made.close()
