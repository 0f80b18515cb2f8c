"""How the processes of an installed release look something up, each by its own public function."""

import sys
from collections.abc import Callable
from typing import Any

MASKERS = (
    "airflow.utils.log.secrets_masker",
    "airflow.sdk.execution_time.secrets_masker",
    "airflow._shared.secrets_masker.secrets_masker",
    "airflow.sdk._shared.secrets_masker.secrets_masker",
)
CACHES = ("airflow.sdk.execution_time.cache", "airflow.secrets.cache")


class Supervisor:
    """It knows no connection and no variable, so a task finds what its own backend has."""

    def send(self, message: Any) -> Any:
        from airflow.sdk.exceptions import ErrorType
        from airflow.sdk.execution_time.comms import ErrorResponse

        kinds = {
            "GetConnection": ErrorType.CONNECTION_NOT_FOUND,
            "GetVariable": ErrorType.VARIABLE_NOT_FOUND,
        }
        kind = kinds.get(type(message).__name__)
        return ErrorResponse(error=kind, detail={}) if kind else None


def on_the_server(conn_id: str) -> Any:
    from airflow.models.connection import Connection

    return Connection.get_connection_from_secrets(conn_id)


def in_a_task(conn_id: str) -> Any:
    from airflow.sdk import Connection
    from airflow.sdk.execution_time import task_runner

    task_runner.SUPERVISOR_COMMS = Supervisor()
    return Connection.get(conn_id)


def through_the_api(conn_id: str) -> Any:
    """What a task makes of airflow/api_fastapi/execution_api/routes/connections.py's answer."""
    from airflow.api_fastapi.execution_api.datamodels.connection import ConnectionResponse
    from airflow.sdk.api.datamodels._generated import ConnectionResponse as Received
    from airflow.sdk.execution_time import context
    from airflow.sdk.execution_time.comms import ConnectionResult

    sent = ConnectionResponse.model_validate(on_the_server(conn_id)).model_dump_json(by_alias=True)
    result = ConnectionResult.from_conn_response(Received.model_validate_json(sent))
    make = (
        getattr(context, "_process_connection_result_conn", None)
        or context._convert_connection_result_conn  # noqa: SLF001 - There is no public way.
    )
    return make(result)


LOOK_UPS: dict[str, Callable[[str], Any]] = {
    "server": on_the_server,
    "task": in_a_task,
    "api": through_the_api,
}


def variable_of(who: str) -> Callable[[str], Any]:
    """A variable, or None where there is none."""
    if who == "task":
        from airflow.sdk import Variable
        from airflow.sdk.execution_time import task_runner

        task_runner.SUPERVISOR_COMMS = Supervisor()
    else:
        from airflow.models.variable import Variable
    return lambda key: (
        Variable.get(key, default=None) if who == "task" else _of_the_server(Variable, key)
    )


def _of_the_server(variable: Any, key: str) -> Any:
    return variable.get_variable_from_secrets(key)


def forget() -> None:
    """Airflow would compile its growing pattern of masked texts anew for each case."""
    for name in MASKERS:
        module = sys.modules.get(name)
        if module and hasattr(module, "_secrets_masker"):
            masker = module._secrets_masker()  # noqa: SLF001
            masker.patterns = set()
            masker.replacer = None
    for name in CACHES:
        module = sys.modules.get(name)
        if module:
            module.SecretCache.reset()
            module.SecretCache.init()
