"""The page of one's own account: second factors, sessions and the password."""

from typing import Any

from allauth.account.utils import get_next_redirect_url
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from secretsadmin.access.authentication import MustConfirm, is_fresh
from secretsadmin.access.requests import actor_of
from secretsadmin.accounts import own_sessions, recorded
from secretsadmin.accounts.factors import FRESH_SECONDS, freshly_signed_in, page
from secretsadmin.accounts.forms import NewPasswordForm
from secretsadmin.accounts.pages import account_page
from secretsadmin.audit.recording import Act, note
from secretsadmin.htmx import respond_with_message
from secretsadmin.noted import END_SESSION


@require_GET
def account(request: HttpRequest) -> HttpResponse:
    context = {"page": account_page(request)}
    return respond_with_message(request, "accounts/account.html", context, status=200)


@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Where a page leads on after its person has shown who they are; htmx gets a message.

    What shows it is looked at before any view: see confirming.py.
    """
    if not is_fresh(request, FRESH_SECONDS):
        raise MustConfirm("")
    if getattr(request, "htmx", False):
        return respond_with_message(request, "accounts/confirmed.html", {}, status=200)
    return redirect(get_next_redirect_url(request) or "account")


@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Ends one of the person's other sessions, or all of them."""
    act = Act(details={"name": request.user.get_username()})
    note(END_SESSION.audit_name, actor=actor_of(request), act=act)
    own_sessions.end(request, request.POST.get("session", ""))
    return redirect("account")


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@freshly_signed_in
def password(request: HttpRequest) -> HttpResponse:
    """Another password, which ends all other sessions."""
    user: Any = request.user
    if not isinstance(user, User) or not user.has_usable_password():
        return redirect("account")
    form = NewPasswordForm(user)
    if request.method == "POST":
        form = NewPasswordForm(user, request.POST)
        if form.is_valid():
            with recorded.by(actor_of(request)):
                form.save()
            update_session_auth_hash(request, user)
            return redirect("account")
    return page(request, "password", {}, form)
