"""Moving one staging label between two versions: what a save, a roll back and a label of one's own have in common."""

from collections.abc import Callable

from secretsadmin.audit.models import Act
from secretsadmin.environments import Ref
from secretsadmin.store import aws, errors
from secretsadmin.store.lost_answers import resolving


def move(ref: Ref, act: Act, label: str, *, to: str, version: str, has_moved: Callable[[], bool | None]) -> None:
    """Put the label on `to` if it is on `version`, each empty for none; one call.

    Raises Conflict where AWS has it elsewhere, or hasn't the version `to`; and any StoreError.
    """
    named = {"RemoveFromVersionId": version, "MoveToVersionId": to}
    try:
        with resolving(has_moved):
            answer = aws.call(
                aws.client(ref.environment).update_secret_version_stage,
                SecretId=ref.name,
                VersionStage=label,
                **{name: id_ for name, id_ in named.items() if id_},
            )
            act.request_id = aws.request_id(answer)
    except errors.Refused as error:
        if error.code not in ("InvalidParameterException", "InvalidRequestException"):
            raise
        raise errors.Conflict from None
