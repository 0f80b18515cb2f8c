"""Code that reads a variable, and configuration that points at an option, ready to copy."""

import json
import re
from collections.abc import Iterator

from secretsadmin.kinds import CONFIG, Named, Usage, template_name

# airflow/config_templates/config.yml of Airflow 2.9 to 3.3 and the provider.yaml files of the providers: what they flag
# as sensitive. Airflow reads no other option from a secret.
OPTIONS = (
    *("core.asset_manager_kwargs", "core.dataset_manager_kwargs", "core.internal_api_secret_key", "smtp.smtp_password"),
    "atlas.password",
    *("api.secret_key", "api_auth.jwt_secret", "core.fernet_key", "database.sql_alchemy_conn"),
    *("database.sql_alchemy_conn_async", "database.sql_alchemy_engine_args", "logging.remote_task_handler_kwargs"),
    *("secrets.backend_kwargs", "sentry.sentry_dsn", "webserver.secret_key", "workers.secrets_backend_kwargs"),
    *("celery.broker_url", "celery.flower_basic_auth", "celery.result_backend"),
    *("celery_broker_transport_options.sentinel_kwargs", "celery_result_backend_transport_options.sentinel_kwargs"),
    *("keycloak_auth_manager.client_secret", "opensearch.password", "opensearch.username"),
)
# Without their section these say too little, as in smtp_password.
_COMMON_WORDS = ("client_secret", "password", "sentinel_kwargs", "username")


def usage(secret: Named) -> tuple[Usage, ...]:
    """A task asks for a variable; an option is read where Airflow's own configuration points at its secret."""
    if secret.kind == CONFIG:
        return tuple(_settings(secret.id))
    task, template = calls(secret.id, as_json=secret.form == "json")
    module = "airflow.models" if secret.is_for_airflow_2 else "airflow.sdk"
    return (task._replace(code=f"from {module} import Variable\n\nvalue = {task.code}"), template)


def calls(key: str, *, as_json: bool = False) -> tuple[Usage, Usage]:
    """What a task and a template write to read a variable."""
    task = f"Variable.get({json.dumps(key)}{', deserialize_json=True' if as_json else ''})"
    template = template_name(f"var.{'json' if as_json else 'value'}", key)
    return (Usage("In a task", task), Usage("In a template", f"{{{{ {template} }}}}"))


def _settings(key: str) -> Iterator[Usage]:
    found = options(key)
    for section, name in found or [("SECTION", "OPTION")]:
        where = f"section {section}" if found else "with a sensitive option's own section and name"
        yield Usage(f"In airflow.cfg, {where}", f"[{section}]\n{name}_secret = {key}")
        variable = f"AIRFLOW__{section}__{name}_secret".upper()
        yield Usage(f"In the environment, {where}", f"{variable}={key}")


def options(key: str) -> list[tuple[str, str]]:
    """The sensitive options that a key is called after, each with its section: with that in its name, or without."""
    words = "_" + re.sub(r"[^a-z0-9]+", "_", key.lower())
    known = [(section, name) for section, _, name in (option.partition(".") for option in OPTIONS)]
    by_section = {f"_{section}_{name}": (section, name) for section, name in known}
    if ends := [end for end in by_section if words.endswith(end)]:
        return [by_section[max(ends, key=len)]]
    return [(section, name) for section, name in known if name not in _COMMON_WORDS and words.endswith(f"_{name}")]
