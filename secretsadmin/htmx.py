"""The one file that knows htmx: a page to whoever asks for a page, a fragment of it to htmx."""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django_htmx.http import reselect, retarget
from django_htmx.middleware import HtmxDetails

from secretsadmin.environments import Environment
from secretsadmin.remembered import Remembered


class Request(HttpRequest):
    """A request that has passed the middleware: somebody is signed in, and htmx is told apart."""

    user: User
    htmx: HtmxDetails
    environment: Environment | None
    lists: Remembered


def respond(
    request: Request, template: str, context: dict[str, Any], *, partial: str = "", status: int = 200
) -> HttpResponse:
    """The whole page, or the partial of it that htmx asked for."""
    if request.htmx and partial:
        template = f"{template}#{partial}"
    return _page(request, template, context, status)


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int) -> HttpResponse:
    r"""Half of a surrogate pair, which no page can carry, is written as JSON writes it: \ud800."""
    page = render_to_string(template, context, request)
    return HttpResponse(page.encode(errors="backslashreplace"), status=status)


def with_the_whole(response: HttpResponse, selector: str) -> HttpResponse:
    """The answer takes the place of this element, whichever part of it htmx asked for, and is read from its top."""
    response["HX-Reswap"] = "outerHTML show:window:top"
    return with_only(response, selector)


def with_only(response: HttpResponse, selector: str) -> HttpResponse:
    """Of the answer, this element alone takes the place of the one that the page has."""
    return reselect(retarget(response, selector), selector)


def respond_with_message(request: HttpRequest, template: str, context: dict[str, Any], *, status: int) -> HttpResponse:
    """An error's page, or its message where htmx waits for a fragment."""
    if not getattr(request, "htmx", False):
        return _page(request, template, context, status)
    return retarget(_page(request, f"{template}#message", context, status), "#messages")
