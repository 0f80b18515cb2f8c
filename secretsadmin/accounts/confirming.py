"""Asks people to show anew who they are, in place: what they sent is kept in the page meanwhile.

The page sends the same form once more, with a password or a second factor beside its fields. Those
are taken out before the request goes on, so no view sees them. The server keeps nothing.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from secretsadmin.access.authentication import MustConfirm, note_authenticated
from secretsadmin.access.requests import actor_of
from secretsadmin.accounts.answers import show_problem
from secretsadmin.accounts.factor_forms import ConfirmCodeForm, ConfirmPasskeyForm
from secretsadmin.accounts.forms import check_password, checking_a_password
from secretsadmin.accounts.pages import confirm_page, methods_for
from secretsadmin.audit import failures
from secretsadmin.audit.recording import Act, NotRecorded, note
from secretsadmin.htmx import respond_with_message
from secretsadmin.noted import REAUTHENTICATE
from secretsadmin.pages.problems import SHOWING_WHO, UNRECORDED

PASSWORD, CODE, CREDENTIAL, _ = SHOWING_WHO
WRONG = "That isn’t right. Nothing was done yet."


class Confirming:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Look at what shows who the person is, and take it out of the form."""
        if request.method != "POST" or not isinstance(request.user, User):
            return None
        if not any(name in request.POST for name in SHOWING_WHO):
            return None
        if not any(request.POST.get(name) for name in SHOWING_WHO):
            # Whoever has signed in anew in another tab types nothing here.
            _take_out(request)
            return None
        try:
            confirm(request)
        except ValidationError as error:
            return ask(request, MustConfirm("", by_factor=False), error.messages[0])
        except NotRecorded:
            return show_problem(request, UNRECORDED)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, MustConfirm):
            return ask(request, error)
        return None


@sensitive_variables()
def confirm(request: HttpRequest) -> None:
    """The person shows who they are. Raises ValidationError and NotRecorded."""
    sent = request.POST
    method, given = _given(request)
    _take_out(request)
    try:
        _check(request, method, given)
    except ValidationError:
        failures.count(actor_of(request))
        raise
    finally:
        del sent, given
    act = Act(details={"methods": [method]})
    note(REAUTHENTICATE.audit_name, actor=actor_of(request), act=act)
    note_authenticated(request)


def _given(request: HttpRequest) -> tuple[str, str]:
    for method, name in (("webauthn", CREDENTIAL), ("code", CODE), ("password", PASSWORD)):
        if request.POST.get(name):
            return method, request.POST[name]
    return "password", ""


def _take_out(request: HttpRequest) -> None:
    rest = request.POST.copy()
    for name in SHOWING_WHO:
        rest.pop(name, None)
    rest._mutable = False  # noqa: SLF001 - Django has no other way to say that nobody changes it.
    request.POST = rest  # type: ignore[assignment]


@sensitive_variables()
def _check(request: HttpRequest, method: str, given: str) -> None:
    if method == "password":
        with checking_a_password():
            user = check_password(request, request.user.get_username(), given)
        if user is None or user.pk != request.user.pk:
            raise ValidationError(WRONG)
        reauthenticate_by_password(request)
        return
    form: Any = ConfirmCodeForm(user=request.user, data={"code": given})
    if method == "webauthn":
        form = ConfirmPasskeyForm(user=request.user, data={"credential": given})
    if not form.is_valid():
        raise ValidationError(next(iter(form.errors.values())))
    form.save()


def ask(request: HttpRequest, needed: MustConfirm, error: str = "") -> HttpResponse:
    """The page that asks, with the input of a form; htmx gets its message."""
    is_page = request.method in ("GET", "HEAD") and not getattr(request, "htmx", False)
    if needed.by_factor and is_page and not methods_for(request.user).has_factor:
        query = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('second-factor')}?{query}")
    vars(request)["is_withheld"] = needed.by_factor
    context = {"page": confirm_page(request, needed, error)}
    return respond_with_message(request, "accounts/confirm.html", context, status=403)
