"""What the pages of a person's own account show, each as one frozen object."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.http import HttpRequest
from django.urls import reverse

from secretsadmin.access.authentication import MustConfirm
from secretsadmin.accounts.own_sessions import OwnSession, own_sessions
from secretsadmin.forms.base import MOST_IN_A_FORM
from secretsadmin.pages.problems import sent_fields

# What asks for a confirmation, where that is no environment.
OWN_ACCOUNT = "Your account"


@dataclass(frozen=True)
class Methods:
    """The ways in which a person can show anew who they are."""

    password: bool = False
    code: bool = False
    passkey: bool = False
    provider: bool = False

    @property
    def has_factor(self) -> bool:
        return self.code or self.passkey

    @property
    def is_any(self) -> bool:
        return self.password or self.has_factor or self.provider


def methods_for(user: AbstractBaseUser | AnonymousUser) -> Methods:
    if not isinstance(user, User):
        return Methods()
    types = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    is_of_provider = bool(settings.OIDC_ISSUER) and SocialAccount.objects.filter(
        user=user, provider=settings.OIDC_ISSUER
    )
    return Methods(
        password=user.has_usable_password(),
        code="totp" in types or "recovery_codes" in types,
        passkey="webauthn" in types,
        provider=bool(is_of_provider),
    )


@dataclass(frozen=True)
class ConfirmPage:
    """Why the person has to show who they are, how they can, and what they sent."""

    where: str
    error: str
    by_factor: bool
    methods: Methods
    is_form: bool
    is_too_long: bool
    action: str
    next: str
    provider_url: str
    sent: tuple[tuple[str, str], ...] = field(repr=False, default=())

    @property
    def title(self) -> str:
        if self.by_factor:
            return "A second factor is needed"
        return "Confirm that it is you"

    @property
    def why(self) -> str:
        if self.by_factor:
            if self.where == OWN_ACCOUNT:
                return "Who has a second factor shows it before anything of it is changed."
            return f"Everything in {self.where} is shown to people with a second factor alone."
        if self.where:
            return f"{self.where} asks for a fresh sign-in before this."
        return ""


def confirm_page(request: HttpRequest, needed: MustConfirm, error: str) -> ConfirmPage:
    methods = methods_for(request.user)
    if needed.by_factor:
        methods = Methods(code=methods.code, passkey=methods.passkey)
    is_form = request.method == "POST" and not getattr(request, "htmx", False)
    sent = tuple(sent_fields(request)) if is_form else ()
    is_too_long = sum(len(name) + len(value) for name, value in sent) > MOST_IN_A_FORM
    here = request.get_full_path()
    is_confirming = request.path == reverse("confirm")
    return ConfirmPage(
        where=needed.title,
        error=error,
        by_factor=needed.by_factor,
        methods=methods,
        is_form=is_form,
        is_too_long=is_too_long,
        action=here if is_form and not is_too_long else reverse("confirm"),
        next=request.POST.get("next", "") if is_confirming else here,
        provider_url=f"{reverse('oidc')}?{urlencode({'again': 1, 'next': reverse('login-state')})}",
        sent=() if is_too_long else sent,
    )


@dataclass(frozen=True)
class Passkey:
    """A passkey as the page of the account shows it."""

    id: int
    name: str
    added: Any
    used: Any


@dataclass(frozen=True)
class AccountPage:
    """A person's second factors and sessions."""

    app: Authenticator | None
    passkeys: tuple[Passkey, ...]
    codes_left: int | None
    sessions: tuple[OwnSession, ...]
    has_password: bool
    is_administrator: bool

    @property
    def has_others(self) -> bool:
        return len(self.sessions) > 1


def account_page(request: HttpRequest) -> AccountPage:
    user: Any = request.user
    factors = {factor.type: factor for factor in Authenticator.objects.filter(user=user)}
    codes = factors.get("recovery_codes")
    return AccountPage(
        app=factors.get("totp"),
        passkeys=tuple(_passkeys(user)),
        codes_left=len(codes.wrap().get_unused_codes()) if codes else None,
        sessions=tuple(own_sessions(request)),
        has_password=user.has_usable_password(),
        is_administrator=user.is_superuser,
    )


def _passkeys(user: User) -> list[Passkey]:
    passkeys = Authenticator.objects.filter(user=user, type="webauthn").order_by("created_at")
    return [
        Passkey(passkey.pk, passkey.wrap().name, passkey.created_at, passkey.last_used_at)
        for passkey in passkeys
    ]
