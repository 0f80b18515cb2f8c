from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator

from secretsadmin.accounts.forms import SignInForm
from secretsadmin.accounts.sessions import remove_expired
from secretsadmin.remembered import forget

# A check takes about half of it.
SECONDS_TO_TRY_AGAIN = 1


class SignIn(LoginView):
    """Takes a name and a password, while no more are being checked than may be at once.

    Whoever signs in also clears away the sessions that have ended, since nobody else does.
    """

    authentication_form = SignInForm
    redirect_authenticated_user = True
    template_name = "accounts/login.html"

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        remove_expired()
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        if form.has_error(NON_FIELD_ERRORS, SignInForm.CROWDED):
            response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
            response.headers["Retry-After"] = str(SECONDS_TO_TRY_AGAIN)
        return response


@method_decorator(login_not_required, name="dispatch")
class SignOut(LogoutView):
    """Ends the session and lets the browser forget what it kept of the site."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        forget(response)
        return response
