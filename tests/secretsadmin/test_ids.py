"""Ids ... (each test finishes the sentence)."""

from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import get_resolver
from django.urls.exceptions import NoReverseMatch

from secretsadmin.actions import AT_ONCE
from secretsadmin.audit.models import Event
from secretsadmin.config.backend import KIND_NAMES
from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.conftest import As, Configure
from tests.support.hostile import HOSTILE_IDS
from tests.support.wire import connected, counting

VERBS = {
    "detail": ("GET",),
    "history": ("GET",),
    "open": ("POST",),
    "reveal": ("POST",),
    "copy": ("POST",),
    "edit": ("POST",),
    "update": ("GET", "POST"),
    "compare": ("GET", "POST"),
    "roll-back": ("GET", "POST"),
    "delete": ("GET", "POST"),
    "label": ("GET", "POST"),
    "tag": ("GET", "POST"),
    "duplicate": ("GET", "POST"),
    "ask-cloudtrail": ("POST",),
    **dict.fromkeys(AT_ONCE, ("POST",)),
}
# An environment with the prefixes that Airflow has by default.
PLAIN = """
[environments.plain]
teams = ["analytics"]
[environments.plain.backend_kwargs]
endpoint_url = "{}"
region_name = "eu-central-1"
"""


@pytest.fixture
def plain(configure: Configure) -> Emulator:
    return configure(PLAIN.format(configure().endpoint))


def test_are_taken_by_these_pages_alone() -> None:
    pages = get_resolver().namespace_dict["connections"][1]
    taking = {name for name in pages.reverse_dict if isinstance(name, str) and takes_an_id(name)}

    assert taking == set(VERBS)


def takes_an_id(name: str) -> bool:
    try:
        get_resolver().namespace_dict["connections"][1].reverse(name, "x")
    except NoReverseMatch:
        return False
    return True


@pytest.mark.parametrize("hostile", HOSTILE_IDS)
def test_that_are_hostile_cause_404_and_no_call(plain: Emulator, as_role: As, hostile: str) -> None:
    client = as_role("superuser")
    requests = [
        (f"connections/{verb}", method) for verb, methods in VERBS.items() for method in methods
    ]
    with counting(plain) as calls:
        for page, method in (*requests, ("variables/reveal", "POST"), ("config/reveal", "POST")):
            for spelled in {quote(hostile, safe="/"), quote(hostile, safe="")}:
                response = client.generic(method, f"/plain/{page}/{spelled}/")
                assert response.status_code == 404, (page, method, spelled)
    assert not calls
    assert not Event.objects.exists()


@pytest.mark.parametrize("hostile", [id_ for id_ in HOSTILE_IDS if id_ == id_.strip()])
def test_that_are_hostile_are_refused_by_a_form(plain: Emulator, as_role: As, hostile: str) -> None:
    client = as_role("editor")
    with counting(plain) as calls:
        for kind in KIND_NAMES:
            data = {"conn_id": hostile, "key": hostile, "conn_type": "postgres", "value": "x"}
            assert client.post(f"/plain/{kind}/create/", data).status_code == 422, kind
    assert not calls


def test_of_one_environment_find_nothing_of_another(
    two_environments: Emulator, as_role: As
) -> None:
    with connected(two_environments.endpoint) as client:
        client.create_secret(Name="prod/variables/x", SecretString="radioactive")

    for key in ("x", "prod/variables/x"):
        response = as_role("superuser").post(f"/dev/variables/reveal/{key}/")
        assert response.status_code == 404
        assert b"radioactive" not in response.content


def test_of_one_kind_find_nothing_of_another(configure: Configure, as_role: As) -> None:
    emulator = configure()
    with connected(emulator.endpoint) as client:
        client.create_secret(Name="dev/connections/x", SecretString="postgres://:radioactive@host")

    for kind in ("variables", "config"):
        assert as_role("superuser").post(f"/dev/{kind}/reveal/x/").status_code == 404


def test_that_end_like_an_arn_lead_to_no_other_secret(
    two_environments: Emulator, as_role: As
) -> None:
    with connected(two_environments.endpoint) as client:
        arn = client.create_secret(Name="dev/variables/x", SecretString="radioactive")["ARN"]
    suffix = arn[-7:]

    for key in (f"x{suffix}", arn.rpartition("dev/variables/")[2]):
        response = as_role("superuser").post(f"/dev/variables/reveal/{key}/")
        assert response.status_code == 404
        assert b"radioactive" not in response.content


@pytest.mark.parametrize(
    "key", ["a.b", "a/b/c", "A_b-C", "user@example", "a+b=c", "orders-AbC123", "a" * 200]
)
def test_that_airflow_takes_lead_to_their_secret(
    two_environments: Emulator, as_role: As, key: str
) -> None:
    with connected(two_environments.endpoint) as client:
        client.create_secret(Name=f"dev/variables/{key}", SecretString="x")
    editor = as_role("editor")

    for verb in ("detail", "history", "update"):
        assert editor.get(f"/dev/variables/{verb}/{quote(key)}/").status_code == 200
    assert editor.post(f"/dev/variables/reveal/{quote(key)}/").status_code == 200


# No URL has a path with one of these in it.
NO_PATH = {"", "a\nb", "a\r\nSet-Cookie: x=y"}


def test_that_are_hostile_lead_to_the_sign_in_at_most(two_environments: Emulator) -> None:
    with counting(two_environments) as calls:
        for hostile in HOSTILE_IDS:
            response = Client().get(f"/dev/connections/detail/{quote(hostile)}/")
            assert response.status_code == (404 if hostile in NO_PATH else 302), hostile
    assert not calls
