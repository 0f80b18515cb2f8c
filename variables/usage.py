"""Code that reads a variable, and configuration that points at an option, ready to copy."""

import json
import re
from collections.abc import Iterator

from secretsadmin.kinds import CONFIG, Named, Usage, template_name

# airflow/config_templates/config.yml of Airflow 2.9 to 3.3 and the provider.yaml files of the
# providers: what they flag as sensitive. Airflow reads no other option from a secret.
OPTIONS = (
    "core.asset_manager_kwargs",
    "core.dataset_manager_kwargs",
    "core.internal_api_secret_key",
    "smtp.smtp_password",
    "atlas.password",
    "api.secret_key",
    "api_auth.jwt_secret",
    "core.fernet_key",
    "database.sql_alchemy_conn",
    "database.sql_alchemy_conn_async",
    "database.sql_alchemy_engine_args",
    "logging.remote_task_handler_kwargs",
    "secrets.backend_kwargs",
    "sentry.sentry_dsn",
    "webserver.secret_key",
    "workers.secrets_backend_kwargs",
    "celery.broker_url",
    "celery.flower_basic_auth",
    "celery.result_backend",
    "celery_broker_transport_options.sentinel_kwargs",
    "celery_result_backend_transport_options.sentinel_kwargs",
    "keycloak_auth_manager.client_secret",
    "opensearch.password",
    "opensearch.username",
)
# Without their section these say too little, as in smtp_password.
_COMMON_WORDS = ("client_secret", "password", "sentinel_kwargs", "username")


def usage(secret: Named) -> tuple[Usage, ...]:
    """What a task asks for a variable; for an option, what Airflow's configuration says of it."""
    if secret.kind == CONFIG:
        return tuple(_settings(secret.id))
    task, template = calls(secret.id, as_json=secret.format == "json")
    module = "airflow.models" if secret.is_for_airflow_2 else "airflow.sdk"
    code = f"from {module} import Variable\n\nvalue = {task.code}"
    return (Usage(task.title, code), template)


def calls(key: str, *, as_json: bool = False) -> tuple[Usage, Usage]:
    """What a task and a template write to read a variable."""
    argument = json.dumps(key)
    accessor = "var.value"
    if as_json:
        argument += ", deserialize_json=True"
        accessor = "var.json"
    template = f"{{{{ {template_name(accessor, key)} }}}}"
    return (Usage("In a task", f"Variable.get({argument})"), Usage("In a template", template))


def _settings(key: str) -> Iterator[Usage]:
    named_options = options(key)
    for section, name in named_options or [("SECTION", "OPTION")]:
        where = f"section {section}"
        if not named_options:
            where = "with a sensitive option's own section and name"
        yield Usage(f"In airflow.cfg, {where}", f"[{section}]\n{name}_secret = {key}")
        variable = f"AIRFLOW__{section}__{name}_secret".upper()
        yield Usage(f"In the environment, {where}", f"{variable}={key}")


def options(key: str) -> list[tuple[str, str]]:
    """The sensitive options that a key is called after, each as its section and its name.

    An option whose section is in the key, too, is the only one.
    """
    words = "_" + re.sub(r"[^a-z0-9]+", "_", key.lower())
    by_section: dict[str, tuple[str, str]] = {}
    by_name: list[tuple[str, str]] = []
    for option in OPTIONS:
        section, _, name = option.partition(".")
        if words.endswith(f"_{section}_{name}"):
            by_section[f"_{section}_{name}"] = (section, name)
        if name not in _COMMON_WORDS and words.endswith(f"_{name}"):
            by_name.append((section, name))
    if by_section:
        return [by_section[max(by_section, key=len)]]
    return by_name
