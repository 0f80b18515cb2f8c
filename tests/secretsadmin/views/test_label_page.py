"""The page of labels ... (each test finishes the sentence)."""

import pytest
from django.test import Client

from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.views.conftest import NAME
from tests.secretsadmin.views.labels import URL, attach, labels
from tests.support.forms import as_sent
from tests.support.site import CONNECTIONS, overwrite, put
from tests.support.wire import counting


def test_tells_where_each_label_stands_with_one_call(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions
    attach(secrets_manager, "tested", old)

    with counting(secrets_manager) as calls:
        response = editor.get(URL)

    assert dict(calls) == {"ListSecretVersionIds": 1}
    own = {each.name: each.version and each.version.id for each in response.context["page"].own}
    assert own == {"AWSCURRENT": new, "AWSPREVIOUS": old, "AWSPENDING": None}
    (custom,) = response.context["page"].custom
    assert (custom.name, custom.version.id, custom.version.by) == ("tested", old, "editor")
    # The save before has left its mark, which says nothing to people.
    assert response.context["page"].room == 16
    assert ">SECRETSADMIN<" not in response.content.decode()


def test_preselects_what_its_link_names(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions

    sent = as_sent(editor.get(URL, {"version": old, "label": "tested"}))
    assert (sent["label"], sent["to"], sent["version"]) == (["tested"], [old], [""])

    attach(secrets_manager, "tested", old)
    sent = as_sent(editor.get(URL, {"label": "tested"}))
    assert (sent["label"], sent["to"], sent["version"]) == (["tested"], [new], [old])


@pytest.mark.parametrize("name", ["AWSCURRENT", "SECRETSADMIN"])
def test_offers_to_move_nothing_that_is_kept_for_aws(
    editor: Client, versions: tuple[str, str], name: str
) -> None:
    response = editor.get(URL, {"label": name})

    assert response.context["page"].moved is None
    assert as_sent(response)["version"] == [""]


def test_is_where_the_history_leads_from_each_version(
    editor: Client, versions: tuple[str, str]
) -> None:
    page = editor.get(f"{CONNECTIONS}/history/orders/").content.decode()

    assert f'href="{URL}"' in page
    assert all(f'href="{URL}?version={version}"' in page for version in versions)


def test_says_which_label_holds_a_version(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, _ = versions
    attach(secrets_manager, "tested", old)
    assert "Without it AWS may remove the version" not in editor.get(URL).content.decode()

    overwrite(secrets_manager, NAME, "postgres://third")
    assert "Without it AWS may remove the version" in editor.get(URL).content.decode()
    page = editor.get(URL, {"label": "tested"}).content.decode()
    assert "AWS may remove that version afterwards" in page


def test_says_first_that_there_is_no_room(editor: Client, secrets_manager: Emulator) -> None:
    version = put(secrets_manager, NAME, "postgres://h")
    assert "no room for another label" not in editor.get(URL).content.decode()
    for number in range(17):
        attach(secrets_manager, f"x{number}", version)

    assert "There is no room for another label." in editor.get(URL).content.decode()
    assert "no room for another label" not in editor.get(URL, {"label": "x1"}).content.decode()


def test_of_a_scheduled_secret_has_no_form(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    attach(secrets_manager, "tested", versions[0])
    editor.post(f"{CONNECTIONS}/delete/orders/", {"days": "7"})

    page = editor.get(URL).content.decode()
    response = editor.post(URL, {"label": "new", "to": versions[0], "version": ""})

    assert "No label can be moved: this connection is scheduled for deletion" in page
    assert 'id="form"' not in page
    assert 'name="remove"' not in page
    assert response.status_code == 422
    assert "scheduled for deletion" in response.content.decode()
    assert "label" not in f"{labels(secrets_manager).values()}"


def test_of_a_secret_that_is_not_there_is_not_found(editor: Client) -> None:
    assert editor.get(f"{CONNECTIONS}/label/nothing/").status_code == 404
