"""What the pages say about time, and how they show text that would otherwise disguise itself."""

import re
from datetime import UTC, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

MINUTE, HOUR, DAY = 60, 3600, 86400

# Control characters, zero-width characters and the marks that turn the direction of the text that follows.
DISGUISES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


@register.filter
def ago(value: datetime | None) -> str:
    if value is None:
        return ""
    now = timezone.now()
    seconds = int((now - value).total_seconds())
    if not 0 <= seconds < 7 * DAY:
        return _day(value, now)
    if seconds < MINUTE:
        return f"{seconds} s ago"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min ago"
    if seconds < DAY:
        return f"{seconds // HOUR} h ago"
    return "yesterday" if seconds < 2 * DAY else f"{seconds // DAY} d ago"


def _day(value: datetime, now: datetime) -> str:
    day = value.astimezone(UTC)
    return f"{day.day} {day:%b}" if day.year == now.astimezone(UTC).year else f"{day.day} {day:%b} {day.year}"


@register.filter
def when(value: datetime | None) -> SafeString | str:
    """A `<time>` that reads as relative."""
    return _time(value, ago(value)) if value else ""


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """A `<time>` that reads as the day and the minute, in UTC: for beginnings and ends that are compared."""
    return _time(value, f"{_day(value, timezone.now())} {value.astimezone(UTC):%H:%M}") if value else ""


def _time(value: datetime, text: str) -> SafeString:
    """The text, with the exact moment in it."""
    exact = value.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        exact.isoformat(timespec="seconds"),
        f"{exact:%Y-%m-%d %H:%M:%S} UTC",
        text,
    )


@register.filter
def visible(text: str | None) -> str:
    """The text with the characters named that would hide in it or reorder what is beside them."""
    return DISGUISES.sub(lambda found: f"[U+{ord(found[0]):04X}]", text or "")
