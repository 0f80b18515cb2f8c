"""A connection in the spellings of other tools: a shell, Airflow's command, AWS's, Terraform.

People paste what they copy, so every spelling is quoted for the place where it will be read.
"""

import json
import re
import shlex
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from connections.value.clarity import is_clear
from connections.value.connection import Connection
from connections.value.errors import NotRepresentable, UnreadableSecret
from connections.value.stored_json import ConnWords
from secretsadmin.hcl import quoted
from secretsadmin.kinds import Copy

AS_STORED = "stored-text"
FORMATS = (
    Copy("uri", "URI"),
    Copy("json", "JSON"),
    Copy("environment-line", "Environment line"),
    Copy("airflow-command", "Airflow command"),
    Copy("aws-command", "AWS command"),
    Copy("terraform", "Terraform", "With Terraform, its state file then holds the value, too."),
    Copy(AS_STORED, "Stored text"),
)
# How a file has connections: the fields of each, as they are or in one line, or a URI.
FIELDS_OF_FILE, LINE_OF_FIELDS, URI_OF_FILE = ("json", "yaml"), "env-json", "env"
TITLES = {copy.key: copy.title for copy in FORMATS}

_TYPE_TAG = "airflow:conn-type"
_VARIABLE = re.compile(r"[A-Za-z0-9_]+")
# airflow/utils/helpers.py, validate_key; an id that begins with a hyphen would count as an option.
_COMMAND_ID = re.compile(r"(?!-)(?!.*\.\.)[A-Za-z0-9_.-]{1,200}")
# The same function, for ids in a file.
_FILE_ID = re.compile(r"(?!.*\.\.)[A-Za-z0-9_.-]{1,200}")
# A terminal acts on these even between quotation marks; a line's end and a tab are safe there.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# The AWS CLI puts the content of such a place into the request; its version 1 fetches from the
# network, too.
_LOADED = ("file://", "fileb://", "http://", "https://")


@dataclass(frozen=True)
class Stored:
    """A secret as AWS has it, and where it belongs.

    `extra_conn_words` are those of the environment that reads it.
    """

    text: str = field(repr=False)
    conn_id: str
    secret_name: str
    description: str = ""
    region: str = ""
    team: str | None = None
    extra_conn_words: ConnWords = field(default_factory=dict)


def copy_as(key: str, stored: Stored) -> str:
    """The secret in one of FORMATS. Raises NotRepresentable where this format can't carry it.

    The formats that make the same secret elsewhere carry the stored text; the others carry what a
    task in Airflow 3 reads of it. The error's field is one of FIELDS, `conn_id`, `description` or
    `secret`.
    """
    if key == AS_STORED:
        return stored.text
    return _WRITERS[key](_certain(stored), stored)


def file_entry(key: str, stored: Stored) -> object:
    """What one of Airflow's files has of a connection. Raises NotRepresentable.

    airflow/cli/commands/connection_command.py, _connection_to_dict.
    """
    connection = _certain(stored)
    _check_for_file(connection, stored)
    if key == URI_OF_FILE:
        return connection.to_uri()
    # Whatever all readers read back from some spelling has fields that a file carries.
    connection.encode(extra_conn_words=stored.extra_conn_words)
    fields = {
        "conn_type": connection.conn_type,
        "description": stored.description or None,
        "login": connection.login or None,
        "password": connection.password or None,
        "host": connection.host or None,
        "port": connection.port,
        "schema": connection.schema or None,
        "extra": json.dumps(connection.extra) if connection.extra else None,
    }
    if key != LINE_OF_FIELDS:
        return fields
    # The columns of Airflow's database carry more than its JSON, such as a port of 0.
    connection.encode("json")
    return json.dumps(fields)


def _check_for_file(connection: Connection, stored: Stored) -> None:
    if stored.team:
        raise NotRepresentable("conn_id", "Airflow's files have no connections of a team.")
    if not _FILE_ID.fullmatch(stored.conn_id):
        raise NotRepresentable(
            "conn_id",
            "Airflow imports ids of up to 200 letters, digits, dots, hyphens and underscores, "
            "without two dots in a row.",
        )
    if not connection.conn_type:
        raise NotRepresentable("conn_type", "Airflow imports no connection without a type.")


def _certain(stored: Stored) -> Connection:
    """The connection of a stored text. Raises NotRepresentable where a password may be anywhere."""
    try:
        connection = Connection.from_secret(stored.text, extra_conn_words=stored.extra_conn_words)
    except UnreadableSecret:
        raise NotRepresentable(
            "secret", "Airflow can't read this text, so it has no other spelling."
        ) from None
    if not is_clear(stored.text):
        raise NotRepresentable(
            "secret", "It isn't written as a connection is, so no other spelling is sure."
        )
    return connection


def _uri(connection: Connection, _stored: Stored) -> str:
    return connection.to_uri()


def _json(connection: Connection, stored: Stored) -> str:
    return connection.encode("json", extra_conn_words=stored.extra_conn_words).text


# --- For a shell ---


def _environment_line(connection: Connection, stored: Stored) -> str:
    """airflow/secrets/environment_variables.py.

    It reads JSON without the further words of this backend.
    """
    owner = ""
    if stored.team:
        owner = f"_{stored.team}___"
    name = f"AIRFLOW_CONN_{owner}{stored.conn_id}".upper()
    if not _VARIABLE.fullmatch(name):
        raise NotRepresentable(
            "conn_id",
            "A shell takes letters, digits and underscores alone in the name of a variable.",
        )
    return _line(f"{name}={shlex.quote(connection.encode().text)}")


def _airflow_command(connection: Connection, stored: Stored) -> str:
    """airflow/cli/commands/connection_command.py, connections_add.

    Its JSON may have a description.
    """
    if not _COMMAND_ID.fullmatch(stored.conn_id):
        raise NotRepresentable(
            "conn_id",
            "The airflow command takes ids of up to 200 letters, digits, dots, hyphens and "
            "underscores, without two dots in a row or a hyphen in front.",
        )
    if stored.team:
        raise NotRepresentable("conn_id", "The airflow command makes no connections of a team.")
    if not connection.conn_type:
        raise NotRepresentable(
            "conn_type", "The airflow command takes no connection without a type."
        )
    fields = json.loads(connection.to_json())
    if stored.description:
        fields["description"] = stored.description
    option = _option("--conn-json", json.dumps(fields, ensure_ascii=False))
    return _line(f"airflow connections add {stored.conn_id} {option}")


def _aws_command(connection: Connection, stored: Stored) -> str:
    if stored.description.startswith(_LOADED):
        raise NotRepresentable(
            "description", "The AWS command would take the description for a place to load it from."
        )
    text = stored.text
    if text.startswith(_LOADED):
        # The same fields in JSON are no place to load anything from.
        text = _json(connection, stored)
    tags = ""
    if connection.conn_type:
        tags = json.dumps([{"Key": _TYPE_TAG, "Value": connection.conn_type}])
    options = {
        "--region": stored.region,
        "--name": stored.secret_name,
        "--description": stored.description,
        "--tags": tags,
        "--secret-string": text,
    }
    given = [_option(name, value) for name, value in options.items() if value]
    return _line(" ".join(["aws secretsmanager create-secret", *given]))


def _option(name: str, value: str) -> str:
    """With an equals sign: else a value that begins with a hyphen would count as an option."""
    return f"{name}={shlex.quote(value)}"


def _line(text: str) -> str:
    if _CONTROLS.search(text):
        raise NotRepresentable(
            "secret", "It holds control characters, and a terminal would act on them."
        )
    return text


# --- For Terraform ---


_RESOURCES = """\
resource "aws_secretsmanager_secret" "{label}" {{
{secret}}}

resource "aws_secretsmanager_secret_version" "{label}" {{
  secret_id     = aws_secretsmanager_secret.{label}.id
  secret_string = {value}
}}
"""


def _terraform(connection: Connection, stored: Stored) -> str:
    if not unicodedata.is_normalized("NFC", stored.text + stored.description):
        raise NotRepresentable(
            "secret", "Terraform would write some of its accented letters in another way."
        )
    label = re.sub(r"\W", "_", stored.conn_id)
    if label[:1].isdigit():
        label = f"_{label}"
    secret = _attributes({"name": stored.secret_name, "description": stored.description})
    if connection.conn_type:
        tag = f"{quoted(_TYPE_TAG)} = {quoted(connection.conn_type)}"
        secret += f"\n  tags = {{\n    {tag}\n  }}\n"
    return _RESOURCES.format(label=label, secret=secret, value=quoted(stored.text))


def _attributes(values: Mapping[str, str]) -> str:
    """Aligned as `terraform fmt` does it."""
    filled = {name: value for name, value in values.items() if value}
    width = max(map(len, filled))
    return "".join(f"  {name:<{width}} = {quoted(value)}\n" for name, value in filled.items())


_WRITERS: Mapping[str, Callable[[Connection, Stored], str]] = {
    "uri": _uri,
    "json": _json,
    "environment-line": _environment_line,
    "airflow-command": _airflow_command,
    "aws-command": _aws_command,
    "terraform": _terraform,
}
