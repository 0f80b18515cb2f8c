"""How pages write times, and text that would otherwise disguise itself."""

import re
from datetime import UTC, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

MINUTE, HOUR, DAY = 60, 3600, 86400

# Control characters, zero-width characters and the marks that turn the direction of the text that
# follows.
DISGUISES = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)


@register.filter
def ago(value: datetime | None) -> str:
    """How long ago it was; the day, where that is over a week ago or to come."""
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
    if seconds < 2 * DAY:
        return "yesterday"
    return f"{seconds // DAY} d ago"


def day(value: datetime) -> str:
    """The day in UTC, with the year where it isn't this one."""
    return _day(value, timezone.now())


def _day(value: datetime, now: datetime) -> str:
    date = value.astimezone(UTC)
    if date.year == now.astimezone(UTC).year:
        return f"{date.day} {date:%b}"
    return f"{date.day} {date:%b} {date.year}"


@register.filter
def clock(value: datetime) -> SafeString:
    """A `<time>` that reads as the hour and the minute, in UTC, below the heading of its day."""
    return _time(value, f"{value.astimezone(UTC):%H:%M}")


@register.filter
def when(value: datetime | None) -> SafeString:
    """A `<time>` that reads as relative."""
    if value is None:
        return SafeString()
    return _time(value, ago(value))


@register.filter
def moment(value: datetime | None) -> SafeString:
    """A `<time>` that reads as the day and the minute, in UTC, to compare beginnings and ends."""
    if value is None:
        return SafeString()
    return _time(value, f"{_day(value, timezone.now())} {value.astimezone(UTC):%H:%M}")


@register.filter
def exactly(value: datetime) -> SafeString:
    """A `<time>` that reads as the second, in UTC."""
    return _time(value, f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC")


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
    """The text, with names in place of characters that would hide or reorder their neighbours."""
    return DISGUISES.sub(_code_point, text or "")


def _code_point(disguise: re.Match[str]) -> str:
    return f"[U+{ord(disguise[0]):04X}]"


@register.filter
def tone_icon(tone: str) -> str:
    """The icon of a note or a notice."""
    return {"ok": "check", "info": "info"}.get(tone, "triangle-alert")


@register.filter
def message_icon(level_tag: str) -> str:
    """The icon of a message that follows an act."""
    if level_tag == "success":
        return "circle-check"
    return "circle-alert"
