"""Access: every page, for every role, in an environment that is protected and in one that isn't."""

from collections.abc import Iterator
from itertools import product
from typing import Any, cast

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from pytest_django.fixtures import Settings

from secretsadmin.access.requests import Request, address_of
from secretsadmin.action import Action
from secretsadmin.actions import ACTIONS
from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from secretsadmin.kinds import BY_NAME, CONNECTIONS, KINDS, Kind
from tests.secretsadmin.conftest import As, Configure, person
from tests.support.record import add_line
from tests.support.wire import connected, counting

ENVIRONMENTS = ("dev", "prod")
ROLES = ("anonymous", "nobody", "viewer", "editor", "admin", "auditor", "superuser")
# The status of the answer; `in` is the way to the sign-in. Where two are named, the second is the
# protected environment's. The last column is what a refusal is called in the record, where it has
# to be there.
SITE = """
page      method  anonymous nobody viewer editor  admin auditor superuser
home      GET     in        403    302    302     302   302     302
login     GET     200       302    302    302     302   302     302
login     POST    200       302    302    302     302   302     302
logout    POST    302       302    302    302     302   302     302
audit     GET     in        403    200    200     200   200     200
audit-event GET   in        403    404    404     200   200     200
audit-person GET  in        403    404    404     200   200     200
audit-export POST 401       403    200    200     200   200     200
login-state GET   401       200    200    200     200   200     200
search    GET     in        403    200    200     200   200     200
search    POST    401       403    200    200     200   200     200
rights    GET     in        200    200    200     200   200     200
live      GET     200       200    200    200     200   200     200
ready     GET     200       200    200    200     200   200     200
compare-environments GET in 403    200    200     200   200     200
compare-environments POST 401 403  403    403     200   403     200
compare-between GET in      404    200    200     200   403     200
compare-between POST 401    404    200    200     200   403     200
promote   GET     in        403    403    200     200   403     200
promote   POST    401       403    403    422     422   403     422
overview  GET     in        404    200    200     200   200     200
recycle-bin GET   in        404    200    200     200   200     200
runs      GET     in        404    200    200     200   200     200
run       GET     in        404    404    404     200   200     200
stop-run  POST    401       404    404    404     302   404     302
inventory-health GET in     404    200    200     200   200     200
near-misses POST  401       404    403    403     200   403     200
import    GET     in        404    403    200     200   403     200
import    POST    401       404    403    422     422   403     422
setup-doctor GET  in        404    403    200     200   403     200
setup-doctor POST 401       404    403    200     200   403     200
setup     GET     in        404    200    200     200   200     200
setup-policies GET in       404    200    200     200   200     200
setup-policies POST 401     404    403    403     200   403     200
setup-proof GET   in        404    200    200     200   200     200
probe     POST    401       404    403    422     422   403     422
proof-script GET  in        404    200    200     200   200     200
remove-probe POST 401       404    403    404     404   403     404
scan      POST    401       404    403    422/403 422   403     422
mends     POST    401       404    403    200/403 200   403     200
mfa_authenticate GET 302    302    302    302     302   302     302
mfa_authenticate POST 302   302    302    302     302   302     302
login-passkey POST 422      302    302    302     302   302     302
passkey-options GET 200     200    200    200     200   200     200
oidc      GET     404       404    404    404     404   404     404
oidc-callback GET 404       404    404    404     404   404     404
account   GET     in        200    200    200     200   200     200
confirm   POST    401       302    302    302     302   302     302
own-password GET  in        200    200    200     200   200     200
own-password POST 401       422    422    422     422   422     422
end-sessions POST 401       302    302    302     302   302     302
second-factor GET in        200    200    200     200   200     200
add-totp  GET     in        200    200    200     200   200     200
add-totp  POST    401       422    422    422     422   422     422
add-passkey GET   in        200    200    200     200   200     200
add-passkey POST  401       422    422    422     422   422     422
new-passkey-options GET in  200    200    200     200   200     200
recovery-codes GET in       404    404    404     404   404     404
recovery-codes POST 401     404    404    404     404   404     404
remove-factor POST 401      404    404    404     404   404     404
"""
ADMIN = """
page                      method  anonymous nobody viewer editor  admin auditor superuser
admin:index               GET     in        403    403    403     403   403     200
admin:jsi18n              GET     in        403    403    403     403   403     200
admin:app_list            GET     in        403    403    403     403   403     200
admin:view_on_site        GET     in        403    403    403     403   403     404
admin:auth_user_changelist GET    in        403    403    403     403   403     200
admin:auth_user_add       GET     in        403    403    403     403   403     200
admin:auth_user_change    GET     in        403    403    403     403   403     200
admin:auth_user_history   GET     in        403    403    403     403   403     200
admin:auth_user_delete    GET     in        403    403    403     403   403     200
admin:auth_user_password_change GET in      403    403    403     403   403     200
admin:auth_group_changelist GET   in        403    403    403     403   403     200
admin:auth_group_add      GET     in        403    403    403     403   403     200
admin:auth_group_change   GET     in        403    403    403     403   403     200
admin:auth_group_history  GET     in        403    403    403     403   403     200
admin:auth_group_delete   GET     in        403    403    403     403   403     200
admin:None                GET     in        403    403    403     403   403     404
"""

SECRETS = """
page      method  anonymous nobody viewer editor  admin auditor superuser  record
index     GET     in        404    200    200     200   200     200        -
refresh   POST    401       404    302    302     302   302     302        -
export    GET     in        404    200    200     200   200     200        -
export    POST    401       404    403    403     422   403     422        export
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
ask-cloudtrail POST 401     404    403    302     302   302     302        ask-cloudtrail
tag       GET     in        404    403    200     200   403     200        tag
tag       POST    401       404    403    422     422   403     422        tag
duplicate GET     in        404    403    200     200   403     200        duplicate
duplicate POST    401       404    403    422     422   403     422        duplicate
bulk      POST    401       404    403    422     422   403     422        update
delete    GET     in        404    403    200/403 200   403     200        delete
delete    POST    401       404    403    422/403 422   403     422        delete
"""
CONNECTIONS_ALONE = """
page      method  anonymous nobody viewer editor  admin auditor superuser  record
copy      POST    401       404    403    200/403 200   403     200        copy
"""
# Pages of a kind whose address names no secret.
WITHOUT_ID = ("index", "refresh", "create", "bulk", "export")
# What a form refuses, so that a role that may send it changes nothing: every cell begins from the
# same state.
INPUT = {
    "create": {},
    "update": {"port": "no number", "value": "{broken"},
    "edit+": {"reveal": "1"},
    "copy": {"format": "uri"},
    "export": {"format": "aws"},
    "compare": {"one": "a" * 32, "other": "b" * 32},
    "roll-back": {},
    "label": {},
    "audit-export": {"format": "csv"},
    "delete": {"days": "3"},
    "probe": {"kind": "variables", "id": "//"},
    "scan": {"kind": "none"},
}


def table(text: str) -> list[list[str]]:
    header, *rows = (line.split() for line in text.strip().splitlines())
    assert tuple(header[2:9]) == ROLES
    return rows


def at_once(action: Action) -> list[str]:
    """The row of an action that a button does at once. It follows from the action's declaration."""
    statuses = {"anonymous": "401", "nobody": "404", "superuser": "302"}
    for role in action.roles:
        statuses[role] = "302/403" if action.is_guarded and role != "admin" else "302"
    return [action.verb, "POST", *(statuses.get(role, "403") for role in ROLES), action.verb]


def served(kind: Kind) -> list[list[str]]:
    """The rows of this kind's pages."""
    rows = table(SECRETS) + [at_once(action) for action in ACTIONS if action.button]
    return rows + (table(CONNECTIONS_ALONE) if kind == CONNECTIONS else [])


@pytest.fixture
def secrets(two_environments: Emulator) -> Emulator:
    """The secret `x` of every kind, in both environments."""
    with connected(two_environments.endpoint) as client:
        for environment, kind in product(ENVIRONMENTS, KINDS):
            text = "postgres://login:password@host" if kind.name == "connections" else "text"
            client.create_secret(Name=f"{environment}/{kind.name}/x", SecretString=text)
    return two_environments


def answer(client: Client, method: str, url: str, page: str) -> HttpResponse:
    return cast(
        "HttpResponse",
        client.get(url) if method == "GET" else client.post(url, INPUT.get(page, {})),
    )


# Pages whose address names something else.
OTHERWISE = (
    *("run", "stop-run", "remove-factor", "audit-event", "audit-person"),
    *("proof-script", "remove-probe", "compare-between"),
)


def is_of_environment(page: str) -> bool:
    """Whether the address of a page of the site names an environment and nothing else."""
    if page in OTHERWISE:
        return False
    try:
        reverse(page)
    except NoReverseMatch:
        return True
    return False


def arguments(page: str, environment: str) -> list[str]:
    """What the address of a page of the site names. The act is somebody else's, as is its page."""
    if is_of_environment(page):
        return [environment]
    if page == "compare-between":
        return ["variables", *ENVIRONMENTS, "x"]
    if page in ("run", "stop-run"):
        run = add_line(
            user="ben", environment=environment, kind="", action="batch.run", begins=True
        )
        return [environment, str(run.act)]
    if page in ("proof-script", "remove-probe"):
        return [environment, "variables", "x"]
    if page == "remove-factor":
        return ["9"]
    if page == "audit-event":
        act = add_line(user="ben", environment=environment, begins=True).act
        return [str(act)]
    return ["ben"] if page == "audit-person" else []


def told(response: HttpResponse) -> str:
    is_sign_in = response.status_code == 302 and response["Location"].startswith("/login/?next=")
    return "in" if is_sign_in else str(response.status_code)


def walk(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"
        else:
            yield from walk(
                pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            )


def test_is_laid_down_for_every_page_of_the_site() -> None:
    below = {f"{kind.name}:{row[0].rstrip('+')}" for kind in KINDS for row in served(kind)}
    laid_down = {row[0] for row in (*table(SITE), *table(ADMIN))} | below

    assert laid_down == set(walk(get_resolver()))


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("row", table(SITE), ids=lambda row: " ".join(row[:2]))
def test_holds_for_the_pages_of_the_site(as_role: As, row: list[str]) -> None:
    page, method, *cells = row
    for place, environment in enumerate(ENVIRONMENTS):
        expected = [cell.split("/")[-1 if place else 0] for cell in cells]
        url = reverse(page, args=arguments(page, environment))
        add_line(user="ben", environment=environment, begins=True)
        found = [told(answer(as_role(role), method, url, page)) for role in ROLES]
        assert found == expected, (environment, ROLES)


def in_admin(page: str) -> str:
    """Where the page of the administration is; one that has no name is none there."""
    name = page.partition(":")[2]
    if name == "None":
        return "/admin/nothing/"
    if name == "app_list":
        return reverse(page, args=["auth"])
    if name == "view_on_site":
        return reverse(page, args=[ContentType.objects.get_for_model(User).pk, 9])
    if not name.endswith(("change", "history", "delete")):
        return reverse(page)
    model = User if "user" in name else Group
    return reverse(page, args=[model.objects.earliest("pk").pk])


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("row", table(ADMIN), ids=lambda row: row[0])
def test_holds_for_the_administration(as_role: As, row: list[str]) -> None:
    page, method, *expected = row
    person("superuser")

    url = in_admin(page)

    assert [told(answer(as_role(role), method, url, page)) for role in ROLES] == expected


@pytest.mark.parametrize("row", served(CONNECTIONS), ids=lambda row: " ".join(row[:2]))
def test_holds_for_the_pages_of_secrets(secrets: Emulator, as_role: As, row: list[str]) -> None:
    page, method, *cells, record = row
    wrong = []
    kinds = [kind for kind in KINDS if row in served(kind)]
    for environment, kind, (role, cell) in product(
        ENVIRONMENTS, kinds, zip(ROLES, cells, strict=True)
    ):
        name = page.rstrip("+")
        args = [environment] if name in WITHOUT_ID else [environment, "x"]
        expected = cell.split("/")[-1 if environment == "prod" else 0]
        known = Event.objects.count()
        with counting(secrets) as calls:
            found = told(
                answer(as_role(role), method, reverse(f"{kind.name}:{name}", args=args), page)
            )
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
    for page, method in product(
        {page for page, _ in taken}, ("GET", "POST", "PUT", "PATCH", "DELETE")
    ):
        if (page, method) in taken:
            continue
        args = ["dev"] if page in WITHOUT_ID else ["dev", "x"]
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
            args = ["dev"] if name in WITHOUT_ID else ["dev", "x"]
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
    for url in (
        "/prod/",
        "/prod/connections/",
        "/prod/connections/detail/x/",
        "/prod/connections/detail/a..b//c/",
    ):
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
            client.create_secret(
                Name=f"dev/{kind.name}/hidden-{kind.name}", SecretString="postgres://h"
            )
    admin = as_role("admin")
    for kind in KINDS:
        admin.post(f"/dev/{kind.name}/open/hidden-{kind.name}/")
        admin.get(f"/dev/{kind.name}/")
    browser = analyst()

    pages = [(kind, row) for kind in ("connections", "config") for row in served(BY_NAME[kind])]
    for other, row in pages:
        name = row[0].rstrip("+")
        args = ["dev"] if name in WITHOUT_ID else ["dev", f"hidden-{other}"]
        response = answer(browser, row[1], reverse(f"{other}:{name}", args=args), row[0])
        assert response.status_code == 404, (other, row[0])
    for url in (
        "/",
        "/dev/",
        "/dev/recycle-bin/",
        "/dev/health/",
        "/dev/setup/",
        "/dev/variables/",
        "/audit/",
        "/audit/?kind=connections",
        "/audit/?user=admin",
    ):
        seen = browser.get(url, follow=True).content.decode()
        # What they tried themselves stands in their own record; what others did doesn't.
        assert "/dev/connections/" not in seen.replace(
            'href="/dev/connections/detail/hidden-connections/"', ""
        )
        assert "admin opened the connection" not in seen
        assert "<bdi>admin</bdi> opened the c" not in seen
    assert browser.get("/prod/variables/").status_code == 404
    assert browser.get("/prod/").status_code == 404


def test_to_the_record_of_one_kind_shows_no_other(configure: Configure, as_role: As) -> None:
    emulator = configure(GRANT.format("auditor") + ADMINS)
    with connected(emulator.endpoint) as client:
        for kind in KINDS:
            client.create_secret(
                Name=f"dev/{kind.name}/of-{kind.name}", SecretString="postgres://h"
            )
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
    for path in (
        "//evil.example",
        "/\\evil.example",
        "//evil.example/%2f..",
        "/%2f/evil.example",
        "///evil.example",
    ):
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
        ("10.0.8.17", "198.51.100.7, 10.0.8.3", "198.51.100.7"),
        ("10.0.8.17", "192.0.2.1, 198.51.100.7, 127.0.0.1, 10.0.8.3", "198.51.100.7"),
        ("10.0.8.17", "10.0.8.5, 198.51.100.7, 10.0.8.3", "198.51.100.7"),
        ("10.0.8.17", "10.0.8.5, 10.0.8.3", "10.0.8.5"),
        ("10.0.8.17", "198.51.100.7, unknown, 10.0.8.3", "10.0.8.3"),
        ("10.0.8.17", "198.51.100.7,,10.0.8.3", "10.0.8.3"),
        ("10.0.8.17", "198.51.100.7, ::ffff:10.0.8.3", "198.51.100.7"),
        ("10.0.8.17", "*", "10.0.8.17"),
        ("10.0.8.17", "10.0.8.0/24", "10.0.8.17"),
        ("10.0.8.17", "0x0a000805", "10.0.8.17"),
        ("10.0.8.17", "010.0.8.5", "10.0.8.17"),
        ("10.0.8.17", "198.51.100.7:4711", "10.0.8.17"),
        ("10.0.8.17", "198.51.100.7; DROP", "10.0.8.17"),
        ("10.0.8.17", "," * 4000 + "198.51.100.7", "198.51.100.7"),
    ],
)
def test_comes_from_where_a_trusted_proxy_says(
    settings: Settings, peer: str, forwarded: str, address: str | None
) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1", "::1", "10.0.8.0/24"]
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}

    assert address_of(addressed(REMOTE_ADDR=peer, **headers)) == address


def test_is_recorded_with_its_proxy_beside_the_persons_address(
    settings: Settings, two_environments: Emulator, as_role: As
) -> None:
    settings.TRUSTED_PROXIES = ["10.0.8.0/24"]
    for peer, forwarded in (("10.0.8.17", "198.51.100.7, 10.0.8.3"), ("203.0.113.9", "192.0.2.1")):
        as_role("viewer").post(
            "/dev/variables/open/x/", REMOTE_ADDR=peer, headers={"x-forwarded-for": forwarded}
        )

    started = Event.objects.filter(begins=True).order_by("id")
    assert [(line.address, line.details) for line in started] == [
        ("198.51.100.7", {"peer": "10.0.8.17"}),
        ("203.0.113.9", None),
    ]


def test_comes_from_where_any_proxy_says_if_all_are_trusted(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ["*"]

    assert (
        address_of(addressed(REMOTE_ADDR="203.0.113.9", HTTP_X_FORWARDED_FOR="198.51.100.7"))
        == "198.51.100.7"
    )
