"""A save that somebody else's has overtaken ... (each test finishes the sentence)."""

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.demo.emulator import Emulator
from tests.conftest import use
from tests.secretsadmin.views.conflict.conftest import MINE, URL
from tests.secretsadmin.views.conftest import NAME
from tests.support.broken import refusing
from tests.support.faults import FaultProxy
from tests.support.forms import as_sent
from tests.support.site import CONNECTIONS, current, errors, field, read_by_airflow
from tests.support.wire import counting


@pytest.mark.parametrize("fault", ["deny", "break_down", "garbage"])
@pytest.mark.parametrize(
    ("operation", "call", "said"),
    [
        ("DescribeSecret", 1, "Another version was saved"),
        ("GetSecretValue", 2, "saved another version"),
        ("GetSecretValue", 3, "saved another version"),
    ],
)
def test_is_kept_when_aws_fails_on_the_way(
    editor: Client,
    secrets_manager: Emulator,
    settings: Settings,
    opened: dict[str, Any],
    operation: str,
    call: int,
    said: str,
    fault: str,
) -> None:
    theirs = current(secrets_manager, NAME)
    editor.get(URL)
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        editor.post(f"{CONNECTIONS}/refresh/")
        for again in range(call, call + 3):
            getattr(proxy.when(operation, again), fault)()
        response = editor.post(URL, opened | MINE | {"password": "typed-by-me"})

    assert response.status_code == 409
    assert (field(response, "host"), field(response, "password")) == (
        "mine.example.com",
        "typed-by-me",
    )
    assert said in response.content.decode()
    assert "radioactive" not in response.content.decode()
    assert current(secrets_manager, NAME) == theirs


def test_is_kept_when_the_comparison_can_not_be_recorded(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any]
) -> None:
    # The save itself has two lines in the record by then.
    with refusing('INSERT INTO "audit_event"', after=2), counting(secrets_manager) as calls:
        response = editor.post(URL, opened | MINE)

    assert response.status_code == 409
    assert "What they saved can&#x27;t be shown." in response.content.decode()
    assert field(response, "host") == "mine.example.com"
    assert calls == {"GetSecretValue": 1, "DescribeSecret": 1}


@pytest.mark.parametrize(
    ("hostile", "status"),
    [
        ({"on_top_of": "x"}, 409),
        ({"on_top_of": "\0" * 32}, 409),
        ({"on_top_of": "'; DROP TABLE x; --" * 3}, 409),
        ({"on_top_of": "\N{COLLISION SYMBOL}" * 32}, 409),
        ({"on_top_of": ""}, 409),
        ({"version": "x" * 64, "on_top_of": ""}, 409),
        ({"version": "\0"}, 422),
    ],
)
def test_is_no_match_for_a_version_that_can_not_be(
    editor: Client,
    secrets_manager: Emulator,
    opened: dict[str, Any],
    hostile: dict[str, str],
    status: int,
) -> None:
    before = current(secrets_manager, NAME)

    response = editor.post(URL, opened | MINE | {"choice.host": "mine"} | hostile)

    assert response.status_code == status
    assert current(secrets_manager, NAME) == before


@pytest.mark.parametrize(
    "name", ["nothing", "", "extra.", "extra.\0", "conn_type", "extra", "secret.text2", "x" * 900]
)
@pytest.mark.parametrize("side", ["theirs", "\0"])
def test_takes_no_harm_from_a_choice_that_nobody_offered(
    editor: Client, secrets_manager: Emulator, overtaken: Any, name: str, side: str
) -> None:
    hostile = {f"choice.{name}": side, "asked": ["host", "nothing"], "choice.nothing": "mine"}

    response = editor.post(URL, as_sent(overtaken) | {"choice.host": "mine"} | hostile)

    assert response.status_code == 302, errors(response)
    assert read_by_airflow(secrets_manager, "orders").host == "mine.example.com"


def test_asks_aws_nothing_for_whoever_may_not(
    signed_in: Any, secrets_manager: Emulator, overtaken: Any
) -> None:
    with counting(secrets_manager) as calls:
        assert signed_in("viewer").post(URL, as_sent(overtaken)).status_code == 403
        response = signed_in("viewer").post(URL, as_sent(overtaken) | {"review": "1"})
        assert response.status_code == 403
        response = signed_in("editor").post(f"{CONNECTIONS}/update/{quote('../x', safe='')}/")
        assert response.status_code == 404

    assert not calls
