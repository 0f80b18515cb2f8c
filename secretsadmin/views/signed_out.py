"""What somebody meets who is signed out, or signed in anew, while a page is open: their input, to send it again.

A form replaces its page when it is sent, so the answer holds all of the form's input, from the body of that request
alone: nothing is kept here, and nothing is read that the person didn't send.
"""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from secretsadmin.forms import MOST_IN_A_FORM
from secretsadmin.htmx import respond_with_message
from secretsadmin.views import problems


@login_not_required
@require_safe
def state(request: HttpRequest) -> HttpResponse:
    """Tells a page that is open whether somebody is signed in, and gives its forms the token of that session."""
    return _answer(request, 200 if request.user.is_authenticated else 401)


def signed_out(request: HttpRequest) -> HttpResponse:
    return _answer(request, 401)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Signing in changes the token, so the forms of pages that were open by then carry an old one."""
    del reason
    if not _came_from_here(request):
        return problems.csrf_failure(request)
    if request.path == reverse("login"):
        # A password isn't handed back. The page leads on whoever is signed in by now.
        return redirect(request.get_full_path())
    return _answer(request, 403 if request.user.is_authenticated else 401)


def _answer(request: HttpRequest, status: int) -> HttpResponse:
    is_form = request.method == "POST" and not getattr(request, "htmx", False)
    sent = problems.sent_fields(request) if is_form else []
    # Nobody has to be signed in for this, and in a page a text can be six times as long.
    is_too_long = sum(len(name) + len(value) for name, value in sent) > MOST_IN_A_FORM
    context = {
        "status": status,
        "is_signed_in": request.user.is_authenticated,
        "sign_in_url": f"{reverse('login')}?next={reverse('login-state')}",
        "is_form": is_form and not is_too_long,
        "is_too_long": is_too_long,
        "action": request.get_full_path(),
        "sent": () if is_too_long else sent,
    }
    return respond_with_message(request, "signed_out.html", context, status=status)


def _came_from_here(request: HttpRequest) -> bool:
    """Whether a page of this site sent it, as browsers tell. What another site sent is offered to nobody."""
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site")
    if origin is not None and origin not in _origins(request):
        return False
    return site == "same-origin" if site is not None else origin is not None


def _origins(request: HttpRequest) -> set[str]:
    return {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
