"""What moto keeps of a secret, and what AWS says about its labels, versions and names.

The clock and the lag of the listing can be set, because AWS's own listing is up to five minutes behind.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.secretsmanager.exceptions import InvalidParameterException, ResourceExistsException
from moto.secretsmanager.models import FakeSecret, ReplicaSecret, SecretsManagerBackend, SecretsStore

CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
DAY = 86_400
MOST_VERSIONS = 100


class Names(SecretsStore):
    """Finds a secret by name or ARN at once; moto compares the key with every secret that it has."""

    def get(self, key: str) -> FakeSecret | ReplicaSecret | None:  # type: ignore[override] # As in moto's class.
        if not key.startswith("arn:"):
            return dict.get(self, key)
        name = key.rpartition(":secret:")[2]
        whole = dict.get(self, name[:-7])
        return whole if whole and whole.arn == key else dict.get(self, name)

    def __getitem__(self, key: str) -> FakeSecret | ReplicaSecret:
        found = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def __contains__(self, key: str) -> bool:  # type: ignore[override] # As in moto's class.
        return self.get(key) is not None

    def pop(self, key: str) -> FakeSecret | ReplicaSecret | None:  # type: ignore[override] # As in moto's class.
        return dict.pop(self, self[key].name)


class Vault(SecretsManagerBackend):
    """The secrets of one account and region, and the states of them that a lagging list still shows."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.secrets: Names = Names()
        self.journal: list[tuple[float, str, FakeSecret | None]] = []

    def find(self, key: str) -> FakeSecret | None:
        found = self.secrets.get(key)
        return found if isinstance(found, FakeSecret) else None

    def as_of(self, moment: float) -> list[FakeSecret]:
        seen = {name: secret for at, name, secret in self.journal if at <= moment}
        return [secret for secret in seen.values() if secret]


@dataclass
class World:
    """All accounts and regions of one emulator, under the one lock that moto lacks."""

    clock: Callable[[], float] = time.time
    listing_lag: float = 0
    lock: RLock = field(default_factory=RLock)
    vaults: dict[tuple[str, str], Vault] = field(default_factory=dict)

    def vault(self, account: str, region: str) -> Vault:
        with self.lock:
            if (account, region) not in self.vaults:
                self.vaults[account, region] = Vault(region, account)
            return self.vaults[account, region]


def holder(secret: FakeSecret, stage: str) -> str | None:
    """The version that carries this label; moto keeps the current one apart from the labels, and loses it."""
    return next((key for key, version in secret.versions.items() if stage in version["version_stages"]), None)


def move(secret: FakeSecret, stage: str, to: str | None) -> None:
    """A label is on one version at most, and AWSPREVIOUS follows AWSCURRENT; others stay as they are."""
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
    """AWS drops the oldest unlabelled versions past a hundred, but none within its first 24 hours."""
    droppable = [
        key
        for key, version in sorted(secret.versions.items(), key=lambda item: float(item[1]["createdate"]))
        if not version["version_stages"] and version["createdate"] <= now - DAY
    ]
    for key in droppable[: max(0, len(secret.versions) + 1 - MOST_VERSIONS)]:
        del secret.versions[key]
    if len(secret.versions) >= MOST_VERSIONS:
        raise JsonRESTError("LimitExceededException", "You've exceeded the quota of versions of this secret.")


def value_of(params: Mapping[str, Any]) -> dict[str, str]:
    given = {"secret_string": params.get("SecretString"), "secret_binary": params.get("SecretBinary")}
    value = {key: text for key, text in given.items() if text is not None}
    if len(value) > 1:
        raise InvalidParameterException("You can't specify both SecretString and SecretBinary.")
    return value


def is_repeat(secret: FakeSecret, token: str, value: Mapping[str, str]) -> bool:
    """Whether this very call was made before; the same token with another value is an error of its own."""
    version = secret.versions.get(token)
    if version is None:
        return False
    if value == {key: version[key] for key in ("secret_string", "secret_binary") if key in version}:
        return True
    raise ResourceExistsException(
        f"You can't use ClientRequestToken {token} because that value is already in use "
        f"for a version of secret {secret.arn}."
    )


def last_accessed(secret: FakeSecret) -> float | None:
    return max((version["accessed"] for version in secret.versions.values() if "accessed" in version), default=None)


def entry(secret: FakeSecret) -> dict[str, Any]:
    """As described and listed by AWS: only versions with labels, and no key for what isn't there."""
    stages = {key: version["version_stages"] for key, version in secret.versions.items() if version["version_stages"]}
    described = {
        **secret.to_dict(),
        "VersionIdsToStages": stages,
        "SecretVersionsToStages": stages,
        "LastAccessedDate": last_accessed(secret),
    }
    return {key: value for key, value in described.items() if value is not None}


def version_entry(version: Mapping[str, Any]) -> dict[str, Any]:
    """A version has its own date, not the present as in moto, and without labels there is no key for them."""
    described = {
        "VersionId": version["version_id"],
        "CreatedDate": version["createdate"],
        "LastAccessedDate": version.get("accessed"),
        "KmsKeyIds": ["DefaultEncryptionKey"],
        "VersionStages": version["version_stages"] or None,
    }
    return {key: value for key, value in described.items() if value is not None}
