"""The only file that knows boto3: clients, deadlines, and AWS's errors in our words."""

import json
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

from secretsadmin.audit.recording import current_act, current_actor
from secretsadmin.config.addresses import is_of_aws
from secretsadmin.config.environments import Environment
from secretsadmin.store import codes, errors
from secretsadmin.store.session_names import OWN, session_name

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

ATTEMPTS = 3
# Shares of settings.AWS_SECONDS, which is how long a page waits for AWS. A retry that begins at
# LAST_RETRY ends before LAST_CALL, so there is time to ask what became of a lost answer.
CONNECT, READ = 0.2, 0.28
LAST_RETRY, LAST_CALL = 0.39, 0.7
ROLE_SESSION_SECONDS = 3600
# How many people's sessions in one role are kept. STS is asked again for whoever has none.
MOST_SESSIONS = 256
# The calls that only read names, dates and labels. All others need an act of the record.
METADATA = frozenset({"DescribeSecret", "ListSecrets", "ListSecretVersionIds"})

# An action that begins with a hanging STS still has time for its own calls.
_ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1})

_SESSION_ARGUMENTS = (
    "region_name",
    "profile_name",
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
)

P = ParamSpec("P")
R = TypeVar("R")

_making = Lock()
_started: ContextVar[float | None] = ContextVar("started", default=None)


@dataclass
class _Attempts:
    """What became of the attempts of one call.

    It lives no longer than the call: an error holds frames, and these hold what was sent.
    """

    is_doubtful: bool = False
    last_error: errors.StoreError | None = None


_attempts: ContextVar[_Attempts] = ContextVar("attempts")


@contextmanager
def deadline() -> Iterator[None]:
    """All calls inside share one deadline, settings.AWS_SECONDS from its beginning.

    An action inside another shares the outer one's.
    """
    if _started.get() is not None:
        yield
        return
    token = _started.set(monotonic())
    try:
        yield
    finally:
        _started.reset(token)


def call(method: Callable[P, R], *args: P.args, **params: P.kwargs) -> R:
    """AWS's answer, after as many of botocore's retries as the deadline allows.

    Raises only StoreErrors, without a cause; NotReached where the deadline leaves no time for the
    call. An error is doubtful where AWS may have done what was asked in an attempt whose answer was
    lost.
    """
    if seconds_left(LAST_CALL) <= 0:
        raise errors.NotReached("TooLate")
    attempts = _Attempts()
    token = _attempts.set(attempts)
    try:
        with deadline():
            answer = _answer(method, *args, **params)
    finally:
        _attempts.reset(token)
    if not isinstance(answer, errors.StoreError):
        return answer
    answer.is_doubtful = attempts.is_doubtful or _is_lost(answer)
    try:
        raise answer.detached()
    finally:
        # This frame would hold the error, and the error this frame, until Python collects such
        # circles.
        del answer, attempts


def seconds_left(share: float = 1) -> float:
    """How many seconds are left to this action's deadline, or to that share of its time."""
    seconds = share * float(settings.AWS_SECONDS)
    started = _started.get()
    if started is None:
        return seconds
    return seconds - (monotonic() - started)


def _answer(method: Callable[P, R], *args: P.args, **params: P.kwargs) -> R | errors.StoreError:
    # Errors are handed on as values: raised from here they would carry botocore's own, whose text
    # quotes AWS's answer.
    try:
        return method(*args, **params)
    except errors.StoreError as error:
        return error
    except exceptions.ClientError as error:
        problem = translate(error)
        problem.date = date_of(error.response)
        return problem
    except Exception as error:  # noqa: BLE001 - botocore's parsers raise anything on a broken answer.
        return _local_error(error)


def _require_record(model: Any, **_: Any) -> None:
    """Send nothing that shows a value or changes something, but for an act of the record."""
    if model.name not in METADATA and current_act() is None:
        raise errors.Unrecorded(model.name)


def _before_attempt(request: Any, **_: Any) -> None:
    """Send no retry that could leave no time to ask what became of the attempt before it."""
    attempt = str(request.headers.get("amz-sdk-request", "attempt=1"))
    is_retry = "attempt=1" not in attempt
    if is_retry and seconds_left(LAST_RETRY) <= 0:
        raise _attempts.get().last_error or errors.NotReached("TooLate")


def _after_attempt(
    event_name: str, parsed_response: Any, exception: Exception | None, **_: Any
) -> None:
    """Note whether an answer was lost, and stop botocore where another attempt is no use.

    botocore has no deadline for all attempts together, and takes used-up versions for throttling.
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
    """Whether AWS may have done what was asked, although the attempt ended like this."""
    if isinstance(error, errors.Throttled | errors.NotReached):
        return False
    return isinstance(error, errors.Unavailable)


def _error_of(operation: str, parsed: Any, exception: Exception | None) -> errors.StoreError | None:
    if isinstance(exception, errors.StoreError):
        return exception
    if exception:
        return _local_error(exception)
    if "Error" in parsed:
        return translate(exceptions.ClientError(parsed, operation))
    return None


def client(environment: Environment) -> "SecretsManagerClient":
    """The environment's client, shared by threads. Raises Misconfigured and BadCredentials."""
    shared: SecretsManagerClient = _shared("secretsmanager", environment)
    return shared


def trail_client(environment: Environment) -> Any:
    """The same for CloudTrail, which has no types here."""
    return _shared("cloudtrail", environment)


def identity_client(environment: Environment) -> Any:
    """The same for STS, which says who the dashboard is. It is asked only once."""
    return _shared("sts", environment)


def _shared(service: str, environment: Environment) -> Any:
    problem: errors.StoreError
    try:
        kwargs = json.dumps(dict(environment.backend.aws), sort_keys=True)
        # The first requests come at once. One client, with one session in a role, is enough for all
        # of them.
        with _making:
            names_source = environment.source_identity
            return _client(service, kwargs, settings.AWS_SECONDS, names_source)
    except exceptions.BotoCoreError as error:
        problem = _local_error(error)
    except (TypeError, ValueError) as error:
        problem = errors.Misconfigured(type(error).__name__)
    raise problem


def request_id(answer: Mapping[str, Any]) -> str:
    """The id of the call in CloudTrail and for AWS's support; empty where a proxy dropped it."""
    return str(answer["ResponseMetadata"].get("RequestId", ""))


def date_of(answer: Mapping[str, Any]) -> str:
    """AWS's time of its answer, as HTTP's header has it; empty where a proxy dropped it."""
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return str(headers.get("date", ""))


def forget_clients() -> None:
    """Make every client anew, as after a change of credentials."""
    _client.cache_clear()


@lru_cache(maxsize=64)
def _client(service: str, kwargs: str, seconds: float, names_source: bool) -> Any:  # noqa: FBT001 - a part of the cache's key.
    aws = json.loads(kwargs)
    limits = Config(
        connect_timeout=CONNECT * seconds,
        read_timeout=READ * seconds,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=32,
        user_agent_extra="secretsadmin",
    )
    config = Config(**aws.get("config_kwargs", {})).merge(limits)
    if service == "sts":
        config = config.merge(_ONCE)
    session: Any = _session(aws, config, names_source=names_source)
    made = session.client(
        service,
        verify=aws.get("verify"),
        use_ssl=aws.get("use_ssl", True),
        config=config,
        **_ways_in(service, aws),
    )
    made.meta.events.register(f"before-call.{service}", _require_record)
    made.meta.events.register(f"before-send.{service}", _before_attempt)
    made.meta.events.register(f"response-received.{service}", _after_attempt)
    made.meta.events.register(f"after-call.{service}", _refuse_empty_answers)
    return made


def _ways_in(service: str, aws: Mapping[str, Any]) -> dict[str, Any]:
    """What the kwargs say of Secrets Manager alone. An emulator's address serves the others too."""
    endpoint = aws.get("endpoint_url")
    if service == "secretsmanager":
        return {"endpoint_url": endpoint, "api_version": aws.get("api_version")}
    if endpoint and is_of_aws(endpoint):
        endpoint = None
    return {"endpoint_url": endpoint}


def _refuse_empty_answers(parsed: Any, model: Any, **_: Any) -> None:
    # A proxy may answer with a page and status 200, which botocore parses to an empty answer.
    if model.output_shape and model.output_shape.members and set(parsed) <= {"ResponseMetadata"}:
        raise exceptions.IncompleteReadError(actual_bytes=0, expected_bytes=1)


def _session(aws: Mapping[str, Any], config: Config, *, names_source: bool) -> boto3.Session:
    arguments = {name: aws[name] for name in _SESSION_ARGUMENTS if name in aws}
    session = _boto3_session(botocore.session.get_session(), **arguments)
    if "role_arn" in aws:
        return _assume(session, aws, config, names_source=names_source)
    return session


def _assume(
    base: boto3.Session, aws: Mapping[str, Any], config: Config, *, names_source: bool
) -> boto3.Session:
    """A session in the role, which renews its credentials by itself."""
    if base.get_credentials() is None:
        raise exceptions.NoCredentialsError
    role = _Role(base, aws, config, names_source=names_source)
    session = botocore.session.get_session()
    # There is no public way. Airflow's own session factory sets it, too.
    vars(session)["_credentials"] = _OfWhoeverActs(role)
    return _boto3_session(session, region_name=base.region_name)


class _Role:
    """The role of an environment. As in Airflow, STS has an endpoint of its own."""

    def __init__(
        self, base: boto3.Session, aws: Mapping[str, Any], config: Config, *, names_source: bool
    ) -> None:
        self._base, self._arn, self._names_source = base, aws["role_arn"], names_source
        self.given = aws.get("assume_role_kwargs", {})
        create_client = base._session.create_client  # noqa: SLF001 - there is no public way.
        # One client of STS is enough for all sessions, until the dashboard's own keys change.
        self._sts = lru_cache(maxsize=1)(partial(create_client, config=config.merge(_ONCE)))

    def session(self, name: str) -> credentials.Credentials:
        """The role's credentials in a session of this name; STS is asked at their first use."""
        source = {"SourceIdentity": name} if self._names_source else {}
        named = {"RoleSessionName": name, "DurationSeconds": ROLE_SESSION_SECONDS, **source}
        fetcher = credentials.AssumeRoleCredentialFetcher(
            client_creator=self._sts,
            source_credentials=self._base.get_credentials(),
            role_arn=self._arn,
            extra_args={**named, **self.given},
        )
        return credentials.DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")


class _OfWhoeverActs(credentials.Credentials):
    """A role's credentials, in a session that is named after whoever acts.

    All people share one client and its connections. What each has is a session of STS, which AWS's
    own log then names. Outside of an act the session is the dashboard's own.
    """

    def __init__(self, role: _Role) -> None:
        super().__init__("", "", method="assume-role")
        self._has_name = "RoleSessionName" in role.given
        self._session = lru_cache(maxsize=MOST_SESSIONS)(role.session)
        self._lock = Lock()

    def get_frozen_credentials(self) -> Any:
        with self._lock:
            session = self._session(self._name())
        credentials_or_error = _answer(session.get_frozen_credentials)
        if not isinstance(credentials_or_error, errors.StoreError):
            return credentials_or_error
        if isinstance(credentials_or_error, errors.Unavailable):
            # STS didn't answer, so nothing was signed, and nothing was sent.
            raise errors.NotReached(credentials_or_error.code)
        raise credentials_or_error

    def _name(self) -> str:
        actor = current_actor()
        if self._has_name or actor is None:
            return OWN
        return session_name(actor.user)


class _Files(JSONFileLoader):
    """Reads each of botocore's files once for all environments.

    Reading them takes most of the time of making a client.
    """

    load_file = cache(JSONFileLoader.load_file)


_FILES = _Files()


def _boto3_session(session: botocore.session.Session, **arguments: Any) -> boto3.Session:
    boto3_session = boto3.Session(botocore_session=session, **arguments)
    session.get_component("data_loader").file_loader = _FILES
    return boto3_session


def translate_entry(operation: str, entry: Mapping[str, Any]) -> errors.StoreError:
    """Our error for one secret's, among the answers for several."""
    told = {"Code": entry.get("ErrorCode", ""), "Message": entry.get("Message", "")}
    answer: Any = {"Error": told, "ResponseMetadata": {"HTTPStatusCode": HTTPStatus.BAD_REQUEST}}
    return translate(exceptions.ClientError(answer, operation))


def translate(error: exceptions.ClientError) -> errors.StoreError:
    """Our error for one of AWS's. AWS's text is looked at, and never handed on."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    text = str(error.response.get("Error", {}).get("Message", ""))
    if code in codes.OF_CREDENTIALS:
        return errors.BadCredentials(code)
    if code in codes.OF_REFUSALS:
        return errors.NotAllowed(codes.missing_action(error.operation_name, text))
    if "for deletion" in text:
        return errors.ScheduledForDeletion(code)
    if code == "ResourceNotFoundException" and "staging label" in text:
        return errors.NoValue(code)
    return _by_status(error, code)


def _by_status(error: exceptions.ClientError, code: str) -> errors.StoreError:
    if code in codes.BY_CODE:
        return codes.BY_CODE[code](code)
    metadata = error.response.get("ResponseMetadata", {})
    status = int(metadata.get("HTTPStatusCode", HTTPStatus.INTERNAL_SERVER_ERROR))
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return errors.Throttled(code)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return errors.Unavailable(code)
    return errors.Refused(code)


_NO_CREDENTIALS = (
    exceptions.NoCredentialsError,
    exceptions.PartialCredentialsError,
    exceptions.CredentialRetrievalError,
    exceptions.ProfileNotFound,
    exceptions.TokenRetrievalError,
    exceptions.SSOError,
)


def _local_error(error: Exception) -> errors.StoreError:
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
