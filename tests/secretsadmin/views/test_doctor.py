"""The page of the doctor ... (each test finishes the sentence)."""

import re
from html import unescape
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import As, use
from tests.secretsadmin.conftest import Configure
from tests.support.doctor_command import doctor
from tests.support.faults import FaultProxy
from tests.support.people import somebody
from tests.support.wire import connected, counting

pytestmark = pytest.mark.django_db
URL = "/default/setup/doctor/"
ROLES = ("editor", "admin")
# What is said in other words in another second, and to a person.
IN_OTHER_WORDS = ("aws.clock", "configuration.environments")
# Somebody who edits some variables of `dev`, and sees nothing else.
GRANTS = """
[[grants]]
group = "analysts"
role = "editor"
environments = ["dev"]
kinds = ["variables"]
ids = ["a_*"]

[[grants]]
group = "admins"
role = "admin"
"""


def results(page: str) -> dict[str, str]:
    """The results by the names of the checks; the last one, where a check has several."""
    rows = re.findall(r'<tr>.*?badge \w+">([a-z ]+)<.*?mono">([\w.]+)</code>', page, re.DOTALL)
    return {check: status for status, check in rows}


def test_shows_what_it_would_check_and_asks_nobody(
    editor: Client, secrets_manager: Emulator
) -> None:
    with counting(secrets_manager) as calls:
        page = editor.get(URL).content.decode()

    assert "secretsmanager:PutSecretValue" in page
    assert f'<form method="post" action="{URL}">' in page
    assert not calls
    assert not Event.objects.exists()


def test_shows_the_lines_with_a_time_each_and_is_recorded(editor: Client) -> None:
    page = editor.post(URL).content.decode()

    found = results(page)
    assert found["aws.reach"] == found["permission.DeleteSecret"] == found["site.keys"] == "holds"
    assert len(re.findall(r">(?:under 1|[\d,]+) ms<", page)) == page.count('<th scope="row">')
    assert {(line.action, line.user) for line in Event.objects.all()} == {
        ("setup.diagnose", "editor")
    }


def test_shows_first_what_fails(
    signed_in: As, settings: Settings, secrets_manager: Emulator
) -> None:
    client = signed_in("editor")
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint, full_url_mode=False)
        proxy.when("UntagResource").deny()
        page = client.post(URL).content.decode()

    found = results(page)
    statuses = list(found.values())
    assert found["permission.UntagResource"] == "fails"
    assert found["configuration.kwargs"] == "caution"
    first = statuses.index("holds")
    assert "fails" not in statuses[first:]
    assert "caution" not in statuses[first:]
    assert statuses[:first] == sorted(statuses[:first], key=["fails", "caution"].index)


def test_shows_the_lines_of_the_command_to_those_who_administer(
    as_role: As, secrets_manager: Emulator
) -> None:
    page = as_role("admin").post(URL).content.decode()

    told = doctor("default")
    sentences = {line["sentence"] for line in told.lines if line["check"] not in IN_OTHER_WORDS}
    assert {"The environments are default.", "Every grant fits something."} <= sentences
    assert [sentence for sentence in sentences if sentence not in unescape(page)] == []
    assert results(page).keys() == {line["check"] for line in told.lines}


@pytest.mark.parametrize("grant", ["", 'environments = ["dev"]'])
def test_tells_of_the_whole_file_to_those_who_administer_all_of_it(
    configure: Configure, grant: str
) -> None:
    for_nobody = '[[grants]]\ngroup = "ops"\nrole = "viewer"\nids = ["gone!*"]\n'
    configure(f'[[grants]]\ngroup = "leads"\nrole = "admin"\n{grant}\n{for_nobody}')
    client = Client()
    client.force_login(somebody("lead", "leads"))

    page = client.post("/dev/setup/doctor/").content.decode()

    found = results(page)
    assert ("configuration.file" in found) == (not grant)
    assert (found.get("configuration.grants") == "caution") == (not grant)
    assert ("gone!*" in page) == (not grant)
    assert ("The environments are" in page) == (not grant)


def test_tells_once_that_a_changed_file_can_not_be_used(
    configure: Configure, settings: Settings, as_role: As
) -> None:
    configure(GRANTS)
    admin = as_role("admin")
    admin.get("/dev/setup/doctor/")
    Path(settings.SECRETSADMIN_CONFIG).write_text("[[", encoding="utf-8")

    page = admin.post("/dev/setup/doctor/").content.decode()

    assert results(page)["configuration.file"] == "fails"
    assert page.count(">configuration.file<") == 1


def test_names_no_environment_that_one_may_not_view(configure: Configure, as_role: As) -> None:
    emulator = configure(GRANTS)
    # Protected and not, the two share names; what refuses that at a start is another check.
    cloaked = f"""
[environments.cloaked.backend_kwargs]
endpoint_url = "{emulator.endpoint}"
region_name = "eu-central-1"
variables_prefix = "dev/variables/a_secret_team"
connections_prefix = "cloaked/connections"
config_prefix = "cloaked/config"
"""
    configure(GRANTS, prod=cloaked)
    client = Client()
    client.force_login(somebody("analyst", "analysts"))

    page = client.post("/dev/setup/doctor/").content.decode()
    admins = as_role("admin").post("/dev/setup/doctor/").content.decode()

    assert "The environments dev and cloaked" in admins
    assert "cloaked" not in page
    assert "a_secret_team" not in page
    assert results(page)["configuration.environments"] == "holds"


def test_counts_no_secret_that_one_may_not_view(configure: Configure) -> None:
    emulator = configure(GRANTS)
    with connected(emulator.endpoint) as client:
        for name in ("variables/a_1", "variables/b_1", "variables/b_2", "connections/x"):
            client.create_secret(Name=f"dev/{name}", SecretString="text")
        client.create_secret(Name="dew/config/x", SecretString="text")
    analyst = Client()
    analyst.force_login(somebody("analyst", "analysts"))

    page = analyst.post("/dev/setup/doctor/").content.decode()

    assert "1 variable is below dev/variables/." in page
    assert "dev/connections" not in page
    assert "dev/config" not in page
    assert "dew" not in page


@pytest.mark.parametrize("account", ["", "210987654321"])
def test_names_the_account_to_those_who_administer(
    configure: Configure, as_role: As, account: str
) -> None:
    configure(dev=f'account = "{account}"' if account else "")

    pages = [as_role(role).post("/dev/setup/doctor/").content.decode() for role in ROLES]

    state = "fails" if account else "holds"
    assert [results(page)["aws.identity"] for page in pages] == [state, state]
    for digits in filter(None, ("123456789012", account)):
        assert [digits in page for page in pages] == [False, True]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="It switches SQLite to read only")
def test_says_the_rest_where_nothing_can_be_recorded(
    editor: Client, secrets_manager: Emulator
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
    try:
        with counting(secrets_manager) as calls:
            response = editor.post(URL)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only = OFF")

    found = results(response.content.decode())
    assert (found["record.written"], found["aws.reach"]) == ("fails", "not tried")
    assert found["configuration.kwargs"] == "holds"
    assert not calls


def test_has_the_name_that_the_set_up_page_links_to(editor: Client) -> None:
    assert reverse("setup-doctor", args=["default"]) == URL


def test_is_not_there_in_an_environment_that_is_not_there(editor: Client) -> None:
    assert editor.get("/nowhere/setup/doctor/").status_code == 404
    assert editor.post("/nowhere/setup/doctor/").status_code == 404


def test_takes_no_other_method(editor: Client) -> None:
    assert editor.put(URL).status_code == 405
