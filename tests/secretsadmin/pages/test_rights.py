"""A page that leaves a button out says why, and who may do what it would have done."""

import re
from itertools import product

import pytest
from django.test import Client

from secretsadmin.actions import actions_with_button
from secretsadmin.demo.emulator import Emulator
from secretsadmin.pages.rights import listed
from tests.secretsadmin.access.test_requests import ENVIRONMENTS, INPUT, ROLES
from tests.secretsadmin.conftest import As
from tests.support.wire import connected

EDITING = "Editors and admins may"
ASKING = "Editors, admins and auditors may ask CloudTrail who changed it."
PROTECTED = "Production is protected: only admins may"
MISSING = re.compile(r'<p class="missing-rights">.*?<span>(.*?)</span>\s*</p>', re.DOTALL)
# Whatever a button or a link of a page leads to has one of these verbs in its address.
ACT = re.compile(r'(?:action|href)="/(?:dev|prod)/(?:connections|variables)/([a-z-]+)/')
TEXTS = {"connections": "postgres://login:password@host", "variables": "text"}


# What the buttons do that do all of an action, for a secret whose deletion isn't scheduled.
AT_ONCE = [action.denied.format(it="it") for action in actions_with_button(is_scheduled=False)]


@pytest.fixture
def secrets(two_environments: Emulator) -> Emulator:
    """The secret `x` of both kinds, in both environments; `gone` is scheduled for deletion."""
    with connected(two_environments.endpoint) as client:
        for environment, (kind, text), key in product(ENVIRONMENTS, TEXTS.items(), ("x", "gone")):
            client.create_secret(Name=f"{environment}/{kind}/{key}", SecretString=text)
            client.put_secret_value(SecretId=f"{environment}/{kind}/{key}", SecretString=text)
            if key == "gone":
                client.delete_secret(SecretId=f"{environment}/{kind}/{key}", RecoveryWindowInDays=7)
    return two_environments


def told(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    found = MISSING.search(response.content.decode())
    return found[1] if found else ""


@pytest.mark.parametrize(
    ("role", "url", "sentence"),
    [
        ("editor", "/dev/connections/detail/x/", ""),
        ("admin", "/prod/connections/detail/x/", ""),
        ("superuser", "/prod/connections/detail/x/", ""),
        (
            "editor",
            "/prod/connections/detail/x/",
            f"{PROTECTED} show what is masked, copy it whole and delete it.",
        ),
        ("editor", "/prod/variables/detail/x/", f"{PROTECTED} show what is masked and delete it."),
        (
            "viewer",
            "/dev/variables/detail/x/",
            f"{EDITING} {listed(['edit it', 'show what is masked', *AT_ONCE, 'delete it'])}.",
        ),
        (
            "viewer",
            "/prod/variables/detail/x/",
            (
                f"{EDITING} {listed(['edit it', *AT_ONCE])}. "
                f"{PROTECTED} show what is masked and delete it."
            ),
        ),
        ("viewer", "/prod/connections/detail/gone/", f"{EDITING} restore it."),
        ("editor", "/prod/connections/detail/gone/", ""),
        (
            "viewer",
            "/prod/connections/history/x/",
            f"{EDITING} roll back and move labels. {ASKING}",
        ),
        ("viewer", "/prod/connections/history/gone/", ASKING),
        ("viewer", "/prod/connections/", f"{EDITING} create one."),
        ("auditor", "/prod/variables/", f"{EDITING} create one."),
        ("editor", "/prod/connections/", ""),
        ("viewer", "/dev/recycle-bin/", f"{EDITING} restore it."),
        ("editor", "/dev/recycle-bin/", ""),
    ],
)
def test_names_the_acts_and_the_roles(
    as_role: As, secrets: Emulator, role: str, url: str, sentence: str
) -> None:
    assert told(as_role(role), url) == sentence


def test_says_nothing_of_an_empty_recycle_bin(as_role: As, two_environments: Emulator) -> None:
    assert told(as_role("viewer"), "/dev/recycle-bin/") == ""


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("anonymous", "nobody")])
@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("kind", TEXTS)
def test_offers_nothing_that_is_then_refused(
    as_role: As, secrets: Emulator, role: str, environment: str, kind: str
) -> None:
    client = as_role(role)
    below = f"/{environment}/{kind}"
    pages = [client.get(f"{below}/"), client.get(f"/{environment}/recycle-bin/")]
    pages += [
        client.get(f"{below}/{page}/{key}/")
        for page in ("detail", "history")
        for key in ("x", "gone")
    ]
    opened = client.post(f"{below}/open/x/")
    pages += [opened] if opened.status_code == 200 else []

    offered = {act for page in pages for act in ACT.findall(page.content.decode())}

    assert offered >= {"detail", "history"}
    for verb in offered:
        url = f"{below}/{verb}/" if verb in ("create", "refresh") else f"{below}/{verb}/x/"
        assert client.get(url).status_code != 403, url
        assert client.post(url, INPUT.get(verb, {})).status_code != 403, url
