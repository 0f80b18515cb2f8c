"""Headers that guard ... (each test finishes the sentence)."""

import contextlib
from pathlib import Path
from typing import Any, cast

import pytest
from django.conf import settings as django_settings
from django.http import HttpResponse
from django.templatetags.static import static
from django.test import Client
from pytest_django.fixtures import Settings

from connections.value.export import FORMATS
from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.conftest import As
from tests.support.broken import without_table
from tests.support.people import somebody
from tests.support.wire import connected

PAYLOADS = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "</textarea><svg onload=alert(1)>",
    "</title><script src=//evil.example></script>",
    "' onfocus='alert(1)' autofocus='",
    '" hx-get="//evil.example" hx-trigger="load" x="',
    "<a href=javascript:alert(1)>x</a>",
    "{{ 7|add:7 }}{% csrf_token %}",
)
RAW = (
    "<script>alert",
    "<img src=x",
    "<svg onload",
    "<script src=//evil",
    "' onfocus='",
    '" hx-get="//evil',
    "<a href=javascript",
)


@pytest.fixture
def client(two_environments: Emulator, as_role: As) -> Client:
    return as_role("superuser")


def guarded(response: Any) -> HttpResponse:
    headers = response.headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "*" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    return response  # type: ignore[no-any-return]


def unkept(response: Any) -> None:
    assert "no-store" in guarded(response).headers["Cache-Control"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 302),
        ("/dev/", 200),
        ("/dev/connections/", 200),
        ("/dev/connections/create/", 200),
        ("/dev/connections/create/?conn_type=http", 200),
        ("/audit/", 200),
        ("/audit/?since=nonsense", 422),
        ("/health/live", 200),
        ("/health/ready", 200),
        ("/login/", 302),
        ("/logout/", 405),
        ("/nowhere/", 404),
        ("/dev/connections/detail/../x/", 404),
        ("/dev/connections/detail/x/", 404),
        ("/dev/connections/open/x/", 405),
        ("/static/nowhere.js", 404),
        ("/static/nowhere/x/", 404),
        ("/dev/connections", 301),
    ],
)
def test_are_on_every_answer(client: Client, path: str, status: int) -> None:
    response = client.get(path)

    assert response.status_code == status
    unkept(response)


def test_are_on_answers_to_whoever_is_not_signed_in(client: Client) -> None:
    for path, status in (("/login/", 200), ("/dev/", 302), ("/a/b/c/", 404)):
        response = Client().get(path)
        assert response.status_code == status
        unkept(response)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    ["css/base.css", "js/first.js", "js/main.js", "favicon.svg", "django_htmx/htmx-2.min.js"],
)
def test_are_on_files(name: str) -> None:
    with contextlib.closing(cast("Any", Client().get(static(name)))) as response:
        assert response.status_code == 200
        assert "max-age" in guarded(response).headers["Cache-Control"]


def test_are_on_refusals(client: Client, as_role: As) -> None:
    refused: Any = as_role("viewer").get("/dev/connections/create/")
    assert refused.status_code == 403
    unkept(refused)

    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/login/", {"username": "x"}).status_code == 403
    unkept(strict.post("/login/", {"username": "x"}))

    invalid = client.post("/dev/connections/create/", {})
    assert invalid.status_code == 422
    unkept(invalid)


def test_are_on_the_answer_to_another_host(client: Client) -> None:
    response = client.get("/", headers={"host": "evil.example"})

    assert response.status_code == 400
    assert b"evil.example" not in response.content
    unkept(response)


def test_are_on_the_way_to_https_and_on_another_host_there(
    client: Client, settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 60
    cookies, client = client.cookies, Client()
    client.cookies = cookies

    for response, status in (
        (client.get("/dev/"), 301),
        (client.get("/dev/", headers={"host": "evil.example"}), 400),
        (client.get("/dev/", secure=True), 200),
    ):
        assert response.status_code == status
        unkept(response)
    assert client.get("/dev/", secure=True).headers["Strict-Transport-Security"] == "max-age=60"


@pytest.mark.parametrize(
    ("peer", "scheme", "status"),
    [
        ("10.0.8.17", "https", 200),
        ("10.0.8.17", "http, https", 200),
        ("10.0.8.17", "http", 301),
        ("10.0.8.17", "https, http", 301),
        ("10.0.8.17", "", 301),
        ("203.0.113.9", "https", 301),
    ],
)
def test_believe_a_trusted_proxy_alone_that_the_way_is_safe(
    client: Client, settings: Settings, peer: str, scheme: str, status: int
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.TRUSTED_PROXIES = ["10.0.8.0/24"]

    response = client.get("/dev/", headers={"x-forwarded-proto": scheme}, REMOTE_ADDR=peer)
    assert response.status_code == status


def test_believe_no_forwarded_host(client: Client) -> None:
    response = client.get(
        "/", headers={"x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
    )

    assert "evil.example" not in response.headers["Location"]


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_are_on_the_answer_to_a_body_that_is_too_large(client: Client, kind: str) -> None:
    response = client.generic(
        "POST", "/dev/connections/create/", b"x" * (1024 * 1024 + 1), content_type=kind
    )

    assert response.status_code == 413
    assert b"That is too large" in response.content
    unkept(response)


@pytest.fixture
def broken_page(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "overview.html").write_text("{% nonsense %}")
    engine: dict[str, Any] = django_settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [tmp_path, *engine["DIRS"]]}]


@pytest.mark.usefixtures("broken_page")
def test_are_on_our_own_errors(client: Client) -> None:
    client.raise_request_exception = False

    response = client.get("/dev/")

    assert response.status_code == 500
    assert b"The dashboard met an error of its own." in response.content
    unkept(response)


@pytest.mark.parametrize("table", ["audit_event", "django_session", "auth_user"])
def test_are_on_the_answer_without_a_database(client: Client, table: str) -> None:
    client.raise_request_exception = False
    with without_table(table):
        response = client.get("/dev/connections/")

    assert response.status_code == 503
    unkept(response)


FIELDS = (
    *("conn_id", "key", "conn_type", "host", "schema", "login", "password", "port", "extra"),
    *("secret", "format", "value", "description", "reason", "team", "version", "to", "days"),
)
FILTERS = ("user", "environment", "kind", "secret", "action", "outcome", "since")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_leave_nothing_to_run_in_a_page(
    client: Client, two_environments: Emulator, payload: str
) -> None:
    store(two_environments, payload)

    for kind in ("variables", "connections"):
        see_pages(client, kind, payload)
        disclose(client, kind, payload, compared(two_environments, f"dev/{kind}/x"))
        send_forms(client, kind, payload)
    for query in ({}, dict.fromkeys(FILTERS, payload)):
        harmless(client.get("/audit/", query))
    harmless(client.get("/dev/"))
    harmless(Client().get("/login/", {"next": payload}))
    harmless(Client().post("/login/", {"username": payload, "password": payload, "next": payload}))


def store(emulator: Emulator, payload: str) -> None:
    """A variable and a connection with the payload wherever AWS keeps a text."""
    tags: Any = [
        {"Key": payload[:128], "Value": payload},
        {"Key": "airflow:conn-type", "Value": payload},
    ]
    quoted = repr_json(payload)
    text = f'{{"conn_type": "postgres", "host": {quoted}, "extra": {{{quoted}: 1}}}}'
    more: Any = {"Description": payload, "Tags": tags}
    with connected(emulator.endpoint) as aws:
        aws.create_secret(Name="dev/variables/x", SecretString=payload, **more)
        aws.create_secret(Name="dev/connections/x", SecretString=text, **more)


def see_pages(client: Client, kind: str, payload: str) -> None:
    for verb in ("detail", "history", "update", "roll-back", "delete"):
        harmless(client.get(f"/dev/{kind}/{verb}/x/", {"to": payload}))
    for query in (
        {},
        {"q": payload},
        {"q": payload, "sort": payload, "type": payload, "page": payload},
    ):
        harmless(client.get(f"/dev/{kind}/", query))


def disclose(client: Client, kind: str, payload: str, both: dict[str, str]) -> None:
    for verb in ("open", "reveal", "edit"):
        harmless(client.post(f"/dev/{kind}/{verb}/x/", {"field": payload}))
    harmless(client.post(f"/dev/{kind}/edit/x/", {"reveal": "1"}))
    for copy in FORMATS:
        harmless(client.post(f"/dev/{kind}/copy/x/", {"format": copy.key}))
    harmless(client.get(f"/dev/{kind}/compare/x/", {"one": payload}))
    harmless(client.post(f"/dev/{kind}/compare/x/", both))


def send_forms(client: Client, kind: str, payload: str) -> None:
    everything = dict.fromkeys(FIELDS, payload)
    for verb in ("create/", "update/x/", "roll-back/x/", "delete/x/"):
        for button in ({}, {"preview": "1"}, {"fill": "1"}):
            harmless(client.post(f"/dev/{kind}/{verb}", everything | button))
    harmless(client.post(f"/dev/{kind}/restore/x/", {"reason": payload}))


def compared(emulator: Emulator, name: str) -> dict[str, str]:
    with connected(emulator.endpoint) as aws:
        current = aws.describe_secret(SecretId=name)["VersionIdsToStages"]
    return dict.fromkeys(("one", "other"), next(iter(current)))


def repr_json(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


def harmless(response: Any) -> None:
    guarded(response)
    page = response.content.decode()
    assert response.status_code < 500
    assert not [raw for raw in RAW if raw in page]


@pytest.mark.django_db
@pytest.mark.parametrize("payload", PAYLOADS)
def test_leave_nothing_to_run_in_a_persons_name(two_environments: Emulator, payload: str) -> None:
    with connected(two_environments.endpoint) as aws:
        aws.create_secret(Name="dev/variables/x", SecretString="x")
    client = Client()
    client.force_login(somebody(payload, "admins"))
    client.post("/dev/variables/update/x/", {"value": "y", "reason": payload})
    client.post("/dev/variables/reveal/x/", {"field": payload})

    for path in (
        "/audit/",
        "/dev/",
        "/dev/variables/",
        "/dev/variables/detail/x/",
        "/dev/variables/history/x/",
    ):
        harmless(client.get(path))
