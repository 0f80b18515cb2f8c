"""A password hasher that takes as long as a test wants it to."""

from threading import Event, Semaphore

from django.contrib.auth.hashers import MD5PasswordHasher

PATIENCE = 60


class Held(MD5PasswordHasher):
    """Hashes nothing until it is let go.

    `begun` can be acquired once for each password that it was given.
    """

    begun = Semaphore(0)
    may_go_on = Event()

    @classmethod
    def begin_anew(cls) -> None:
        cls.begun, cls.may_go_on = Semaphore(0), Event()

    def encode(self, password: str, salt: str) -> str:
        self.begun.release()
        assert self.may_go_on.wait(PATIENCE)
        return super().encode(password, salt)
