"""The first line of every view: may this person do this here? Denied by default."""

import ipaddress

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404

from secretsadmin import environments, policy
from secretsadmin.audit.models import Actor, record_denied
from secretsadmin.backend import InvalidId, KindDisabled
from secretsadmin.environments import Environment, Ref
from secretsadmin.htmx import Request
from secretsadmin.kinds import Kind

RECORDED = frozenset(
    {"open", "compare", "reveal", "copy", "create", "update", "roll-back", "label", "delete", "restore"}
)


def environment_of(request: Request, name: str, action: str, kind: Kind | None = None) -> Environment:
    """The environment, if the person may do this in it. Raises Http404 and PermissionDenied."""
    environment = environments.get(name)
    if environment is None:
        raise Http404
    request.environment = environment
    if not policy.may(request.user, action, environment, kind):
        if kind and action in RECORDED:
            # Of what was to be created, no id is known yet.
            record_denied(Ref(environment, kind, ""), action, actor=actor_of(request))
        raise PermissionDenied
    return environment


def secret_of(request: Request, name: str, action: str, kind: Kind, key: str) -> Ref:
    """The secret, if the person may do this to it; refusals of what would be recorded are recorded.

    Raises Http404 for an id that can't exist here, before AWS is asked.
    """
    environment = environments.get(name)
    if environment is None:
        raise Http404
    request.environment = environment
    ref = Ref.from_key(environment, kind, key)
    try:
        _ = ref.name
    except (InvalidId, KindDisabled):
        raise Http404 from None
    _decide(request, action, ref)
    return ref


def actor_of(request: Request) -> Actor:
    return Actor(request.user.get_username(), address_of(request))


def address_of(request: Request) -> str | None:
    """Where the request comes from: the peer, or what a trusted proxy says of it."""
    peer = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if forwarded and (peer in settings.FORWARDED_ALLOW_IPS or "*" in settings.FORWARDED_ALLOW_IPS):
        # What stands before the last comma was sent by whoever talked to the proxy, and can be anything.
        return _address(forwarded.rpartition(",")[2].strip()) or _address(peer)
    return _address(peer)


def _address(text: str) -> str | None:
    try:
        # A zone names an interface of this machine, and PostgreSQL takes none in an address.
        return str(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError:
        return None


def _decide(request: Request, action: str, ref: Ref) -> None:
    if policy.may(request.user, action, ref.environment, ref.kind):
        return
    if action in RECORDED:
        record_denied(ref, action, actor=actor_of(request))
    raise PermissionDenied
