"""What moto keeps of a secret, and what AWS says about its labels, versions and names.

The clock and the lag of the listing can be set, because AWS's own listing is up to five minutes
behind.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.secretsmanager.exceptions import InvalidParameterException, ResourceExistsException
from moto.secretsmanager.models import (
    FakeSecret,
    ReplicaSecret,
    SecretsManagerBackend,
    SecretsStore,
)

from secretsadmin.demo.trail import Trail

CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
DAY = 86_400
MOST_VERSIONS = 100


class Names(SecretsStore):
    """Finds a secret by name or ARN at once; moto compares the key with every secret."""

    def get(self, key: str) -> FakeSecret | ReplicaSecret | None:  # type: ignore[override] # As in moto's class.
        if not key.startswith("arn:"):
            return dict.get(self, key)
        name = key.rpartition(":secret:")[2]
        secret = dict.get(self, name[:-7])
        if secret and secret.arn == key:
            return secret
        return dict.get(self, name)

    def __getitem__(self, key: str) -> FakeSecret | ReplicaSecret:
        secret = self.get(key)
        if secret is None:
            raise KeyError(key)
        return secret

    def __contains__(self, key: str) -> bool:  # type: ignore[override] # As in moto's class.
        return self.get(key) is not None

    def pop(self, key: str) -> FakeSecret | ReplicaSecret | None:  # type: ignore[override] # As in moto's class.
        return dict.pop(self, self[key].name)


class Vault(SecretsManagerBackend):
    """The secrets of one account and region, and their states that a lagging list still shows."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.secrets: Names = Names()
        self.journal: list[tuple[float, str, FakeSecret | None]] = []

    def find(self, key: str) -> FakeSecret | None:
        secret = self.secrets.get(key)
        if not isinstance(secret, FakeSecret):
            return None
        return secret

    def as_of(self, moment: float) -> list[FakeSecret]:
        """The secrets as they were at a moment, in seconds since the epoch."""
        states = {name: secret for at, name, secret in self.journal if at <= moment}
        return [secret for secret in states.values() if secret]


@dataclass
class World:
    """All accounts and regions of one emulator, under the one lock that moto lacks."""

    clock: Callable[[], float] = time.time
    listing_lag: float = 0
    lock: RLock = field(default_factory=RLock)
    trail: Trail = field(default_factory=Trail)
    vaults: dict[tuple[str, str], Vault] = field(default_factory=dict)

    def vault(self, account: str, region: str) -> Vault:
        with self.lock:
            if (account, region) not in self.vaults:
                self.vaults[account, region] = Vault(region, account)
            return self.vaults[account, region]


def holder(secret: FakeSecret, stage: str) -> str | None:
    """The version that carries this label; moto keeps the current one apart, and loses it."""
    for key, version in secret.versions.items():
        if stage in version["version_stages"]:
            return key
    return None


def move(secret: FakeSecret, stage: str, to: str | None) -> None:
    """Put a label on one version, off all others; AWSPREVIOUS follows AWSCURRENT."""
    source = holder(secret, stage)
    if source == to:
        return
    if source:
        secret.versions[source]["version_stages"].remove(stage)
    if to:
        secret.versions[to]["version_stages"].append(stage)
    if stage == CURRENT and source:
        move(secret, PREVIOUS, source)
    secret.set_default_version_id(holder(secret, CURRENT))


def make_room(secret: FakeSecret, now: float) -> None:
    """Drop the oldest unlabelled versions past a hundred, as AWS does; none before 24 hours."""
    excess = len(secret.versions) + 1 - MOST_VERSIONS
    oldest_first = sorted(
        secret.versions, key=lambda key: float(secret.versions[key]["createdate"])
    )
    for key in oldest_first:
        version = secret.versions[key]
        is_old = version["createdate"] <= now - DAY
        if excess > 0 and is_old and not version["version_stages"]:
            del secret.versions[key]
            excess -= 1
    if len(secret.versions) >= MOST_VERSIONS:
        raise JsonRESTError(
            "LimitExceededException", "You've exceeded the quota of versions of this secret."
        )


def value_of(params: Mapping[str, Any]) -> dict[str, str]:
    value = {}
    if params.get("SecretString") is not None:
        value["secret_string"] = params["SecretString"]
    if params.get("SecretBinary") is not None:
        value["secret_binary"] = params["SecretBinary"]
    if len(value) > 1:
        raise InvalidParameterException("You can't specify both SecretString and SecretBinary.")
    return value


def is_repeat(secret: FakeSecret, token: str, value: Mapping[str, str]) -> bool:
    """Whether this very call was made before. The same token with another value is an error."""
    version = secret.versions.get(token)
    if version is None:
        return False
    stored = {key: version[key] for key in ("secret_string", "secret_binary") if key in version}
    if value == stored:
        return True
    raise ResourceExistsException(
        f"You can't use ClientRequestToken {token} because that value is already in use "
        f"for a version of secret {secret.arn}."
    )


def last_accessed(secret: FakeSecret) -> float | None:
    days = [version["accessed"] for version in secret.versions.values() if "accessed" in version]
    return max(days, default=None)


def entry(secret: FakeSecret) -> dict[str, Any]:
    """As AWS describes and lists it: only versions with labels, and no key for what isn't there."""
    stages = {}
    for key, version in secret.versions.items():
        if version["version_stages"]:
            stages[key] = version["version_stages"]
    described = {
        **secret.to_dict(),
        "VersionIdsToStages": stages,
        "SecretVersionsToStages": stages,
        "LastAccessedDate": last_accessed(secret),
    }
    return {key: value for key, value in described.items() if value is not None}


def listed_entry(secret: FakeSecret) -> dict[str, Any]:
    """As AWS lists it: a list doesn't tell of replicas."""
    listed = entry(secret)
    listed.pop("ReplicationStatus", None)
    return listed


def version_entry(version: Mapping[str, Any]) -> dict[str, Any]:
    """A version has its own date, not the present as in moto; without labels it has no key."""
    described = {
        "VersionId": version["version_id"],
        "CreatedDate": version["createdate"],
        "LastAccessedDate": version.get("accessed"),
        "KmsKeyIds": ["DefaultEncryptionKey"],
        "VersionStages": version["version_stages"] or None,
    }
    return {key: value for key, value in described.items() if value is not None}
