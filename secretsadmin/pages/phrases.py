"""Pieces of the sentences on pages: who acted, what they wrote, and how many there are."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from secretsadmin.templatetags.secretsadmin import visible


def person(name: str) -> SafeString:
    """A name, kept apart from the direction of the text around it."""
    return format_html("<bdi>{}</bdi>", visible(name))


def quoted(text: str) -> SafeString:
    """What somebody wrote, in quotes."""
    return format_html("<bdi>“{}”</bdi>", visible(text))


def with_dots(*parts: str) -> SafeString:
    """The parts that aren't empty, on one line."""
    return joined(" · ", parts)


def joined(separator: str, parts: Iterable[str]) -> SafeString:
    """The parts that aren't empty; those that aren't HTML are escaped."""
    filled = [(part,) for part in parts if part]
    return format_html_join(separator, "{}", filled)


def counted(count: int, word: str) -> str:
    """`1 field` or `2 fields`."""
    if count == 1:
        return f"1 {word}"
    return f"{count} {word}s"
