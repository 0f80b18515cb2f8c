"""How allauth's flows are fitted into this site: what they record, and what they leave out."""

import base64
import secrets
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse

from secretsadmin.access.authentication import note_authenticated
from secretsadmin.access.requests import address_of, named_actor
from secretsadmin.accounts.answers import show_problem
from secretsadmin.accounts.keys import key_of
from secretsadmin.accounts.sessions import remove_expired
from secretsadmin.audit.recording import Act, note
from secretsadmin.noted import SIGN_IN
from secretsadmin.pages.problems import NOT_ACTIVE

ADDRESS = "signed_in_from"
OF_ADDRESSES = {"login_failed": "60/m/ip"}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Records each sign-in before its session begins, whichever way it came about."""

    def login(self, request: HttpRequest, user: User) -> None:
        record_sign_in(request, user, methods_of(request, user))
        super().login(request, user)
        begin_session(request)

    def get_login_stages(self) -> list[str]:
        """Nothing but a second factor stands between a password and a session."""
        return ["allauth.mfa.stages.AuthenticateStage"]

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        del user
        return show_problem(request, NOT_ACTIVE)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say themselves what was done."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """The site sends no mail; the audit log has a line of each change."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        del request
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Our own check stands in front of each page: allauth's would keep a form's input."""
        del app, kwargs
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request) or "unknown"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Limits what an address may try in all. Axes counts each name, and can be reset."""
        del credentials
        self._login_failed_rl_usage = ratelimit.consume(
            request, app="allauth.account", action="login_failed", config=OF_ADDRESSES
        )
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")


def record_sign_in(request: HttpRequest, user: User, methods: list[str]) -> None:
    """Raises NotRecorded, and then nobody is signed in."""
    actor = named_actor(request, user.get_username())
    note(SIGN_IN.audit_name, actor=actor, act=Act(details={"methods": methods}))


def begin_session(request: HttpRequest) -> None:
    """Note of a new session when and where it began. It also clears up those that have ended."""
    note_authenticated(request, getattr(request, "authenticated_at", None))
    request.session[ADDRESS] = address_of(request)
    remove_expired()


def methods_of(request: HttpRequest, user: User) -> list[str]:
    """How somebody showed who they are in this sign-in, such as by a password and TOTP."""
    records = get_authentication_records(request, user)
    return [record.get("type") or record["method"] for record in records]


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the keys of second factors encrypted, so a copy of the database is of no use."""

    error_messages: ClassVar = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code doesn’t fit, or was used before. Type the newest one."
    }

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _fernet().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            # Another SECRET_KEY encrypted it. No code fits a key that nobody has.
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def get_totp_label(self, user: User) -> str:
        return user.get_username()

    def _get_user_identifier(self, user: User) -> str:
        return user.get_username()

    def _get_site_name(self) -> str:
        return settings.MFA_TOTP_ISSUER

    def generate_authenticator_name(self, user: User, type: Any) -> str:  # noqa: A002 - allauth's own name.
        number = Authenticator.objects.filter(user=user, type=type).count()
        return f"Passkey {number + 1}"


def _fernet() -> Fernet:
    return Fernet(key_of("second factors"))
