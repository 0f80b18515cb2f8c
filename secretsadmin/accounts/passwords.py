"""Refuses passwords that are long and yet among the first that anybody tries."""

import string

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

# What lies side by side on a keyboard, or follows in the alphabet, over and over.
ROWS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "!@#$%^&*()")
LONGEST_UNIT = 12
_END = string.digits + string.punctuation + string.whitespace


class CommonPassword(CommonPasswordValidator):
    """Django's list of common passwords, also where one is repeated or ends in digits and signs."""

    def validate(self, password: str, user: User | None = None) -> None:
        super().validate(password, user)
        text = password.casefold().strip()
        for part in (text.rstrip(_END), _unit_of(text)):
            if part in self.passwords or _is_in_a_row(part):
                raise ValidationError(self.get_error_message(), code="password_too_common")


def _unit_of(text: str) -> str:
    """What the text repeats; the text itself where it repeats nothing."""
    for size in range(1, LONGEST_UNIT + 1):
        unit = text[:size]
        if (unit * (len(text) // size + 1)).startswith(text):
            return unit
    return text


def _is_in_a_row(text: str) -> bool:
    rows = [row * 5 for row in ROWS]
    return any(text in row or text in row[::-1] for row in rows)
