"""Examples for the fields of common types, where the provider's own placeholder only repeats the label."""

from collections.abc import Mapping

EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "snowflake": {
        "schema": "PUBLIC",
        "login": "AIRFLOW_LOADER",
        "password": "",
        "account": "xy12345.eu-central-1",
        "warehouse": "LOAD_WH",
        "database": "ANALYTICS",
        "region": "eu-central-1",
        "role": "LOADER",
        "private_key_file": "/opt/airflow/keys/snowflake.p8",
        "private_key_content": "-----BEGIN ENCRYPTED PRIVATE KEY-----",
        "proxy_host": "proxy.example.com",
        "proxy_port": "8080",
        "proxy_user": "airflow",
        "proxy_password": "",
    },
}


def example(conn_type: str, name: str, provided: str) -> str:
    """The placeholder of a field: our example, if there is one, or what its provider says."""
    return EXAMPLES.get(conn_type, {}).get(name, provided)
