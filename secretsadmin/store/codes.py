"""AWS's error codes, and what they are in our words."""

import re

from secretsadmin.store import errors

BY_CODE: dict[str, type[errors.StoreError]] = {
    "ResourceNotFoundException": errors.NotFound,
    "ResourceExistsException": errors.NameTaken,
    "LimitExceededException": errors.TooManyVersions,
    "DecryptionFailure": errors.KeyUnavailable,
    "DecryptionFailureException": errors.KeyUnavailable,
    "EncryptionFailure": errors.KeyUnavailable,
    "EncryptionFailureException": errors.KeyUnavailable,
    "KMSInvalidStateException": errors.KeyUnavailable,
    "InternalServiceError": errors.Unavailable,
    "InternalServiceErrorException": errors.Unavailable,
    "InternalFailure": errors.Unavailable,
    "ServiceUnavailable": errors.Unavailable,
    "RequestTimeout": errors.Unavailable,
    "RequestTimeoutException": errors.Unavailable,
    "ThrottlingException": errors.Throttled,
    "Throttling": errors.Throttled,
    "TooManyRequestsException": errors.Throttled,
    "RequestLimitExceeded": errors.Throttled,
}
OF_CREDENTIALS = frozenset(
    (
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    )
)
OF_REFUSALS = frozenset(("AccessDenied", "AccessDeniedException", "UnauthorizedOperation"))
_OTHER_SERVICES = {"AssumeRole": "sts", "LookupEvents": "cloudtrail"}
_DENIED_ACTION = re.compile(r"perform: ([a-z0-9-]+:[A-Za-z]+)")


def missing_action(operation: str, text: str) -> str:
    """The IAM action that the text of a refusal names, or else that of the operation."""
    if match := _DENIED_ACTION.search(text):
        return match[1]
    if "KMS" in text:
        return "kms:Decrypt"
    service = _OTHER_SERVICES.get(operation, "secretsmanager")
    return f"{service}:{operation}"
