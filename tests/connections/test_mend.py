"""Editing a connection that can't be read ... (each test finishes the sentence)."""

import pytest
from django.test import Client

from connections.value.connection import Connection
from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.support.forms import as_sent
from tests.support.site import (
    CONNECTIONS,
    acts,
    current,
    errors,
    overwrite,
    put,
    read_by_airflow,
    stored,
)
from tests.support.wire import connected, counting

NAME = "airflow/connections/orders"
EDIT = f"{CONNECTIONS}/edit/orders/"
URL = f"{CONNECTIONS}/update/orders/"
PASSWORD = "rad/io#active"
BROKEN = f"postgres://svc:{PASSWORD}@db.example.com:5432/orders"
MEANT = Connection("postgres", "db.example.com", "svc", PASSWORD, "orders", 5432)
TAG = [{"Key": "airflow:conn-type", "Value": "postgres"}]
TEXTS = {
    "uri": BROKEN,
    "json": f'{{"conn_type": "postgres", "password": "{PASSWORD}",}}',
    "unclear": f"u:{PASSWORD}@h",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_begins_with_what_is_wrong_and_quotes_nothing_of_it(
    editor: Client, secrets_manager: Emulator, text: str
) -> None:
    put(secrets_manager, NAME, text, Tags=TAG)

    page = editor.post(EDIT)

    trouble = page.context["form"].beginning.trouble
    assert trouble.title
    assert trouble.offers_mend
    content = page.content.decode()
    assert trouble.sentences[0].split(".")[0] in content.replace("&#x27;", "'")
    assert PASSWORD not in content
    assert "active" not in content
    assert page.context["form"]["conn_type"].value() == "postgres"
    assert acts()[-1] == ("connections.open", "orders", "succeeded")


def test_says_where_airflow_goes_astray(editor: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, NAME, BROKEN)
    put(secrets_manager, "airflow/connections/json", '{"conn_type": "postgres",\n"host" "h"}')

    told = " ".join(editor.post(EDIT).context["form"].beginning.trouble.sentences)
    told_of_json = " ".join(
        editor.post(f"{CONNECTIONS}/edit/json/").context["form"].beginning.trouble.sentences
    )

    assert (
        f"The stored text goes astray at character {BROKEN.index('/io') + 1} of {len(BROKEN)}."
        in told
    )
    assert "The port is not a number from 0 to 65535." in told
    assert "it breaks off at line 2, column 8" in told_of_json


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("value", [True, False], ids=["a text", "bytes"])
def test_changes_its_description_alone(
    editor: Client, secrets_manager: Emulator, text: str, *, value: bool
) -> None:
    version = put(secrets_manager, NAME, text if value else b"\xff", Tags=TAG)
    sent = as_sent(editor.post(EDIT))

    with counting(secrets_manager) as calls:
        saved = editor.post(URL, sent | {"description": "Ours"})

    assert saved.status_code == 302, errors(saved)
    assert not {"PutSecretValue", "UpdateSecretVersionStage"} & set(calls)
    after = stored(secrets_manager, NAME)
    assert (after["VersionId"], after["Description"], after["Tags"]) == (version, "Ours", TAG)
    assert Event.objects.latest("id").fields == ["description"]


def test_saves_nothing_where_nothing_was_said(editor: Client, secrets_manager: Emulator) -> None:
    version = put(secrets_manager, NAME, BROKEN)

    editor.post(URL, as_sent(editor.post(EDIT)))

    assert current(secrets_manager, NAME) == version


def test_begins_with_a_proposal_on_demand_and_saves_it_only_when_it_is_sent(
    editor: Client, secrets_manager: Emulator
) -> None:
    version = put(secrets_manager, NAME, BROKEN)

    page = editor.post(EDIT, {"mended": "1"})

    assert acts()[-1] == ("connections.copy", "orders", "succeeded")
    assert Event.objects.latest("id").fields == ["stored-text"]
    assert (current(secrets_manager, NAME), page["Cache-Control"]) == (version, "no-store")
    sent = as_sent(page)
    assert (sent["host"], sent["password"], sent["stored_masked"]) == (
        ["db.example.com"],
        [""],
        ["password"],
    )
    assert PASSWORD not in page.content.decode()
    told = [field.name for field in page.context["preview"].readings[0].fields]
    assert told == ["conn_type", "host", "port", "schema", "login", "password"]
    assert editor.post(URL, sent).status_code == 302
    assert read_by_airflow(secrets_manager, "orders") == MEANT
    assert stored(secrets_manager, NAME)["VersionId"] != version


def test_goes_on_from_the_proposal_with_what_was_typed(
    editor: Client, secrets_manager: Emulator
) -> None:
    put(secrets_manager, NAME, BROKEN)
    sent = as_sent(editor.post(EDIT, {"mended": "1"}))

    looked = editor.post(URL, sent | {"host": "other", "preview": "1"})
    refused = editor.post(URL, sent | {"port": "wrong"})
    saved = editor.post(URL, as_sent(refused) | {"port": "5433", "host": "other"})

    assert looked.context["preview"].changes[0].text == "db.example.com → other"
    assert refused.context["form"].beginning.trouble.is_mended
    assert saved.status_code == 302
    read = read_by_airflow(secrets_manager, "orders")
    assert (read.host, read.port, read.password) == ("other", 5433, PASSWORD)


def test_replaces_it_whole_by_what_is_typed(editor: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, NAME, BROKEN)
    sent = as_sent(editor.post(EDIT)) | {"conn_type": "postgres", "host": "typed"}

    refused = editor.post(URL, sent)
    assert list(errors(refused)) == ["password"]
    assert "It has none" in refused.content.decode()
    saved = editor.post(URL, as_sent(refused) | {"clear": ["password"]})

    assert saved.status_code == 302, errors(saved)
    assert read_by_airflow(secrets_manager, "orders") == Connection("postgres", "typed")


def test_asks_for_no_password_where_its_type_has_none(
    editor: Client, secrets_manager: Emulator
) -> None:
    put(
        secrets_manager,
        NAME,
        "{'broken",
        Tags=[{"Key": "airflow:conn-type", "Value": "google_cloud_platform"}],
    )
    sent = as_sent(editor.post(EDIT))

    saved = editor.post(URL, sent | {"extra.project": "acme"})

    assert saved.status_code == 302, errors(saved)
    assert read_by_airflow(secrets_manager, "orders").extra == {"project": "acme"}


def test_shows_the_stored_text_by_an_act_of_its_own(
    editor: Client, secrets_manager: Emulator
) -> None:
    put(secrets_manager, NAME, BROKEN)
    page = editor.post(EDIT)
    assert f'action="{CONNECTIONS}/reveal/orders/"' in page.content.decode()

    shown = editor.post(
        f"{CONNECTIONS}/reveal/orders/", {"field": "secret.text"}, headers={"HX-Request": "true"}
    )

    assert BROKEN in shown.content.decode()
    assert acts()[-1] == ("connections.copy", "orders", "succeeded")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            '{"conn_type": "postgres", "host": "h", "extra": ["x"]}',
            "The extra is not a JSON object.",
        ),
        ("postgres://h?timeout=30", "Airflow's releases read these differently: extra.timeout."),
        (
            '{"conn_type": "postgres", "host": "h", "dbname": "x"}',
            "Airflow drops these keys of the JSON",
        ),
    ],
)
def test_begins_with_what_can_be_read_and_says_what_a_save_settles(
    editor: Client, secrets_manager: Emulator, text: str, sentence: str
) -> None:
    put(secrets_manager, NAME, text)

    page = editor.post(EDIT)

    assert sentence in " ".join(page.context["form"].beginning.trouble.sentences)
    assert page.context["form"]["host"].value() == "h"
    assert editor.post(URL, as_sent(page) | {"login": "me"}).status_code == 302
    assert read_by_airflow(secrets_manager, "orders").login == "me"


def test_begins_with_what_some_read_where_that_is_all(
    editor: Client, secrets_manager: Emulator
) -> None:
    put(secrets_manager, NAME, '{"conn_type": "postgres", "host": "h", "password": false}')

    page = editor.post(EDIT)

    assert page.context["form"]["host"].value() == "h"
    assert page.context["form"].beginning.trouble.title == "Not read by tasks of Airflow 3.1.0+"
    assert editor.post(URL, as_sent(page)).status_code == 302
    assert read_by_airflow(secrets_manager, "orders") == Connection("postgres", "h")


@pytest.mark.parametrize(
    "theirs", ["postgres://theirs", "postgres://u:p/w@theirs"], ids=["read", "broken, too"]
)
def test_keeps_what_somebody_else_saved_meanwhile_where_only_the_description_is_mine(
    editor: Client, secrets_manager: Emulator, theirs: str
) -> None:
    put(secrets_manager, NAME, BROKEN)
    sent = as_sent(editor.post(EDIT)) | {"description": "Ours"}
    version = overwrite(secrets_manager, NAME, theirs)

    overtaken = editor.post(URL, sent)
    saved = editor.post(URL, as_sent(overtaken))

    assert (overtaken.status_code, saved.status_code) == (409, 302)
    after = stored(secrets_manager, NAME)
    assert (after["VersionId"], after["Description"]) == (version, "Ours")


@pytest.mark.parametrize("kind", ["connections", "variables", "config"])
def test_says_that_there_is_no_text(editor: Client, secrets_manager: Emulator, kind: str) -> None:
    put(secrets_manager, f"airflow/{kind}/bytes", b"\xff")
    with connected(secrets_manager.endpoint) as client:
        client.create_secret(Name=f"airflow/{kind}/none")

    for key, title in (("bytes", "It holds no text"), ("none", "No version is the current one")):
        page = editor.post(f"/default/{kind}/edit/{key}/")
        saved = editor.post(
            f"/default/{kind}/update/{key}/", as_sent(page) | {"description": "Ours"}
        )
        assert title in page.content.decode()
        assert saved.status_code == 302, errors(saved)
        with connected(secrets_manager.endpoint) as client:
            assert client.describe_secret(SecretId=f"airflow/{kind}/{key}")["Description"] == "Ours"
