"""Stops whoever tries too many passwords, with Axes, whose table all workers share.

Ten wrong passwords for a name from one address end all tries for that name from there for a quarter
of an hour. Whoever is at another address goes on, so nobody can lock out somebody else from afar.
Each address as a whole, and each person's second factor, has a limit of allauth's.
"""

from typing import Any

from axes.backends import AxesStandaloneBackend
from axes.handlers.database import AxesDatabaseHandler
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.views.decorators.debug import sensitive_variables

from secretsadmin.access.requests import address_of, named_actor
from secretsadmin.audit.models import Outcome
from secretsadmin.audit.recording import Act, note
from secretsadmin.config.addresses import network_of
from secretsadmin.noted import LOCK_OUT

# Names that nobody has are counted in this many groups: enough of them to tell guesses apart, and
# too few to tell what was typed, which may be a password.
DIGITS = 4
UNKNOWN = "\N{HORIZONTAL ELLIPSIS}"


def digest_of(text: str) -> str:
    return salted_hmac("secretsadmin.accounts.names", text, algorithm="sha256").hexdigest()


def name_of(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The name that the table holds: a user's own, or else a short digest of what was typed."""
    del request
    name = str((credentials or {}).get("username") or "")
    if User.objects.filter(username=name).exists():
        return name
    return UNKNOWN + digest_of(name)[:DIGITS]


def place_of(request: HttpRequest) -> str | None:
    """From where somebody tries, as Axes counts it."""
    return network_of(address_of(request) or "") or None


def answer(request: HttpRequest, given: HttpResponse, credentials: Any) -> HttpResponse:
    """What Axes' middleware answers: what the sign-in answered."""
    del request, credentials
    return given


class Gate(AxesStandaloneBackend):  # type: ignore[misc]
    """Stands in front of passwords alone: what else signs somebody in can't be guessed."""

    @sensitive_variables()
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **more: Any,
    ) -> None:
        if request is None or password is None:
            return
        super().authenticate(request, username, password, **more)


class Handler(AxesDatabaseHandler):  # type: ignore[misc]
    """Axes' own handler, which is shown nothing of what was sent, and whose lock is recorded."""

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: Any = None, **more: Any
    ) -> None:
        if request is None or "password" not in credentials:
            return
        was_locked = request.axes_locked_out
        # Another worker's failures wait meanwhile, so one alone is the last that is allowed.
        with transaction.atomic():
            super().user_login_failed(sender, credentials, _without_input(request), **more)
            failures = self.get_failures(request, credentials)
        if not was_locked and failures == settings.AXES_FAILURE_LIMIT:
            _record(name_of(request, credentials), request)


def _without_input(request: Any) -> HttpRequest:
    """A request of which Axes can keep no more than an address and a time."""
    bare: Any = HttpRequest()
    bare.axes_updated = True
    bare.axes_locked_out = request.axes_locked_out
    bare.axes_ip_address = request.axes_ip_address
    bare.axes_attempt_time = request.axes_attempt_time
    bare.axes_user_agent = bare.axes_path_info = bare.axes_http_accept = ""
    bare.axes_failures_since_start = bare.axes_credentials = None
    return bare  # type: ignore[no-any-return]


def _record(name: str, request: HttpRequest) -> None:
    user = "" if name.startswith(UNKNOWN) else name
    actor = named_actor(request, user)
    note(LOCK_OUT.audit_name, actor=actor, act=Act(error="sign-in"), outcome=Outcome.DENIED)
