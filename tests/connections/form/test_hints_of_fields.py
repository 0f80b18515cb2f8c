"""What to warn about in a field ... (each test finishes the sentence)."""

from base64 import b64encode
from typing import Any

import pytest

from connections.catalog import search
from connections.form.hints import BARE_HOSTS
from tests.connections.form.told import KEY, told, told_of_extra

# --- The host ---


@pytest.mark.parametrize(
    ("host", "word"),
    [
        ("https://db.example.com", "protocol"),
        ("postgresql://db.example.com", "protocol"),
        ("db.example.com:5433", "port"),
        ("[2001:db8::1]:5433", "port"),
        ("db.example.com/analytics", "path"),
        ("me@db.example.com", "before the @"),
    ],
)
@pytest.mark.parametrize("conn_type", ["postgres", "redshift", "trino"])
def test_is_what_does_not_belong_into_a_host(conn_type: str, host: str, word: str) -> None:
    (hint,) = told(conn_type, host=host)

    assert hint.startswith("Host: ")
    assert word in hint


def test_is_everything_that_is_wrong_with_a_whole_address_in_the_host() -> None:
    assert len(told("postgres", host="https://me:secret@db.example.com:5432/analytics")) == 4


@pytest.mark.parametrize(
    "host", ["jdbc:postgresql://db/x?user=me&password=secret", "https://me:secret@db.example.com"]
)
def test_is_a_secret_in_a_host(host: str) -> None:
    (hint,) = told("jdbc", host=host)

    assert "fields of their own" in hint or "into the password" in hint
    assert "secret@" not in hint


def test_is_that_http_is_not_encrypted() -> None:
    assert "isn't encrypted" in told("http", host="api.example.org")[0]
    assert told("http", host="api.example.org", schema="https") == []
    assert told("http", host="https://api.example.org") == []


def test_is_a_protocol_that_another_one_overrules() -> None:
    assert "isn't used" in told("http", host="https://api.example.org", schema="http")[0]
    assert told("http", host="https://api.example.org", schema="https") == []


def test_is_a_password_that_goes_nowhere_without_a_login() -> None:
    (hint,) = told("http", host="https://api.example.org", password="secret")
    assert "doesn't send it without a login" in hint
    assert told("http", host="https://api.example.org", login="me", password="secret") == []
    assert told("livy", host="https://api.example.org", password="secret") == []


@pytest.mark.parametrize("conn_type", sorted(BARE_HOSTS))
def test_knows_the_types_whose_hosts_it_judges(conn_type: str) -> None:
    assert not search.get(conn_type).standard_field("host").hidden


# --- Texts ---


@pytest.mark.parametrize("name", ["host", "login", "password", "schema"])
@pytest.mark.parametrize(
    ("value", "word"),
    [
        (" value", "begins with 1 space"),
        ("value\n", "ends with 1 line break"),
        ("a\nb", "a line break in it"),
    ],
)
def test_is_white_space_in_a_field(name: str, value: str, word: str) -> None:
    (hint,) = told("postgres", **{name: value})

    assert word in hint


def test_is_white_space_in_a_text_of_the_extra_but_not_in_a_key() -> None:
    assert told_of_extra("snowflake", account="ab12345 ") == [
        "Account: it ends with 1 space, which is kept and sent."
    ]
    assert told_of_extra("ssh", private_key=KEY) == []


@pytest.mark.parametrize(
    ("conn_type", "fields"),
    [("slack", {"password": "Bearer xoxb"}), ("databricks", {"extra": {"token": "bearer dapi"}})],
)
def test_is_a_header_s_word_before_a_token(conn_type: str, fields: dict[str, Any]) -> None:
    (hint,) = told(conn_type, **fields)

    assert "Bearer belongs to a header" in hint


def test_is_not_the_header_itself() -> None:
    assert told("http", host="https://h", extra={"Authorization": "Bearer x"}) == []


@pytest.mark.parametrize("login", ["me:secret", "me:secret@db.example.com"])
def test_is_a_password_in_the_login(login: str) -> None:
    (hint,) = told("postgres", login=login)

    assert hint.startswith("Login: ")
    assert "seems to be a password" in hint


@pytest.mark.parametrize(
    "login", ["me@example.com", "DOMAIN\\me", "https://account.documents.example.com:443/"]
)
def test_is_nothing_for_a_login_that_looks_odd(login: str) -> None:
    assert told("azure_cosmos", login=login) == []


def test_is_an_example_that_was_left_as_a_value() -> None:
    aws = told("aws", login="YOUR_AWS_ACCESS_KEY_ID", extra={"region_name": "us-east-1"})

    assert aws == ["AWS Access Key ID: this is still the form's example. Write your own value."]
    assert len(told_of_extra("snowflake", account="snowflake account name")) == 1


# --- Values ---


def test_is_a_no_that_would_be_read_as_a_yes() -> None:
    (hint,) = told_of_extra("postgres", iam="false")

    assert hint == "IAM: it is stored as text, and many hooks take every text for yes."
    assert told_of_extra("postgres", iam=False) == []
    assert told_of_extra("ssh", no_host_key_check="false") == []


def test_is_json_where_plain_text_belongs() -> None:
    assert (
        "looks like JSON"
        in told_of_extra("google_cloud_platform", project='{"project_id": "x"}')[0]
    )
    assert told_of_extra("google_cloud_platform", keyfile_dict='{"type": "service_account"}') == []


def test_is_a_key_file_that_is_none() -> None:
    (hint,) = told_of_extra("google_cloud_platform", keyfile_dict="/path/to/key.json")

    assert hint == "Keyfile JSON: it is no JSON object, as the text of a key file is."


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (KEY.replace("\n", "\\n"), "two characters"),
        (KEY.replace("\n", " "), "run into one"),
        (KEY.partition("-----END")[0], "BEGIN and END"),
        ("c2VjcmV0", "BEGIN and END"),
        ("ssh-ed25519 AAAA me@example.com", "public key"),
        ("PuTTY-User-Key-File-3: ssh-ed25519", "PuTTY"),
    ],
)
@pytest.mark.parametrize(
    ("conn_type", "name"), [("ssh", "private_key"), ("snowflake", "private_key_content")]
)
def test_is_a_private_key_that_cannot_be_read(
    conn_type: str, name: str, text: str, word: str
) -> None:
    (hint,) = told_of_extra(conn_type, **{name: text})

    assert word in hint


@pytest.mark.parametrize(
    "text", [KEY, KEY.replace("\n", "\r\n"), b64encode(KEY.encode()).decode(), ""]
)
def test_is_nothing_for_a_whole_private_key(text: str) -> None:
    assert told_of_extra("snowflake", private_key_content=text) == []
