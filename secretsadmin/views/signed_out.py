"""Answers people whose session ended while a page was open, and gives their input back.

A form replaces its page when it is sent, so the answer holds all of the form's input. It comes from
the body of that request alone: the server keeps nothing.
"""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from secretsadmin.htmx import respond_with_message
from secretsadmin.pages.signed_out import signed_out_page
from secretsadmin.views import problems


@login_not_required
@require_safe
def state(request: HttpRequest) -> HttpResponse:
    """Tells an open page whether somebody is signed in, and gives it that session's token."""
    return _answer(request, when_signed_in=200)


def signed_out(request: HttpRequest) -> HttpResponse:
    return _answer(request, when_signed_in=401)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Signing in changes the token, so the forms of pages opened before carry an old one."""
    del reason
    if not _came_from_here(request):
        return problems.csrf_failure(request)
    if request.path == reverse("login"):
        # A password isn't handed back. The page leads on whoever is signed in by now.
        return redirect(request.get_full_path())
    return _answer(request, when_signed_in=403)


def _answer(request: HttpRequest, *, when_signed_in: int) -> HttpResponse:
    status = 401
    if request.user.is_authenticated:
        status = when_signed_in
    context = {"page": signed_out_page(request), "status": status}
    return respond_with_message(request, "signed_out.html", context, status=status)


def _came_from_here(request: HttpRequest) -> bool:
    """Whether a page of this site sent the request, by the browser's headers.

    Nobody is offered to send again what another site sent.
    """
    origin = request.headers.get("Origin")
    if origin is not None and origin not in _origins(request):
        return False
    site = request.headers.get("Sec-Fetch-Site")
    if site is None:
        return origin is not None
    return site == "same-origin"


def _origins(request: HttpRequest) -> set[str]:
    return {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
