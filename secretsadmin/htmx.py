"""The one file that knows htmx. A browser gets whole pages, and htmx gets fragments."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django_htmx.http import reselect, retarget
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    """A request of which django-htmx says whether htmx sent it."""

    htmx: HtmxDetails


def respond(
    request: HtmxRequest,
    template: str,
    context: dict[str, Any],
    *,
    partial: str = "",
    status: int = 200,
) -> HttpResponse:
    """The whole page, or the partial of it that htmx asked for."""
    if request.htmx and partial:
        template = f"{template}#{partial}"
    return _page(request, template, context, status)


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int
) -> HttpResponse:
    r"""No page can carry half of a surrogate pair, so it is written as JSON writes it: \ud800."""
    page = render_to_string(template, context, request)
    return HttpResponse(page.encode(errors="backslashreplace"), status=status)


def with_the_whole(response: HttpResponse, selector: str) -> HttpResponse:
    """The answer replaces this element, and the page scrolls to its top."""
    response["HX-Reswap"] = "outerHTML show:window:top"
    return with_only(response, selector)


def with_only(response: HttpResponse, selector: str) -> HttpResponse:
    """Only this element of the answer replaces the same element of the page."""
    return reselect(retarget(response, selector), selector)


def respond_with_message(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int
) -> HttpResponse:
    """An error's page, or its message where htmx waits for a fragment."""
    if not getattr(request, "htmx", False):
        return _page(request, template, context, status)
    return retarget(_page(request, f"{template}#message", context, status), "#messages")
