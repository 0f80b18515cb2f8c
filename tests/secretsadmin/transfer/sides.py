"""Three environments on one Secrets Manager, one of them protected, and what is in them."""

import json
from collections.abc import Mapping
from pathlib import Path

from moto.core.request import Request
from pytest_django.fixtures import Settings

from secretsadmin.demo.emulator import Emulator
from tests.conftest import begin_cold

NAMES = ("dev", "test", "prod")
TABLE = """
[environments.{name}]
title = "{title}"
protected = {protected}
{more}
[environments.{name}.backend_kwargs]
endpoint_url = "{endpoint}"
region_name = "eu-central-1"
connections_prefix = "{name}/connections"
variables_prefix = "{name}/variables"
config_prefix = "{name}/config"
{kwargs}
"""


def configure_three(
    settings: Settings,
    folder: Path,
    endpoints: Mapping[str, str],
    grants: str = "",
    kwargs: Mapping[str, str] | None = None,
    **entries: str,
) -> None:
    """Serve `dev`, `test` and `prod`, which is protected, each at its endpoint."""
    tables = []
    for name in NAMES:
        tables.append(
            TABLE.format(
                name=name,
                title=name.capitalize(),
                protected="true" if name == "prod" else "false",
                endpoint=endpoints[name],
                more=entries.get(name, ""),
                kwargs=(kwargs or {}).get(name, ""),
            )
        )
    path = folder / f"{len(list(folder.glob('*.toml')))}.toml"
    path.write_text("\n".join([*tables, grants]), encoding="utf-8")
    settings.SECRETSADMIN_CONFIG = str(path)
    begin_cold()


def seed(emulator: Emulator, name: str, text: str, type_: str = "", description: str = "") -> None:
    """Make a secret inside of the emulator, which takes no call over HTTP."""
    tags = [{"Key": "airflow:conn-type", "Value": type_}] if type_ else []
    body = {"Name": name, "SecretString": text, "Tags": tags, "Description": description}
    call(emulator, "CreateSecret", body)


def call(emulator: Emulator, operation: str, body: Mapping[str, object]) -> None:
    headers = {
        "X-Amz-Target": f"secretsmanager.{operation}",
        "X-Amz-Date": "20261130T000000Z",
        "Authorization": (
            "AWS4-HMAC-SHA256 Credential=demo/20261130/eu-central-1/secretsmanager/aws4_request, "
            "SignedHeaders=host, Signature=0"
        ),
    }
    sent = json.dumps({"ClientRequestToken": "0" * 32, **body}).encode()
    request = Request.from_primitives("POST", f"{emulator.endpoint}/", headers, sent)
    status, _, answer = emulator.respond(request)
    assert status == 200, answer
