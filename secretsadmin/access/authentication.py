"""How and when the person of a session signed in, and what an environment asks of that."""

import time

from allauth.account.authentication import get_authentication_records
from django.contrib.auth.models import User
from django.http import HttpRequest

from secretsadmin.actions import BY_VERB, CREATE, UPDATE
from secretsadmin.config.environments import Environment
from secretsadmin.config.site import configured_site

# In the session, in seconds: when it began, when it was last used, and when the person last showed
# who they are.
BEGAN = "began"
USED = "used"
AUTHENTICATED = "authenticated"
# What has a form of its own whose input can be looked at before anything is done. To any other page
# the name of that button says nothing, although it may take the same right.
LOOKED_AT_FIRST = (CREATE.verb, UPDATE.verb)


class MustConfirm(Exception):
    """The person may do it, once they have shown anew who they are. Nothing was done."""

    def __init__(self, title: str, *, by_factor: bool = False) -> None:
        super().__init__(title)
        # What asks for it, such as an environment, by its title.
        self.title = title
        # Only a second factor will do, because none was used in this session.
        self.by_factor = by_factor


def note_authenticated(request: HttpRequest, at: float | None = None) -> None:
    """The person has just shown who they are, or did so at this time."""
    now = time.time()
    if at is None:
        at = now
    request.session[AUTHENTICATED] = int(min(at, now))


def is_fresh(request: HttpRequest, seconds: int) -> bool:
    """Whether the person showed who they are within so many seconds."""
    now = time.time()
    at = request.session.get(AUTHENTICATED, request.session.get(BEGAN, now))
    return bool(now - at < seconds)


def has_used_factor(request: HttpRequest) -> bool:
    """Whether the person of this session has shown a second factor."""
    user = request.user
    if not isinstance(user, User):
        return False
    records = get_authentication_records(request, user)
    return any(record.get("method") == "mfa" for record in records)


def may_enter(request: HttpRequest, environment: Environment) -> bool:
    """Whether the sign-in is enough for the environment; rights are another matter."""
    return not environment.second_factor or has_used_factor(request)


def require_factor(request: HttpRequest, environment: Environment) -> None:
    """Raises MustConfirm where the environment asks for a second factor and none was used."""
    if not may_enter(request, environment):
        raise MustConfirm(environment.title, by_factor=True)


def require_fresh(request: HttpRequest, verb: str, environment: Environment) -> None:
    """Raises MustConfirm before an act that needs a fresh sign-in.

    A page that only asks for input, and a look at what is being typed, do nothing yet.
    """
    if request.method != "POST" or _is_look(request, verb):
        return
    seconds = environment.reauthenticate_seconds
    if seconds and BY_VERB[verb].needs_fresh_sign_in and not is_fresh(request, seconds):
        raise MustConfirm(environment.title)


def _is_look(request: HttpRequest, verb: str) -> bool:
    if verb not in LOOKED_AT_FIRST or "preview" not in request.POST:
        return False
    page = request.resolver_match
    return page is not None and page.url_name == verb


def is_factor_asked_anywhere() -> bool:
    return any(environment.second_factor for environment in configured_site().environments.values())
