from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.views.decorators.debug import sensitive_variables

# How many passwords a process checks at once. Each check keeps a thread and a core for about half a
# second, whether anybody has the name or not.
MOST_CHECKS = 2
CROWDED = "crowded"
LOCKED = "locked"
CROWDED_SENTENCE = "Too many people are signing in at this moment. Try again."
WRONG_SENTENCE = "No account has this name and password. Capital letters count in both."
LOCKED_SENTENCE = (
    "There were too many wrong passwords for this name from your address. "
    "Try again in a quarter of an hour."
)

_checks = BoundedSemaphore(MOST_CHECKS)


@contextmanager
def checking_a_password() -> Iterator[None]:
    """Raises ValidationError while MOST_CHECKS passwords are being checked."""
    if not _checks.acquire(blocking=False):
        raise ValidationError(CROWDED_SENTENCE, code=CROWDED)
    try:
        yield
    finally:
        _checks.release()


class SignInForm(AuthenticationForm):
    """Django's form, whose password is checked within the limits of allauth and Axes."""

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if name is None or not password:
            return self.cleaned_data
        with checking_a_password():
            self.user_cache = check_password(self.request, name, password)
        if self.user_cache is None:
            raise ValidationError(WRONG_SENTENCE, code="invalid_login")
        self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data


@sensitive_variables()
def check_password(request: Any, name: str, password: str) -> Any:
    """The user with this name and password, or None. Raises ValidationError beyond the limits."""
    try:
        user = get_adapter().authenticate(request, username=name, password=password)
    except ValidationError:
        raise ValidationError(LOCKED_SENTENCE, code=LOCKED) from None
    if user is None and _was_locked_out(request):
        raise ValidationError(LOCKED_SENTENCE, code=LOCKED)
    return user


def _was_locked_out(request: Any) -> bool:
    """Whether the password wasn't even looked at. Axes' gate says so on the request."""
    return bool(getattr(request, "axes_locked_out", False))


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """Django's form, with a help text of one line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[
            "new_password1"
        ].help_text = "At least 15 characters, and nothing that many others would think of first."
        self.fields["new_password2"].label = "The same once more"
        self.fields["new_password2"].help_text = ""
