"""A client ... (each test finishes the sentence)."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from moto.core.request import Request
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event, Outcome
from secretsadmin.audit.recording import NOBODY, Actor
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.demo.emulator import Answer, Emulator, serve
from secretsadmin.kinds import VARIABLES
from secretsadmin.store import aws, reads
from secretsadmin.store.errors import (
    BadCredentials,
    Misconfigured,
    NotAllowed,
    NotFound,
    NotReached,
    StoreError,
    Unavailable,
)
from tests.conftest import use
from tests.secretsadmin.store.acts import create, default
from tests.support.faults import FaultProxy
from tests.support.wire import operation_of

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

ROLE = "arn:aws:iam::123456789012:role/dashboard"


@dataclass
class Wire:
    """What arrived at the emulator: operation, headers and body of each request."""

    requests: list[tuple[str, dict[str, str], str]] = field(default_factory=list)

    def listen(self, request: Request, ask: Callable[[Request], Answer]) -> Answer:
        body = request.get_data()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append(
            (operation_of(headers.get("x-amz-target"), body), headers, body.decode())
        )
        return ask(request)

    @property
    def operations(self) -> list[str]:
        return [operation for operation, _, _ in self.requests]

    def signed_with(self) -> str:
        """`key/date/region/service/aws4_request` of the last request."""
        return self.requests[-1][1]["authorization"].partition("Credential=")[2].partition(",")[0]


@pytest.fixture
def wire(emulator: Emulator) -> Iterator[Wire]:
    heard, ask = Wire(), emulator.respond
    emulator.respond = lambda request: heard.listen(request, ask)
    yield heard
    emulator.respond = ask


@pytest.fixture
def configure(emulator: Emulator, settings: Settings) -> Callable[..., Environment]:
    """The environment `default` with these backend kwargs, as Airflow takes them."""

    def configured(**kwargs: Any) -> Environment:
        aws.forget_clients()
        use(settings, **{"endpoint": emulator.endpoint, **kwargs})
        return default()

    return configured


@pytest.fixture(autouse=True)
def _without_instance_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def ask(environment: Environment) -> None:
    aws.call(aws.client(environment).list_secrets)


def limits(client: "SecretsManagerClient") -> tuple[Any, ...]:
    config: Any = client.meta.config
    return config.connect_timeout, config.read_timeout, config.retries["total_max_attempts"]


def test_signs_for_the_region(configure: Callable[..., Environment], wire: Wire) -> None:
    ask(configure(region_name="eu-west-3"))

    assert wire.signed_with().split("/")[2:] == ["eu-west-3", "secretsmanager", "aws4_request"]


def test_takes_the_keys_that_are_given(configure: Callable[..., Environment], wire: Wire) -> None:
    ask(
        configure(
            aws_access_key_id="AKIAGIVEN",
            aws_secret_access_key="given",
            aws_session_token="given-token",
        )
    )

    assert wire.signed_with().startswith("AKIAGIVEN/")
    assert wire.requests[-1][1]["x-amz-security-token"] == "given-token"


def test_takes_keys_and_region_of_a_profile(
    configure: Callable[..., Environment],
    wire: Wire,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = tmp_path / "config"
    config.write_text(
        "[profile ops]\nregion = ap-south-1\naws_access_key_id = "
        "AKIAPROFILE\naws_secret_access_key = profile\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))

    ask(configure(profile_name="ops", region_name=None))

    assert wire.signed_with().startswith("AKIAPROFILE/")
    assert "/ap-south-1/" in wire.signed_with()


def test_is_made_once_for_an_environment(configure: Callable[..., Environment]) -> None:
    environment = configure()

    assert aws.client(environment) is aws.client(environment)
    assert aws.client(environment) is not aws.client(configure(region_name="eu-west-3"))


def test_has_our_time_limits_whatever_the_configuration_says(
    configure: Callable[..., Environment], settings: Settings
) -> None:
    settings.AWS_SECONDS = 10
    theirs = {
        "connect_timeout": 60,
        "read_timeout": 60,
        "retries": {"mode": "adaptive", "max_attempts": 9},
    }

    client = aws.client(configure(config_kwargs={**theirs, "proxies": {}, "user_agent": "theirs"}))

    assert limits(client) == (2, pytest.approx(2.8), 3)
    assert client.meta.config.user_agent.startswith("theirs ")  # type: ignore[attr-defined] # botocore's stubs are incomplete.


@pytest.mark.parametrize(
    ("kwargs", "error"),
    [
        ({"profile_name": "missing"}, BadCredentials),
        ({"region_name": None}, Misconfigured),
        ({"region_name": "not a region"}, Misconfigured),
        ({"endpoint": "no address"}, Misconfigured),
        ({"config_kwargs": {"nonsense": 1}}, Misconfigured),
        ({"api_version": "1999-01-01"}, Misconfigured),
        ({"verify": " "}, Misconfigured),
        ({"role_arn": ROLE, "profile_name": "missing"}, BadCredentials),
    ],
    ids=str,
)
def test_is_refused_where_the_settings_can_not_work(
    configure: Callable[..., Environment], kwargs: dict[str, Any], error: type[StoreError]
) -> None:
    environment = configure(**kwargs)

    with pytest.raises(error) as caught:
        aws.client(environment)

    assert caught.value.__cause__ is caught.value.__context__ is None
    assert caught.value.status == 503


@pytest.mark.parametrize("kwargs", [{}, {"role_arn": ROLE}], ids=["keys", "role"])
def test_tells_that_there_are_no_credentials(
    configure: Callable[..., Environment],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    kwargs: dict[str, str],
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "missing"))

    with pytest.raises(BadCredentials):
        ask(configure(**kwargs))


def test_assumes_the_role_once_for_many_requests(
    configure: Callable[..., Environment],
    emulator: Emulator,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", emulator.endpoint)
    environment = configure(role_arn=ROLE, assume_role_kwargs={"ExternalId": "from-them"})

    for _ in range(5):
        ask(environment)

    assert wire.operations == ["AssumeRole", *["ListSecrets"] * 5]
    asked = {name: values[0] for name, values in parse_qs(wire.requests[0][2]).items()}
    assert asked["RoleArn"] == ROLE
    assert asked["ExternalId"] == "from-them"
    assert asked["DurationSeconds"] == "3600"
    assert asked["RoleSessionName"] == "secretsadmin"
    assert wire.signed_with().startswith("ASIA")
    assert "/eu-central-1/" in wire.signed_with()


def test_takes_the_session_name_that_is_given(
    configure: Callable[..., Environment],
    emulator: Emulator,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", emulator.endpoint)

    ask(
        configure(
            role_arn=ROLE, assume_role_kwargs={"RoleSessionName": "blue", "DurationSeconds": 1800}
        )
    )

    asked = parse_qs(wire.requests[0][2])
    assert (asked["RoleSessionName"], asked["DurationSeconds"]) == (["blue"], ["1800"])


def session_names(wire: Wire) -> list[str]:
    """The sessions that STS was asked for, in their order."""
    calls = [parse_qs(body) for operation, _, body in wire.requests if operation == "AssumeRole"]
    return [call["RoleSessionName"][0] for call in calls]


def keys_of(wire: Wire, operation: str) -> list[str]:
    """The access keys that signed the calls of this operation."""
    calls = [headers for name, headers, _ in wire.requests if name == operation]
    return [call["authorization"].partition("Credential=")[2].partition("/")[0] for call in calls]


@pytest.mark.django_db
def test_acts_in_a_session_that_is_named_after_whoever_acts(
    configure: Callable[..., Environment],
    emulator: Emulator,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", emulator.endpoint)
    environment = configure(role_arn=ROLE)
    ref = Ref.from_key(environment, VARIABLES, uuid4().hex)

    for user in ("anna", "ben", "anna"):
        with suppress(NotFound):
            reads.reveal(ref, "reveal", actor=Actor(user))
        ask(environment)

    assert session_names(wire) == ["secretsadmin-anna", "secretsadmin", "secretsadmin-ben"]
    anna, ben, again = keys_of(wire, "GetSecretValue")
    assert anna == again != ben
    assert set(keys_of(wire, "ListSecrets")).isdisjoint({anna, ben})
    assert len(set(keys_of(wire, "ListSecrets"))) == 1


@pytest.mark.django_db
def test_acts_by_itself_in_its_own_session(
    configure: Callable[..., Environment],
    emulator: Emulator,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", emulator.endpoint)
    environment = configure(role_arn=ROLE)

    with suppress(NotFound):
        reads.reveal(Ref.from_key(environment, VARIABLES, "x"), "reveal", actor=NOBODY)

    assert session_names(wire) == ["secretsadmin"]


@pytest.mark.django_db
@pytest.mark.parametrize("kwargs", [{}, {"role_arn": ROLE}], ids=["keys", "role"])
def test_asks_sts_for_nobody_without_a_role_or_under_a_given_name(
    configure: Callable[..., Environment],
    emulator: Emulator,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
    kwargs: dict[str, str],
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", emulator.endpoint)
    environment = configure(**kwargs, assume_role_kwargs={"RoleSessionName": "blue"})
    ref = Ref.from_key(environment, VARIABLES, "x")

    for user in ("anna", "ben"):
        with suppress(NotFound):
            reads.reveal(ref, "reveal", actor=Actor(user))

    assert session_names(wire) == ["blue"] * len(kwargs)


@pytest.mark.django_db
def test_names_the_source_where_the_configuration_allows_it(
    configure: Callable[..., Environment],
    emulator: Emulator,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", emulator.endpoint)
    environment = configure(role_arn=ROLE)

    for allowed in (False, True):
        ref = Ref.from_key(replace(environment, source_identity=allowed), VARIABLES, "x")
        with suppress(NotFound):
            reads.reveal(ref, "reveal", actor=Actor("anna"))

    calls = [parse_qs(body) for name, _, body in wire.requests if name == "AssumeRole"]
    assert [call.get("SourceIdentity") for call in calls] == [None, ["secretsadmin-anna"]]


@pytest.mark.django_db
def test_says_that_the_role_does_not_let_it_name_the_source(
    configure: Callable[..., Environment], sts: FaultProxy
) -> None:
    text = b"User: x is not authorized to perform: sts:SetSourceIdentity on resource: y"
    error = b"<Error><Code>AccessDenied</Code><Message>" + text + b"</Message></Error>"
    sts.when("AssumeRole").garbage(b"<ErrorResponse>" + error + b"</ErrorResponse>", 403)
    environment = replace(configure(role_arn=ROLE), source_identity=True)

    with pytest.raises(NotAllowed) as caught:
        ask(environment)

    assert caught.value.action == "sts:SetSourceIdentity"


@pytest.mark.django_db
def test_keeps_the_sessions_of_so_many_people_and_no_more(
    configure: Callable[..., Environment],
    emulator: Emulator,
    wire: Wire,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", emulator.endpoint)
    environment = configure(role_arn=ROLE)
    ref = Ref.from_key(environment, VARIABLES, "x")
    people = [f"person-{number}" for number in range(aws.MOST_SESSIONS + 1)]

    for user in (*people, people[-1], people[0]):
        with suppress(NotFound):
            reads.reveal(ref, "reveal", actor=Actor(user))

    assert session_names(wire) == [f"secretsadmin-{user}" for user in (*people, people[0])]


@pytest.fixture
def sts(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultProxy]:
    with FaultProxy(emulator.endpoint) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", proxy.endpoint)
        yield proxy


def credentials(expire: datetime) -> bytes:
    return (
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAFIRST</AccessKeyId>"
        "<SecretAccessKey>first</SecretAccessKey><SessionToken>first</SessionToken>"
        f"<Expiration>{expire.isoformat()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    ).encode()


def test_renews_credentials_that_are_about_to_expire(
    configure: Callable[..., Environment], wire: Wire, sts: FaultProxy
) -> None:
    sts.when("AssumeRole", call=1).garbage(credentials(datetime.now(UTC) + timedelta(minutes=2)))
    environment = configure(role_arn=ROLE)

    ask(environment)
    first = wire.signed_with()
    ask(environment)
    ask(environment)

    assert first.startswith("ASIAFIRST/")
    assert not wire.signed_with().startswith("ASIAFIRST/")
    assert sts.calls == {"AssumeRole": 2}


def test_names_the_role_s_missing_permission(
    configure: Callable[..., Environment], sts: FaultProxy
) -> None:
    error = b"<Error><Code>AccessDenied</Code><Message>No</Message></Error>"
    refusal = b"<ErrorResponse>" + error + b"</ErrorResponse>"
    sts.when("AssumeRole").garbage(refusal, 403)

    with pytest.raises(NotAllowed) as caught:
        ask(configure(role_arn=ROLE))

    assert caught.value.action == "sts:AssumeRole"


def test_waits_no_longer_for_sts_than_for_aws(
    configure: Callable[..., Environment], settings: Settings, sts: FaultProxy
) -> None:
    settings.AWS_SECONDS = 2
    sts.when("AssumeRole").hang_before()
    environment = configure(role_arn=ROLE)

    with pytest.raises(Unavailable):
        ask(environment)

    assert sts.calls["AssumeRole"] <= 2


@pytest.mark.django_db
@pytest.mark.parametrize("fault", ["reset_after", "hang_before", "garbage"])
def test_is_sure_that_nothing_was_sent_where_sts_does_not_answer(
    configure: Callable[..., Environment],
    settings: Settings,
    sts: FaultProxy,
    wire: Wire,
    fault: str,
) -> None:
    settings.AWS_SECONDS = 2
    environment = configure(role_arn=ROLE)
    getattr(sts.when("AssumeRole"), fault)()

    with pytest.raises(NotReached):
        create(Ref.from_key(environment, VARIABLES, "x"))

    assert Event.objects.latest("id").outcome == Outcome.FAILED
    assert "CreateSecret" not in wire.operations


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate for 127.0.0.1 that nobody else trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding, none = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, none)
    file = tmp_path / "certificate.pem"
    file.write_bytes(private + made.public_bytes(encoding))
    return file


def test_trusts_the_authority_that_it_is_told_to(
    configure: Callable[..., Environment], certificate: Path
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with serve() as emulator:
        emulator.socket = context.wrap_socket(emulator.socket, server_side=True)
        endpoint = f"https://localhost:{emulator.port}"

        ask(configure(endpoint=endpoint, verify=str(certificate)))
        with pytest.raises(Unavailable) as caught:
            ask(configure(endpoint=endpoint))

    assert isinstance(caught.value, NotReached)


def test_leaves_no_time_for_a_call_that_comes_too_late(
    configure: Callable[..., Environment], settings: Settings, wire: Wire
) -> None:
    environment = configure()
    client = aws.client(environment)
    with aws.deadline():
        settings.AWS_SECONDS = 0

        with pytest.raises(Unavailable) as caught:
            aws.call(client.list_secrets)

    assert caught.value.code == "TooLate"
    assert not caught.value.is_doubtful
    assert not wire.requests


def test_shares_the_time_of_an_action_around_it(settings: Settings) -> None:
    with aws.deadline():
        before = aws.seconds_left()
        with aws.deadline():
            assert aws.seconds_left() < before
        assert aws.seconds_left() < before
    assert aws.seconds_left() == settings.AWS_SECONDS
