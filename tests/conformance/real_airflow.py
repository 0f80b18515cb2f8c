"""Airflow's own classes: the backend reads a text, then Airflow treats what it looked up."""

import json
from typing import Any

from tests.conformance import temporary_airflow  # noqa: F401 - Airflow reads its settings when it is imported.

# isort: split
from airflow._shared.secrets_masker import secrets_masker as server_masker
from airflow.models.connection import Connection as ServerConnection
from airflow.providers.amazon.aws.secrets.secrets_manager import SecretsManagerBackend
from airflow.sdk._shared.secrets_masker import secrets_masker as task_masker
from airflow.sdk.definitions.connection import Connection as TaskConnection
from airflow.sdk.execution_time.context import (
    _mask_and_deserialize_variable,
    _mask_connection_secrets,
)

from connections.value.connection import Connection
from connections.value.readers import Process

CLASSES: dict[Process, type] = {"server": ServerConnection, "task": TaskConnection}


class Backend(SecretsManagerBackend):  # type: ignore[misc]  # Types are checked without an Airflow.
    """Airflow's own backend, which is given the text of Secrets Manager's answer."""

    def __init__(self, text: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.text = text

    def _get_secret(self, *_: Any, **__: Any) -> str:
        return self.text


def real_reading(
    text: str, process: Process, extra_conn_words: dict[str, list[str]]
) -> Connection | None:
    """Nothing where Airflow fails: it catches every exception, and defines no such id."""
    backend = Backend(text, extra_conn_words=extra_conn_words)
    backend._set_connection_class(CLASSES[process])  # noqa: SLF001 - As Airflow's configuration does.
    try:
        found = backend.get_connection("conn")
        if found is None:
            return None
        # airflow/models/connection.py, get_connection_from_secrets, does this to all that it looks
        # up.
        found.get_uri()
        # And airflow/sdk/execution_time/context.py, _get_connection, this.
        if process == "task":
            _mask_connection_secrets(found)
    except Exception:  # noqa: BLE001
        return None
    finally:
        forget_masks()
    return as_ours(found)


def as_ours(found: Any) -> Connection:
    """What isn't text is false here, so absent. An extra that is no object is nothing to a hook."""
    extra = found.extra_dejson
    texts = {
        name: getattr(found, name) or ""
        for name in ("conn_type", "host", "login", "password", "schema")
    }
    return Connection(**texts, port=found.port, extra=extra if isinstance(extra, dict) else {})


def real_uri(connection: Connection, process: Process) -> str | None:
    """Nothing where Airflow can't write it."""
    names = ("conn_type", "host", "login", "password", "schema", "port")
    given = {name: getattr(connection, name) or None for name in names}
    try:
        extra = json.dumps(connection.extra) if connection.extra else None
        return str(CLASSES[process](conn_id="conn", extra=extra, **given).get_uri())
    except Exception:  # noqa: BLE001
        return None
    finally:
        forget_masks()


def forget_masks() -> None:
    """Airflow would compile its growing pattern of masked texts anew for each case."""
    server_masker.reset_secrets_masker()
    task_masker.reset_secrets_masker()


def real_sensitive(name: str) -> bool:
    masker = server_masker.SecretsMasker()
    masker.sensitive_variables_fields = list(server_masker.DEFAULT_SENSITIVE_FIELDS)
    return bool(masker.should_hide_value_for_key(name))


def real_json_variable(text: str) -> bool:
    """Whether Variable.get(key, deserialize_json=True) gets through."""
    try:
        _mask_and_deserialize_variable(text, "key", deserialize_json=True)
    except (ValueError, RecursionError):
        return False
    finally:
        forget_masks()
    return True
