"""The only file that knows boto3: clients, time limits, and AWS's errors in our words."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from http import HTTPStatus
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import boto3
import botocore.session
from botocore import credentials, exceptions
from botocore.config import Config
from botocore.loaders import JSONFileLoader
from django.conf import settings

from secretsadmin.environments import Environment
from secretsadmin.store import errors

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

ATTEMPTS = 3
# Shares of settings.AWS_SECONDS, which is how long a page waits for AWS. A retry that begins at its last moment ends
# before the last moment for another call, so there is time to ask what became of a lost answer.
CONNECT, READ = 0.2, 0.28
LAST_RETRY, LAST_CALL = 0.39, 0.7
ROLE_SESSION_SECONDS = 3600

# An action that begins with a hanging STS still has time for its own calls.
_ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1})

P = ParamSpec("P")
R = TypeVar("R")

_making = Lock()
_started: ContextVar[float | None] = ContextVar("started", default=None)


@dataclass
class _Attempts:
    """What became of the attempts of one call. It ends with the call: an error keeps what was sent in its frames."""

    is_doubtful: bool = False
    last_error: errors.StoreError | None = None


_attempts: ContextVar[_Attempts] = ContextVar("attempts")

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
    "RequestTimeout": errors.Unavailable,
    "RequestTimeoutException": errors.Unavailable,
    "ThrottlingException": errors.Throttled,
    "Throttling": errors.Throttled,
    "TooManyRequestsException": errors.Throttled,
    "RequestLimitExceeded": errors.Throttled,
}
_CREDENTIAL_CODES = frozenset(
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


_NOTHING_DONE = (errors.Throttled, errors.NotReached)


def call(method: Callable[P, R], *args: P.args, **params: P.kwargs) -> R:
    """AWS's answer, after botocore's retries as far as there is time. Raises StoreErrors alone, and from nothing.

    An error is doubtful where AWS may have done what was asked in an attempt whose answer was lost.
    """
    if seconds_left(LAST_CALL) <= 0:
        raise errors.NotReached("TooLate")
    attempts = _Attempts()
    token = _attempts.set(attempts)
    try:
        with one_action():
            answer = _answer(method, *args, **params)
    finally:
        _attempts.reset(token)
    if not isinstance(answer, errors.StoreError):
        return answer
    answer.is_doubtful = attempts.is_doubtful or _is_lost(answer)
    try:
        raise answer.alone()
    finally:
        # What it is raised in would hold it, and be held by it, until Python looks for such circles.
        del answer, attempts


def seconds_left(share: float = 1) -> float:
    """How much of this action's time, or of that share of it, is left."""
    started = _started.get()
    spent = monotonic() - started if started is not None else 0
    return share * float(settings.AWS_SECONDS) - spent


def _answer(method: Callable[P, R], *args: P.args, **params: P.kwargs) -> R | errors.StoreError:
    # Errors are handed on as values: raised from here they would carry botocore's own, whose text quotes AWS's answer.
    try:
        return method(*args, **params)
    except errors.StoreError as error:
        return error
    except exceptions.ClientError as error:
        return translated(error)
    except Exception as error:  # noqa: BLE001 - on a broken answer botocore's parsers raise whatever they stumble over.
        return _local(error)


def _before_attempt(request: Any, **_: Any) -> None:
    """Send no retry that could end after the last moment to ask what became of the attempt before it."""
    is_retry = "attempt=1" not in str(request.headers.get("amz-sdk-request", "attempt=1"))
    if is_retry and seconds_left(LAST_RETRY) <= 0:
        raise _attempts.get().last_error or errors.NotReached("TooLate")


def _after_attempt(event_name: str, parsed_response: Any, exception: Exception | None, **_: Any) -> None:
    """Note whether an answer was lost, and stop botocore where another attempt is no use.

    botocore has no time limit for all attempts together, and takes used-up versions for throttling.
    """
    error = _error_of(event_name.rpartition(".")[2], parsed_response, exception)
    if error is None:
        return
    attempts = _attempts.get()
    attempts.last_error = error
    attempts.is_doubtful = attempts.is_doubtful or _is_lost(error)
    if isinstance(error, errors.TooManyVersions) or seconds_left(LAST_RETRY) <= 0:
        raise error


def _is_lost(error: errors.StoreError) -> bool:
    return isinstance(error, errors.Unavailable) and not isinstance(error, _NOTHING_DONE)


def _error_of(operation: str, parsed: Any, exception: Exception | None) -> errors.StoreError | None:
    if exception:
        return exception if isinstance(exception, errors.StoreError) else _local(exception)
    if "Error" in parsed:
        return translated(exceptions.ClientError(parsed, operation))
    return None


def client(environment: Environment) -> "SecretsManagerClient":
    """The environment's client, shared by threads. Raises Misconfigured and BadCredentials."""
    problem: errors.StoreError
    try:
        kwargs = json.dumps(dict(environment.backend.aws), sort_keys=True)
        # The first requests come at once, and one client, with one session in a role, is enough for all.
        with _making:
            return _client(kwargs, settings.AWS_SECONDS)
    except exceptions.BotoCoreError as error:
        problem = _local(error)
    except (TypeError, ValueError) as error:
        problem = errors.Misconfigured(type(error).__name__)
    raise problem


def request_id(answer: Mapping[str, Any]) -> str:
    """What AWS's support and CloudTrail know the call by; a proxy may have dropped it."""
    return str(answer["ResponseMetadata"].get("RequestId", ""))


def forget_clients() -> None:
    """Make every client anew, as after a change of credentials."""
    _client.cache_clear()


@lru_cache(maxsize=64)
def _client(kwargs: str, seconds: float) -> "SecretsManagerClient":
    aws = json.loads(kwargs)
    limits = Config(
        connect_timeout=CONNECT * seconds,
        read_timeout=READ * seconds,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=32,
        user_agent_extra="secretsadmin",
    )
    config = Config(**aws.get("config_kwargs", {})).merge(limits)
    made = _session(aws, config).client(
        "secretsmanager",
        endpoint_url=aws.get("endpoint_url"),
        verify=aws.get("verify"),
        api_version=aws.get("api_version"),
        use_ssl=aws.get("use_ssl", True),
        config=config,
    )
    made.meta.events.register("before-send.secretsmanager", _before_attempt)
    made.meta.events.register("response-received.secretsmanager", _after_attempt)
    made.meta.events.register("after-call.secretsmanager", _refuse_empty_answers)
    return made


def _refuse_empty_answers(parsed: Any, model: Any, **_: Any) -> None:
    # A proxy's page with status 200 parses to an answer that says nothing.
    if model.output_shape and model.output_shape.members and set(parsed) <= {"ResponseMetadata"}:
        raise exceptions.IncompleteReadError(actual_bytes=0, expected_bytes=1)


def _session(aws: Mapping[str, Any], config: Config) -> boto3.Session:
    names = ("region_name", "profile_name", "aws_access_key_id", "aws_secret_access_key", "aws_session_token")
    session = _made_of(botocore.session.get_session(), **{name: aws[name] for name in names if name in aws})
    return _assume(session, aws, config) if "role_arn" in aws else session


def _assume(base: boto3.Session, aws: Mapping[str, Any], config: Config) -> boto3.Session:
    """A session in the role, which renews its credentials by itself. As in Airflow, STS has an endpoint of its own."""
    if base.get_credentials() is None:
        raise exceptions.NoCredentialsError
    source = botocore.session.get_session()
    fetcher = credentials.AssumeRoleCredentialFetcher(
        client_creator=partial(base._session.create_client, config=config.merge(_ONCE)),  # noqa: SLF001 - there is no public way.
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
    return _made_of(source, region_name=base.region_name)


class _Files(JSONFileLoader):
    """Reads each of botocore's files once for all environments, which takes most of the time of making a client."""

    load_file = cache(JSONFileLoader.load_file)


_FILES = _Files()


def _made_of(source: botocore.session.Session, **given: Any) -> boto3.Session:
    session = boto3.Session(botocore_session=source, **given)
    source.get_component("data_loader").file_loader = _FILES
    return session


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
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", HTTPStatus.INTERNAL_SERVER_ERROR))
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return errors.Throttled(code)
    return errors.Unavailable(code) if status >= HTTPStatus.INTERNAL_SERVER_ERROR else errors.Refused(code)


def _missing_action(operation: str, text: str) -> str:
    if found := _DENIED_ACTION.search(text):
        return found[1]
    service = "sts" if operation == "AssumeRole" else "secretsmanager"
    return "kms:Decrypt" if "KMS" in text else f"{service}:{operation}"


_NO_CREDENTIALS = (
    exceptions.NoCredentialsError,
    exceptions.PartialCredentialsError,
    exceptions.CredentialRetrievalError,
    exceptions.ProfileNotFound,
    exceptions.TokenRetrievalError,
    exceptions.SSOError,
)


def _local(error: Exception) -> errors.StoreError:
    """Our error for what went wrong before AWS answered."""
    code = type(error).__name__
    if isinstance(error, exceptions.ConnectionError):
        return errors.NotReached(code)
    if isinstance(error, exceptions.HTTPClientError | exceptions.IncompleteReadError):
        return errors.Unavailable(code)
    if not isinstance(error, exceptions.BotoCoreError):
        return errors.Unavailable(code)
    if isinstance(error, _NO_CREDENTIALS):
        return errors.BadCredentials(code)
    if isinstance(error, exceptions.ParamValidationError):
        return errors.Refused(code)
    return errors.Misconfigured(code)
