from contextlib import suppress
from http import HTTPStatus
from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from secretsadmin.access.remembered import forget
from secretsadmin.access.requests import actor_of, named_actor
from secretsadmin.accounts.forms import CROWDED, LOCKED, SignInForm
from secretsadmin.audit import failures
from secretsadmin.audit.recording import NotRecorded, note
from secretsadmin.noted import SIGN_OUT

# A check of a password takes about half of it.
SECONDS_TO_TRY_AGAIN = 1


@method_decorator(sensitive_post_parameters(), name="dispatch")
class SignIn(LoginView):
    """Signs a person in with a name and a password; a failure is counted.

    Whoever has a second factor is asked for it before the session begins.
    """

    authentication_form = SignInForm
    redirect_authenticated_user = True
    template_name = "accounts/login.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()
        if "login" in self.request.POST and "username" not in self.request.POST:
            kwargs["data"] = _with_name(self.request.POST)
        return kwargs

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        provider = settings.OIDC_NAME if settings.OIDC_ISSUER else ""
        return super().get_context_data(**kwargs, provider=provider)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        login = Login(user=form.get_user(), redirect_url=self.get_success_url())
        credentials = {"username": form.get_user().get_username()}
        response: HttpResponse = perform_password_login(self.request, credentials, login)
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        if form.has_error(NON_FIELD_ERRORS, CROWDED):
            response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
            response.headers["Retry-After"] = str(SECONDS_TO_TRY_AGAIN)
        elif form.has_error(NON_FIELD_ERRORS):
            failures.count(named_actor(self.request, form.data.get("username", "")))
        if form.has_error(NON_FIELD_ERRORS, LOCKED):
            response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        return response


def _with_name(sent: QueryDict) -> QueryDict:
    """The field `login`, as allauth's own forms call it, counts as the name, too."""
    data = sent.copy()
    data.setlist("username", data.getlist("login"))
    return data


@method_decorator(login_not_required, name="dispatch")
class SignOut(LogoutView):
    """Ends the session and lets the browser forget what it kept of the site."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            # Whoever wants to leave leaves, also where that can't be recorded.
            with suppress(NotRecorded):
                note(SIGN_OUT.audit_name, actor=actor_of(request))
        response = super().post(request, *args, **kwargs)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        forget(response)
        return response
