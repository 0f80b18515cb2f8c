"""The id of the request that this thread answers; its answer, its records and its log have it."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("correlation", default="")


def current() -> str:
    """The id; empty outside of a request."""
    return _current.get()


@contextmanager
def request() -> Iterator[str]:
    """Give what happens inside an id of its own."""
    with within(str(uuid.uuid4())):
        yield _current.get()


@contextmanager
def within(id: str) -> Iterator[None]:  # noqa: A002 - the id's name everywhere else.
    """Let what happens inside belong to this id, in whichever thread."""
    token = _current.set(id)
    try:
        yield
    finally:
        _current.reset(token)
