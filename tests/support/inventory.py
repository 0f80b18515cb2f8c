"""An inventory with known faults, and with what looks odd and is fine. Rules know nothing of it.

The seeds say what is stored and which rules that breaks, by their names. Whatever else a rule says
of the inventory is invented.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moto.core.request import Request

from secretsadmin.demo.emulator import Answer, Emulator
from tests.support.wire import connected, operation_of

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY = f"arn:aws:kms:eu-central-1:123456789012:key/{KEY_ID}"
# `prod` has teams and a lookup pattern, `plain` a key of its own, and `other` hides what is its.
CONFIG = """
[environments.prod]
title = "Production"
teams = ["analytics"]
[environments.prod.backend_kwargs]
endpoint_url = "{endpoint}"
region_name = "eu-central-1"
variables_lookup_pattern = "^(?!local_)"

[environments.plain]
title = "Plain"
kms_key = "{key}"
[environments.plain.backend_kwargs]
endpoint_url = "{endpoint}"
region_name = "eu-central-1"
connections_prefix = "plain/connections"
variables_prefix = "plain/variables"
config_prefix = "plain/config"

[environments.other]
title = "Other"
[environments.other.backend_kwargs]
endpoint_url = "{endpoint}"
region_name = "eu-central-1"
connections_prefix = "airflow/connection"
variables_prefix = "elsewhere/variables"
config_prefix = "elsewhere/config"

[[grants]]
group = "viewers"
role = "viewer"
[[grants]]
group = "editors"
role = "editor"
[[grants]]
group = "admins"
role = "admin"
"""
TYPED = ({"Key": "airflow:conn-type", "Value": "http"},)
# A connection of which no value rule says anything.
FINE = "http://https://h"


@dataclass(frozen=True)
class Seed:
    """A secret, and the names of all rules that it breaks.

    `changed` and `read` are in days before now; `read` is None where nobody has read it. `listed`
    is what AWS's list says of it beside, and `described` what it says where it describes it. Where
    it is read among others, AWS says the code `withheld` in place of the value. `kind` is that of
    the prefix which a near miss misses.
    """

    name: str
    rules: tuple[str, ...] = ()
    text: str | bytes | None = field(default=FINE, repr=False)
    tags: tuple[dict[str, str], ...] = TYPED
    changed: float = 30
    read: float | None = 1
    version: str = ""
    then: str = ""
    labels: int = 0
    deleted: bool = False
    kms_key: str = ""
    listed: Mapping[str, Any] = field(default_factory=dict)
    described: Mapping[str, Any] = field(default_factory=dict)
    near_miss: bool = False
    kind: str = ""
    withheld: str = ""


def connection(conn_id: str, *rules: str, **more: Any) -> Seed:
    return Seed(f"airflow/connections/{conn_id}", rules, **more)


def variable(key: str, *rules: str, **more: Any) -> Seed:
    return Seed(f"airflow/variables/{key}", rules, tags=(), **more)


def option(key: str, *rules: str, **more: Any) -> Seed:
    return Seed(f"airflow/config/{key}", rules, tags=(), **more)


def plain(name: str, *rules: str, **more: Any) -> Seed:
    return Seed(f"plain/{name}", rules, **{"kms_key": KEY, **more})


def miss(name: str, *rules: str, kind: str = "connections") -> Seed:
    return Seed(name, rules, near_miss=True, kind=kind)


def _in(days: float) -> float:
    return (datetime.now(UTC) + timedelta(days=days)).timestamp()


def _rotated(days: float) -> dict[str, Any]:
    return {"RotationEnabled": True, "NextRotationDate": _in(days)}


def _staged(*labels: str) -> dict[str, Any]:
    """The labels of another version than the current one."""
    return {"SecretVersionsToStages": {"a" * 32: list(labels), "b" * 32: ["AWSCURRENT"]}}


TERRAFORM = f"terraform-{'2' * 26}"


def faults() -> list[Seed]:
    """What is wrong, by metadata."""
    return [
        connection("no_type_in_tags", "type-tag-missing", tags=()),
        connection("no_value", "no-value", text=None),
        connection(
            "no_label", "no-value", listed={"SecretVersionsToStages": {"a" * 32: ["AWSPREVIOUS"]}}
        ),
        connection("gone", "scheduled", tags=(), deleted=True),
        connection("finance--ledger", "unknown-team"),
        connection("analytics--a--b", "unknown-team"),
        connection("airflow/connections/twice", "prefix-twice"),
        connection("svc+test", "id-characters"),
        connection("x" * 251, "id-length"),
        connection("a//b", "empty-part"),
        connection("a/../b", "empty-part"),
        connection("stuck", "rotation-stuck", changed=3, listed=_staged("AWSPENDING")),
        connection("overdue", "rotation-overdue", "rotated", listed=_rotated(-3)),
        connection("rotated", "rotated", listed=_rotated(5)),
        connection("of_rds", "managed", listed={"OwningService": "rds", **_rotated(5)}),
        connection("by_terraform", "terraform-made", version=TERRAFORM),
        connection(
            "over_terraform",
            "terraform-overtaken",
            version=TERRAFORM,
            then=FINE.replace("//h", "//i"),
        ),
        connection("labelled", "labels-near-limit", labels=19),
        connection("replica", "replica", listed={"PrimaryRegion": "us-east-1"}),
        connection("shared", "shadowed"),
        connection("orders", "same-id"),
        variable("orders", "same-id"),
        connection("unread", "unread", read=40),
        variable("never_read", "unread", read=None),
        connection("long_unread", "long-unread", changed=200, read=100),
        variable("local_path", "pattern-excludes"),
        option("our_own_option", "unknown-option"),
        plain("connections/a--b", "two-hyphens"),
        plain("variables/aws_key", "other-key", tags=(), kms_key=""),
        plain("variables/their_key", "other-key", tags=(), kms_key=KEY.replace("1234abcd", "0")),
        miss("airflow/variable/x", "near-miss", kind="variables"),
        miss("airflow/conections/x", "near-miss"),
        miss("/airflow/variables/x", "near-miss", kind="variables"),
        miss("Airflow/Connections/x", "near-miss"),
        miss("airflow-connections-x", "near-miss"),
        miss("airflow/connections_x", "near-miss"),
        miss("/Airflow/varaibles/x", "near-miss", kind="variables"),
    ]


def odd() -> list[Seed]:
    """What looks odd and is fine."""
    return [
        connection("warehouse-stripe"),
        connection("ORDERS_DB"),
        connection("team/a.b/c"),
        connection("y" * 250),
        connection("analytics--shared"),
        connection("analytics--alone"),
        connection("terraform"),
        connection("new", changed=0.1, read=None),
        connection("changed_lately", changed=6, read=None),
        connection("read_today", read=0),
        connection("read_when_changed", changed=30, read=30),
        connection("read_last_quarter", changed=200, read=89),
        connection(
            "rotation_ended",
            listed={"SecretVersionsToStages": {"a" * 32: ["AWSCURRENT", "AWSPENDING"]}},
        ),
        connection("rotating", changed=0.1, listed=_staged("AWSPENDING")),
        connection("never_rotated", listed={"NextRotationDate": _in(-9)}),
        connection("primary", listed={"PrimaryRegion": "eu-central-1"}),
        connection("many_labels", labels=15),
        connection("not_terraform", version=f"my-terraform-{'2' * 26}"),
        connection("Orders2"),
        variable("orders2"),
        variable("gone"),
        variable("a@b=c+d"),
        variable("x_local_"),
        variable("airflow"),
        option("core.fernet_key"),
        option("sql_alchemy_conn"),
        option("smtp_password"),
        option("prod/celery/broker_url"),
        plain("variables/by_id", tags=(), kms_key=KEY_ID),
        plain("variables/by_alias", tags=(), kms_key="alias/airflow"),
        plain("config/fernet--fernet_key", tags=()),
        miss("airflow/connections-old/x"),
        miss("airflow2/connections/x"),
        miss("airflow/configuration/x"),
        miss("airflow/connects/x"),
        miss("their/airflow/connections/x"),
        miss("airflow/connections"),
        miss("elsewhere/variables/x"),
        miss("airflow/connection/of_other"),
        miss("plain/x"),
    ]


def ordinary(number: int = 80) -> list[Seed]:
    connections = [connection(f"db_{place}") for place in range(number // 2)]
    variables = [variable(f"setting_{place}") for place in range(number // 2)]
    return [*connections, *variables]


def seeds() -> list[Seed]:
    return [*faults(), *odd(), *ordinary()]


def configuration(folder: Path, endpoint: str) -> str:
    """The path of a configuration with the inventory's environments."""
    path = folder / "inventory.toml"
    path.write_text(CONFIG.format(endpoint=endpoint, key=KEY), encoding="utf-8")
    return str(path)


@contextmanager
def stored(emulator: Emulator, planted: Iterable[Seed]) -> Iterator[None]:
    """Secrets Manager with these secrets, as AWS would list them at present."""
    planted = list(planted)
    try:
        with connected(emulator.endpoint) as client:
            for seed in planted:
                _store(emulator, client, seed)
        emulator.world.clock = time.time
        with _telling(emulator, {seed.name: seed for seed in planted}):
            yield
    finally:
        emulator.world.clock = time.time


def _store(emulator: Emulator, client: "SecretsManagerClient", seed: Seed) -> None:
    _travel(emulator, seed.changed)
    more: dict[str, Any] = {"Tags": list(seed.tags)}
    if seed.text is not None:
        more["SecretBinary" if isinstance(seed.text, bytes) else "SecretString"] = seed.text
    if seed.version:
        more["ClientRequestToken"] = seed.version
    if seed.kms_key:
        more["KmsKeyId"] = seed.kms_key
    made = client.create_secret(Name=seed.name, **more)
    if seed.then:
        client.put_secret_value(SecretId=seed.name, SecretString=seed.then)
    for number in range(seed.labels):
        client.update_secret_version_stage(
            SecretId=seed.name, VersionStage=f"label-{number}", MoveToVersionId=made["VersionId"]
        )
    if seed.read is not None and seed.text is not None:
        _travel(emulator, seed.read)
        client.get_secret_value(SecretId=seed.name)
    if seed.deleted:
        client.delete_secret(SecretId=seed.name, RecoveryWindowInDays=7)


def _travel(emulator: Emulator, days: float) -> None:
    emulator.world.clock = lambda: time.time() - days * 86_400


@contextmanager
def _telling(emulator: Emulator, planted: Mapping[str, Seed]) -> Iterator[None]:
    """AWS says this of secrets beside, by their names. The emulator has no such things."""
    inner = emulator.respond

    def told(request: Request) -> Answer:
        status, headers, body = inner(request)
        operation = operation_of(request.headers.get("X-Amz-Target"), b"")
        answer = json.loads(body)
        if operation == "ListSecrets":
            for entry in answer.get("SecretList", ()):
                entry.update(planted[entry["Name"]].listed)
        if operation == "DescribeSecret" and "Name" in answer:
            answer.update(planted[answer["Name"]].described)
        if operation == "BatchGetSecretValue":
            _withhold(answer, planted)
        return status, headers, json.dumps(answer)

    emulator.respond = told
    try:
        yield
    finally:
        emulator.respond = inner


def _withhold(answer: dict[str, Any], planted: Mapping[str, Seed]) -> None:
    """Let an answer have errors in place of the values that AWS doesn't give."""
    values = answer["SecretValues"]
    answer["SecretValues"] = [value for value in values if not planted[value["Name"]].withheld]
    answer["Errors"] += [
        {"SecretId": value["Name"], "ErrorCode": planted[value["Name"]].withheld, "Message": "no"}
        for value in values
        if planted[value["Name"]].withheld
    ]
