"""Every status has the headers that guard it, over TLS, whatever answers.

A status that the site gives and no row has fails the last test.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, cast

import pytest
from django.template import engines
from django.template.loaders.locmem import Loader
from django.templatetags.static import static
from django.test import Client, override_settings
from pytest_django.fixtures import Settings

from secretsadmin.demo.emulator import Emulator
from secretsadmin.pages import problems
from secretsadmin.store import errors
from tests.secretsadmin.conftest import As, Configure
from tests.support.broken import refusing, without_table
from tests.support.faults import FaultProxy
from tests.support.wire import connected

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types default",
}
GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
}
HTML, PLAIN = "text/html; charset=utf-8", "text/plain; charset=utf-8"
LIST, FORM = "/dev/variables/", "/dev/variables/create/"
OPEN = "/dev/variables/open/x/"
REVEAL = "/dev/variables/reveal/x/"


@dataclass(frozen=True)
class Row:
    """How one answer comes about; by a superuser, unless another role is named."""

    status: int
    ask: Callable[[Client], Any]
    kind: str = HTML
    role: str = "superuser"
    trouble: Callable[[], AbstractContextManager[object]] = nullcontext
    # What AWS does with GetSecretValue meanwhile.
    fault: str = ""


def get(path: str, **headers: str) -> Callable[[Client], Any]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda client: client.get(path, headers=sent, secure=True)


def post(path: str, data: dict[str, str] | None = None, **headers: str) -> Callable[[Client], Any]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda client: client.post(path, data or {}, headers=sent, secure=True)


def strictly(ask: Callable[[Client], Any]) -> Callable[[Client], Any]:
    """The same from a browser whose tokens are looked at."""

    def asked(client: Client) -> Any:
        client.handler.enforce_csrf_checks = True
        return ask(client)

    return asked


def stale(client: Client) -> Any:
    return client.post(
        "/dev/variables/update/x/", {"value": "mine", "version": "a" * 32}, secure=True
    )


def large(client: Client) -> Any:
    body = b"x" * (1024 * 1024 + 1)
    kind = "application/x-www-form-urlencoded"
    return client.generic("POST", FORM, body, content_type=kind, secure=True)


def too_often(client: Client) -> Any:
    """One wrong password more than a name may have from an address."""
    sent = {"username": "ada", "password": "wrong"}
    for _ in range(10):
        client.post("/login/", sent, secure=True)
    return client.post("/login/", sent, secure=True)


def without_a_budget() -> AbstractContextManager[object]:
    return override_settings(REVEALS_PER_MINUTE=0)


@contextmanager
def without_a_page() -> Iterator[None]:
    """The overview's template is broken."""
    engine: Any = engines["django"]
    loaders = engine.engine.template_loaders
    vars(engine.engine)["template_loaders"] = [
        Loader(engine.engine, {"overview.html": "{% nonsense %}"}),
        *loaders,
    ]
    try:
        yield
    finally:
        vars(engine.engine)["template_loaders"] = loaders


ROWS = {
    "page": Row(200, get("/dev/")),
    "fragment": Row(200, get(LIST, hx_request="true")),
    "list": Row(200, get(LIST)),
    "form": Row(200, get(FORM)),
    "value": Row(200, post(OPEN)),
    "value as a fragment": Row(200, post(OPEN, hx_request="true")),
    "audit log": Row(200, get("/audit/")),
    "sign-in": Row(200, get("/login/"), role="anonymous"),
    "state of the sign-in": Row(200, get("/login/state/")),
    "health": Row(200, get("/health/live"), kind=PLAIN),
    "readiness": Row(200, get("/health/ready"), kind=PLAIN),
    "head": Row(200, lambda client: client.head(LIST, secure=True)),
    "a missing slash": Row(301, get("/dev/variables")),
    "the way to https": Row(301, lambda client: client.get("/dev/")),
    "saved": Row(302, post(FORM, {"key": "new", "value": "x"})),
    "the way to the sign-in": Row(302, get("/dev/"), role="anonymous"),
    "another host": Row(400, get("/dev/", host="evil.example")),
    "another encoding": Row(
        415,
        lambda client: client.generic(
            "POST", FORM, b"x=1", "application/x-www-form-urlencoded; charset=utf-7", secure=True
        ),
    ),
    "signed out": Row(401, post(OPEN), role="anonymous"),
    "signed out as a fragment": Row(401, get(LIST, hx_request="true"), role="anonymous"),
    "wrong role": Row(403, get(FORM), role="viewer"),
    "wrong role as a fragment": Row(403, get(FORM, hx_request="true"), role="viewer"),
    "no role": Row(403, get("/"), role="nobody"),
    "without a token": Row(403, strictly(post(FORM))),
    "from another site": Row(403, post(FORM, sec_fetch_site="cross-site")),
    "no such page": Row(404, get("/a/b/c/")),
    "no such environment": Row(404, get("/nowhere/")),
    "no such secret": Row(404, get("/dev/variables/detail/unknown/")),
    "no such file": Row(404, get("/static/nowhere.js")),
    "hostile id": Row(404, get("/dev/variables/detail/../../etc/passwd/")),
    "get of a form's target": Row(405, get(OPEN)),
    "post to a page": Row(405, post("/dev/")),
    "trace": Row(405, lambda client: client.generic("TRACE", "/dev/", secure=True)),
    "options": Row(405, lambda client: client.options("/dev/", secure=True)),
    "conflict": Row(409, stale),
    "too large": Row(413, large),
    "invalid form": Row(422, post(FORM)),
    "invalid filter": Row(422, get("/audit/?since=nonsense")),
    "shown enough": Row(429, post(REVEAL), trouble=without_a_budget),
    "shown enough as a fragment": Row(
        429, post(REVEAL, hx_request="true"), trouble=without_a_budget
    ),
    "locked out": Row(429, too_often, role="anonymous"),
    "our own error": Row(500, get("/dev/"), trouble=without_a_page),
    "AWS refuses": Row(502, post(OPEN), fault="deny"),
    "AWS refuses a fragment": Row(502, post(OPEN, hx_request="true"), fault="deny"),
    "AWS is slow": Row(503, post(OPEN), fault="throttle"),
    "no sessions": Row(503, get(LIST), trouble=lambda: without_table("django_session")),
    "no record": Row(503, post(OPEN), trouble=lambda: refusing('INSERT INTO "audit_event"')),
}


@pytest.fixture
def behind_faults(two_environments: Emulator, configure: Configure) -> Any:
    with connected(two_environments.endpoint) as aws:
        aws.create_secret(Name="dev/variables/x", SecretString="plain")
    with FaultProxy(two_environments.endpoint) as proxy:
        configure(endpoint=proxy.endpoint)
        yield proxy


@pytest.fixture
def over_tls(settings: Settings) -> None:
    """As the settings are for an https address."""
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.usefixtures("over_tls")
def test_it_has(behind_faults: FaultProxy, as_role: As, name: str) -> None:
    row = ROWS[name]
    client = as_role(row.role)
    client.raise_request_exception = False
    if row.fault:
        getattr(behind_faults.when("GetSecretValue"), row.fault)()

    with row.trouble():
        response = row.ask(client)

    assert response.status_code == row.status
    guarded(response)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Type"] == row.kind
    assert all(cookie["secure"] and cookie["httponly"] for cookie in response.cookies.values())
    assert all(cookie["samesite"] == "Lax" for cookie in response.cookies.values())


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("css/base.css", 'text/css; charset="utf-8"'),
        ("js/main.js", 'text/javascript; charset="utf-8"'),
        ("favicon.svg", "image/svg+xml"),
    ],
)
@pytest.mark.usefixtures("over_tls", "db")
def test_a_file_has(name: str, kind: str) -> None:
    with closing(cast("Any", Client().get(static(name), secure=True))) as response:
        assert response.status_code == 200
        guarded(response)
        assert "max-age" in response.headers["Cache-Control"]
        assert response.headers["Content-Type"] == kind
        assert not response.cookies


def guarded(response: Any) -> None:
    headers = response.headers
    assert set(headers["Content-Security-Policy"].split("; ")) == POLICY
    is_safe = response.wsgi_request.is_secure()
    for name, value in GUARDS.items():
        if name == "Strict-Transport-Security" and not is_safe:
            # Browsers take it over TLS alone.
            assert name not in headers
        else:
            assert headers[name] == value, name
    assert re.fullmatch(r"[0-9a-f-]{36}", headers["X-Request-ID"])
    assert not {"Server", "X-Powered-By", "Access-Control-Allow-Origin"} & set(headers)


def test_it_has_a_row() -> None:
    given = {problem.status for problem in vars(problems).values() if hasattr(problem, "status")}
    given |= {
        error.status
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, errors.StoreError)
    }
    # The answer to a lost answer is made as those of the other errors of the store are.
    assert {status for status in given if isinstance(status, int)} <= {
        *(row.status for row in ROWS.values()),
        504,
    }
