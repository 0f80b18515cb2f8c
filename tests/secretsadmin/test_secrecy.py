"""Secrets ... (each test finishes the sentence).

A canary in every field turns up in an answer that discloses it, and nowhere else.
"""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from connections.value.connection import is_clear
from connections.value.export import AS_STORED, FORMATS
from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.secrecy import fields, pages, version
from tests.support.canaries import PLAIN, Watch
from tests.support.runs import end_of_runs
from tests.support.wire import connected

# Tasks read this one all the same, without its extra.
TEXT_AS_EXTRA = '{{"extra": "{password}", "host": "h"}}'
COPIED_OF_A_TEXT_AS_EXTRA = {AS_STORED, "json", "environment-line", "aws-command", "terraform"}
BROKEN = (
    "postgres://{login}:{password}/x@{host}:5432/{schema}",
    "postgres://{login}:{password}#x@{host}",
    "postgres://{login}:12/{password}@{host}/{schema}",
    "postgres://{login}:/{password}@{host}",
    "postgres://{login}:a@b/{password}@{host}",
    "postgres:{login}:{password}@{host}",
    "jdbc:sqlserver://{host}:1433;user={login};password={password}",
    "Server={host};Password={password}",
    "postgres://{host}:{password}/",
    "post_gres://{login}:{password}@{host}",
    '{{"password": "{password}", "login": "{login}"',
    '{{"password": {password}}}',
    TEXT_AS_EXTRA,
    '{{"port": "{password}", "conn_type": "x"}}',
    '{{"host": ["{password}"]}}',
    "\ufeff{{{password}}}",
    "{password}",
    "a://b://c://{password}",
    '["{password}"]',
)


URL = "/dev/connections"


@pytest.mark.parametrize("format_", ["uri", "json"])
def test_of_a_connection_leave_by_disclosures_alone(
    watch: Watch, two_environments: Emulator, format_: str
) -> None:
    mine, yours = watch.plant(), watch.plant()

    create(watch, mine, format_)
    disclose(watch, mine)
    stale = version("connections", "x", two_environments.endpoint)
    update(watch, mine, yours, stale)
    current = version("connections", "x", two_environments.endpoint)
    look_at_two_versions(watch, mine, stale, current)
    delete_and_restore(watch)


def create(watch: Watch, mine: dict[str, str], format_: str) -> None:
    everything, plain = mine.values(), [mine[name] for name in PLAIN]
    url, preview = f"{URL}/create/", fields(mine, conn_id="x", preview="1")
    watch.post(url, fields(mine, conn_id="x", port="none"), everything, status=422)
    watch.post(url, fields(mine, conn_id="../x"), everything, status=422)
    watch.post(url, preview, everything, status=200)
    watch.post(url, preview, plain, status=200, HX_Request="true")
    watch.post(url, fields(mine, conn_id="x", format=format_), (), status=302)
    watch.post(url, fields(mine, conn_id="x"), everything, status=422)
    for page in pages("connections", "x"):
        watch.get(page)


def disclose(watch: Watch, mine: dict[str, str]) -> None:
    everything, plain = mine.values(), [mine[name] for name in PLAIN]
    reveal, one = f"{URL}/reveal/x/", {"field": "extra.keep"}
    watch.post(f"{URL}/open/x/", {}, plain, status=200)
    watch.post(reveal, {}, [mine["password"]], status=200)
    watch.post(reveal, one, [mine["one"]], status=200, HX_Request="true")
    watch.post(reveal, {"field": "host"}, (), status=404)
    for copy in FORMATS:
        asked = {"format": copy.key}
        watch.post(f"{URL}/copy/x/", asked, everything, status=200)
        watch.post(f"{URL}/copy/x/", asked, everything, status=200, HX_Request="true")
    watch.post(f"{URL}/copy/x/", {"format": mine["two"]}, (), status=404)
    watch.post(f"{URL}/edit/x/", {}, plain, status=200)
    revealed = [*plain, mine["one"], mine["two"]]
    watch.post(f"{URL}/edit/x/", {"reveal": "1"}, revealed, status=200)


def update(watch: Watch, mine: dict[str, str], yours: dict[str, str], stale: str) -> None:
    """Save, after a refusal, a preview and a review, and come too late with the same form."""
    url, plain = f"{URL}/update/x/", [mine[name] for name in PLAIN]
    both, review = [*plain, *yours.values()], fields(yours, version=stale, review="1")
    beside = [*plain, *(yours[name] for name in PLAIN)]
    watch.post(url, fields(yours, version=stale, extra="{"), yours.values(), status=422)
    watch.post(url, fields(yours, version=stale, preview="1"), yours.values(), status=200)
    watch.post(url, review, beside, status=200, HX_Request="true")
    watch.post(url, review, both, status=200)
    watch.post(url, {"password": yours["password"], "version": stale}, (), status=302)
    watch.post(url, fields(yours, version=stale), both, status=409)
    watch.post(url, review, both, status=409)
    for page in (*pages("connections", "x"), f"{URL}/roll-back/x/?to={stale}"):
        watch.get(page)


def look_at_two_versions(watch: Watch, mine: dict[str, str], stale: str, current: str) -> None:
    """Compare them, open and label the old one, and roll back to it."""
    plain, both = [mine[name] for name in PLAIN], {"one": stale, "other": current}
    watch.get(f"{URL}/compare/x/?one={stale}&other={current}")
    watch.get(f"{URL}/detail/x/?version={stale}")
    watch.post(f"{URL}/open/x/", {"version": stale}, plain, status=200)
    watch.post(f"{URL}/reveal/x/", {"version": stale}, [mine["password"]], status=200)
    watch.post(f"{URL}/label/x/", {"label": mine["two"][:9], "to": stale}, (), status=302)
    watch.post(f"{URL}/compare/x/", both, plain, status=200)
    watch.post(f"{URL}/compare/x/", both, plain, status=200, HX_Request="true")
    watch.post(f"{URL}/roll-back/x/", {"to": stale, "version": current}, (), status=302)


def delete_and_restore(watch: Watch) -> None:
    watch.post(f"{URL}/delete/x/", {"days": "7"}, (), status=302)
    watch.post(f"{URL}/open/x/", {}, (), status=422)
    watch.post(f"{URL}/copy/x/", {"format": "uri"}, (), status=422)
    watch.post(f"{URL}/restore/x/", {}, (), status=302)


@pytest.mark.parametrize("kind", ["variables", "config"])
def test_of_a_variable_leave_by_disclosures_alone(
    watch: Watch, two_environments: Emulator, kind: str
) -> None:
    mine, yours, endpoint = watch.plant()["one"], watch.plant()["one"], two_environments.endpoint

    watch.post(
        f"/dev/{kind}/create/", {"key": "x", "value": '{"broken": ' + mine}, [mine], status=422
    )
    watch.post(
        f"/dev/{kind}/create/",
        {"key": "x", "value": mine, "preview": "1"},
        (),
        status=200,
        HX_Request="true",
    )
    watch.post(f"/dev/{kind}/create/", {"key": "x", "value": mine}, (), status=302)
    watch.post(f"/dev/{kind}/create/", {"key": "x", "value": yours}, [yours], status=422)
    for page in pages(kind, "x"):
        watch.get(page)
    watch.post(f"/dev/{kind}/open/x/", {}, (), status=200)
    watch.post(f"/dev/{kind}/reveal/x/", {}, [mine], status=200)
    watch.post(f"/dev/{kind}/edit/x/", {}, (), status=200)
    watch.post(f"/dev/{kind}/edit/x/", {"reveal": "1"}, [mine], status=200)
    stale = version(kind, "x", endpoint)
    watch.post(f"/dev/{kind}/update/x/", {"value": yours, "version": stale}, (), status=302)
    both = {"one": stale, "other": version(kind, "x", endpoint)}
    watch.post(f"/dev/{kind}/compare/x/", both, (), status=200)
    watch.post(f"/dev/{kind}/update/x/", {"value": mine, "version": stale}, [mine], status=409)
    for page in pages(kind, "x"):
        watch.get(page)


def test_that_were_pasted_come_back_to_who_pasted_them(watch: Watch) -> None:
    mine = watch.plant()
    uri = f"postgres://{mine['login']}:{mine['password']}@{mine['host']}/{mine['schema']}?keep={mine['one']}"
    broken = f"postgres://{mine['login']}:{mine['password']}/x@{mine['host']}"

    for text in (
        uri,
        broken,
        '{"password": "' + mine["password"] + '"',
        "no scheme " + mine["password"],
    ):
        for what in ("fill", "preview"):
            data = {"conn_id": "x", "secret": text, "entry": "paste", what: "1"}
            refused = what == "fill" and text != uri
            watch.post(
                "/dev/connections/create/", data, mine.values(), status=422 if refused else 200
            )
    watch.post(
        "/dev/connections/create/", {"conn_id": "x", "secret": broken}, mine.values(), status=422
    )
    watch.post(
        "/dev/connections/create/",
        {"conn_id": "x", "secret": uri, "entry": "paste"},
        (),
        status=302,
    )
    watch.post("/dev/connections/open/x/", {}, [mine[name] for name in PLAIN], status=200)


@pytest.mark.parametrize("text", BROKEN)
def test_that_nobody_can_read_are_not_quoted(
    watch: Watch, two_environments: Emulator, text: str
) -> None:
    mine = watch.plant()
    with connected(two_environments.endpoint) as client:
        client.create_secret(Name="dev/connections/x", SecretString=text.format(**mine))
    plain = [mine[name] for name in PLAIN] if is_clear(text) else []

    for page in pages("connections", "x"):
        watch.get(page)
    watch.post("/dev/connections/open/x/", {}, plain, status=200)
    watch.post("/dev/connections/edit/x/", {}, plain, status=200)
    copied = COPIED_OF_A_TEXT_AS_EXTRA if text == TEXT_AS_EXTRA else {AS_STORED}
    for copy in FORMATS:
        status, shown = (200, mine.values()) if copy.key in copied else (422, ())
        watch.post("/dev/connections/copy/x/", {"format": copy.key}, shown, status=status)
    current = version("connections", "x", two_environments.endpoint)
    both = {"one": current, "other": current}
    watch.post("/dev/connections/compare/x/", both, plain, status=200)
    watch.post(
        "/dev/connections/update/x/",
        {"login": "other", "version": current},
        plain,
        status=302 if text == TEXT_AS_EXTRA else 422,
    )


def plant_many(watch: Watch, emulator: Emulator) -> None:
    with connected(emulator.endpoint) as client:
        for number in range(200):
            kind = ("connections", "variables", "config")[number % 3]
            mine = watch.plant()
            text = (
                json.dumps({"conn_type": "postgres", **mine})
                if number % 2
                else f"http://:{mine['password']}@h"
            )
            client.create_secret(Name=f"dev/{kind}/x{number}", SecretString=text)


def test_of_many_leave_no_trace_in_lists(watch: Watch, two_environments: Emulator) -> None:
    plant_many(watch, two_environments)

    for page in (
        "/dev/",
        "/audit/",
        *(
            f"/dev/{kind}/{rest}"
            for kind in ("connections", "variables", "config")
            for rest in ("", "?page=2", "?sort=-changed", "?state=active")
        ),
    ):
        watch.get(page)


def test_of_many_leave_no_trace_in_a_scan(
    shared_database: dict[str, str], watch: Watch, two_environments: Emulator
) -> None:
    plant_many(watch, two_environments)
    for number, text in enumerate(BROKEN):
        mine = watch.plant()
        with connected(two_environments.endpoint) as client:
            for copy in ("", "_again"):
                name = f"dev/connections/broken{number}{copy}"
                client.create_secret(Name=name, SecretString=f" {text.format(**mine)}")

    watch.post("/dev/health/scan/", {}, (), status=302)
    end_of_runs()

    run = Event.objects.get(action="batch.run", begins=False)
    assert run.details
    assert run.details["succeeded"] == 200 + 2 * len(BROKEN)
    ends = Event.objects.filter(action__endswith=".scan", begins=False)
    assert any(end.details and end.details["findings"] for end in ends)
    for page in (
        *("/dev/health/", "/dev/health/?page=2", "/dev/health/?export=csv"),
        *("/dev/health/?export=json", f"/dev/runs/{run.act}/", f"/audit/event/{run.act}/"),
        *("/dev/", "/audit/", "/dev/connections/detail/broken0/"),
    ):
        watch.get(page)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("lint", "dev", "--values", stdout=out)
    assert "broken0" in out.getvalue()
    assert not watch.within(out.getvalue())
    watch.outside += ["".join(map(str, Event.objects.values()))]
