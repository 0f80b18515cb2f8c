"""What base.html shows on every page: the environments, the way around, and who is signed in."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest
from django.urls import reverse

from secretsadmin.access import policy
from secretsadmin.access.authentication import may_enter
from secretsadmin.actions import ADMINISTER
from secretsadmin.config.environments import Environment
from secretsadmin.config.site import configured_site, find_environment, problem_of_file
from secretsadmin.kinds import KINDS, Kind
from secretsadmin.pages.activity_filter import audit_url
from secretsadmin.pages.in_sight import counts, errors_in_sight


@dataclass(frozen=True)
class Item:
    """A link of the sidebar."""

    title: str
    url: str
    icon: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class EnvironmentLink:
    """An environment of the switcher."""

    title: str
    url: str
    protected: bool
    color: str
    current: bool

    @property
    def dot(self) -> str:
        """The color of its dot."""
        if self.protected and not self.color:
            return "red"
        return self.color


@dataclass(frozen=True)
class Theme:
    """A button that chooses how pages look; app.js knows the values."""

    value: str
    label: str
    icon: str


THEMES = (
    Theme("light", "Light", "sun"),
    Theme("dark", "Dark", "moon"),
    Theme("system", "As the system", "monitor"),
)


@dataclass(frozen=True)
class Navigation:
    """The sidebar. `here` is the environment that the page is about, if it is about one."""

    here: EnvironmentLink | None
    environments: tuple[EnvironmentLink, ...]
    items: tuple[Item, ...]
    audit: Item | None
    compare: Item | None = None
    themes: tuple[Theme, ...] = THEMES

    @property
    def label(self) -> str:
        """The name of the switcher in a screen reader."""
        if self.here is None:
            return "Environment: all"
        if self.here.protected:
            return f"Environment: {self.here.title}, protected"
        return f"Environment: {self.here.title}"

    @property
    def list_above(self) -> Item | None:
        """The list that the page stands below."""
        # The first item is the overview.
        for item in self.items[1:]:
            if item.current:
                return item
        return None


def page(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    visible = visible_environments(user)
    here = _here(request, visible)
    return {
        "environment": here,
        "navigation": _navigation(request, visible, here),
        "roles_text": _roles_text(request, here),
        "reads_others": policy.may_anywhere(user, "audit"),
        "configuration_problem": _configuration_problem(user, visible),
    }


def _configuration_problem(
    user: AbstractBaseUser | AnonymousUser, visible: list[Environment]
) -> str:
    """What is wrong with the configuration's file, for those who look after an environment."""
    problem = problem_of_file()
    if not problem:
        return ""
    if any(policy.may(user, ADMINISTER.verb, environment) for environment in visible):
        return problem
    return ""


def visible_environments(user: AbstractBaseUser | AnonymousUser) -> list[Environment]:
    """The environments in which the person may view anything."""
    configured = configured_site().environments.values()
    return [environment for environment in configured if policy.may(user, "view", environment)]


def _here(request: HttpRequest, visible: list[Environment]) -> Environment | None:
    """The environment that the page is about. For an error's page, the one in the address.

    An environment that the person may not view counts as none: a refusal tells neither its title
    nor that it is protected.
    """
    if getattr(request, "is_withheld", False):
        return None
    decided: Environment | None = getattr(request, "environment", None)
    environment = decided or find_environment(request.path.split("/")[1])
    if environment in visible:
        return environment
    if len(visible) == 1:
        return visible[0]
    return None


def _roles_text(request: HttpRequest, here: Environment | None) -> str:
    if here is None:
        return ""
    roles = " and ".join(policy.roles(request.user, here))
    if not roles:
        return ""
    return f"{roles} in {here.title}"


def _navigation(
    request: HttpRequest, visible: list[Environment], here: Environment | None
) -> Navigation:
    links = tuple(link_to(environment, here) for environment in visible)
    link_here = None
    if here:
        link_here = link_to(here, here)
        items = _items(request, here)
    else:
        items = tuple(_way_into(environment) for environment in visible)
    audit = None
    if visible:
        audit = Item("Audit", audit_url(here), "history", request.path == reverse("audit"))
    return Navigation(link_here, links, items, audit, _compare(request, visible))


def _compare(request: HttpRequest, visible: list[Environment]) -> Item | None:
    """The link to all environments side by side, for those who see two or more."""
    if len(visible) < 2:  # noqa: PLR2004 - it takes two.
        return None
    url = reverse("compare-environments")
    return Item("Environments", url, "columns-3", request.path.startswith(url))


def link_to(environment: Environment, here: Environment | None = None) -> EnvironmentLink:
    return EnvironmentLink(
        environment.title,
        reverse("overview", args=[environment.name]),
        environment.protected,
        environment.color,
        current=environment == here,
    )


def _items(request: HttpRequest, environment: Environment) -> tuple[Item, ...]:
    url = reverse("overview", args=[environment.name])
    overview = Item("Overview", url, "house", request.path == url)
    kinds = [kind for kind in KINDS if policy.may(request.user, "view", environment, kind)]
    lists = [_kind(request, environment, kind) for kind in kinds]
    return (
        overview,
        *lists,
        _recycle_bin(request, environment, kinds),
        _health(request, environment, kinds),
        _setup(request, environment),
    )


def _way_into(environment: Environment) -> Item:
    """The link to an environment, for a page that belongs to none."""
    icon = "house"
    if environment.protected:
        icon = "lock"
    return Item(environment.title, reverse("overview", args=[environment.name]), icon)


def _recycle_bin(request: HttpRequest, environment: Environment, kinds: list[Kind]) -> Item:
    url = reverse("recycle-bin", args=[environment.name])
    count = 0
    if may_enter(request, environment):
        count = sum(counts(request.user, environment, kind).scheduled for kind in kinds)
    return Item("Recycle bin", url, "trash-2", request.path == url, count or None)


def _health(request: HttpRequest, environment: Environment, kinds: list[Kind]) -> Item:
    url = reverse("inventory-health", args=[environment.name])
    count = 0
    if may_enter(request, environment):
        count = sum(errors_in_sight(request.user, environment, kind) for kind in kinds)
    return Item("Health", url, "heart-pulse", request.path == url, count or None)


def _setup(request: HttpRequest, environment: Environment) -> Item:
    url = reverse("setup", args=[environment.name])
    return Item("Set-up", url, "wrench", request.path.startswith(url))


def _kind(request: HttpRequest, environment: Environment, kind: Kind) -> Item:
    url = reverse(f"{kind.name}:index", args=[environment.name])
    is_current = request.path.startswith(url)
    size = None
    if may_enter(request, environment):
        size = counts(request.user, environment, kind).size
    return Item(kind.title, url, kind.icon, is_current, size)
