"""The record shows somebody the lines of what their grants cover ... (as each test says)."""

import pytest

from secretsadmin.access import policy
from secretsadmin.access.recorded import secrets_of
from secretsadmin.audit.models import Event
from secretsadmin.audit.recording import Actor, Place, note
from secretsadmin.config.ref import Ref
from secretsadmin.config.site import find_environment
from secretsadmin.kinds import BY_NAME
from tests.secretsadmin.conftest import Configure
from tests.support.people import somebody

pytestmark = pytest.mark.django_db
TEAMS = 'teams = ["alpha", "alpha--beta", "gamma"]'
KEYS = (
    *("x", "alpine", "gamut", "a.b", "a-b", "axb", "Alpine", "a/b_c", "aaaa", "alphax"),
    *("alpha--x", "alpha--alpine", "alpha--beta--x", "gamma--x", "gamma--alpine", "gamma--gamut"),
)
LIMITS = (
    'ids = ["alp*"]',
    'ids = ["a?b", "ga*"]',
    'ids = ["*a*--*", "?"]',
    'ids = ["**a**"]',
    'ids = ["*a*a*a*a*"]',
    'teams = ["alpha"]',
    'teams = ["alpha--beta", "gamma"]',
    'teams = ["gamma"]\nids = ["g*t"]',
)


def grant_of(limit: str) -> str:
    return f'[[grants]]\ngroup = "some"\nrole = "viewer"\nenvironments = ["dev"]\n{limit}\n'


def readable(kind: str) -> set[str]:
    environment = find_environment("dev")
    assert environment
    condition = secrets_of(somebody("ada", "some"), "view", environment, BY_NAME[kind])
    return set(Event.objects.filter(condition, kind=kind).values_list("secret", flat=True))


def note_all(kind: str, keys: tuple[str, ...]) -> None:
    for key in keys:
        note(f"{kind}.open", actor=Actor("eve"), place=Place("dev", kind, key))


@pytest.mark.parametrize("kind", ["connections", "config"])
@pytest.mark.parametrize("limit", LIMITS)
def test_and_no_others_whatever_teams_and_ids_look_like(
    configure: Configure, kind: str, limit: str
) -> None:
    configure(grant_of(limit), dev=TEAMS)
    environment = find_environment("dev")
    assert environment
    note_all(kind, KEYS)
    ada, its_kind = somebody("ada", "some"), BY_NAME[kind]

    covered = set()
    for key in KEYS:
        ref = Ref.from_key(environment, its_kind, key)
        if policy.may(ada, "view", environment, its_kind, ref):
            covered.add(key)

    assert readable(kind) == covered


def test_at_once_whatever_ids_somebody_tried(configure: Configure) -> None:
    """With each star tried at each place, one such line takes longer than the universe has."""
    configure(grant_of(f'ids = ["{"*a" * 20}b", "*aab"]'))
    note_all("variables", ("a" * 512, "a" * 500 + "b"))

    assert readable("variables") == {"a" * 500 + "b"}
