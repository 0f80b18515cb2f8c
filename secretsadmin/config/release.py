"""How a release of Airflow is written in the configuration, such as 2.11 or 3.1.5."""

import re

OLDEST = (2, 9)
NEWEST_MAJOR = 3

_NUMBER = r"(0|[1-9][0-9]{0,2})"
_RELEASE = re.compile(rf"{_NUMBER}\.{_NUMBER}(\.{_NUMBER})?")


def check_release(release: object) -> None:
    """Raises ValueError for what is no supported release, or no text: 3.10 as a number is 3.1.

    Its message goes on with a sentence that begins with the setting's name.
    """
    numbers = _RELEASE.fullmatch(release) if isinstance(release, str) else None
    if not numbers or int(numbers[1]) > NEWEST_MAJOR:
        raise ValueError('must be a release of Airflow 2 or 3 as text, such as "3.1" or "2.11.2".')
    if (int(numbers[1]), int(numbers[2])) < OLDEST:
        raise ValueError("is too old: the oldest supported is 2.9.")


def is_older(release: str, minor_release: tuple[int, int]) -> bool:
    """Whether a release surely comes before a minor one.

    An empty release isn't known, so it is older than none.
    """
    if not release:
        return False
    major, minor = release.split(".")[:2]
    return (int(major), int(minor)) < minor_release
