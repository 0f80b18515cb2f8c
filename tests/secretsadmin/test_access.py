"""Access: every page, for every role, in an environment that is protected and in one that isn't."""

from collections.abc import Iterator
from itertools import product
from typing import Any, cast

import pytest
from django.contrib.auth.models import Group, User
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django.fixtures import Settings

from secretsadmin.access import address_of
from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from secretsadmin.htmx import Request
from secretsadmin.kinds import BY_NAME, CONNECTIONS, KINDS, Kind
from tests.secretsadmin.conftest import As, Configure, person
from tests.wire import connected, counting

ENVIRONMENTS = ("dev", "prod")
ROLES = ("anonymous", "nobody", "viewer", "editor", "admin", "auditor", "superuser")
# The status of the answer; `in` is the way to the sign-in. Where two are named, the second is the protected
# environment's. The last column is what a refusal is called in the record, where it has to be there.
SITE = """
page      method  anonymous nobody viewer editor  admin auditor superuser
home      GET     in        403    302    302     302   302     302
login     GET     200       302    302    302     302   302     302
login     POST    200       302    302    302     302   302     302
logout    POST    302       302    302    302     302   302     302
audit     GET     in        403    200    200     200   200     200
login-state GET   401       200    200    200     200   200     200
live      GET     200       200    200    200     200   200     200
ready     GET     200       200    200    200     200   200     200
overview  GET     in        404    200    200     200   200     200
recycle-bin GET   in        404    200    200     200   200     200
"""
SECRETS = """
page      method  anonymous nobody viewer editor  admin auditor superuser  record
index     GET     in        404    200    200     200   200     200        -
refresh   POST    401       404    302    302     302   302     302        -
create    GET     in        404    403    200     200   403     200        create
create    POST    401       404    403    422     422   403     422        create
detail    GET     in        404    200    200     200   200     200        -
open      POST    401       404    200    200     200   403     200        open
reveal    POST    401       404    403    200/403 200   403     200        reveal
update    GET     in        404    403    200     200   403     200        update
update    POST    401       404    403    422     422   403     422        update
edit      POST    401       404    403    200     200   403     200        open|update
edit+     POST    401       404    403    200/403 200   403     200        reveal
history   GET     in        404    200    200     200   200     200        -
compare   GET     in        404    200    200     200   403     200        compare
compare   POST    401       404    404    404     404   403     404        compare
roll-back GET     in        404    403    302     302   403     302        roll-back
roll-back POST    401       404    403    422     422   403     422        roll-back
label     GET     in        404    403    200     200   403     200        label
label     POST    401       404    403    422     422   403     422        label
delete    GET     in        404    403    200/403 200   403     200        delete
delete    POST    401       404    403    422/403 422   403     422        delete
restore   POST    401       404    403    302     302   403     302        restore
"""
CONNECTIONS_ALONE = """
page      method  anonymous nobody viewer editor  admin auditor superuser  record
copy      POST    401       404    403    200/403 200   403     200        copy
"""
# What a form refuses, so that a role that may send it changes nothing: every cell begins from the same state.
INPUT = {
    "create": {},
    "update": {"port": "no number", "value": "{broken"},
    "edit+": {"reveal": "1"},
    "copy": {"format": "uri"},
    "compare": {"one": "a" * 32, "other": "b" * 32},
    "roll-back": {},
    "label": {},
    "delete": {"days": "3"},
}


def table(text: str) -> list[list[str]]:
    header, *rows = (line.split() for line in text.strip().splitlines())
    assert tuple(header[2:9]) == ROLES
    return rows


def served(kind: Kind) -> list[list[str]]:
    """The rows of this kind's pages."""
    return table(SECRETS) + (table(CONNECTIONS_ALONE) if kind == CONNECTIONS else [])


@pytest.fixture
def secrets(two_environments: Emulator) -> Emulator:
    """The secret `x` of every kind, in both environments."""
    with connected(two_environments.endpoint) as client:
        for environment, kind in product(ENVIRONMENTS, KINDS):
            text = "postgres://login:password@host" if kind.name == "connections" else "text"
            client.create_secret(Name=f"{environment}/{kind.name}/x", SecretString=text)
    return two_environments


def answer(client: Client, method: str, url: str, page: str) -> HttpResponse:
    return cast("HttpResponse", client.get(url) if method == "GET" else client.post(url, INPUT.get(page, {})))


def told(response: HttpResponse) -> str:
    is_sign_in = response.status_code == 302 and response["Location"].startswith("/login/?next=")
    return "in" if is_sign_in else str(response.status_code)


def walk(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"
        else:
            yield from walk(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)


def test_is_laid_down_for_every_page_of_the_site() -> None:
    below = {f"{kind.name}:{row[0].rstrip('+')}" for kind in KINDS for row in served(kind)}
    laid_down = {row[0] for row in table(SITE)} | below

    assert laid_down == set(walk(get_resolver()))


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("row", table(SITE), ids=lambda row: " ".join(row[:2]))
def test_holds_for_the_pages_of_the_site(as_role: As, row: list[str]) -> None:
    page, method, *expected = row
    for environment in ENVIRONMENTS:
        url = reverse(page, args=[environment] if page in ("overview", "recycle-bin") else [])
        found = [told(answer(as_role(role), method, url, page)) for role in ROLES]
        assert found == expected, (environment, ROLES)


@pytest.mark.parametrize("row", served(CONNECTIONS), ids=lambda row: " ".join(row[:2]))
def test_holds_for_the_pages_of_secrets(secrets: Emulator, as_role: As, row: list[str]) -> None:
    page, method, *cells, record = row
    wrong = []
    kinds = [kind for kind in KINDS if row in served(kind)]
    for environment, kind, (role, cell) in product(ENVIRONMENTS, kinds, zip(ROLES, cells, strict=True)):
        name = page.rstrip("+")
        args = [environment] if name in ("index", "refresh", "create") else [environment, "x"]
        expected = cell.split("/")[-1 if environment == "prod" else 0]
        known = Event.objects.count()
        with counting(secrets) as calls:
            found = told(answer(as_role(role), method, reverse(f"{kind.name}:{name}", args=args), page))
        new = Event.objects.order_by("id")[known:]
        verbs = {event.action for event in new if (event.user, event.outcome) == (role, "denied")}
        is_refused = found == "403" or role == "nobody"
        is_recorded = (
            not verbs
            if record == "-" or not is_refused
            else bool(verbs & {f"{kind.name}.{verb}" for verb in record.split("|")})
        )
        is_quiet = not calls or not (is_refused or found in ("401", "in"))
        if (found, is_recorded, is_quiet) != (expected, True, True):
            wrong.append((environment, kind.name, role, expected, found, verbs, dict(calls)))
    assert wrong == []


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_is_refused_to_every_other_method(as_role: As, kind: Kind) -> None:
    client = as_role("superuser")
    taken = {(row[0].rstrip("+"), row[1]) for row in served(kind)}
    for page, method in product({page for page, _ in taken}, ("GET", "POST", "PUT", "PATCH", "DELETE")):
        if (page, method) in taken:
            continue
        args = ["dev"] if page in ("index", "refresh", "create") else ["dev", "x"]
        response = client.generic(method, reverse(f"{kind}:{page}", args=args))
        assert response.status_code == 405, (page, method)
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_wants_a_token_with_every_post(secrets: Emulator) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("superuser"))
    pages = [(kind, row[0]) for kind in KINDS for row in served(kind) if row[1] == "POST"]
    with counting(secrets) as calls:
        for kind, page in pages:
            name = page.rstrip("+")
            args = ["dev"] if name in ("refresh", "create") else ["dev", "x"]
            response = client.post(reverse(f"{kind.name}:{name}", args=args), INPUT.get(page, {}))
            assert response.status_code == 403, (kind, page)
            assert b"The form has expired" in response.content
        assert client.post("/logout/").status_code == 403
    assert not calls
    assert not Event.objects.exists()


@pytest.mark.usefixtures("secrets")
def test_follows_a_change_of_groups_at_the_next_request(as_role: As) -> None:
    client = as_role("viewer")
    assert client.post("/dev/connections/reveal/x/").status_code == 403

    User.objects.get(username="viewer").groups.add(Group.objects.get(name="editors"))
    assert client.post("/dev/connections/reveal/x/").status_code == 200

    User.objects.get(username="viewer").groups.clear()
    assert client.get("/dev/connections/").status_code == 404


@pytest.mark.usefixtures("secrets")
def test_ends_when_an_account_is_closed(as_role: As) -> None:
    client = as_role("admin")
    User.objects.filter(username="admin").update(is_active=False)

    assert told(answer(client, "GET", "/dev/connections/", "index")) == "in"


@pytest.mark.usefixtures("secrets")
def test_is_refused_without_a_word_of_the_environment(as_role: As) -> None:
    client = as_role("nobody")
    for url in ("/prod/", "/prod/connections/", "/prod/connections/detail/x/", "/prod/connections/detail/a..b//c/"):
        response = client.get(url)
        assert response.status_code == 404
        assert b"Production" not in response.content
        assert b"is-protected" not in response.content


def analyst() -> Client:
    user = User.objects.create(username="analyst")
    user.groups.add(Group.objects.create(name="data"))
    client = Client()
    client.force_login(user)
    return client


GRANT = "[[grants]]\ngroup = 'data'\nrole = '{}'\nenvironments = ['dev']\nkinds = ['variables']\n"
ADMINS = "[[grants]]\ngroup = 'admins'\nrole = 'admin'\n"


@pytest.mark.parametrize("role", ["viewer", "editor", "admin", "auditor"])
def test_of_one_kind_reaches_no_other(configure: Configure, as_role: As, role: str) -> None:
    emulator = configure(GRANT.format(role) + ADMINS)
    with connected(emulator.endpoint) as client:
        for kind in KINDS:
            client.create_secret(Name=f"dev/{kind.name}/hidden-{kind.name}", SecretString="postgres://h")
    admin = as_role("admin")
    for kind in KINDS:
        admin.post(f"/dev/{kind.name}/open/hidden-{kind.name}/")
        admin.get(f"/dev/{kind.name}/")
    browser = analyst()

    pages = [(kind, row) for kind in ("connections", "config") for row in served(BY_NAME[kind])]
    for other, row in pages:
        name = row[0].rstrip("+")
        args = ["dev"] if name in ("index", "refresh", "create") else ["dev", f"hidden-{other}"]
        response = answer(browser, row[1], reverse(f"{other}:{name}", args=args), row[0])
        assert response.status_code == 404, (other, row[0])
    for url in (
        "/",
        "/dev/",
        "/dev/recycle-bin/",
        "/dev/variables/",
        "/audit/",
        "/audit/?kind=connections",
        "/audit/?user=admin",
    ):
        seen = browser.get(url, follow=True).content.decode()
        # What they tried themselves stands in their own record; what others did doesn't.
        assert "/dev/connections/" not in seen.replace('href="/dev/connections/detail/hidden-connections/"', "")
        assert "admin opened the connection" not in seen
        assert "<bdi>admin</bdi> opened the c" not in seen
    assert browser.get("/prod/variables/").status_code == 404
    assert browser.get("/prod/").status_code == 404


def test_to_the_record_of_one_kind_shows_no_other(configure: Configure, as_role: As) -> None:
    emulator = configure(GRANT.format("auditor") + ADMINS)
    with connected(emulator.endpoint) as client:
        for kind in KINDS:
            client.create_secret(Name=f"dev/{kind.name}/of-{kind.name}", SecretString="postgres://h")
    admin = as_role("admin")
    for kind in KINDS:
        assert admin.post(f"/dev/{kind.name}/open/of-{kind.name}/").status_code == 200

    seen = analyst().get("/audit/").content.decode()

    assert "of-variables" in seen
    assert "of-connections" not in seen
    assert "of-config" not in seen


@pytest.mark.usefixtures("secrets")
def test_leads_nowhere_else(as_role: As) -> None:
    client = as_role("admin")
    for path in ("//evil.example", "/\\evil.example", "//evil.example/%2f..", "/%2f/evil.example", "///evil.example"):
        response = client.get(path)
        assert "evil.example" not in response.headers.get("Location", "").partition("/")[0]
        assert not response.headers.get("Location", "").startswith(("//", "/\\", "http"))


def addressed(**meta: str) -> Request:
    return cast("Request", RequestFactory().get("/", **cast("Any", meta)))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "10.0.0.1, 198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "198.51.100.7, ", "127.0.0.1"),
        ("127.0.0.1", "evil\nline", "127.0.0.1"),
        ("127.0.0.1", "'; DROP TABLE audit_event; --", "127.0.0.1"),
        ("127.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("::1", "fe80::1%eth0", "fe80::1"),
        ("fe80::1%eth0", "", "fe80::1"),
        ("", "198.51.100.7", None),
        ("unix:", "", None),
        ("10.0.8.17", "198.51.100.7", "198.51.100.7"),
        ("10.0.9.17", "198.51.100.7", "10.0.9.17"),
        ("::ffff:10.0.8.17", "198.51.100.7", "198.51.100.7"),
        ("::ffff:203.0.113.9", "", "203.0.113.9"),
    ],
)
def test_comes_from_where_a_trusted_proxy_says(
    settings: Settings, peer: str, forwarded: str, address: str | None
) -> None:
    settings.FORWARDED_ALLOW_IPS = ["127.0.0.1", "::1", "10.0.8.0/24"]
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}

    assert address_of(addressed(REMOTE_ADDR=peer, **headers)) == address


def test_comes_from_where_any_proxy_says_if_all_are_trusted(settings: Settings) -> None:
    settings.FORWARDED_ALLOW_IPS = ["*"]

    assert address_of(addressed(REMOTE_ADDR="203.0.113.9", HTTP_X_FORWARDED_FOR="198.51.100.7")) == "198.51.100.7"
