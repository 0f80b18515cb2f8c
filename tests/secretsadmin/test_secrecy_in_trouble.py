"""Secrets, when something goes wrong, ... (each test finishes the sentence)."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.http import HttpResponse
from pytest_django.fixtures import Settings

from secretsadmin.demo.emulator import Emulator
from tests.conftest import begin_cold
from tests.secretsadmin.conftest import As, Configure
from tests.secretsadmin.secrecy import fields, pages, version
from tests.support.canaries import Collector, Watch, collecting, kept
from tests.support.faults import FaultProxy
from tests.support.wire import connected

FAULTS = {
    "break_down": 503,
    "deny": 502,
    "garbage": 503,
    "throttle": 503,
    "expire_credentials": 503,
    "disable_key": 502,
    "reset_before": 503,
    "reach_limit": 503,
}
CALLS = ("CreateSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage")


@pytest.fixture
def careless(settings: Settings, tmp_path: Path, two_environments: Emulator) -> Emulator:
    """A template that puts a secret into the text of an exception, as a mistake of ours might."""
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "detail.html").write_text(
        "{% if page.revealed %}{% url page.revealed.value %}"
        "{% else %}{% url page.opened.fields.1.value %}{% endif %}"
    )
    (folder / "update.html").write_text("{% url form.initial.host %}")
    engine: dict[str, Any] = django_settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [folder, *engine["DIRS"]]}]
    return two_environments


def crash(
    watch: Watch, url: str, data: dict[str, str], *, accept: str = "text/html"
) -> HttpResponse:
    watch.client.raise_request_exception = False
    response: Any = watch.client.post(url, data, headers={"accept": accept})
    assert response.status_code == 500
    assert response.exc_info
    assert watch.within(str(response.exc_info[1])), "the exception of this test quotes a canary"
    return response  # type: ignore[no-any-return]


def assert_quiet(watch: Watch, logged: Collector) -> None:
    written = logged.written.getvalue()
    assert not watch.within(written), "a canary is in the log"
    assert "NoReverseMatch" in written
    assert not watch.within(kept())


@pytest.mark.parametrize(("fault", "status"), FAULTS.items())
def test_survive_what_happens_to_aws(
    watch: Watch, configure: Configure, two_environments: Emulator, fault: str, status: int
) -> None:
    mine, yours = watch.plant(), watch.plant()
    watch.post("/dev/connections/create/", fields(mine, conn_id="x"), (), status=302)
    current = version("connections", "x", two_environments.endpoint)
    with FaultProxy(two_environments.endpoint) as proxy:
        configure(endpoint=proxy.endpoint)
        for operation in CALLS:
            getattr(proxy.when(operation), fault)()
        for url, data in (
            ("/dev/connections/create/", fields(yours, conn_id="y")),
            ("/dev/connections/update/x/", fields(yours, version=current)),
        ):
            watch.post(url, data, yours.values(), status=status)
        asked = {"format": "uri", "one": current, "other": current}
        for verb in ("open", "compare", "reveal", "copy", "edit"):
            watch.post(f"/dev/connections/{verb}/x/", asked, (), status=status)
        for page in pages("connections", "x"):
            watch.get(page)
        begin_cold()


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_that_an_exception_quotes_are_in_no_report(
    settings: Settings, careless: Emulator, as_role: As, *, debug: bool, accept: str
) -> None:
    settings.DEBUG = debug
    settings.AIRFLOW_BACKEND_KWARGS = json.dumps({"aws_secret_access_key": "radioactive-key"})
    watch = Watch(as_role("editor"))
    mine = watch.plant()
    text = f"postgres://{mine['login']}:{mine['password']}@{mine['host']}/{mine['schema']}?keep={mine['one']}"
    with connected(careless.endpoint) as client:
        client.create_secret(Name="dev/connections/x", SecretString=text)

    with collecting() as logged:
        for url, data in (
            ("/dev/connections/open/x/", {}),
            ("/dev/connections/reveal/x/", {"field": "password"}),
            ("/dev/connections/edit/x/", {"canary": mine["two"]}),
        ):
            page = crash(watch, url, data, accept=accept).content.decode()
            assert not watch.within(page)
            assert "radioactive" not in page
            assert ("NoReverseMatch" in page) == debug
    assert_quiet(watch, logged)


def test_are_kept_out_of_an_error_page_that_fails_itself(
    settings: Settings, careless: Emulator, as_role: As
) -> None:
    engine: dict[str, Any] = django_settings.TEMPLATES[0]
    folder = engine["DIRS"][0]
    (folder / "error.html").write_text("{% nonsense %}")
    watch = Watch(as_role("editor"))
    mine = watch.plant()
    with connected(careless.endpoint) as client:
        client.create_secret(Name="dev/connections/x", SecretString=f"postgres://{mine['host']}")

    with collecting() as logged:
        page = crash(watch, "/dev/connections/open/x/", {})

    assert b"The dashboard met an error of its own." in page.content
    assert page.headers["Content-Security-Policy"]
    assert not watch.within(page.content.decode() + logged.written.getvalue())
    assert settings.DEBUG is False


@pytest.mark.parametrize(
    "name",
    ["botocore", "boto3", "urllib3", "s3transfer", "botocore.parsers", "urllib3.connectionpool"],
)
def test_are_safe_from_libraries_that_log_what_they_send(name: str) -> None:
    with collecting():
        assert not logging.getLogger(name).isEnabledFor(logging.DEBUG)
