"""What to warn about before a connection is saved ... (each test finishes the sentence)."""

from base64 import b64encode
from typing import Any

import pytest

from connections import catalog
from connections.connection import Connection
from connections.connection_type import ConnectionType, ExtraField
from connections.hints import BARE_HOSTS, hints
from secretsadmin.demo.sample_connections import EVERYWHERE, PROD_ONLY

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n"
PLAUSIBLE: dict[str, Any] = {
    "string": "value",
    "integer": 5,
    "number": 1.5,
    "boolean": True,
    "object": {"a": 1},
    "array": ["a"],
    "date": "2026-01-01",
    "datetime": "2026-01-01T00:00:00Z",
    "time": "10:00:00",
}


def told(conn_type: str, conn_id: str = "", **fields: Any) -> list[str]:
    found = hints(Connection(conn_type=conn_type, **fields), catalog.get(conn_type), conn_id)
    assert all(note.tone == "caution" for note in found)
    return [note.text for note in found]


def told_of_extra(conn_type: str, **extra: Any) -> list[str]:
    return told(conn_type, extra=extra)


# --- Silence ---


def plausible(field: ExtraField) -> Any:
    if field.default is not None:
        return field.default
    if field.choices:
        return field.choices[0]
    if field.kind == "string" and field.name in ("private_key", "private_key_content", "private_key_data"):
        return KEY
    is_key_file = field.kind == "string" and field.multiline
    return '{"type": "service_account"}' if is_key_file else PLAUSIBLE[field.kind]


def test_is_nothing_for_any_type_that_is_filled_as_its_form_asks() -> None:
    for one in catalog.types().values():
        fields = {
            "host": "db.example.internal",
            "port": 5,
            "schema": "https",
            "login": "me@example.com",
            "password": "p:w@/",
        }
        shown = {name: value for name, value in fields.items() if not one.standard_field(name).hidden}
        extra = {field.name: plausible(field) for field in one.extra_fields}
        assert told(one.conn_type, one.default_id, **shown, extra=extra) == [], one.conn_type


def test_is_next_to_nothing_for_the_connections_of_a_whole_company() -> None:
    texts = {
        one.id: one.value for one in (*EVERYWHERE, *PROD_ONLY) if isinstance(one.value, str) and "#" not in one.value
    }
    found = {
        conn_id: told_of
        for conn_id, text in texts.items()
        if (told_of := hints(read := Connection.from_secret(text), catalog.get(read.conn_type), conn_id))
    }

    # The two paths are read by nobody, the timeout has had another name for years, and a token is no password.
    assert set(found) == {"edge_gateway", "bank_statements", PROD_ONLY[4].id, "analytics--web_tracking"}


def test_is_nothing_for_a_type_that_nobody_knows() -> None:
    fields = {"host": "https://h:1/p", "port": 1, "schema": "s", "login": "l", "password": "p", "extra": {"host": 1}}

    assert told("acme", "acme_default", **fields) == []


@pytest.mark.parametrize(
    ("conn_type", "host"),
    [
        ("postgres", "db.example.com"),
        ("postgres", "/var/run/postgresql"),
        ("postgres", "2001:db8::1"),
        ("postgres", "[2001:db8::1]"),
        ("postgres", "one,two"),
        ("mssql", "erp\\instance"),
        ("mongo", "one:27017,two:27017"),
        ("oracle", "db:1521/service"),
        ("spark", "k8s://https://cluster:443"),
        ("http", "https://api.example.org:8443/v1"),
        ("databricks", "https://dbc.example.com"),
        ("git", "git@github.com:example/dags.git"),
        ("jdbc", "jdbc:oracle:thin:@//db:1521/service"),
        ("sqlite", "/var/lib/data/my.db"),
    ],
)
def test_is_nothing_for_a_host_as_its_hook_takes_it(conn_type: str, host: str) -> None:
    assert told(conn_type, host=host) == []


@pytest.mark.parametrize(
    ("conn_type", "key"),
    [
        ("postgres", "keepalives"),
        ("postgres", "target_session_attrs"),
        ("kafka", "sasl.mechanism"),
        ("http", "X-Timeout"),
        ("mongo", "replicaSet"),
        ("snowflake", "my_own"),
    ],
)
def test_is_nothing_for_a_key_that_a_driver_knows(conn_type: str, key: str) -> None:
    assert told_of_extra(conn_type, **{key: "1"}) == []


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


@pytest.mark.parametrize("host", ["jdbc:postgresql://db/x?user=me&password=secret", "https://me:secret@db.example.com"])
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
    assert not catalog.get(conn_type).standard_field("host").hidden


# --- Texts ---


@pytest.mark.parametrize("name", ["host", "login", "password", "schema"])
@pytest.mark.parametrize(
    ("value", "word"),
    [(" value", "begins with 1 space"), ("value\n", "ends with 1 line break"), ("a\nb", "a line break in it")],
)
def test_is_white_space_in_a_field(name: str, value: str, word: str) -> None:
    (hint,) = told("postgres", **{name: value})

    assert word in hint


def test_is_white_space_in_a_text_of_the_extra_but_not_in_a_key() -> None:
    assert told_of_extra("snowflake", account="ab12345 ") == ["Account: it ends with 1 space, which is kept and sent."]
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


@pytest.mark.parametrize("login", ["me@example.com", "DOMAIN\\me", "https://account.documents.example.com:443/"])
def test_is_nothing_for_a_login_that_looks_odd(login: str) -> None:
    assert told("azure_cosmos", login=login) == []


def test_is_an_example_that_was_left_as_a_value() -> None:
    aws = told("aws", login="YOUR_AWS_ACCESS_KEY_ID", extra={"region_name": "us-east-1"})

    assert aws == ["AWS Access Key ID: this is the form's example, and no value of yours."]
    assert len(told_of_extra("snowflake", account="snowflake account name")) == 1


# --- Where nothing is read ---


def test_is_a_field_that_the_type_hides() -> None:
    assert told("snowflake", host="h", port=0) == [
        "Host: Snowflake has no such field, so its hook hardly reads it.",
        "Port: Snowflake has no such field, so its hook hardly reads it.",
    ]


@pytest.mark.parametrize(
    ("conn_type", "key", "meant"),
    [
        ("snowflake", "warehose", "warehouse"),
        ("postgres", "ssl_mode", "sslmode"),
        ("aws", "region", "region_name"),
        ("ssh", "timeout", "conn_timeout"),
    ],
)
def test_is_a_key_that_is_nearly_one_of_the_hook_s(conn_type: str, key: str, meant: str) -> None:
    assert told_of_extra(conn_type, **{key: "1"}) == [
        f"{key} isn't a key that the hook of {catalog.get(conn_type).name} reads. Did you mean {meant}?"
    ]


def test_is_the_old_name_of_a_key() -> None:
    (hint,) = told_of_extra("snowflake", extra__snowflake__account="ab12345")

    assert "the old name of account" in hint


def test_is_a_field_that_stands_in_the_extra() -> None:
    (hint,) = told("mysql", host="h", extra={"port": 3306})

    assert hint.startswith("port stands in the extra")
    assert told_of_extra("snowflake", host="h", port=443) == []


# --- Values ---


def test_is_a_no_that_would_be_read_as_a_yes() -> None:
    (hint,) = told_of_extra("postgres", iam="false")

    assert hint == "IAM: it is stored as text, and many hooks take every text for yes."
    assert told_of_extra("postgres", iam=False) == []
    assert told_of_extra("ssh", no_host_key_check="false") == []


def test_is_json_where_plain_text_belongs() -> None:
    assert "looks like JSON" in told_of_extra("google_cloud_platform", project='{"project_id": "x"}')[0]
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
@pytest.mark.parametrize(("conn_type", "name"), [("ssh", "private_key"), ("snowflake", "private_key_content")])
def test_is_a_private_key_that_cannot_be_read(conn_type: str, name: str, text: str, word: str) -> None:
    (hint,) = told_of_extra(conn_type, **{name: text})

    assert word in hint


@pytest.mark.parametrize("text", [KEY, KEY.replace("\n", "\r\n"), b64encode(KEY.encode()).decode(), ""])
def test_is_nothing_for_a_whole_private_key(text: str) -> None:
    assert told_of_extra("snowflake", private_key_content=text) == []


# --- The id ---


def test_is_an_id_that_another_hook_asks_for() -> None:
    (hint,) = told("postgres", "aws_default")

    assert hint == (
        "The hook of Amazon Web Services asks for this id when a task names none, "
        "and would find a connection of the type Postgres."
    )


@pytest.mark.parametrize(
    ("conn_type", "conn_id"),
    [
        ("postgres", "postgres_default"),
        ("postgres", "warehouse"),
        ("ssh", "sftp_default"),
        ("gcpbigquery", "google_cloud_default"),
        ("google_cloud_platform", "google_cloud_default"),
        ("", "aws_default"),
    ],
)
def test_is_nothing_for_an_id_that_serves_the_hook(conn_type: str, conn_id: str) -> None:
    assert told(conn_type, conn_id) == []


def test_knows_the_types_of_a_catalogue_of_one_s_own() -> None:
    acme = ConnectionType("acme", "Acme", default_id="acme_default", extra_fields=(ExtraField("tenant", "Tenant"),))

    found = hints(Connection(conn_type="acme", extra={"tenat": 1}), acme, "acme_default", {"acme": acme})

    assert [note.text for note in found] == ["tenat isn't a key that the hook of Acme reads. Did you mean tenant?"]


# --- Secrecy ---


def test_is_told_of_the_first_of_many_keys() -> None:
    extra = {f"acount{number:05}": "x" for number in range(5_000)}

    told = hints(Connection("snowflake", extra={"acount": "x", **extra}), catalog.get("snowflake"))

    assert sum("isn't a key that the hook" in note.text for note in told) <= 100
    assert any(note.text.startswith("acount isn't a key") for note in told)


def test_never_quotes_a_value() -> None:
    canary = "zq7canary"
    address = f" x://{canary}:{canary}@{canary}:1/?password={canary}"
    for one in catalog.types().values():
        extras = {
            f"{field.name}{ending}": f"Bearer {canary} \n{{" for field in one.extra_fields for ending in ("", "s")
        }
        filled = Connection(one.conn_type, address, address, address, schema=canary, extra=extras)
        found = hints(filled, one, canary)
        assert found
        assert canary not in "".join(note.text for note in found)
