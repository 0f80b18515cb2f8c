"""The policy allows what a grant names, there where it holds, and nothing else."""

from itertools import product

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User

from secretsadmin.access import policy
from secretsadmin.config.environments import Environment
from secretsadmin.config.site import find_environment
from secretsadmin.kinds import CONFIG, CONNECTIONS, KINDS, VARIABLES
from tests.secretsadmin.conftest import Configure, person

pytestmark = pytest.mark.django_db

ACTIONS = (
    *("view", "history", "open", "compare", "reveal", "copy"),
    *("create", "update", "roll-back", "delete", "restore", "audit"),
)
# One letter an action, in their order; a dash where it is refused.
ALLOWED = {
    ("nobody", "dev"): "------------",
    ("viewer", "dev"): "vhom--------",
    ("editor", "dev"): "vhomrCcubDR-",
    ("admin", "dev"): "vhomrCcubDRa",
    ("auditor", "dev"): "vh---------a",
    ("superuser", "dev"): "vhomrCcubDRa",
    ("nobody", "prod"): "------------",
    ("viewer", "prod"): "vhom--------",
    ("editor", "prod"): "vhom--cub-R-",
    ("admin", "prod"): "vhomrCcubDRa",
    ("auditor", "prod"): "vh---------a",
    ("superuser", "prod"): "vhomrCcubDRa",
}


def environment(name: str) -> Environment:
    found = find_environment(name)
    assert found
    return found


@pytest.mark.usefixtures("two_environments")
@pytest.mark.parametrize(("role", "name"), ALLOWED)
def test_allows_each_role_its_own_actions(role: str, name: str) -> None:
    allowed = {
        action for action, letter in zip(ACTIONS, ALLOWED[role, name], strict=True) if letter != "-"
    }

    for action, kind in product(ACTIONS, (None, *KINDS)):
        assert policy.may(person(role), action, environment(name), kind) == (action in allowed), (
            action,
            kind,
        )


@pytest.mark.usefixtures("two_environments")
def test_refuses_whoever_is_not_signed_in_or_not_active() -> None:
    gone = User(username="gone", is_superuser=True, is_active=False)

    assert not any(policy.may(user, "view", environment("dev")) for user in (AnonymousUser(), gone))


@pytest.mark.usefixtures("two_environments")
def test_refuses_an_action_that_nobody_has_heard_of() -> None:
    assert not policy.may(person("admin"), "format-the-disk", environment("dev"))


def test_grants_the_default_groups_nothing_once_there_are_grants(configure: Configure) -> None:
    configure("[[grants]]\ngroup = 'data'\nrole = 'editor'")

    assert not policy.may(person("admin"), "view", environment("dev"))


def test_keeps_a_grant_to_its_environments_and_kinds(configure: Configure) -> None:
    configure(
        "[[grants]]\ngroup = 'data'\nrole = 'editor'\nenvironments = ['dev']\nkinds = ['variables']"
    )
    user = User.objects.create(username="analyst")
    user.groups.add(Group.objects.create(name="data"))

    assert policy.may(user, "reveal", environment("dev"), VARIABLES)
    assert policy.may(user, "reveal", environment("dev"))
    assert not any(
        policy.may(user, "view", environment("dev"), kind) for kind in (CONNECTIONS, CONFIG)
    )
    assert not any(policy.may(user, "view", environment("prod"), kind) for kind in (None, *KINDS))


def test_adds_up_the_grants_of_several_groups(configure: Configure) -> None:
    configure(
        "[[grants]]\ngroup = 'data'\nrole = 'viewer'\n"
        "[[grants]]\ngroup = 'ops'\nrole = 'admin'\nenvironments = ['prod']"
    )
    user = User.objects.create(username="analyst")
    user.groups.add(*(Group.objects.create(name=name) for name in ("data", "ops")))

    assert policy.roles(user, environment("dev")) == ("viewer",)
    assert policy.roles(user, environment("prod")) == ("admin", "viewer")
    assert policy.may(user, "delete", environment("prod"), CONNECTIONS)
    assert not policy.may(user, "delete", environment("dev"), CONNECTIONS)


@pytest.mark.usefixtures("two_environments")
def test_calls_a_superuser_so() -> None:
    assert policy.roles(person("superuser"), environment("dev")) == ("superuser",)
    assert policy.roles(AnonymousUser(), environment("dev")) == ()
