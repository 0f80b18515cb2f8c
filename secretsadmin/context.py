"""What base.html shows on every page: the environments, the way around, and who is signed in."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from secretsadmin import environments, policy
from secretsadmin.environments import Environment
from secretsadmin.kinds import KINDS, Kind
from secretsadmin.store.listing import listing


@dataclass(frozen=True)
class Item:
    """A link of the sidebar."""

    title: str
    url: str
    icon: str
    current: bool
    count: int | None = None


@dataclass(frozen=True)
class Choice:
    """An environment of the switcher."""

    name: str
    title: str
    url: str
    protected: bool
    color: str
    current: bool


def page(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    seen = [e for e in environments.site().environments.values() if policy.may(user, "view", e)]
    here = _here(request, seen)
    roles = " and ".join(policy.roles(user, here)) if here else ""
    return {
        "environment": here,
        "environments": [_choice(environment, here) for environment in seen],
        "nav": _nav(request, here) if here else [_environment(environment) for environment in seen],
        "nav_more": [_audit(request, here)] if seen else [],
        "roles_text": f"{roles} in {here.title}" if here and roles else "",
    }


def _here(request: HttpRequest, seen: list[Environment]) -> Environment | None:
    """The environment that the page is about, or that its address names where the page itself isn't there.

    One that the person may not view is none: a refusal doesn't tell what it is called, or that it is protected.
    """
    asked: Environment | None = getattr(request, "environment", None)
    named = asked or environments.get(request.path.split("/")[1])
    if named in seen:
        return named
    return seen[0] if len(seen) == 1 else None


def _choice(environment: Environment, here: Environment | None) -> Choice:
    url = reverse("overview", args=[environment.name])
    current = here is not None and environment.name == here.name
    return Choice(environment.name, environment.title, url, environment.protected, environment.color, current)


def _nav(request: HttpRequest, environment: Environment) -> list[Item]:
    overview = reverse("overview", args=[environment.name])
    kinds = [kind for kind in KINDS if policy.may(request.user, "view", environment, kind)]
    return [
        Item("Overview", overview, "house", request.path == overview),
        *(_kind(request, environment, kind) for kind in kinds),
        _recycle_bin(request, environment, kinds),
    ]


def _environment(environment: Environment) -> Item:
    """The way into it, from a page that is of none."""
    icon = "lock" if environment.protected else "house"
    return Item(environment.title, reverse("overview", args=[environment.name]), icon, current=False)


def _audit(request: HttpRequest, here: Environment | None) -> Item:
    url = reverse("audit")
    query = f"?{urlencode({'environment': here.name})}" if here else ""
    return Item("Audit", f"{url}{query}", "history", request.path == url)


def _recycle_bin(request: HttpRequest, environment: Environment, kinds: list[Kind]) -> Item:
    url = reverse("recycle-bin", args=[environment.name])
    count = sum(listing(environment, kind).scheduled for kind in kinds)
    return Item("Recycle bin", url, "trash-2", request.path == url, count or None)


def _kind(request: HttpRequest, environment: Environment, kind: Kind) -> Item:
    url = reverse(f"{kind.name}:index", args=[environment.name])
    return Item(kind.title, url, kind.icon, request.path.startswith(url), listing(environment, kind).size)
