"""People whom a proxy signs in, such as an ALB or oauth2-proxy, and names in a header.

Off by default. A request that carries the header and comes from anybody else than a configured
proxy is refused: it may be somebody who got past the proxy. The proxy has to drop such a header
that its own clients send.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.backends import RemoteUserBackend
from django.contrib.auth.models import User
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from secretsadmin.access.requests import named_actor
from secretsadmin.accounts import recorded
from secretsadmin.accounts.adapters import begin_session, record_sign_in
from secretsadmin.accounts.answers import show_problem
from secretsadmin.audit import failures
from secretsadmin.audit.recording import NotRecorded
from secretsadmin.config.addresses import is_among
from secretsadmin.pages.problems import FORGED_HEADER, NO_ACCOUNT, UNRECORDED

MAKER = "the proxy's sign-in"
LONGEST_NAME = 150


class Backend(RemoteUserBackend):
    """Finds the user whom the proxy named; makes one only where that is configured."""

    @property
    def create_unknown_user(self) -> bool:  # type: ignore[override]
        return bool(settings.REMOTE_USER_CREATE_ACCOUNTS)

    def configure_user(self, request: HttpRequest | None, user: Any, created: bool = True) -> Any:  # noqa: FBT001, FBT002 - as Django calls it.
        """Nobody signs in to a new account past the proxy."""
        del request
        if created:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        return user


class FromProxy:
    """Signs in whom the header names. The session of anybody else ends at such a request.

    Like Django's PersistentRemoteUserMiddleware it keeps a session without the header, so that a
    proxy may send it for the sign-in alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = _named(request)
        if name is None or _is_signed_in(request, name):
            return self.get_response(request)
        if not is_among(request.META.get("REMOTE_ADDR", ""), settings.REMOTE_USER_PEERS):
            return show_problem(request, FORGED_HEADER)
        try:
            if _signs_in(request, name):
                return self.get_response(request)
            failures.count(named_actor(request, ""))
        except NotRecorded:
            return show_problem(request, UNRECORDED)
        return show_problem(request, NO_ACCOUNT)


def _named(request: HttpRequest) -> str | None:
    """The name in the header; None where no header is configured or none came."""
    header = settings.REMOTE_USER_HEADER
    if not header:
        return None
    name: str | None = request.META.get(f"HTTP_{header.upper().replace('-', '_')}")
    if name is None:
        return None
    return name.strip()


def _is_signed_in(request: HttpRequest, name: str) -> bool:
    is_theirs = is_among(request.META.get("REMOTE_ADDR", ""), settings.REMOTE_USER_PEERS)
    return is_theirs and isinstance(request.user, User) and request.user.get_username() == name


def _signs_in(request: HttpRequest, name: str) -> bool:
    """Begins a session for this person, if they have or get an account. Raises NotRecorded."""
    if request.user.is_authenticated:
        logout(request)
    if not _can_be_a_name(name):
        return False
    with recorded.by(named_actor(request, MAKER)):
        user: Any = authenticate(request, remote_user=name)
    if user is None:
        return False
    record_sign_in(request, user, ["proxy"])
    login(request, user)
    begin_session(request)
    return True


def _can_be_a_name(name: str) -> bool:
    try:
        UnicodeUsernameValidator()(name)
    except ValidationError:
        return False
    return len(name) <= LONGEST_NAME
