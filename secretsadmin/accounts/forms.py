from threading import BoundedSemaphore
from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.views.decorators.debug import sensitive_variables

# How many passwords a process checks at once. Each keeps a thread and a core for about half a second, whoever asks and
# whether anybody has the name or not.
MOST_CHECKS = 2

_checks = BoundedSemaphore(MOST_CHECKS)


class SignInForm(AuthenticationForm):
    """Django's form, which checks no password beyond as many as may be checked at once."""

    CROWDED = "crowded"
    error_messages = {
        **AuthenticationForm.error_messages,
        CROWDED: "Too many people are signing in at this moment. Try again.",
    }

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        if not _checks.acquire(blocking=False):
            raise ValidationError(self.error_messages[self.CROWDED], code=self.CROWDED)
        try:
            return super().clean()
        finally:
            _checks.release()
