"""People of an identity provider, by allauth's OpenID Connect, made strict.

allauth keeps the state and the PKCE verifier in the session, and takes each once. It trusts an ID
token that it fetched itself, and knows no nonce. Here each token's signature, issuer, audience,
times, subject and nonce are checked, and what people ask for in the address changes nothing.
"""

import logging
import re
import secrets
from collections.abc import Callable
from hmac import compare_digest
from typing import Any

import jwt
import requests
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthError
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import Group, User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from secretsadmin.access.requests import named_actor
from secretsadmin.accounts import recorded
from secretsadmin.accounts.answers import show_problem
from secretsadmin.audit import failures
from secretsadmin.config.addresses import LOOPBACK, endpoint_of
from secretsadmin.config.people import groups_by_claim
from secretsadmin.pages.problems import NO_ACCOUNT, NO_PROVIDER, NOT_SIGNED_IN, Problem

log = logging.getLogger(__name__)

# Signatures that need the provider's private key. With any other, everybody could sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
REQUIRED = ("iss", "aud", "exp", "iat", "sub", "nonce")
# How far the provider's clock may be off, in seconds.
LEEWAY = 30
LONGEST_SUBJECT = 191
LONGEST_NAME = 150
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
# What a provider that answers with something else than OpenID Connect makes our libraries raise.
BROKEN = (requests.RequestException, KeyError, TypeError, ValueError, AttributeError)


class Refused(OAuth2Error):  # type: ignore[misc]
    """The provider's answer can't be trusted. The text says why, and quotes none of it."""


class StrictAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    def __init__(self, request: HttpRequest, provider_id: str = "") -> None:
        super().__init__(request, provider_id or settings.OIDC_ISSUER)
        self.nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().openid_config
        if config["issuer"].rstrip("/") != settings.OIDC_ISSUER:
            raise Refused("another issuer's configuration")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            _require_private(config[name])
        return config

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        del app
        return request.build_absolute_uri(reverse("oidc-callback"))

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **more: Any) -> Any:
        del token
        id_token = more["response"].get("id_token")
        if not isinstance(id_token, str):
            raise Refused("no ID token")
        claims = self._checked(id_token, app.client_id)
        if isinstance(claims.get("auth_time"), int):
            vars(request)["authenticated_at"] = claims["auth_time"]
        return self.get_provider().sociallogin_from_response(request, {"id_token": claims})

    def _checked(self, id_token: str, client_id: str) -> dict[str, Any]:
        """The claims of a token that the provider made for this site and this sign-in."""
        try:
            claims: dict[str, Any] = jwt.decode(
                id_token,
                self._key_of(id_token),
                algorithms=ALGORITHMS,
                audience=client_id,
                issuer=self.openid_config["issuer"],
                leeway=LEEWAY,
                options={"require": list(REQUIRED)},
            )
        except jwt.PyJWTError as error:
            raise Refused(type(error).__name__) from None
        _check_claims(claims, client_id, self.nonce)
        return claims

    def _key_of(self, id_token: str) -> jwt.PyJWK:
        header = jwt.get_unverified_header(id_token)
        with SocialAdapter(self.request).get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        fitting = [key for key in keys if key.public_key_use in (None, "sig")]
        if "kid" in header or len(fitting) != 1:
            fitting = [key for key in fitting if key.key_id == header.get("kid")]
        if len(fitting) != 1 or header.get("alg") != fitting[0].algorithm_name:
            raise Refused("no key fits the token")
        return fitting[0]


def _require_private(url: str) -> None:
    endpoint = endpoint_of(url)
    is_here = endpoint is not None and endpoint.host in LOOPBACK
    if endpoint is None or (endpoint.scheme != "https" and not is_here):
        raise Refused("an address without TLS")


def _check_claims(claims: dict[str, Any], client_id: str, nonce: str) -> None:
    given = str(claims["nonce"])
    if not nonce or not compare_digest(given.encode(), nonce.encode()):
        raise Refused("another nonce")
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise Refused("no subject")
    if _UNSTORABLE.search(subject):
        raise Refused("a subject that no database takes")
    audience = claims["aud"]
    is_shared = isinstance(audience, list) and len(audience) > 1
    if (is_shared or "azp" in claims) and claims.get("azp") != client_id:
        raise Refused("another authorized party")


def _text_of(claim: Any) -> str:
    return _UNSTORABLE.sub("", str(claim or ""))[:LONGEST_NAME]


class Provider(OpenIDConnectProvider):  # type: ignore[misc]
    """The one provider. An account is known by the issuer and its subject, and by nothing else."""

    oauth2_adapter_class = StrictAdapter

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """What goes to the provider and into the state: nothing of the address but `next`."""
        nonce = secrets.token_urlsafe(32)
        auth_params = {"nonce": nonce}
        if "again" in request.GET:
            auth_params |= {"prompt": "login", "max_age": "0"}
        return {
            "process": "login",
            "next_url": get_next_redirect_url(request),
            "scope": settings.OIDC_SCOPES,
            "auth_params": auth_params,
            "nonce": nonce,
        }

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Of all claims, only those groups are kept that the settings name."""
        given = data["id_token"].get(settings.OIDC_GROUPS_CLAIM, [])
        if isinstance(given, str):
            given = [given]
        names = [name for name in given if isinstance(name, str)] if isinstance(given, list) else []
        return {"groups": sorted(set(names) & set(groups_by_claim(settings.OIDC_GROUPS)))}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        claims = data["id_token"]
        fields = {"username": "preferred_username", "first_name": "given_name"}
        fields["last_name"] = "family_name"
        return {ours: _text_of(claims.get(theirs)) for ours, theirs in fields.items()}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        """None: whoever controls an address there doesn't own an account here."""
        del data
        return []


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """The one that the settings name; the database has none."""
        del request, provider, client_id
        if not settings.OIDC_ISSUER:
            return []
        return [
            SocialApp(
                provider=Provider.id,
                provider_id=settings.OIDC_ISSUER,
                name=settings.OIDC_NAME,
                client_id=settings.OIDC_CLIENT_ID,
                secret=settings.OIDC_CLIENT_SECRET,
                settings={"server_url": settings.OIDC_ISSUER, "oauth_pkce_enabled": True},
            )
        ]

    def get_provider(self, request: HttpRequest, provider: str, client_id: Any = None) -> Provider:
        return Provider(request, app=self.get_app(request, provider, client_id))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        del sociallogin
        if settings.OIDC_CREATE_ACCOUNTS:
            return True
        raise ImmediateHttpResponse(_refuse(request, NO_ACCOUNT, "no account"))

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        del request
        if sociallogin.is_existing and sociallogin.user.is_active:
            set_groups(sociallogin.user, sociallogin.account.extra_data["groups"])

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        user: User = super().save_user(request, sociallogin, form)
        set_groups(user, sociallogin.account.extra_data["groups"])
        return user

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> None:
        del provider, extra_context
        if error == AuthError.CANCELLED:
            raise ImmediateHttpResponse(redirect("login"))
        reason = str(exception) if isinstance(exception, Refused) else type(exception).__name__
        raise ImmediateHttpResponse(_refuse(request, NOT_SIGNED_IN, reason))


def set_groups(user: User, given: list[str]) -> None:
    """Let the person be in the groups that the provider named, and in no other of the settings'.

    Groups that the settings don't name stay as they are.
    """
    mapping = groups_by_claim(settings.OIDC_GROUPS)
    wanted = {group for name in given for group in mapping.get(name, ())}
    managed = {group for groups in mapping.values() for group in groups}
    held = set(user.groups.filter(name__in=managed).values_list("name", flat=True))
    if missing := wanted - held:
        user.groups.add(*Group.objects.filter(name__in=missing))
    if surplus := held - wanted:
        user.groups.remove(*Group.objects.filter(name__in=surplus))


def _refuse(request: HttpRequest, problem: Problem, reason: str) -> HttpResponse:
    """Nobody is signed in; that is counted as a failed sign-in."""
    log.warning("a sign-in by the identity provider was refused", extra={"reason": reason})
    failures.count(named_actor(request, ""))
    return show_problem(request, problem)


def _asking_the_provider(
    request: HttpRequest, ask: Callable[[HttpRequest], HttpResponse]
) -> HttpResponse:
    if not settings.OIDC_ISSUER:
        raise Http404
    if not ratelimit.consume(request, app="allauth.account", action="login", limit_get=True):
        return _refuse(request, NOT_SIGNED_IN, "too many from this address")
    try:
        with recorded.by(named_actor(request, f"{settings.OIDC_NAME} (sign-in)")):
            return ask(request)
    except Refused as error:
        return _refuse(request, NOT_SIGNED_IN, str(error))
    except BROKEN as error:
        return _refuse(request, NO_PROVIDER, type(error).__name__)


class Callback(OAuth2CallbackView):  # type: ignore[misc]
    """allauth's view, which hands the nonce of the state to the check of the token."""

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, response = super()._get_state(request, provider)
        if state is not None:
            self.adapter.nonce = str(state.get("nonce", ""))
        return state, response


@require_GET
@login_not_required
def begin(request: HttpRequest) -> HttpResponse:
    """Leads to the provider's sign-in."""
    return _asking_the_provider(request, OAuth2LoginView.adapter_view(StrictAdapter))


@require_GET
@login_not_required
def callback(request: HttpRequest) -> HttpResponse:
    """Where the provider leads back to."""
    return _asking_the_provider(request, Callback.adapter_view(StrictAdapter))
