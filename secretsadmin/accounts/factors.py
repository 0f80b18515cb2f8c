"""Second factors: asking for one at a sign-in, and setting them up and removing them."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.stagekit import get_pending_stage
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import flows as code_flows
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.internal import flows as totp_flows
from allauth.mfa.webauthn.internal import auth as passkeys
from allauth.mfa.webauthn.internal import flows as passkey_flows
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from secretsadmin.access.authentication import MustConfirm, has_used_factor, is_fresh
from secretsadmin.access.requests import actor_of, named_actor
from secretsadmin.accounts.factor_forms import (
    CodeForm,
    NewPasskeyForm,
    PasskeyAloneForm,
    PasskeyForm,
    TotpForm,
)
from secretsadmin.accounts.pages import OWN_ACCOUNT, methods_for
from secretsadmin.action import Action
from secretsadmin.audit import failures
from secretsadmin.audit.recording import Act, note
from secretsadmin.audit.turns import in_turn
from secretsadmin.htmx import respond_with_message
from secretsadmin.noted import ADD_FACTOR, REMOVE_FACTOR

# How old the sign-in may be for a change of the account's own.
FRESH_SECONDS = 300
TOO_MANY = ("too_many_login_attempts", "rate_limited")

View = Callable[..., HttpResponse]


def freshly_signed_in(view: View) -> View:
    """Asks whoever signed in a while ago to confirm that it is them.

    Whoever has a second factor shows it: else somebody with the password alone could replace it.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if methods_for(request.user).has_factor and not has_used_factor(request):
            raise MustConfirm(OWN_ACCOUNT, by_factor=True)
        if not is_fresh(request, FRESH_SECONDS):
            raise MustConfirm(OWN_ACCOUNT)
        return view(request, *args, **kwargs)

    return guarded


def page(request: HttpRequest, name: str, context: dict[str, Any], form: Any) -> HttpResponse:
    """A page with a form, whose status tells whether it was refused."""
    status = HTTPStatus.OK
    if form is not None and form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        codes = [error.code for errors in form.errors.as_data().values() for error in errors]
        if any(code in TOO_MANY for code in codes):
            status = HTTPStatus.TOO_MANY_REQUESTS
    context = {"form": form, **context}
    return respond_with_message(request, f"accounts/{name}.html", context, status=status)


# At the sign-in.


@require_http_methods(["GET", "POST"])
@login_stage_required(stage=AuthenticateStage.key, redirect_urlname="login")  # type: ignore[untyped-decorator]
def authenticate(request: HttpRequest) -> HttpResponse:
    """The second step of a sign-in, which comes before there is a session."""
    stage: Any = vars(request)["_login_stage"]
    user = stage.login.user
    if request.method != "POST":
        return _stage_page(request, user, CodeForm(user=user))
    form: Any = CodeForm(user=user, data=request.POST)
    if "credential" in request.POST:
        form = PasskeyForm(user=user, data=request.POST)
    if form.is_valid():
        form.save()
        response: HttpResponse = stage.exit()
        return response
    failures.count(named_actor(request, user.get_username()))
    return _stage_page(request, user, form)


def _stage_page(request: HttpRequest, user: Any, form: Any) -> HttpResponse:
    methods = methods_for(user)
    context = {"methods": methods, "problems": form.errors.get("credential", ())}
    return page(request, "authenticate", context, form)


@require_GET
@login_not_required
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to ask for a passkey: of one person, or of whoever has one here."""
    if not ratelimit.consume(request, app="allauth.account", action="login", limit_get=True):
        return HttpResponse(status=HTTPStatus.TOO_MANY_REQUESTS)
    user: Any = request.user if request.user.is_authenticated else None
    stage = get_pending_stage(request)
    if stage is not None:
        user = stage.login.user
    return JsonResponse(passkeys.begin_authentication(user))


@require_POST
@login_not_required
def sign_in_by_passkey(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home")
    form = PasskeyAloneForm(data=request.POST)
    if not form.is_valid():
        failures.count(named_actor(request, ""))
        return page(request, "passkey_refused", {}, form)
    factor = form.cleaned_data["credential"]
    login = Login(user=factor.user, redirect_url=get_next_redirect_url(request))
    response: HttpResponse = passkey_flows.perform_passwordless_login(request, factor, login)
    return response


# On the page of one's account.


def note_factor(request: HttpRequest, action: Action, kind: str) -> None:
    details = {"name": request.user.get_username()}
    note(action.audit_name, actor=actor_of(request), act=Act(fields=(kind,), details=details))


@require_GET
def second_factor(request: HttpRequest) -> HttpResponse:
    """Says why a second factor is needed, and leads to setting one up."""
    context = {"next": get_next_redirect_url(request) or "", "methods": methods_for(request.user)}
    return page(request, "second_factor", context, None)


@require_http_methods(["GET", "POST"])
@freshly_signed_in
def add_totp(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if Authenticator.objects.filter(user=user, type="totp").exists():
        return redirect("account")
    if request.method == "POST":
        form = TotpForm(user=user, data=request.POST)
        if form.is_valid():
            return _added_totp(request, form)
    else:
        form = TotpForm(user=user)
    adapter = get_adapter()
    url = adapter.build_totp_url(user, form.secret)
    # The library draws one path, with no script and no style.
    picture = mark_safe(adapter.build_totp_svg(url).partition("?>")[2])  # noqa: S308
    groups = [form.secret[start : start + 4] for start in range(0, len(form.secret), 4)]
    context = {"picture": picture, "secret": " ".join(groups), "next": _next(request)}
    return page(request, "add_totp", context, form)


def _added_totp(request: HttpRequest, form: Any) -> HttpResponse:
    with in_turn(), transaction.atomic():
        note_factor(request, ADD_FACTOR, "totp")
        factor, codes = totp_flows.activate_totp(request, form)
    return _added(request, factor, codes)


def _added(request: HttpRequest, factor: Authenticator, codes: Any) -> HttpResponse:
    """Whoever has just set a factor up has shown it."""
    record_authentication(
        request, request.user, "mfa", id=factor.pk, type=str(factor.type), reauthenticated=True
    )
    if codes is not None:
        return redirect(_with_next("recovery-codes", request))
    return redirect(_next(request) or "account")


@require_http_methods(["GET", "POST"])
@freshly_signed_in
def add_passkey(request: HttpRequest) -> HttpResponse:
    form = NewPasskeyForm(user=request.user)
    if request.method == "POST":
        form = NewPasskeyForm(user=request.user, data=request.POST)
        if form.is_valid():
            return _added_passkey(request, form)
    return page(request, "add_passkey", {"next": _next(request)}, form)


def _added_passkey(request: HttpRequest, form: Any) -> HttpResponse:
    with in_turn(), transaction.atomic():
        note_factor(request, ADD_FACTOR, "webauthn")
        factor, codes = passkey_flows.add_authenticator(
            request, form.cleaned_data["name"], form.cleaned_data["credential"]
        )
    return _added(request, factor, codes)


@require_GET
@freshly_signed_in
def new_passkey_options(request: HttpRequest) -> HttpResponse:
    is_alone = "passwordless" in request.GET
    return JsonResponse(passkey_flows.begin_registration(request, request.user, is_alone))


@require_POST
@freshly_signed_in
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Removes the authenticator app or one passkey; without any, the recovery codes go, too."""
    factor = get_object_or_404(Authenticator, pk=number, user=request.user)
    if factor.type == "recovery_codes":
        raise Http404
    with in_turn(), transaction.atomic():
        note_factor(request, REMOVE_FACTOR, str(factor.type))
        if factor.type == "totp":
            totp_flows.deactivate_totp(request, factor)
        else:
            passkey_flows.remove_authenticator(request, factor)
    return redirect("account")


@require_http_methods(["GET", "POST"])
@freshly_signed_in
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Shows new codes once. By POST all former ones are replaced."""
    if request.method == "POST":
        if not code_flows.can_generate_recovery_codes(request.user):
            raise Http404
        with in_turn(), transaction.atomic():
            note_factor(request, ADD_FACTOR, "recovery_codes")
            code_flows.generate_recovery_codes(request)
        return redirect("recovery-codes")
    wrapper, is_first_time = code_flows.view_recovery_codes(request)
    if wrapper is None:
        raise Http404
    codes = wrapper.get_unused_codes()
    context = {
        "codes": codes if is_first_time else (),
        "left": len(codes),
        "next": _next(request) or reverse("account"),
    }
    return page(request, "recovery_codes", context, None)


def _next(request: HttpRequest) -> str:
    return get_next_redirect_url(request) or ""


def _with_next(name: str, request: HttpRequest) -> str:
    target = _next(request)
    if not target:
        return reverse(name)
    return f"{reverse(name)}?{urlencode({'next': target})}"
