"""What became of a call whose answer was lost: AWS is asked before anything is told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from secretsadmin.store import errors


@contextmanager
def resolving(has_happened: Callable[[], bool | None]) -> Iterator[None]:
    """After an error, an attempt whose answer was lost may still have been carried out: ask AWS before telling.

    Raises Unknown where AWS can't be asked, or where what it says, as None, doesn't tell.
    """
    try:
        yield
    except errors.StoreError as error:
        if not error.is_doubtful:
            raise
        happened = asked(has_happened)
        if happened is None:
            raise errors.Unknown(error.code) from None
        if not happened:
            raise


def asked(question: Callable[[], bool | None]) -> bool | None:
    try:
        return question()
    except errors.NotFound:
        return False
    except errors.StoreError:
        return None
