"""The only file that knows boto3: clients, time limits, and AWS's errors in our words."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore import credentials, exceptions
from botocore.config import Config

from secretsadmin.environments import Environment
from secretsadmin.store import errors

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CONNECT_TIMEOUT = 2
READ_TIMEOUT = 3
ATTEMPTS = 3
# A page has ten seconds. An attempt begins within so many of the action's first, and the question what became of a
# lost answer within a few more.
LAST_ATTEMPT = 5
LAST_QUESTION = 7
ROLE_SESSION_SECONDS = 3600

_LIMITS = Config(
    connect_timeout=CONNECT_TIMEOUT,
    read_timeout=READ_TIMEOUT,
    retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    max_pool_connections=32,
    user_agent_extra="secretsadmin",
)
_started: ContextVar[float | None] = ContextVar("started", default=None)
_last_start: ContextVar[float] = ContextVar("last_start", default=LAST_ATTEMPT)

_BY_CODE: dict[str, type[errors.StoreError]] = {
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
    "ThrottlingException": errors.Throttled,
    "Throttling": errors.Throttled,
    "TooManyRequestsException": errors.Throttled,
    "RequestLimitExceeded": errors.Throttled,
}
_CREDENTIAL_CODES = frozenset(
    (
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    )
)
_DENIED_CODES = frozenset(("AccessDenied", "AccessDeniedException", "UnauthorizedOperation"))
_DENIED_ACTION = re.compile(r"perform: ([a-z0-9-]+:[A-Za-z]+)")


@contextmanager
def one_action() -> Iterator[None]:
    """All calls inside share one time limit; an action inside another shares the outer one's."""
    if _started.get() is not None:
        yield
        return
    token = _started.set(monotonic())
    try:
        yield
    finally:
        _started.reset(token)


@contextmanager
def asking() -> Iterator[None]:
    """Leave time for a question although the time for attempts is over."""
    token = _last_start.set(LAST_QUESTION)
    try:
        yield
    finally:
        _last_start.reset(token)


@contextmanager
def calling(environment: Environment) -> Iterator["SecretsManagerClient"]:
    """A client whose errors are ours. Raises StoreErrors alone."""
    try:
        with one_action():
            yield client(environment)
    except exceptions.ClientError as error:
        raise translated(error) from None
    except exceptions.BotoCoreError as error:
        raise _local(error) from None


def client(environment: Environment) -> "SecretsManagerClient":
    """The environment's client, shared by threads. Raises Misconfigured."""
    try:
        return _client(json.dumps(dict(environment.backend.aws), sort_keys=True))
    except (TypeError, ValueError) as error:
        raise errors.Misconfigured(type(error).__name__) from None


def request_id(answer: Mapping[str, Any]) -> str:
    """What AWS's support and CloudTrail know the call by; a proxy may have dropped it."""
    return str(answer["ResponseMetadata"].get("RequestId", ""))


def forget_clients() -> None:
    """Make every client anew, as after a change of credentials."""
    _client.cache_clear()


@lru_cache(maxsize=64)
def _client(kwargs: str) -> "SecretsManagerClient":
    aws = json.loads(kwargs)
    made = _session(aws).client(
        "secretsmanager",
        endpoint_url=aws.get("endpoint_url"),
        verify=aws.get("verify"),
        api_version=aws.get("api_version"),
        use_ssl=aws.get("use_ssl", True),
        config=Config(**aws.get("config_kwargs", {})).merge(_LIMITS),
    )
    made.meta.events.register("before-send.secretsmanager", _refuse_late_attempts)
    made.meta.events.register("response-received.secretsmanager", _refuse_used_up_versions)
    made.meta.events.register("after-call.secretsmanager", _refuse_empty_answers)
    return made


def _session(aws: Mapping[str, Any]) -> boto3.Session:
    names = ("region_name", "profile_name", "aws_access_key_id", "aws_secret_access_key", "aws_session_token")
    session = boto3.Session(**{name: aws[name] for name in names if name in aws})
    return _assume(session, aws) if "role_arn" in aws else session


def _assume(base: boto3.Session, aws: Mapping[str, Any]) -> boto3.Session:
    """A session in the role, which renews its credentials by itself."""
    source = botocore.session.get_session()
    fetcher = credentials.AssumeRoleCredentialFetcher(
        client_creator=base._session.create_client,  # noqa: SLF001 - botocore has no public way to hand it on.
        source_credentials=base.get_credentials(),
        role_arn=aws["role_arn"],
        extra_args={
            "RoleSessionName": "secretsadmin",
            "DurationSeconds": ROLE_SESSION_SECONDS,
            **aws.get("assume_role_kwargs", {}),
        },
    )
    renewing = credentials.DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
    vars(source)["_credentials"] = renewing  # Airflow's own session factory sets it, too: there is no public way.
    return boto3.Session(botocore_session=source, region_name=base.region_name)


def _refuse_late_attempts(**_: Any) -> None:
    started = _started.get()
    if started is not None and monotonic() - started > _last_start.get():
        raise exceptions.ReadTimeoutError(endpoint_url="Secrets Manager")


def _refuse_used_up_versions(parsed_response: Any, **_: Any) -> None:
    # botocore takes this code for throttling and would try again.
    if parsed_response and parsed_response.get("Error", {}).get("Code") == "LimitExceededException":
        raise errors.TooManyVersions("LimitExceededException")


def _refuse_empty_answers(parsed: Any, model: Any, **_: Any) -> None:
    # A proxy's page with status 200 parses to an answer that says nothing.
    if model.output_shape and model.output_shape.members and set(parsed) <= {"ResponseMetadata"}:
        raise errors.Unavailable("EmptyAnswer")


def translated(error: exceptions.ClientError) -> errors.StoreError:
    """Our error for one of AWS's. AWS's text is looked at, and never handed on."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    text = str(error.response.get("Error", {}).get("Message", ""))
    if code in _CREDENTIAL_CODES:
        return errors.BadCredentials(code)
    if code in _DENIED_CODES:
        return errors.NotAllowed(_missing_action(error.operation_name, text))
    if "for deletion" in text:
        return errors.ScheduledForDeletion(code)
    if code == "ResourceNotFoundException" and "staging label" in text:
        return errors.NoValue(code)
    return _by_status(error, code)


def _by_status(error: exceptions.ClientError, code: str) -> errors.StoreError:
    if code in _BY_CODE:
        return _BY_CODE[code](code)
    server_error = 500
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", server_error))
    return errors.Unavailable(code) if status >= server_error else errors.Refused(code)


def _missing_action(operation: str, text: str) -> str:
    if found := _DENIED_ACTION.search(text):
        return found[1]
    service = "sts" if operation == "AssumeRole" else "secretsmanager"
    return "kms:Decrypt" if "KMS" in text else f"{service}:{operation}"


def _local(error: exceptions.BotoCoreError) -> errors.StoreError:
    """Our error for what went wrong before AWS answered."""
    code = type(error).__name__
    if isinstance(error, exceptions.HTTPClientError | exceptions.IncompleteReadError):
        return errors.Unavailable(code)
    wrong_credentials = (
        exceptions.NoCredentialsError,
        exceptions.PartialCredentialsError,
        exceptions.CredentialRetrievalError,
        exceptions.ProfileNotFound,
        exceptions.TokenRetrievalError,
        exceptions.SSOError,
    )
    if isinstance(error, wrong_credentials):
        return errors.BadCredentials(code)
    if isinstance(error, exceptions.NoRegionError | exceptions.InvalidRegionError):
        return errors.Misconfigured(code)
    return errors.Unavailable(code)
