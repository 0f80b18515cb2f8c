"""Answers a page that asks by itself whether its list has changed."""

import re
from datetime import timedelta

from django.http import HttpResponse
from django.utils import timezone

from secretsadmin.access.requests import Request
from secretsadmin.htmx import respond, with_only
from secretsadmin.pages.polling import Polled, poll_of

# In this header a page says what it shows, and until which second of the Unix epoch it asks.
HEADER = "Shown"
_SHOWN = re.compile(r"([0-9a-f]{16})\.([0-9a-f]{16})\.([0-9]{1,11})", re.ASCII)
LONGEST = timedelta(minutes=3)


def answer(request: Request, template: str, page: Polled) -> HttpResponse:
    """The whole page for somebody who opens it, or what has changed for a page that asks."""
    now = int(timezone.now().timestamp())
    until = now + int(LONGEST.total_seconds())
    before = None
    if request.htmx:
        before = _SHOWN.fullmatch(request.headers.get(HEADER, ""))
    if before:
        until = min(int(before[3]), until)
    poll = poll_of(page, until=until, now=now)
    if before and (before[1], before[2]) == (poll.rows, poll.age):
        return HttpResponse(status=204)
    response = respond(request, template, {"page": page, "poll": poll}, partial="list")
    if before and before[1] == poll.rows:
        return with_only(response, "#age")
    return response
