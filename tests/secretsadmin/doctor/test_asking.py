"""Of what keeps it from asking AWS, the doctor ... (each test finishes the sentence)."""

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pytest_django.fixtures import Settings

from secretsadmin.demo.loopback import LoopbackServer, QuietHandler
from secretsadmin.store import aws
from tests.conftest import As, use
from tests.secretsadmin.conftest import Configure
from tests.support.doctor_command import Told, doctor
from tests.support.faults import Fault, FaultProxy, sts_error

pytestmark = pytest.mark.django_db
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
# What AWS answers to everything, and a part of what the doctor makes of it.
ANSWERS: dict[str, tuple[Callable[[Fault], None], str]] = {
    "expired": (Fault.expire_credentials, "have expired"),
    "unknown": (Fault.reject_credentials, "doesn't know the dashboard's access key"),
    "broken": (Fault.break_down, "error of its own"),
    "throttled": (Fault.throttle, "no more requests"),
    "not AWS": (Fault.garbage, "isn't AWS"),
    "lost": (Fault.reset_before, "doesn't answer in time"),
}


@pytest.fixture(autouse=True)
def _anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No client of another test's, and no AWS configuration of this machine's."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere/config")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials")
    aws.forget_clients()
    yield
    aws.forget_clients()


def check_stopped(told: Told, sentence: str) -> None:
    """It names the one fault before all else of AWS, and tries nothing after it."""
    reach = told.line("aws.reach")
    assert (told.status, reach["status"]) == (1, "fails")
    assert sentence in reach["sentence"]
    assert reach["mend"]
    of_aws = [line for line in told.lines if line["check"].startswith(("aws.", "permission."))]
    assert of_aws[0] == reach
    assert not told.checks("holds", "permission.") - {"permission.ListSecrets"}
    assert told.line("permission.DeleteSecret")["status"] == "not tried"
    # What needs no AWS is told all the same.
    assert told.line("configuration.kwargs")["status"] == "holds"


@pytest.mark.parametrize("name", ANSWERS)
def test_says_what_aws_answers(proxy: FaultProxy, name: str) -> None:
    act, sentence = ANSWERS[name]
    act(proxy.when("DescribeSecret"))

    told = doctor("default")

    check_stopped(told, sentence)
    assert proxy.calls["GetSecretValue"] == 0


def test_names_a_missing_region(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    use(settings, "http://127.0.0.1:9", region_name=None)

    check_stopped(doctor(), "No region is known")


def test_says_that_a_region_is_that_of_the_machine(
    proxy: FaultProxy, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    use(settings, proxy.endpoint, region_name=None)

    line = doctor().line("aws.region")

    assert line["status"] == "caution"
    assert "asked in eu-west-3" in line["sentence"]
    assert "region_name" in line["mend"]


def test_names_an_unknown_profile(settings: Settings) -> None:
    use(settings, "http://127.0.0.1:9", profile_name="nobody")

    check_stopped(doctor(), "The profile that profile_name names isn't in")


def test_names_missing_credentials(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.delenv(name)
    use(settings, "http://127.0.0.1:9")

    check_stopped(doctor(), "has no AWS credentials")


def test_says_that_nobody_is_at_the_endpoint(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    use(settings, f"http://127.0.0.1:{port}")

    told = doctor()

    check_stopped(told, "Nothing answers at the endpoint")
    assert told.line("aws.identity")["status"] == "not tried"


def test_names_a_role_that_can_not_be_assumed(
    proxy: FaultProxy, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", proxy.endpoint)
    role = "arn:aws:iam::123456789012:role/dashboard"
    use(settings, proxy.endpoint, role_arn=role)
    error = sts_error("AccessDenied", "canary perform: sts:AssumeRole")
    proxy.when("AssumeRole").garbage(error, 403)

    told = doctor()

    check_stopped(told, f"The role {role} can't be assumed")
    assert "canary" not in str(told.lines)


def test_says_that_the_account_is_another_one(configure: Configure) -> None:
    configure(dev='account = "210987654321"', prod='account = "123456789012"')

    told = doctor()

    assert told.status == 1
    wrong, right = told.line("aws.identity", "dev"), told.line("aws.identity", "prod")
    assert (wrong["status"], right["status"]) == ("fails", "holds")
    assert "in the account 123456789012" in wrong["sentence"]
    assert "is in 210987654321" in wrong["sentence"]


def test_stops_at_the_first_silence_so_that_a_page_answers_in_time(
    proxy: FaultProxy, signed_in: As, settings: Settings
) -> None:
    client = signed_in("editor")
    settings.AWS_SECONDS = 1
    proxy.when("GetSecretValue").hang_before()

    page = client.post("/default/setup/doctor/").content.decode()

    assert "see aws.reach" in page
    assert "secretsmanager:GetSecretValue is allowed" not in page
    assert proxy.calls["PutSecretValue"] == 0


class OtherTime(QuietHandler):
    """Refuses everything as AWS refuses a signature of another time."""

    ahead = timedelta(minutes=7)

    def do_POST(self) -> None:  # noqa: N802 - http.server's own name.
        self.read_body()
        body = b'{"__type": "InvalidSignatureException", "message": "Signature not yet current"}'
        self.answer(400, {"Content-Type": "application/x-amz-json-1.1"}, body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        del timestamp
        return format_datetime(datetime.now(UTC) + self.ahead, usegmt=True)


@pytest.mark.parametrize(
    ("minutes", "status"), [(7, "fails"), (2, "caution"), (-7, "fails"), (0, "holds")]
)
def test_compares_the_clocks_where_a_signature_is_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, minutes: int, status: str
) -> None:
    monkeypatch.setattr(OtherTime, "ahead", timedelta(minutes=minutes))
    with LoopbackServer(0, OtherTime) as server:
        use(settings, server.endpoint)
        told = doctor()

    check_stopped(told, "refuses the dashboard's signature")
    clock = told.line("aws.clock")
    assert clock["status"] == status
    if minutes:
        assert ("behind" in clock["sentence"]) == (minutes > 0)
