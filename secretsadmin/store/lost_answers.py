"""Calls whose answer was lost: AWS is asked what became of them before anybody is told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from secretsadmin.store import errors


@contextmanager
def resolve_lost_answer(has_happened: Callable[[], bool | None]) -> Iterator[None]:
    """Swallow the error of a call inside if AWS carried the call out all the same.

    AWS is asked only after an error that leaves this open. `has_happened` asks, and returns None
    where AWS's answer doesn't tell. Raises Unknown then, and where AWS can't be asked; else the
    error itself.
    """
    try:
        yield
    except errors.StoreError as error:
        if not error.is_doubtful:
            raise
        happened = ask_aws(has_happened)
        if happened is None:
            raise errors.Unknown(error.code) from None
        if not happened:
            raise


def ask_aws(question: Callable[[], bool | None]) -> bool | None:
    """The answer to a question about a secret: False where it isn't there, None where AWS fails."""
    try:
        return question()
    except errors.NotFound:
        return False
    except errors.StoreError:
        return None
