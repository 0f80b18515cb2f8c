"""A password hasher that takes as long as a test wants it to."""

from threading import Event, Semaphore, local

from django.contrib.auth.hashers import MD5PasswordHasher

PATIENCE = 60


class Held(MD5PasswordHasher):
    """Hashes nothing until the thread's own event lets it go.

    `begun` can be acquired once for each password that it was given.
    """

    begun = Semaphore(0)
    of_thread = local()

    @classmethod
    def begin_anew(cls) -> None:
        cls.begun = Semaphore(0)

    @classmethod
    def wait_in_this_thread(cls, may_go_on: Event) -> None:
        cls.of_thread.may_go_on = may_go_on

    def encode(self, password: str, salt: str) -> str:
        self.begun.release()
        assert self.of_thread.may_go_on.wait(PATIENCE)
        return super().encode(password, salt)
