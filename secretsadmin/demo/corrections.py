"""moto's Secrets Manager, corrected where AWS answers differently.

moto keeps the shape of a secret, its ARN, its filters and its errors; every override below says in
one sentence what AWS does instead.
"""

import copy
import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from botocore import xform_name
from moto.core.exceptions import JsonRESTError
from moto.core.request import Request
from moto.secretsmanager.exceptions import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceExistsException,
    ResourceNotFoundException,
    SecretNotFoundException,
    SecretStageVersionMismatchException,
)
from moto.secretsmanager.models import FakeSecret, _matches
from moto.secretsmanager.responses import SecretsManagerResponse

from secretsadmin.demo import limits
from secretsadmin.demo.paging import page
from secretsadmin.demo.vault import (
    CURRENT,
    DAY,
    Vault,
    World,
    entry,
    holder,
    is_repeat,
    last_accessed,
    listed_entry,
    make_room,
    move,
    value_of,
    version_entry,
)

PAGE = 100
BATCH_PAGE = 20
SCHEDULED = "You can't perform this operation on the secret because it was marked for deletion."
NAME_SCHEDULED = (
    "You can't create this secret "
    "because a secret with this name is already scheduled for deletion."
)

# AWS's reference lists no error for a secret that is scheduled for deletion under these.
WORK_WHILE_SCHEDULED = {"DescribeSecret", "ListSecretVersionIds", "RestoreSecret"}

SORT_KEYS: dict[str, Callable[[FakeSecret], Any]] = {
    "created-date": lambda secret: secret.created_date,
    "last-changed-date": lambda secret: secret.last_changed_date,
    "last-accessed-date": lambda secret: last_accessed(secret) or 0,
    "name": lambda secret: secret.name,
}


class Answers(SecretsManagerResponse):
    """One request.

    The methods are named after AWS's operations. Those that are missing here are right in moto.
    """

    # Otherwise moto parses the body as a query string, too. That takes time, and finds parameters
    # in values.
    use_raw_body = True

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    @property
    def backend(self) -> Vault:
        return self.world.vault(self.current_account, self.region)

    def respond(self, request: Request) -> tuple[int, dict[str, str], str]:
        """Errors are HTTP 400, never 404."""
        self.setup_class(request)
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "x-amzn-RequestId": str(uuid.uuid4()),
        }
        self.params: dict[str, Any] = json.loads(self.body or "{}")
        operation = request.headers["X-Amz-Target"].rpartition(".")[2]
        try:
            answer = self._answer(operation)
        except JsonRESTError as error:
            self._note(operation, request, error=error.error_type)
            return 400, headers, error.description
        self._note(operation, request, answer)
        return 200, headers, answer

    def _note(self, operation: str, request: Request, answer: str = "", error: str = "") -> None:
        """CloudTrail gets an event of each write, also of one that was refused."""
        at = self.world.clock()
        self.world.trail.note(operation, request.headers, self.params, answer, error, at)

    def _answer(self, operation: str) -> str:
        limits.check_request(operation, self.params)
        method = getattr(self, xform_name(operation), None)
        if method is None:
            raise JsonRESTError("UnknownOperationException", "")
        with self.world.lock:
            if "SecretId" in self.params:
                self._refuse_missing_and_scheduled(operation)
            return str(method())

    def _refuse_missing_and_scheduled(self, operation: str) -> None:
        """A scheduled secret takes no writes, and no operation fails on a missing one."""
        if self.params.get("ForceDeleteWithoutRecovery"):
            return
        if self.secret.is_deleted() and operation not in WORK_WHILE_SCHEDULED:
            raise InvalidRequestException(SCHEDULED)

    def _get_param(self, param_name: str, if_none: Any = None) -> Any:
        """Only from the JSON: to moto a value that holds `&Name=` is a parameter too."""
        return self.params.get(param_name, if_none)

    @property
    def now(self) -> Any:
        """Any, because moto's annotations say int, and AWS answers with fractions."""
        return self.world.clock()

    @property
    def token(self) -> str:
        return str(self.params.setdefault("ClientRequestToken", str(uuid.uuid4())))

    @property
    def secret(self) -> FakeSecret:
        secret = self.backend.find(self.params["SecretId"])
        if secret is None:
            raise SecretNotFoundException
        return secret

    def _changed(self, secret: FakeSecret) -> None:
        secret.last_changed_date = self.now
        if self.world.listing_lag:
            state = copy.deepcopy(self.backend.find(secret.name))
            self.backend.journal.append((self.now, secret.name, state))

    def _summary(self, secret: FakeSecret, **more: Any) -> str:
        return json.dumps({"ARN": secret.arn, "Name": secret.name, **more})

    def _value_summary(self, secret: FakeSecret, value: Mapping[str, str]) -> str:
        """Without a value there is no new version to name."""
        if not value:
            return self._summary(secret)
        return self._summary(secret, VersionId=self.token)

    def create_secret(self) -> str:
        """A taken name is a ResourceExistsException, a scheduled one an InvalidRequestException."""
        name = self.params["Name"]
        limits.check_name(name)
        limits.check_tags(tag["Key"] for tag in self.params.get("Tags", []))
        value = value_of(self.params)
        secret = self.backend.find(name)
        if secret is None:
            secret = self._new_secret(name, value)
        elif secret.is_deleted():
            raise InvalidRequestException(NAME_SCHEDULED)
        elif not is_repeat(secret, self.token, value):
            raise ResourceExistsException(
                f"The operation failed because the secret {name} already exists."
            )
        return self._value_summary(secret, value)

    def _new_secret(self, name: str, value: Mapping[str, str]) -> FakeSecret:
        secret = FakeSecret(
            account_id=self.current_account,
            region_name=self.region,
            secret_id=name,
            secret_version={},
            version_id="",
            description=self.params.get("Description"),
            tags=self.params.get("Tags"),
            kms_key_id=self.params.get("KmsKeyId"),
            created_date=self.now,
            replica_regions=self.params.get("AddReplicaRegions"),
        )
        self.backend.secrets[name] = secret
        if value:
            self._add_version(secret, value, [CURRENT])
        self._changed(secret)
        return secret

    def _add_version(
        self, secret: FakeSecret, value: Mapping[str, str], stages: Iterable[str]
    ) -> None:
        """The token becomes the version's id, and its labels are taken off every other version."""
        limits.check_labels(_labels_of(secret).union(stages))
        make_room(secret, self.now)
        secret.versions[self.token] = {
            **value,
            "version_id": self.token,
            "createdate": self.now,
            "version_stages": [],
        }
        for stage in stages:
            move(secret, stage, self.token)

    def put_secret_value(self) -> str:
        """The same token and value again change nothing; a first version becomes current."""
        secret, value = self.secret, value_of(self.params)
        if not value:
            raise InvalidRequestException("You must provide either SecretString or SecretBinary.")
        if not is_repeat(secret, self.token, value):
            stages = self.params.get("VersionStages", [CURRENT])
            if not secret.versions:
                stages = list(dict.fromkeys([CURRENT, *stages]))
            self._add_version(secret, value, stages)
            self._changed(secret)
        stages = secret.versions[self.token]["version_stages"]
        return self._summary(secret, VersionId=self.token, VersionStages=stages)

    def update_secret(self) -> str:
        """An empty description clears the stored one; only a value makes a version and a token."""
        secret, value = self.secret, value_of(self.params)
        if value and is_repeat(secret, self.token, value):
            return self._summary(secret, VersionId=self.token)
        if value:
            self._add_version(secret, value, [CURRENT])
        secret.description = self.params.get("Description", secret.description)
        secret.kms_key_id = self.params.get("KmsKeyId", secret.kms_key_id)
        self._changed(secret)
        return self._value_summary(secret, value)

    def update_secret_version_stage(self) -> str:
        """Checked before anything moves; moto takes the label off and then finds the mistake."""
        secret, stage = self.secret, self.params["VersionStage"]
        to = self.params.get("MoveToVersionId")
        self._check_move(secret, stage, to)
        limits.check_labels({stage} | _labels_of(secret))
        move(secret, stage, to)
        self._changed(secret)
        return self._summary(secret)

    def _check_move(self, secret: FakeSecret, stage: str, to: str | None) -> None:
        held, source = holder(secret, stage), self.params.get("RemoveFromVersionId")
        if to is None and (source is None or stage == CURRENT):
            raise InvalidParameterException("You must specify MoveToVersionId.")
        if to is not None and to not in secret.versions:
            raise InvalidParameterException(f"Not a valid version: {to}")
        if source is not None and source != held:
            raise InvalidParameterException(
                f"When you move staging label {stage}, if you specify RemoveFromVersionId, "
                f"it must be set to the version that currently has the staging label {stage}."
            )
        if source is None and held not in (None, to):
            raise InvalidParameterException(
                f"The parameter RemoveFromVersionId can't be empty. Staging label {stage} "
                f"is currently attached to version {held}, "
                "so you must explicitly reference that version in RemoveFromVersionId."
            )

    def get_secret_value(self) -> str:
        key, stage = self.params.get("VersionId"), self.params.get("VersionStage")
        return json.dumps(self._value(self.secret, key, stage))

    def _value(
        self, secret: FakeSecret, key: str | None = None, stage: str | None = None
    ) -> dict[str, Any]:
        """Without a stage it is AWSCURRENT's version; the secret keeps the day of the reading."""
        version = secret.versions.get(key or holder(secret, stage or CURRENT) or "")
        if version is None:
            what = f"VersionId: {key}" if key else f"staging label: {stage or CURRENT}"
            raise ResourceNotFoundException(
                f"Secrets Manager can't find the specified secret value for {what}"
            )
        if stage and stage not in version["version_stages"]:
            raise SecretStageVersionMismatchException
        version["accessed"] = self.now // DAY * DAY
        value = {
            "ARN": secret.arn,
            "Name": secret.name,
            "VersionId": version["version_id"],
            "VersionStages": version["version_stages"],
            "CreatedDate": version["createdate"],
        }
        if "secret_string" in version:
            value["SecretString"] = version["secret_string"]
        if "secret_binary" in version:
            value["SecretBinary"] = version["secret_binary"]
        return value

    def batch_get_secret_value(self) -> str:
        """Always the current versions; errors stand beside the values of other secrets."""
        ids, filters = self.params.get("SecretIdList"), self.params.get("Filters")
        if bool(ids) == bool(filters) or (ids and "MaxResults" in self.params):
            raise InvalidParameterException(
                "Either SecretIdList, or Filters with or without MaxResults."
            )
        names = ids or self._listed_names(filters or [])
        answer = page(names, self.params, BATCH_PAGE, lambda _: True)
        values, errors = [], []
        for secret_id in answer.pop("rows"):
            try:
                values.append(self._batched_value(secret_id))
            except JsonRESTError as error:
                errors.append(
                    {"SecretId": secret_id, "ErrorCode": error.error_type, "Message": error.message}
                )
        return json.dumps({"SecretValues": values, "Errors": errors, **answer})

    def _batched_value(self, secret_id: str) -> dict[str, Any]:
        secret = self.backend.find(secret_id)
        if secret is None:
            raise SecretNotFoundException
        if secret.is_deleted():
            raise InvalidRequestException(SCHEDULED)
        return self._value(secret)

    def _listed_names(self, filters: list[dict[str, Any]]) -> list[str]:
        return [secret.name for secret in self._listed() if self._is_wanted(secret, filters)]

    def _listed(self) -> list[FakeSecret]:
        if self.world.listing_lag:
            return self.backend.as_of(self.now - self.world.listing_lag)
        secrets = self.backend.secrets.values()
        return [secret for secret in secrets if isinstance(secret, FakeSecret)]

    def _is_wanted(self, secret: FakeSecret, filters: list[dict[str, Any]]) -> bool:
        if secret.is_deleted() and not self.params.get("IncludePlannedDeletion"):
            return False
        return bool(_matches(secret, filters))

    def list_secrets(self) -> str:
        """Sorted as asked, oldest first by default, and no page is built that isn't sent."""
        filters = self.params.get("Filters", [])
        secrets = sorted(
            self._listed(),
            key=SORT_KEYS[self.params.get("SortBy", "created-date")],
            reverse=self.params.get("SortOrder") == "desc",
        )
        answer = page(secrets, self.params, PAGE, lambda secret: self._is_wanted(secret, filters))
        entries = [listed_entry(secret) for secret in answer.pop("rows")]
        return json.dumps({"SecretList": entries, **answer})

    def list_secret_version_ids(self) -> str:
        """Ordered by id, which means nothing; unlabelled ones only where the request wants them."""
        secret = self.secret
        versions = [secret.versions[key] for key in sorted(secret.versions)]

        def is_wanted(version: Mapping[str, Any]) -> bool:
            return bool(version["version_stages"] or self.params.get("IncludeDeprecated"))

        answer = page(versions, self.params, PAGE, is_wanted)
        entries = [version_entry(version) for version in answer.pop("rows")]
        return self._summary(secret, Versions=entries, **answer)

    def describe_secret(self) -> str:
        return json.dumps(entry(self.secret))

    def delete_secret(self) -> str:
        days = self.params.get("RecoveryWindowInDays")
        force = bool(self.params.get("ForceDeleteWithoutRecovery"))
        limits.check_recovery_window(days, force=force)
        secret = self.backend.find(self.params["SecretId"])
        arn, name, date = self.backend.delete_secret(self.params["SecretId"], days, force)
        if secret:
            date = self.now + (0 if force else days or 30) * DAY
            secret.delete(date)
            self._changed(secret)
        return json.dumps({"ARN": arn, "Name": name, "DeletionDate": date})

    def restore_secret(self) -> str:
        answer = super().restore_secret()
        self._changed(self.secret)
        return answer

    def tag_resource(self) -> str:
        secret = self.secret
        limits.check_tags(tag["Key"] for tag in (secret.tags or []) + self.params["Tags"])
        answer = super().tag_resource()
        self._changed(secret)
        return answer

    def untag_resource(self) -> str:
        answer = super().untag_resource()
        self._changed(self.secret)
        return answer


def _labels_of(secret: FakeSecret) -> set[str]:
    return set().union(*(version["version_stages"] for version in secret.versions.values()))
