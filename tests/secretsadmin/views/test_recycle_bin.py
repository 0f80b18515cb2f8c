"""The recycle bin ... (each test finishes the sentence)."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.demo.emulator import Emulator
from secretsadmin.kinds import BY_NAME
from secretsadmin.store import listing
from tests.conftest import As, begin_cold, use
from tests.secretsadmin.store.acts import default
from tests.support.faults import FaultProxy
from tests.support.hostile import HOSTILE_IDS
from tests.support.site import acts, put, stored
from tests.support.wire import connected, counting

URL = "/default/recycle-bin/"
KINDS = ("connections", "variables", "config")
GRANTED = """
[environments.default]
title = "Only variables"
backend_kwargs = '{{"endpoint_url": "{}", "region_name": "eu-central-1"}}'
[[grants]]
group = "analysts"
role = "editor"
kinds = ["variables"]
"""


def delete(emulator: Emulator, name: str, days: int = 7) -> None:
    """Asked for outside the dashboard."""
    with connected(emulator.endpoint) as client:
        client.delete_secret(SecretId=name, RecoveryWindowInDays=days)


def binned(response: Any) -> list[str]:
    return [row.id for row in response.context["page"].rows]


def date(kind: str, moment: datetime) -> None:
    """Let the list know the one secret of a kind as deleted at this moment."""
    here = listing.listing(default(), BY_NAME[kind])
    (secret,) = here.read().secrets
    here.learn(replace(secret, deleted=moment))


def counted(response: Any) -> int | None:
    """The number beside the recycle bin in the menu."""
    (item,) = [item for item in response.context["navigation"].items if item.title == "Recycle bin"]
    count: int | None = item.count
    return count


@pytest.fixture
def deleted(editor: Client, secrets_manager: Emulator) -> Emulator:
    """One secret of each kind, deleted by the editor with a reason; the last one goes first."""
    for days, kind in zip((30, 20, 10), KINDS, strict=True):
        put(secrets_manager, f"airflow/{kind}/of-{kind}", "http://u:p@h")
        sent = {"days": str(days), "reason": f"<b>{kind}"}
        response = editor.post(f"/default/{kind}/delete/of-{kind}/", sent)
        assert response.status_code == 302
    return secrets_manager


def test_shows_what_goes_first_of_every_kind_without_asking_aws(
    editor: Client, deleted: Emulator
) -> None:
    put(deleted, "airflow/variables/in-use", "text")
    for kind in KINDS:
        editor.get(f"/default/{kind}/")

    with counting(deleted) as calls:
        response = editor.get(URL)

    assert not calls
    assert binned(response) == ["of-config", "of-variables", "of-connections"]
    row = response.context["page"].rows[0]
    assert (row.deletion.by, row.deletion.reason) == ("editor", "<b>config")
    assert (
        timedelta(days=9, hours=23) < row.deletion.latest - datetime.now(UTC) <= timedelta(days=10)
    )
    assert row.left == "in 9 days"
    page = response.content.decode()
    assert "in 9 days" in page
    assert "“&lt;b&gt;config”" in page
    assert 'href="/default/config/detail/of-config/"' in page


def test_shows_whose_deletion_the_record_does_not_know(
    editor: Client, secrets_manager: Emulator
) -> None:
    put(secrets_manager, "airflow/variables/x", "text")
    delete(secrets_manager, "airflow/variables/x")

    response = editor.get(URL)

    assert response.context["page"].rows[0].deletion.is_outside
    assert "outside the dashboard" in response.content.decode()


def test_knows_a_later_deletion_outside_from_the_one_that_was_recorded(
    editor: Client, deleted: Emulator
) -> None:
    with connected(deleted.endpoint) as client:
        client.restore_secret(SecretId="airflow/config/of-config")
        client.delete_secret(SecretId="airflow/config/of-config", RecoveryWindowInDays=25)
    begin_cold()

    rows = {row.id: row for row in editor.get(URL).context["page"].rows}

    assert rows["of-config"].deletion.is_outside
    assert rows["of-variables"].deletion.by == "editor"


@pytest.mark.parametrize("verb", ["recycle-bin", "connections/detail/of-connections"])
def test_says_until_when_where_aws_dates_the_request(
    editor: Client, deleted: Emulator, verb: str
) -> None:
    """One of AWS's answers holds the end of the window, another the moment of the request."""
    editor.get(URL)
    asked = datetime.now(UTC)
    date("connections", asked)

    page = editor.get(f"/default/{verb}/").content.decode()

    end = asked + timedelta(days=30)
    assert (f"{end.day} {end:%B %Y}" if "detail" in verb else f"{end.day} {end:%b}") in page


def test_says_between_which_days_where_only_the_request_is_known(
    editor: Client, secrets_manager: Emulator
) -> None:
    put(secrets_manager, "airflow/variables/x", "text")
    delete(secrets_manager, "airflow/variables/x")
    editor.get(URL)
    asked = datetime.now(UTC) - timedelta(days=8)
    date("variables", asked)

    row = editor.get(URL).context["page"].rows[0]
    detail = editor.get("/default/variables/detail/x/").content.decode()

    assert (row.deletion.earliest, row.deletion.latest) == (
        asked + timedelta(days=7),
        asked + timedelta(days=30),
    )
    assert row.left == "any moment now"
    assert "it is scheduled for deletion between" in detail


def test_restores_with_one_click_and_comes_back(editor: Client, deleted: Emulator) -> None:
    editor.get(URL)
    with counting(deleted) as calls:
        response = editor.post("/default/variables/restore/of-variables/", {"next": "recycle-bin"})

    assert response["Location"] == URL
    assert dict(calls) == {"RestoreSecret": 1}
    assert acts()[-1] == ("variables.restore", "of-variables", "succeeded")
    assert stored(deleted, "airflow/variables/of-variables")["SecretString"] == "http://u:p@h"
    page = editor.get(URL)
    assert binned(page) == ["of-config", "of-connections"]
    link = '<a class="mono" href="/default/variables/detail/of-variables/">of-variables</a>'
    assert f"Restored {link}." in page.content.decode()


@pytest.mark.parametrize(
    "where", ["", "https://evil.example/", "//evil.example", "/default/", "recycle-bin/../x"]
)
def test_is_the_only_other_way_on_after_restoring(
    editor: Client, deleted: Emulator, where: str
) -> None:
    response = editor.post("/default/variables/restore/of-variables/", {"next": where})

    assert response["Location"] == "/default/variables/detail/of-variables/"


def test_restores_for_no_reason_that_the_record_would_cut(
    editor: Client, deleted: Emulator
) -> None:
    with counting(deleted) as calls:
        response = editor.post("/default/variables/restore/of-variables/", {"reason": "x" * 1001})

    assert response.status_code == 422
    assert "Reason: Ensure this value has at most 1000 characters" in response.content.decode()
    assert not calls
    assert acts()[-1] == ("config.delete", "of-config", "succeeded")


def test_offers_a_viewer_nothing_to_restore(signed_in: As, deleted: Emulator) -> None:
    viewer = signed_in("viewer")

    page = viewer.get(URL).content.decode()

    assert "of-config" in page
    assert "Restore of-config" not in page
    response = viewer.post("/default/config/restore/of-config/", {"next": "recycle-bin"})
    assert response.status_code == 403
    assert acts()[-1] == ("config.restore", "of-config", "denied")


def test_shows_no_kind_that_somebody_may_not_view(
    deleted: Emulator, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(GRANTED.format(deleted.endpoint), encoding="utf-8")
    settings.SECRETSADMIN_CONFIG = str(path)
    analyst = User.objects.create(username="analyst")
    analyst.groups.add(Group.objects.create(name="analysts"))
    browser = Client()
    browser.force_login(analyst)

    response = browser.get(URL)

    assert binned(response) == ["of-variables"]
    assert "of-config" not in response.content.decode()
    assert counted(response) == 1


def test_asks_for_no_kind_that_is_switched_off(
    editor: Client, secrets_manager: Emulator, settings: Settings
) -> None:
    use(settings, secrets_manager.endpoint, connections_prefix=None, config_prefix=None)

    with counting(secrets_manager) as calls:
        response = editor.get(URL)

    assert dict(calls) == {"ListSecrets": 1}
    assert "Nothing is scheduled for deletion" in response.content.decode()


def test_says_what_it_could_not_ask_for(
    editor: Client, secrets_manager: Emulator, settings: Settings
) -> None:
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        proxy.when("ListSecrets").deny()
        response = editor.get(URL)

    page = response.content.decode()
    assert response.status_code == 200
    assert page.count("secretsmanager:ListSecrets") == 3
    assert "some may be missing here" in page
    assert "Nothing is scheduled for deletion" not in page


def test_says_that_it_is_still_being_read(
    editor: Client, secrets_manager: Emulator, settings: Settings
) -> None:
    settings.AWS_SECONDS = 0.5
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        gate = proxy.when("ListSecrets").hold()
        page = editor.get(URL).content.decode()
        gate.release()

    assert "the list is still being read from Secrets Manager" in page
    assert "Nothing is scheduled for deletion" not in page


def test_counts_in_the_menu_what_is_in_it(editor: Client, deleted: Emulator) -> None:
    editor.get(URL)
    assert counted(editor.get("/default/")) == 3

    for kind in KINDS:
        editor.post(f"/default/{kind}/restore/of-{kind}/")
    assert counted(editor.get("/default/")) is None


def test_shows_fifty_rows_a_page(editor: Client, secrets_manager: Emulator) -> None:
    for number in range(53):
        put(secrets_manager, f"airflow/variables/x{number}", "text")
        delete(secrets_manager, f"airflow/variables/x{number}", days=7 + number % 20)

    pages = [editor.get(URL, {"page": str(page)}) for page in (1, 2, 99)]

    assert [len(binned(page)) for page in pages] == [50, 3, 3]
    assert "53 scheduled for deletion" in pages[0].content.decode()
    ends = [row.deletion.latest for page in pages[:2] for row in page.context["page"].rows]
    assert ends == sorted(ends)


def test_shows_names_that_no_id_of_ours_could_make(
    editor: Client, secrets_manager: Emulator
) -> None:
    allowed = [key for key in HOSTILE_IDS if re.fullmatch(r"[A-Za-z0-9/_+=.@-]{1,200}", key)]
    for key in (*allowed, "--x"):
        put(secrets_manager, f"airflow/variables/{key}", "text")
        delete(secrets_manager, f"airflow/variables/{key}")

    response = editor.get(URL)

    assert response.status_code == 200
    assert {row.id for row in response.context["page"].rows if not row.url} == {
        row.id for row in response.context["page"].rows if not row.restore_url
    }


def test_is_where_a_taken_name_leads(editor: Client, deleted: Emulator) -> None:
    response = editor.post("/default/variables/create/", {"key": "of-variables", "value": "new"})

    assert response.status_code == 422
    assert f'href="{URL}"' in response.content.decode()
    assert "Restore the one that is there" in response.content.decode()


def test_is_where_the_page_of_a_deleted_secret_leads(editor: Client, deleted: Emulator) -> None:
    page = editor.get("/default/variables/detail/of-variables/").content.decode()

    assert f'<a href="{URL}">' in page
    assert "<bdi>editor</bdi> asked for it" in page
    assert "&lt;b&gt;variables" in page


def test_is_refused_to_whoever_is_not_signed_in_and_to_posts(
    editor: Client, secrets_manager: Emulator
) -> None:
    assert Client().get(URL)["Location"].startswith("/login/")
    assert editor.post(URL).status_code == 405
    assert editor.get("/nowhere/recycle-bin/").status_code == 404
