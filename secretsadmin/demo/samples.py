"""Fills an empty Secrets Manager with the secrets of a company, for the demo and for pictures."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from secretsadmin.demo import sample_connections, sample_variables
from secretsadmin.demo.sample import Sample

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

ENVIRONMENTS = ("dev", "prod")
RECOVERY_DAYS = 30
DAYS_AGO = (0, 61, 2, 17, 0, 88, 5, 33, 1)

Travel = Callable[[timedelta], None]


def fill(client: "SecretsManagerClient", travel: Travel = lambda _: None) -> None:
    """Make some 80 secrets in two environments. `travel` sets the emulator's clock back."""
    for number, (environment, kind, sample) in enumerate(_samples()):
        newest = timedelta(days=DAYS_AGO[number % len(DAYS_AGO)], hours=number % 24, minutes=7)
        name = f"{environment}/airflow/{kind}/{sample.id}"
        texts = [*sample.earlier, sample.value]
        for age, text in zip(_ages(newest, sample), texts, strict=True):
            travel(age)
            _write(client, name, sample, _value(text, environment), first=text is texts[0])
        _afterwards(client, name, sample, travel)
    travel(timedelta())


def _samples() -> Iterator[tuple[str, str, Sample]]:
    for environment in ENVIRONMENTS:
        connections: tuple[Sample, ...] = sample_connections.EVERYWHERE
        variables: tuple[Sample, ...] = sample_variables.EVERYWHERE
        if environment == "prod":
            connections += sample_connections.PROD_ONLY
            variables += sample_variables.PROD_ONLY
        kinds = {
            "connections": connections,
            "variables": variables,
            "config": sample_variables.CONFIG,
        }
        for kind, samples in kinds.items():
            for sample in samples:
                yield environment, kind, sample


def _ages(newest: timedelta, sample: Sample) -> list[timedelta]:
    """How old each version is, the oldest first: they are a quarter of a year apart.

    All are a quarter older where the secret was rolled back or deleted since.
    """
    quarter = timedelta(days=91)
    if sample.rolled_back or sample.scheduled_days_ago:
        newest += quarter
    return [newest + quarter * back for back in reversed(range(len(sample.earlier) + 1))]


def _value(text: str | bytes, environment: str) -> dict[str, Any]:
    if isinstance(text, bytes):
        return {"SecretBinary": text}
    return {"SecretString": text.replace("<env>", environment).replace("%3Cenv%3E", environment)}


def _write(
    client: "SecretsManagerClient", name: str, sample: Sample, value: dict[str, Any], *, first: bool
) -> None:
    if not first:
        client.put_secret_value(SecretId=name, **value)
        return
    tags = {"airflow:conn-type": sample.conn_type, "owner": sample.owner}
    client.create_secret(
        Name=name,
        Description=sample.description.replace("<env>", name.partition("/")[0]),
        Tags=[{"Key": key, "Value": text} for key, text in tags.items() if text],
        **value,
    )


def _afterwards(client: "SecretsManagerClient", name: str, sample: Sample, travel: Travel) -> None:
    if sample.rolled_back:
        _roll_back(client, name, sample, travel)
    if sample.scheduled_days_ago is not None:
        travel(timedelta(days=sample.scheduled_days_ago))
        client.delete_secret(SecretId=name, RecoveryWindowInDays=RECOVERY_DAYS)


def _roll_back(client: "SecretsManagerClient", name: str, sample: Sample, travel: Travel) -> None:
    travel(timedelta(hours=5))
    good = client.describe_secret(SecretId=name)["VersionIdsToStages"]
    bad = client.put_secret_value(SecretId=name, SecretString=sample.rolled_back)["VersionId"]
    travel(timedelta(hours=4))
    client.update_secret_version_stage(
        SecretId=name,
        VersionStage="AWSCURRENT",
        MoveToVersionId=next(iter(good)),
        RemoveFromVersionId=bad,
    )
