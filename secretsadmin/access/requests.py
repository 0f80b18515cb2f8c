"""The first line of every view: may this person do this here? Denied by default."""

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from secretsadmin.access import policy
from secretsadmin.access.authentication import require_factor, require_fresh
from secretsadmin.access.remembered import Remembered
from secretsadmin.actions import BY_VERB, VIEW
from secretsadmin.audit.recording import Actor, Place, record_denied
from secretsadmin.config.addresses import client_of, ip_of
from secretsadmin.config.backend import InvalidId, KindDisabled
from secretsadmin.config.environments import Environment, Identified, is_name
from secretsadmin.config.ref import Ref
from secretsadmin.config.site import find_environment
from secretsadmin.htmx import HtmxRequest
from secretsadmin.kinds import Kind


class Request(HtmxRequest):
    """A request that has passed the middleware: somebody is signed in."""

    user: User
    environment: Environment | None
    lists: Remembered


class Denied(PermissionDenied):
    """Raised where somebody may view what is there, and may not do this to it."""

    def __init__(
        self,
        verb: str,
        environment: Environment,
        kind: Kind | None,
        secret: Identified | None = None,
    ) -> None:
        super().__init__(verb)
        self.verb = verb
        self.environment = environment
        self.kind = kind
        self.secret = secret


def environment_of(request: Request, name: str, verb: str, kind: Kind | None = None) -> Environment:
    """The environment, if the person may do this in it. Raises Http404 and Denied."""
    # A secret that is to be created has no id yet.
    environment = _environment_that_is_seen(request, name, verb, kind, "")
    if not policy.may(request.user, verb, environment, kind):
        _record(request, verb, environment.name, kind, "")
        raise Denied(verb, environment, kind)
    require_fresh(request, verb, environment)
    return environment


def secret_of(request: Request, name: str, verb: str, kind: Kind, key: str) -> Ref:
    """The secret, if the person may do this to it. A refusal of a recorded act is recorded.

    Raises Denied, and Http404 for an id that can't exist here or that the person may not view,
    before AWS is asked.
    """
    environment = _environment_that_is_seen(request, name, verb, kind, key)
    ref = Ref.from_key(environment, kind, key)
    try:
        ref.check_name()
    except (InvalidId, KindDisabled):
        raise Http404 from None
    if not policy.may(request.user, VIEW.verb, environment, kind, ref):
        _record(request, verb, environment.name, kind, key)
        raise Http404
    if refuses(request, verb, ref):
        raise Denied(verb, environment, kind, ref)
    require_fresh(request, verb, environment)
    return ref


def refuses(request: Request, verb: str, ref: Ref) -> bool:
    """Whether the person may not do this to the secret; a refusal of a recorded act is recorded."""
    if policy.may(request.user, verb, ref.environment, ref.kind, ref):
        return False
    _record(request, verb, ref.environment.name, ref.kind, ref.key)
    return True


def _environment_that_is_seen(
    request: Request, name: str, verb: str, kind: Kind | None, key: str
) -> Environment:
    """The environment, if the person may view it. Raises Http404, as if there were none.

    Acts on an environment that doesn't exist are recorded, too. Otherwise the time of the answer
    would tell which environments exist.
    """
    environment = find_environment(name)
    if environment is None or not policy.may(request.user, "view", environment, kind):
        if is_name(name):
            _record(request, verb, name, kind, key)
        raise Http404
    require_factor(request, environment)
    request.environment = environment
    return environment


def _record(request: Request, verb: str, environment: str, kind: Kind | None, key: str) -> None:
    if kind and BY_VERB[verb].is_recorded:
        record_denied(Place(environment, kind.name, key), verb, actor=actor_of(request))


def actor_of(request: HttpRequest) -> Actor:
    return named_actor(request, request.user.get_username())


def named_actor(request: HttpRequest, name: str) -> Actor:
    """Whoever sent the request, by a name that isn't, or isn't yet, the session's."""
    return Actor(name, address_of(request), peer_of(request))


def address_of(request: HttpRequest) -> str | None:
    """Where the request comes from: the peer, or what trusted proxies say of it."""
    peer = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return client_of(peer, forwarded, settings.TRUSTED_PROXIES) or None


def peer_of(request: HttpRequest) -> str:
    """The proxy that sent the request; empty where whoever asks sent it without one."""
    peer = ip_of(request.META.get("REMOTE_ADDR", ""))
    if peer is None or str(peer) == address_of(request):
        return ""
    return str(peer)
