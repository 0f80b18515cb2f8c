"""What Secrets Manager refuses before it does anything, and moto lets pass.

Lengths, ranges and patterns come from the service model that botocore carries, so they are AWS's
own. The few that the model leaves out are written here. No message repeats what was sent, which may
be a secret.
"""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

import botocore.session
from botocore.model import ListShape, Shape, StringShape, StructureShape
from moto.core.exceptions import JsonRESTError
from moto.secretsmanager.exceptions import InvalidParameterException, ValidationException

NAME = re.compile(r"[A-Za-z0-9/_+=.@-]+")
MOST_TAGS = 50
MOST_LABELS = 20

_model = botocore.session.get_session().get_service_model("secretsmanager")


def check_request(operation: str, params: Mapping[str, Any]) -> None:
    if operation not in _model.operation_names:
        raise JsonRESTError("UnknownOperationException", "")
    shape = cast("Shape", _model.operation_model(operation).input_shape)
    problems = list(_problems(shape, params, ""))
    if problems:
        counted = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected: "
        raise ValidationException(counted + "; ".join(problems))


def check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise ValidationException(
            "Invalid name. Must be a valid name containing alphanumeric characters, "
            "or any of the following: -/_+=.@!"
        )


def check_tags(keys: Iterable[str]) -> None:
    unique = set(keys)
    if any(key.lower().startswith("aws:") for key in unique):
        raise InvalidParameterException("Tag keys that begin with aws: are reserved for AWS use.")
    if len(unique) > MOST_TAGS:
        raise InvalidParameterException(f"A secret can have at most {MOST_TAGS} tags.")


def check_labels(labels: Iterable[str]) -> None:
    if len(set(labels)) > MOST_LABELS:
        raise JsonRESTError(
            "LimitExceededException", f"A secret can have at most {MOST_LABELS} staging labels."
        )


def check_recovery_window(days: int | None, *, force: bool) -> None:
    if days is not None and force:
        raise InvalidParameterException(
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."
        )
    if days is not None and not 7 <= days <= 30:  # noqa: PLR2004 - the sentence below says what they are.
        raise InvalidParameterException(
            "RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."
        )


def _problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield from _structure_problems(shape, value, path)
        return
    for constraint in _broken(shape, value):
        yield f"Value at '{path}' failed to satisfy constraint: Member must {constraint}"
    if isinstance(shape, ListShape):
        for number, member in enumerate(value, start=1):
            yield from _problems(shape.member, member, f"{path}.{number}.member")


def _structure_problems(
    shape: StructureShape, value: Mapping[str, Any], path: str
) -> Iterator[str]:
    for name, member in shape.members.items():
        member_path = f"{path}.{name[0].lower()}{name[1:]}".lstrip(".")
        if name in value:
            yield from _problems(member, value[name], member_path)
        elif name in shape.required_members:
            yield f"Value at '{member_path}' failed to satisfy constraint: Member must not be null"


def _broken(shape: Shape, value: Any) -> Iterator[str]:
    size, measure = _size(shape, value)
    if size is not None and size < shape.metadata.get("min", size):
        yield f"have {measure} greater than or equal to {shape.metadata['min']}"
    if size is not None and size > shape.metadata.get("max", size):
        yield f"have {measure} less than or equal to {shape.metadata['max']}"
    if isinstance(shape, StringShape) and shape.enum and value not in shape.enum:
        yield f"satisfy enum value set: [{', '.join(shape.enum)}]"
    if "pattern" in shape.metadata and not re.fullmatch(shape.metadata["pattern"], value):
        yield f"satisfy regular expression pattern: {shape.metadata['pattern']}"


def _size(shape: Shape, value: Any) -> tuple[int | None, str]:
    """A value's size, and AWS's word for it; a secret's is in bytes, a text's in characters."""
    if shape.type_name in ("integer", "long"):
        return value, "value"
    if shape.type_name == "blob":
        return len(base64.b64decode(value)), "length"
    if shape.metadata.get("sensitive"):
        return len(value.encode()), "length"
    if isinstance(value, Sequence):
        return len(value), "length"
    return None, ""
