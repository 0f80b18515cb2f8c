"""Access by other grants than the four roles: every page, and what `access explain` says.

The tables are written by hand, so they know nothing of how the policy decides. A page, an action or
a command that none of them has fails the suite.
"""

from dataclasses import dataclass
from io import StringIO
from itertools import product

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command, get_commands
from django.test import Client
from django.urls import reverse

from secretsadmin.actions import BY_VERB
from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from secretsadmin.kinds import BY_NAME, CONNECTIONS, KINDS
from tests.secretsadmin.access.test_requests import (
    ADMIN,
    ENVIRONMENTS,
    ROLES,
    SITE,
    WITHOUT_ID,
    answer,
    arguments,
    in_admin,
    served,
    table,
    told,
)
from tests.secretsadmin.conftest import Configure, person
from tests.support.people import somebody
from tests.support.record import add_line
from tests.support.wire import connected, counting

pytestmark = pytest.mark.django_db
PLACE = ("name", "group", "environment", "kind", "id")
# What pages are called that don't have the name of their action.
VIEWING = ("index", "refresh", "detail")
# The columns are people at a place. `--` is refused as if nothing were there, and `-` in place of a
# method is an action that has no page yet.
LIMITED_GRANTS = """
[[grants]]
group = "team-a"
role = "editor"
environments = ["dev"]
kinds = ["variables"]
ids = ["a_*"]

[[grants]]
group = "team-a"
role = "viewer"
environments = ["dev"]
kinds = ["variables"]
ids = ["b_?"]

[[grants]]
group = "prod"
role = "editor"
environments = ["prod"]
kinds = ["connections"]

[[grants]]
group = "reading"
role = "auditor"
environments = ["dev"]
kinds = ["variables"]
ids = ["a_*"]
"""
LIMITED_PLACES = """
own      team-a  dev  variables   a_1
other    team-a  dev  variables   b_1
foreign  team-a  dev  variables   c_1
kind     team-a  dev  connections a_1
place    team-a  prod variables   a_1
prod     prod    prod connections c_1
dev      prod    dev  connections c_1
audit    reading dev  variables   a_1
beyond   reading dev  variables   b_1
"""
LIMITED = """
page           method own other foreign kind place prod dev audit beyond
index          GET    200 200   200     --   --    200  --  200   200
refresh        POST   302 302   302     --   --    302  --  302   302
export         GET    200 200   200     --   --    200  --  200   200
export         POST   403 403   403     --   --    403  --  403   403
create         GET    200 200   200     --   --    200  --  403   403
create         POST   422 422   422     --   --    422  --  403   403
detail         GET    200 200   --      --   --    200  --  200   --
open           POST   200 200   --      --   --    200  --  403   --
reveal         POST   200 403   --      --   --    403  --  403   --
update         GET    200 403   --      --   --    200  --  403   --
update         POST   422 403   --      --   --    422  --  403   --
edit           POST   200 403   --      --   --    200  --  403   --
edit+          POST   200 403   --      --   --    403  --  403   --
history        GET    200 200   --      --   --    200  --  200   --
compare        GET    200 200   --      --   --    200  --  403   --
compare        POST   404 404   --      --   --    404  --  403   --
roll-back      GET    302 403   --      --   --    302  --  403   --
roll-back      POST   422 403   --      --   --    422  --  403   --
label          GET    200 403   --      --   --    200  --  403   --
label          POST   422 403   --      --   --    422  --  403   --
ask-cloudtrail POST   302 403   --      --   --    302  --  302   --
tag            GET    200 403   --      --   --    200  --  403   --
tag            POST   422 403   --      --   --    422  --  403   --
duplicate      GET    200 403   --      --   --    200  --  403   --
duplicate      POST   422 403   --      --   --    422  --  403   --
bulk           POST   422 422   422     --   --    422  --  403   403
delete         GET    200 403   --      --   --    403  --  403   --
delete         POST   422 403   --      --   --    403  --  403   --
restore        POST   302 403   --      --   --    302  --  403   --
copy           POST   200 403   --      --   --    403  --  403   --
audit          -      no  no    no      no   no    no   no  yes   no
diagnose       -      yes no    no      no   no    yes  no  no    no
probe          -      yes no    no      no   no    yes  no  no    no
scan           -      yes no    no      no   no    no   no  no    no
import         -      yes no    no      no   no    yes  no  no    no
promote        -      yes no    no      no   no    yes  no  no    no
propose        -      yes yes   no      no   no    yes  no  no    no
approve        -      no  no    no      no   no    no   no  no    no
break-glass    -      no  no    no      no   no    no   no  no    no
administer     -      no  no    no      no   no    no   no  no    no
"""
# In `prod` a change needs an approval, or the right to break the glass.
SINGLE_GRANTS = """
[[grants]]
group = "on-call"
actions = ["view", "reveal"]

[[grants]]
group = "history"
actions = ["view", "history", "audit"]
environments = ["prod"]

[[grants]]
group = "writers"
role = "editor"

[[grants]]
group = "breakers"
role = "editor"
actions = ["break-glass"]

[[grants]]
group = "deleters"
actions = ["view", "delete"]

[[grants]]
group = "deleters"
actions = ["break-glass", "approve"]
environments = ["prod"]
kinds = ["connections"]
"""
SINGLE_PLACES = """
called   on-call  dev  connections x
on-call  on-call  prod connections x
history  history  prod variables   x
nowhere  history  dev  variables   x
writes   writers  dev  connections x
waits    writers  prod connections x
breaks   breakers prod connections x
delete   deleters dev  variables   x
deletes  deleters prod connections x
can't    deleters prod variables   x
"""
SINGLE = """
page           method called on-call history nowhere writes waits breaks delete deletes can't
index          GET    200    200     200     --      200    200   200    200    200     200
refresh        POST   302    302     302     --      302    302   302    302    302     302
export         GET    200    200     200     --      200    200   200    200    200     200
export         POST   403    403     403     --      403    403   403    403    403     403
create         GET    403    403     403     --      200    403   200    403    403     403
create         POST   403    403     403     --      422    403   422    403    403     403
detail         GET    200    200     200     --      200    200   200    200    200     200
open           POST   403    403     403     --      200    200   200    403    403     403
reveal         POST   200    200     403     --      200    403   403    403    403     403
update         GET    403    403     403     --      200    403   200    403    403     403
update         POST   403    403     403     --      422    403   422    403    403     403
edit           POST   403    403     403     --      200    403   200    403    403     403
edit+          POST   403    403     403     --      200    403   403    403    403     403
history        GET    403    403     200     --      200    200   200    403    403     403
compare        GET    403    403     403     --      200    200   200    403    403     403
compare        POST   403    403     403     --      404    404   404    403    403     403
roll-back      GET    403    403     403     --      302    403   302    403    403     403
roll-back      POST   403    403     403     --      422    403   422    403    403     403
label          GET    403    403     403     --      200    403   200    403    403     403
label          POST   403    403     403     --      422    403   422    403    403     403
ask-cloudtrail POST   403    403     403     --      302    302   302    403    403     403
tag            GET    403    403     403     --      200    403   200    403    403     403
tag            POST   403    403     403     --      422    403   422    403    403     403
duplicate      GET    403    403     403     --      200    200   200    403    403     403
duplicate      POST   403    403     403     --      422    422   422    403    403     403
bulk           POST   403    403     403     --      422    403   422    403    403     403
delete         GET    403    403     403     --      200    403   403    200    200     403
delete         POST   403    403     403     --      422    403   403    422    422     403
restore        POST   403    403     403     --      302    403   302    403    403     403
copy           POST   403    403     403     --      200    403   403    403    403     403
audit          -      no     no      yes     no      no     no    no     no     no      no
diagnose       -      no     no      no      no      yes    yes   yes    no     no      no
probe          -      no     no      no      no      yes    no     yes   no     no      no
scan           -      no     no      no      no      yes    no    no     no     no      no
import         -      no     no      no      no      yes    no    yes    no     no      no
promote        -      no     no      no      no      yes    yes   yes    no     no      no
propose        -      no     no      no      no      yes    yes   yes    no     no      no
approve        -      no     no      no      no      no     no    no     no     yes     no
break-glass    -      no     no      no      no      no     no    yes    no     yes     no
administer     -      no     no      no      no      no     no    no     no     no      no
"""
# The pages of the site whose answer follows from grants. What else there is, whoever is signed in
# finds as a viewer does.
OF_LIMITED = """
page           method environment team-a prod reading
home           GET    dev         302    302  302
audit          GET    dev         200    200  200
audit-event    GET    dev         404    404  200
audit-person   GET    dev         404    404  200
audit-export   POST   dev         200    200  200
overview       GET    dev         200    404  200
overview       GET    prod        404    200  404
recycle-bin    GET    dev         200    404  200
recycle-bin    GET    prod        404    200  404
runs           GET    dev         200    404  200
runs           GET    prod        404    200  404
run            GET    dev         404    404  404
stop-run       POST   dev         404    404  404
inventory-health GET  dev         200    404  200
inventory-health GET  prod        404    200  404
near-misses    POST   dev         403    404  403
near-misses    POST   prod        404    403  404
import         GET    dev         200    404  403
import         POST   prod        404    422  404
setup-doctor   GET    dev         200    404  403
setup-doctor   POST   dev         200    404  403
setup-doctor   POST   prod        404    200  404
setup          GET    dev         200    404  200
setup          GET    prod        404    200  404
setup-policies GET    dev         200    404  200
setup-policies GET    prod        404    200  404
setup-policies POST   dev         403    404  403
setup-policies POST   prod        404    403  404
setup-proof    GET    dev         200    404  200
setup-proof    GET    prod        404    200  404
probe          POST   dev         422    404  403
probe          POST   prod        404    404  404
proof-script   GET    dev         404    404  404
remove-probe   POST   dev         404    404  404
scan           POST   dev         422    404  403
scan           POST   prod        404    403  404
mends          POST   dev         404    404  404
mends          POST   prod        404    403  404
compare-environments GET  dev     200    200  200
compare-environments POST dev     200    403  403
compare-between GET   dev         404    404  404
compare-between POST  dev         404    404  404
promote        GET    dev         200    200  403
promote        POST   dev         422    422  403
"""
OF_SINGLE = """
page           method environment on-call history writers breakers deleters
home           GET    dev         302     302     302     302      302
audit          GET    dev         200     200     200     200      200
audit-event    GET    dev         404     404     404     404      404
audit-event    GET    prod        404     200     404     404      404
audit-person   GET    prod        404     200     404     404      404
audit-export   POST   prod        200     200     200     200      200
overview       GET    dev         200     404     200     200      200
overview       GET    prod        200     200     200     200      200
recycle-bin    GET    dev         200     404     200     200      200
recycle-bin    GET    prod        200     200     200     200      200
runs           GET    dev         200     404     200     200      200
runs           GET    prod        200     200     200     200      200
run            GET    prod        404     200     404     404      404
stop-run       POST   prod        404     404     404     404      404
inventory-health GET  dev         200     404     200     200      200
inventory-health GET  prod        200     200     200     200      200
near-misses    POST   dev         403     404     403     403      403
near-misses    POST   prod        403     403     403     403      403
setup-doctor   GET    dev         403     404     200     200      403
setup-doctor   POST   dev         403     404     200     200      403
setup-doctor   POST   prod        403     403     200     200      403
setup          GET    dev         200     404     200     200      200
setup          GET    prod        200     200     200     200      200
setup-policies GET    dev         200     404     200     200      200
setup-policies GET    prod        200     200     200     200      200
setup-policies POST   dev         403     404     403     403      403
setup-policies POST   prod        403     403     403     403      403
import         GET    dev         403     404     200     200      403
import         POST   prod        403     403     403     422      403
setup-proof    GET    dev         200     404     200     200      200
setup-proof    GET    prod        200     200     200     200      200
probe          POST   dev         403     404     422     422      403
probe          POST   prod        403     403     403     422      403
proof-script   GET    dev         200     404     200     200      200
proof-script   GET    prod        200     200     200     200      200
remove-probe   POST   dev         403     404     404     404      403
remove-probe   POST   prod        403     403     403     404      403
scan           POST   dev         403     404     422     422      403
scan           POST   prod        403     403     403     403      403
mends          POST   dev         403     404     200     200      403
mends          POST   prod        403     403     403     403      403
compare-environments GET  prod    200     200     200     200      200
compare-environments POST prod    403     403     403     403      403
compare-between GET   prod        403     404     200     200      403
compare-between POST  prod        403     404     200     200      403
promote        GET    prod        403     403     200     200      403
promote        POST   prod        403     403     422     422      403
"""
# Of the four roles: the actions that have no page. The second answer is for a protected place.
BY_ROLE = """
page        method anonymous nobody viewer editor admin auditor superuser
audit       -      no        no     no     no     yes   yes     yes
diagnose    -      no        no     no     yes    yes   no      yes
probe       -      no        no     no     yes    yes   no      yes
scan        -      no        no     no     yes/no yes   no      yes
import      -      no        no     no     yes    yes   no      yes
promote     -      no        no     no     yes    yes   no      yes
propose     -      no        no     yes    yes    yes   no      yes
approve     -      no        no     no     no     yes   no      yes
break-glass -      no        no     no     no     yes   no      yes
administer  -      no        no     no     no     yes   no      yes
"""
# What acts for a person, or says what a person may do, and what only somebody with a shell does,
# whom no grant limits.
FOR_PEOPLE = {"access"}
AT_THE_SHELL = {
    *("audit", "doctor", "export_secrets", "iam_policy", "import_secrets", "lint"),
    "refresh_connection_types",
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """Somebody at a place, and what they find there, by page and method."""

    name: str
    group: str
    environment: str
    kind: str
    id: str
    cells: dict[tuple[str, str], str]

    @property
    def served(self) -> dict[tuple[str, str], str]:
        """What is recorded of a refusal on each page that there is of the kind."""
        rows = {(row[0], row[1]): row[-1] for row in served(BY_NAME[self.kind])}
        # Whoever may reveal and not update is refused the second.
        return rows | {("edit+", "POST"): "reveal|update"}


def columns(places: str, text: str) -> list[Column]:
    header, *rows = (line.split() for line in text.strip().splitlines())
    people = [line.split() for line in places.strip().splitlines()]
    assert header[2:] == [name for name, *_ in people]
    return [
        Column(
            **dict(zip(PLACE, place, strict=True)),
            cells={(row[0], row[1]): row[number] for row in rows},
        )
        for number, place in enumerate(people, 2)
    ]


LIMITED_COLUMNS = columns(LIMITED_PLACES, LIMITED)
SINGLE_COLUMNS = columns(SINGLE_PLACES, SINGLE)


@pytest.fixture
def limited(configure: Configure) -> Emulator:
    return filled(configure(LIMITED_GRANTS))


@pytest.fixture
def single(configure: Configure) -> Emulator:
    return filled(configure(SINGLE_GRANTS, prod="approvals = true"))


def filled(emulator: Emulator) -> Emulator:
    with connected(emulator.endpoint) as client:
        for environment, kind, key in product(
            ENVIRONMENTS, ("connections", "variables"), ("a_1", "b_1", "c_1", "x")
        ):
            text = "postgres://login:password@host" if kind == "connections" else "text"
            client.create_secret(Name=f"{environment}/{kind}/{key}", SecretString=text)
    return emulator


def member(group: str, number: int = 0) -> Client:
    client = Client()
    client.force_login(somebody(f"{group}-{number}", group))
    return client


def wrong_pages(column: Column, emulator: Emulator) -> list[object]:
    """Where an answer, its record, or its quiet towards AWS isn't as the table says."""
    wrong: list[object] = []
    # Of many refusals to the same person some are only counted.
    for number, ((page, method), record) in enumerate(column.served.items()):
        cell = column.cells[page, method]
        name = page.rstrip("+")
        args = [column.environment] if name in WITHOUT_ID else [column.environment, column.id]
        before = Event.objects.count()
        with counting(emulator) as calls:
            url = reverse(f"{column.kind}:{name}", args=args)
            status = told(answer(member(column.group, number), method, url, page))
        lines = Event.objects.order_by("id")[before:]
        denied = {line.action for line in lines if line.outcome == "denied"}
        is_refused = cell in ("403", "--")
        is_recorded = bool(denied & {f"{column.kind}.{verb}" for verb in record.split("|")})
        told_rightly = (status, is_recorded, bool(is_refused and calls))
        if told_rightly != (cell.replace("--", "404"), is_refused and record != "-", False):
            wrong.append((page, method, cell, *told_rightly, denied))
    return wrong


@pytest.mark.parametrize("column", LIMITED_COLUMNS, ids=lambda column: column.name)
def test_that_is_limited_to_ids_kinds_and_environments(limited: Emulator, column: Column) -> None:
    assert wrong_pages(column, limited) == []


@pytest.mark.parametrize("column", SINGLE_COLUMNS, ids=lambda column: column.name)
def test_by_single_actions_and_with_approvals(single: Emulator, column: Column) -> None:
    assert wrong_pages(column, single) == []


@pytest.mark.parametrize(
    ("grants", "text", "more"),
    [(LIMITED_GRANTS, OF_LIMITED, ""), (SINGLE_GRANTS, OF_SINGLE, "approvals = true")],
    ids=["limited", "single"],
)
def test_to_the_pages_of_the_site(configure: Configure, grants: str, text: str, more: str) -> None:
    filled(configure(grants, prod=more))
    header, *rows = (line.split() for line in text.strip().splitlines())
    dependent = {row[0] for row in rows}
    for group in header[3:]:
        for page, method, environment, *cells in rows:
            cell = cells[header[3:].index(group)]
            args = of_the_record(page, environment) or arguments(page, environment)
            found = told(answer(member(group), method, reverse(page, args=args), page))
            assert found == cell, (group, page, environment)
        for page, method, *cells in table(SITE):
            if page not in dependent:
                url = reverse(page, args=arguments(page, "dev"))
                found = told(answer(member(group), method, url, page))
                assert found == cells[ROLES.index("viewer")], (group, page)
        for page, method, *_ in table(ADMIN):
            assert told(answer(member(group), method, in_admin(page), page)) == "403"


def of_the_record(page: str, environment: str) -> list[str]:
    """Somebody else's act on a variable whose id begins with a_."""
    if page not in ("audit-event", "audit-person"):
        return []
    place = {"environment": environment, "kind": "variables", "secret": "a_1"}
    line = add_line(user="ben", action="variables.open", begins=True, **place)
    return [str(line.act)] if page == "audit-event" else ["ben"]


def test_is_laid_down_for_every_page_and_action() -> None:
    pages = {(row[0], row[1]) for row in served(CONNECTIONS)}
    for column in (LIMITED_COLUMNS[0], SINGLE_COLUMNS[0]):
        assert {row for row in column.cells if row[1] != "-"} == pages
        assert set(asked(column.cells)) == set(BY_VERB)
    assert all(pages >= {(row[0], row[1]) for row in served(kind)} for kind in KINDS)
    assert set(by_role("viewer", "dev")) == set(BY_VERB)
    dependent = {line.split()[0] for line in OF_LIMITED.strip().splitlines()[1:]}
    assert dependent == {line.split()[0] for line in OF_SINGLE.strip().splitlines()[1:]}


def asked(cells: dict[tuple[str, str], str]) -> dict[str, bool]:
    """Which actions a column allows."""
    allowed = {}
    for (page, _), cell in cells.items():
        verb = "view" if page in VIEWING else page
        if page not in ("index", "refresh", "bulk", "edit", "edit+"):
            allowed[verb] = cell not in ("401", "403", "--", "in", "no")
    return allowed


def by_role(role: str, environment: str) -> dict[str, bool]:
    cells = {}
    for row in (*served(CONNECTIONS), *table(BY_ROLE)):
        cell = row[2:9][ROLES.index(role)].split("/")[-1 if environment == "prod" else 0]
        # To somebody without any role, what is there looks as if it weren't.
        cells[row[0], row[1]] = "--" if role == "nobody" else cell
    return asked(cells)


def explained(user: str, environment: str, kind: str, key: str) -> dict[str, bool]:
    found = {}
    for verb in BY_VERB:
        said = StringIO()
        call_command("access", "explain", user, verb, environment, kind, key, stdout=said)
        found[verb] = said.getvalue().startswith("allowed: ")
    return found


@pytest.mark.parametrize("role", ROLES[1:])
def test_by_a_role_is_explained(two_environments: Emulator, role: str) -> None:
    person(role)
    for environment in ENVIRONMENTS:
        expected = by_role(role, environment)
        assert explained(role, environment, "connections", "x") == expected, environment


def test_that_ended_is_explained(two_environments: Emulator) -> None:
    person("admin")
    User.objects.update(is_active=False)

    assert not any(explained("admin", "dev", "connections", "x").values())


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize("column", LIMITED_COLUMNS, ids=lambda column: column.name)
def test_that_is_limited_is_explained(column: Column) -> None:
    check_explained(column)


@pytest.mark.usefixtures("single")
@pytest.mark.parametrize("column", SINGLE_COLUMNS, ids=lambda column: column.name)
def test_by_single_actions_is_explained(column: Column) -> None:
    check_explained(column)


def check_explained(column: Column) -> None:
    expected = asked(column.cells)
    # The page that creates is for any id, and the command is asked about this one.
    expected["create"] = expected["update"]
    user = somebody("asked-for", column.group).username
    assert explained(user, column.environment, column.kind, column.id) == expected


def test_is_asked_of_each_command_that_acts_for_somebody() -> None:
    ours = {"secretsadmin", "connections", "variables"}
    commands = {name for name, app in get_commands().items() if app.partition(".")[0] in ours}

    assert commands == FOR_PEOPLE | AT_THE_SHELL
