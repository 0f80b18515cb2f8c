"""The time that an action spends, where what hangs must not outlast it."""

import pytest
from botocore.exceptions import ReadTimeoutError
from pytest_django.fixtures import Settings

from secretsadmin.store import aws
from tests.secretsadmin.store.acts import default

SECONDS = 5.0


class Clock:
    """It stands still but for the time that a client has waited in vain."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    def after_attempt(self, exception: Exception | None, **_: object) -> None:
        if isinstance(exception, ReadTimeoutError):
            self.seconds += aws.READ * SECONDS


def steered(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the environment `default`, whose client is made anew with short limits."""
    clock = Clock()
    aws.forget_clients()
    settings.AWS_SECONDS = SECONDS
    monkeypatch.setattr(aws, "monotonic", clock)
    client = aws.client(default())
    client.meta.events.register_first("response-received.secretsmanager", clock.after_attempt)
    return clock
