"""The first line of every view: may this person do this here? Denied by default."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404

from secretsadmin import environments, policy
from secretsadmin.addresses import ip_of, is_among
from secretsadmin.audit.models import Actor, Place, record_denied
from secretsadmin.backend import InvalidId, KindDisabled
from secretsadmin.environments import Environment, Ref
from secretsadmin.htmx import Request
from secretsadmin.kinds import Kind

RECORDED = frozenset(
    {"open", "compare", "reveal", "copy", "create", "update", "roll-back", "label", "delete", "restore"}
)


class Denied(PermissionDenied):
    """Raised where somebody may view what is there, and may not do this to it."""

    def __init__(self, verb: str, environment: Environment, kind: Kind | None) -> None:
        super().__init__(verb)
        self.verb = verb
        self.environment = environment
        self.kind = kind


def environment_of(request: Request, name: str, action: str, kind: Kind | None = None) -> Environment:
    """The environment, if the person may do this in it. Raises Http404 and Denied."""
    # Of what was to be created, no id is known yet.
    environment = _seen(request, name, action, kind, "")
    _decide(request, action, environment, kind, "")
    return environment


def secret_of(request: Request, name: str, action: str, kind: Kind, key: str) -> Ref:
    """The secret, if the person may do this to it; refusals of what would be recorded are recorded.

    Raises Denied, and Http404 for an id that can't exist here, before AWS is asked.
    """
    environment = _seen(request, name, action, kind, key)
    ref = Ref.from_key(environment, kind, key)
    try:
        _ = ref.name
    except (InvalidId, KindDisabled):
        raise Http404 from None
    _decide(request, action, environment, kind, key)
    return ref


def _seen(request: Request, name: str, action: str, kind: Kind | None, key: str) -> Environment:
    """The environment, if the person may view it. For whoever may not, it doesn't exist. Raises Http404.

    What is tried where there is nothing is recorded as well, so that the time tells nothing either.
    """
    environment = environments.get(name)
    if environment is None or not policy.may(request.user, "view", environment, kind):
        if environments.is_name(name):
            _record(request, action, name, kind, key)
        raise Http404
    request.environment = environment
    return environment


def _decide(request: Request, action: str, environment: Environment, kind: Kind | None, key: str) -> None:
    if not policy.may(request.user, action, environment, kind):
        _record(request, action, environment.name, kind, key)
        raise Denied(action, environment, kind)


def _record(request: Request, action: str, environment: str, kind: Kind | None, key: str) -> None:
    if kind and action in RECORDED:
        record_denied(Place(environment, kind.name, key), action, actor=actor_of(request))


def actor_of(request: Request) -> Actor:
    return Actor(request.user.get_username(), address_of(request))


def address_of(request: Request) -> str | None:
    """Where the request comes from: the peer, or what a trusted proxy says of it."""
    peer = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if forwarded and is_among(peer, settings.FORWARDED_ALLOW_IPS):
        # What stands before the last comma was sent by whoever talked to the proxy, and can be anything.
        return _address(forwarded.rpartition(",")[2].strip()) or _address(peer)
    return _address(peer)


def _address(text: str) -> str | None:
    address = ip_of(text)
    return str(address) if address else None
