"""Moving one staging label between two versions, as a save, a rollback and a custom label do."""

from collections.abc import Callable

from secretsadmin.audit.recording import Act
from secretsadmin.config.ref import Ref
from secretsadmin.store import aws, errors
from secretsadmin.store.lost_answers import resolve_lost_answer


def move(
    ref: Ref, act: Act, label: str, *, to: str, version: str, has_moved: Callable[[], bool | None]
) -> None:
    """Move the label from `version` to `to`, either of which may be empty for none; one call.

    `has_moved` asks AWS after a lost answer. Raises Conflict where AWS has the label elsewhere, or
    hasn't the version `to`; and any StoreError.
    """
    versions = {}
    if version:
        versions["RemoveFromVersionId"] = version
    if to:
        versions["MoveToVersionId"] = to
    try:
        with resolve_lost_answer(has_moved):
            answer = aws.call(
                aws.client(ref.environment).update_secret_version_stage,
                SecretId=ref.name,
                VersionStage=label,
                **versions,
            )
            act.request_id = aws.request_id(answer)
    except errors.Refused as error:
        if error.code not in ("InvalidParameterException", "InvalidRequestException"):
            raise
        raise errors.Conflict from None
