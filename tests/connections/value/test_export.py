"""A copied connection is read where it is pasted as it was stored, or isn't made."""

import json
import re
import shlex
import unicodedata
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from connections.value.connection import Connection, NotRepresentable, is_clear
from connections.value.export import AS_STORED, FORMATS, Stored, copy_as

many = settings(
    max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)

HOSTILE = st.sampled_from(
    [*"'\"\\$%{}`!;&|<>#~-=:/?@[] \t\n\r\x00\x7fé😀", "${", "%{", "$${", "%%{", "$(id)", "file://"]
)
text = st.lists(HOSTILE | st.characters(exclude_categories=["Cs"]), max_size=8).map("".join)
connections = st.builds(
    Connection,
    conn_type=st.sampled_from(["postgres", "http", "file", "google_cloud_platform", "my type"]),
    host=text,
    login=text,
    password=text,
    port=st.none() | st.integers(0, 65_535),
    extra=st.dictionaries(text, text | st.integers() | st.booleans() | st.none(), max_size=3),
)
URI = "postgres://svc:p%27s%20%24x@db.example.com:5432/orders"
COMMAND = "aws secretsmanager create-secret"


def stored(text: str, **more: Any) -> Stored:
    given = {
        "conn_id": "orders",
        "secret_name": "airflow/connections/orders",
        "description": "Orders of the shop",
        "region": "eu-central-1",
    }
    return Stored(text, **(given | more))


def written(connection: Connection, form: Any = "auto") -> str:
    try:
        return connection.encode(form).text
    except NotRepresentable:
        assume(False)
        raise


def made(key: str, of: Stored) -> str:
    """The copy, where this format carries such a connection."""
    try:
        return copy_as(key, of)
    except NotRepresentable:
        assume(False)
        raise


def options(command: str) -> dict[str, str]:
    return dict(word.split("=", 1) for word in shlex.split(command) if word.startswith("--"))


def hcl(quoted: str) -> str:
    """What HCL's scanner makes of a quoted template without interpolation."""
    inner = re.sub(
        r'\\(u[0-9a-f]{4}|[nrt"\\])', lambda escape: json.loads(f'"{escape[0]}"'), quoted[1:-1]
    )
    return inner.replace("$${", "${").replace("%%{", "%{")


def strings(resources: str, name: str) -> list[str]:
    return re.findall(rf'^ +"?{name}"? += ("(?:[^"\\]|\\.)*")$', resources, re.MULTILINE)


@many
@given(connections, st.sampled_from(["uri", "json"]))
def test_in_a_form_of_airflows_is_the_same_connection(connection: Connection, form: str) -> None:
    assert Connection.from_secret(made(form, stored(written(connection)))) == connection


@many
@given(connections)
def test_on_an_environment_line_is_the_same_connection(connection: Connection) -> None:
    (word,) = shlex.split(made("environment-line", stored(written(connection))))

    name, _, value = word.partition("=")
    assert name == "AIRFLOW_CONN_ORDERS"
    assert Connection.from_secret(value) == connection


@many
@given(connections, text)
def test_in_airflows_command_is_the_same_connection(
    connection: Connection, description: str
) -> None:
    command = made("airflow-command", stored(written(connection), description=description))

    assert shlex.split(command)[:4] == ["airflow", "connections", "add", "orders"]
    value = options(command)["--conn-json"]
    assert Connection.from_secret(value) == connection
    assert json.loads(value).get("description", "") == description


@many
@given(connections, text)
def test_in_awss_command_is_the_same_secret(connection: Connection, description: str) -> None:
    command = made("aws-command", stored(written(connection), description=description))

    found = options(command)
    assert shlex.split(command)[:3] == COMMAND.split()
    assert found["--region"] == "eu-central-1"
    assert found["--name"] == "airflow/connections/orders"
    assert found.get("--description", "") == description
    assert json.loads(found["--tags"]) == [
        {"Key": "airflow:conn-type", "Value": connection.conn_type}
    ]
    assert Connection.from_secret(found["--secret-string"]) == connection


@many
@given(connections, text, st.sampled_from(["uri", "json"]))
def test_in_terraform_is_the_same_secret(
    connection: Connection, description: str, form: str
) -> None:
    value = written(connection, form)
    resources = made("terraform", stored(value, description=description))

    assert [hcl(found) for found in strings(resources, "secret_string")] == [value]
    assert [hcl(found) for found in strings(resources, "airflow:conn-type")] == [
        connection.conn_type
    ]
    assert [hcl(found) for found in strings(resources, "description")] == (
        [description] if description else []
    )
    assert unicodedata.is_normalized("NFC", resources)


@many
@given(st.sampled_from(["aws-command", "airflow-command", "environment-line"]), connections, text)
def test_has_nothing_in_it_that_a_terminal_acts_on(
    key: str, connection: Connection, description: str
) -> None:
    command = made(key, stored(written(connection), description=description))

    assert not [
        char for char in command if unicodedata.category(char) == "Cc" and char not in "\t\n"
    ]


def test_for_a_shell_is_quoted() -> None:
    of = stored('{"conn_type": "http", "password": "it\'s"}')

    assert copy_as("environment-line", stored(URI)) == f"AIRFLOW_CONN_ORDERS={URI}"
    assert copy_as("aws-command", of) == (
        f"{COMMAND} --region=eu-central-1 --name=airflow/connections/orders --description='Orders "
        "of the shop' "
        """--tags='[{"Key": "airflow:conn-type", "Value": "http"}]' """
        """--secret-string='{"conn_type": "http", "password": "it'"'"'s"}'"""
    )


def test_for_terraform_is_two_resources() -> None:
    assert copy_as("terraform", stored(URI, conn_id="1st.orders")) == (
        'resource "aws_secretsmanager_secret" "_1st_orders" {\n'
        '  name        = "airflow/connections/orders"\n'
        '  description = "Orders of the shop"\n'
        "\n"
        "  tags = {\n"
        '    "airflow:conn-type" = "postgres"\n'
        "  }\n"
        "}\n"
        "\n"
        'resource "aws_secretsmanager_secret_version" "_1st_orders" {\n'
        "  secret_id     = aws_secretsmanager_secret._1st_orders.id\n"
        f'  secret_string = "{URI}"\n'
        "}\n"
    )


def test_without_a_type_or_a_description_leaves_them_out() -> None:
    of = stored('{"host": "h"}', description="", region="")

    assert copy_as("aws-command", of) == (
        f"""{COMMAND} --name=airflow/connections/orders --secret-string='{{"host": "h"}}'"""
    )
    assert "tags" not in copy_as("terraform", of)
    assert "description" not in copy_as("terraform", of)


def test_of_a_team_is_named_as_airflow_looks_it_up() -> None:
    assert copy_as("environment-line", stored(URI, team="data")).startswith(
        "AIRFLOW_CONN__DATA___ORDERS="
    )


@pytest.mark.parametrize("begin", ["file://", "http://", "https://"])
def test_never_names_a_place_that_the_aws_command_would_load(begin: str) -> None:
    value = options(copy_as("aws-command", stored(f"{begin}host/schema")))["--secret-string"]

    assert value.startswith("{")
    assert Connection.from_secret(value) == Connection.from_secret(f"{begin}host/schema")


@pytest.mark.parametrize(
    ("key", "of", "field"),
    [
        ("uri", stored('{"conn_type": "my type"}'), "conn_type"),
        ("environment-line", stored(URI, conn_id="orders.eu"), "conn_id"),
        ("environment-line", stored(URI, team="my-team"), "conn_id"),
        ("airflow-command", stored(URI, conn_id="a/b"), "conn_id"),
        ("airflow-command", stored(URI, conn_id="-x"), "conn_id"),
        ("airflow-command", stored(URI, conn_id="a..b"), "conn_id"),
        ("airflow-command", stored(URI, team="data"), "conn_id"),
        ("airflow-command", stored('{"host": "h"}'), "conn_type"),
        ("aws-command", stored(URI, description="file:///etc/passwd"), "description"),
        ("aws-command", stored('{"host":\r\n"h"}'), "secret"),
        ("terraform", stored(URI, description="Cafe\u0301"), "secret"),
    ],
)
def test_isnt_made_where_the_format_cant_carry_it(key: str, of: Stored, field: str) -> None:
    with pytest.raises(NotRepresentable) as raised:
        copy_as(key, of)

    assert raised.value.field == field


@pytest.mark.parametrize(
    "unclear", ["postgres://u:radio/active@h", "radioactive", '{"password": radioactive', "", "//h"]
)
@pytest.mark.parametrize("key", [copy.key for copy in FORMATS if copy.key != AS_STORED])
def test_of_uncertain_fields_is_the_stored_text_alone(key: str, unclear: str) -> None:
    with pytest.raises(NotRepresentable) as raised:
        copy_as(key, stored(unclear))

    assert not is_clear(unclear) or raised.value.__suppress_context__
    assert "active" not in str(raised.value)
    assert copy_as(AS_STORED, stored(unclear)) == unclear


@many
@given(st.text())
def test_as_it_is_stored_is_any_text(anything: str) -> None:
    assert copy_as(AS_STORED, stored(anything)) == anything


def test_shows_no_value_in_a_report() -> None:
    assert "svc" not in repr(stored(URI))
