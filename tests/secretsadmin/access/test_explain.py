"""`manage.py access explain` and the page of one's own rights say which grant decides."""

from html import unescape
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from tests.secretsadmin.conftest import As, Configure
from tests.support.people import somebody

pytestmark = pytest.mark.django_db
GRANTS = """
[[grants]]
group = "team-a"
role = "editor"
environments = ["dev"]
kinds = ["variables"]
ids = ["a_*"]

[[grants]]
group = "platform"
role = "admin"
"""
LIKE_DEV = """
[environments.next]
title = "Next"
backend_kwargs = { region_name = "eu-central-1" }
"""


def explain(*words: str) -> str:
    said = StringIO()
    call_command("access", "explain", *words, stdout=said)
    return said.getvalue()


@pytest.fixture(autouse=True)
def people(configure: Configure) -> None:
    configure(GRANTS)
    somebody("ada", "team-a")
    somebody("root", is_superuser=True)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("ada update dev variables a_1", "allowed: the grant of team-a at line"),
        ("ada update dev variables", "allowed: the grant of team-a at line"),
        ("ada update dev variables b_1", "denied: no grant of the person's groups allows it."),
        ("ada update dev connections a_1", "Members of platform may."),
        ("ada delete prod variables a_1", "Members of platform may."),
        ("root delete prod variables a_1", "allowed: a superuser may do everything."),
        ("ada update dev", "allowed: the grant of team-a at line"),
        ("ada update prod", "Members of platform may."),
    ],
)
def test_in_a_sentence(asked: str, says: str) -> None:
    assert says in explain(*asked.split())


@pytest.mark.parametrize(
    ("asked", "everywhere", "dev", "prod"),
    [
        ("ada update", "denied: no grant of theirs", "allowed: the grant of team-a", "denied: no"),
        ("ada audit", "denied: no grant of theirs", "denied: no grant", "denied: no grant"),
        ("chief audit", *["allowed: the grant of platform at line"] * 3),
        ("root administer", *["allowed: a superuser may do everything."] * 3),
        ("gone audit", *["denied: nobody is signed in, or the account is disabled."] * 3),
    ],
)
def test_for_the_whole_site_and_each_environment(
    asked: str, everywhere: str, dev: str, prod: str
) -> None:
    somebody("chief", "platform")
    User.objects.filter(pk=somebody("gone", "platform").pk).update(is_active=False)

    said = explain(*asked.split()).splitlines()

    for line, start in zip(
        said, (f"everywhere: {everywhere}", f"dev: {dev}", f"prod: {prod}"), strict=True
    ):
        assert line.startswith(start)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("nobody update dev variables", "There is no account nobody."),
        ("ada update none variables", "There is no environment none."),
        ("ada fly dev variables", "invalid choice: 'fly'"),
    ],
)
def test_what_is_wrong_with_a_question(asked: str, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        explain(*asked.split())


def test_on_a_page_of_ones_own(as_role: As) -> None:
    client = Client()
    client.force_login(somebody("ada"))

    page = unescape(client.get("/rights/").content.decode())

    assert "team-a" in page
    assert "variables with ids such as a_*" in page
    assert "the grant of team-a at line" in page
    assert "View, History, Create, Update" in page
    assert page.count("Members of platform may.") == 1
    assert "Production" not in page


def test_on_a_page_that_names_environments_which_are_alike_together(configure: Configure) -> None:
    configure(f"{LIKE_DEV}{GRANTS}")
    client = Client()
    client.force_login(somebody("chief", "platform"))

    page = unescape(client.get("/rights/").content.decode())

    assert page.count('<table class="list rights">') == 2
    assert "You are admin in each." in page


def test_to_somebody_without_any_right_whom_to_ask(as_role: As) -> None:
    page = unescape(as_role("nobody").get("/rights/").content.decode())

    assert "You may do nothing here yet" in page
    assert 'href="/rights/" aria-keyshortcuts' in as_role("nobody").get("/").content.decode()


def test_what_is_wrong_with_a_changed_configuration_to_those_who_administer(
    settings: Settings, as_role: As
) -> None:
    path = Path(settings.SECRETSADMIN_CONFIG)
    chief, ada = Client(), Client()
    chief.force_login(somebody("chief", "platform"))
    ada.force_login(somebody("ada"))
    assert "can’t be used" not in chief.get("/dev/").content.decode()

    path.write_text(path.read_text() + "[[grants]]\n")

    assert "A grant needs a group" in chief.get("/dev/").content.decode()
    assert "can’t be used" not in ada.get("/dev/").content.decode()
