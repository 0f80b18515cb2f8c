"""The parts of a connection that are compared with those of others ... (each test finishes it)."""

import json

import pytest

from connections.lint.passwords import passwords
from tests.support.site import BACKEND


def test_are_its_password_and_the_secrets_of_its_extra() -> None:
    extra = {
        "private_key": "a key that is long",
        "nested": [{"API_TOKEN": "a token"}],
        "sslmode": "require",
        "client_secret": ["first secret", "first secret"],
        "tokens": 123_456,
    }
    text = json.dumps({"conn_type": "x", "password": "long-enough", "extra": extra})

    found = passwords(text, BACKEND)

    assert found[0] == "long-enough"
    assert sorted(found[1:]) == ["a key that is long", "a token", "first secret"]


@pytest.mark.parametrize(
    "password",
    ["", "short", "******", "xxxxxxxx", "<password>", "${DB_PASSWORD}", "{{ secret }}", "Changeme"],
)
def test_are_no_placeholders(password: str) -> None:
    assert passwords(json.dumps({"conn_type": "x", "password": password}), BACKEND) == ()


def test_are_no_paths_to_a_secret() -> None:
    extra = {"ssl_key": "/etc/ssl/client.key", "api_key": "gs://bucket/key"}

    assert passwords(json.dumps({"conn_type": "x", "extra": extra}), BACKEND) == ()


@pytest.mark.parametrize("text", ["", "{", "my_type://u:long-enough@h", "//u:long-enough@h"])
def test_are_none_where_it_is_not_certain_what_is_what(text: str) -> None:
    assert passwords(text, BACKEND) == ()
