"""Secrets stay where they are: a canary in every field turns up in an answer that discloses it, and nowhere else."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from django.conf import settings as django_settings
from django.http import HttpResponse
from pytest_django.fixtures import Settings

from connections.connection import is_clear
from connections.copying import AS_STORED, FORMATS
from secretsadmin.demo.emulator import Emulator
from tests.conftest import begin_cold
from tests.faults import FaultProxy
from tests.secretsadmin.canaries import PLAIN, Collector, Watch, collecting, kept, raised
from tests.secretsadmin.conftest import As, Configure
from tests.wire import connected

ENCODED = "\u00e4%2F/@:?#"


@pytest.fixture(params=[False, True], ids=["", "DEBUG"])
def watch(request: Any, settings: Settings, two_environments: Emulator, as_role: As) -> Iterator[Watch]:
    """An editor's browser; when all is done, nothing that came out or stayed behind holds a canary."""
    settings.DEBUG = request.param
    watch = Watch(as_role("editor"))
    with collecting() as logged, raised() as texts:
        yield watch
    assert watch.canaries
    assert not watch.within(repr(watch.outside)), "a canary is in an address, a header or a cookie"
    assert not watch.within("".join(logged.raw)), "a canary is in the log"
    assert not watch.within("".join(texts)), "a canary is in an exception"
    assert not watch.within(kept()), "a canary is in the database, a session or a cache"


def fields(canaries: dict[str, str], **more: Any) -> dict[str, Any]:
    extra = {"keep": canaries["one"], "nested": {"deep": [canaries["two"]]}}
    plain = {name: canaries[name] for name in PLAIN}
    given = {"conn_type": "postgres", **plain, "password": canaries["password"] + ENCODED, "extra": json.dumps(extra)}
    return {**given, "form": "auto", **more}


def pages(kind: str, key: str) -> list[str]:
    verbs = ("detail", "update", "history", "label", "roll-back", "delete")
    return [f"/dev/{kind}/{verb}/{key}/" for verb in verbs] + [
        f"/dev/{kind}/",
        f"/dev/{kind}/?q={key}",
        "/dev/",
        "/dev/recycle-bin/",
        "/audit/",
    ]


def version(kind: str, key: str, endpoint: str) -> str:
    with connected(endpoint) as client:
        return client.get_secret_value(SecretId=f"dev/{kind}/{key}", VersionStage="AWSCURRENT")["VersionId"]


@pytest.mark.parametrize("form", ["uri", "json"])
def test_of_a_connection_leave_by_disclosures_alone(watch: Watch, two_environments: Emulator, form: str) -> None:
    mine = watch.plant()
    everything, plain = mine.values(), [mine[name] for name in PLAIN]

    watch.post("/dev/connections/create/", fields(mine, conn_id="x", port="none"), everything, status=422)
    watch.post("/dev/connections/create/", fields(mine, conn_id="../x"), everything, status=422)
    preview = fields(mine, conn_id="x", preview="1")
    watch.post("/dev/connections/create/", preview, everything, status=200)
    watch.post("/dev/connections/create/", preview, plain, status=200, HX_Request="true")
    watch.post("/dev/connections/create/", fields(mine, conn_id="x", form=form), (), status=302)
    watch.post("/dev/connections/create/", fields(mine, conn_id="x"), everything, status=422)
    for page in pages("connections", "x"):
        watch.get(page)
    watch.post("/dev/connections/open/x/", {}, plain, status=200)
    watch.post("/dev/connections/reveal/x/", {}, [mine["password"]], status=200)
    watch.post("/dev/connections/reveal/x/", {"field": "extra.keep"}, [mine["one"]], status=200, HX_Request="true")
    watch.post("/dev/connections/reveal/x/", {"field": "host"}, (), status=404)
    for copy in FORMATS:
        watch.post("/dev/connections/copy/x/", {"format": copy.key}, everything, status=200)
        watch.post("/dev/connections/copy/x/", {"format": copy.key}, everything, status=200, HX_Request="true")
    watch.post("/dev/connections/copy/x/", {"format": mine["two"]}, (), status=404)
    watch.post("/dev/connections/edit/x/", {}, plain, status=200)
    watch.post("/dev/connections/edit/x/", {"reveal": "1"}, [*plain, mine["one"], mine["two"]], status=200)

    yours, stale = watch.plant(), version("connections", "x", two_environments.endpoint)
    url = "/dev/connections/update/x/"
    watch.post(url, fields(yours, version=stale, extra="{"), yours.values(), status=422)
    watch.post(url, fields(yours, version=stale, preview="1"), yours.values(), status=200)
    beside = [*plain, *(yours[name] for name in PLAIN)]
    watch.post(url, fields(yours, version=stale, review="1"), beside, status=200, HX_Request="true")
    watch.post(url, fields(yours, version=stale, review="1"), [*plain, *yours.values()], status=200)
    watch.post(url, {"password": yours["password"], "version": stale}, (), status=302)
    for more in ({}, {"review": "1"}):
        watch.post(url, fields(yours, version=stale, **more), [*plain, *yours.values()], status=409)
    for page in (*pages("connections", "x"), f"/dev/connections/roll-back/x/?to={stale}"):
        watch.get(page)
    current = version("connections", "x", two_environments.endpoint)
    watch.get(f"/dev/connections/compare/x/?one={stale}&other={current}")
    watch.get(f"/dev/connections/detail/x/?version={stale}")
    watch.post("/dev/connections/open/x/", {"version": stale}, plain, status=200)
    watch.post("/dev/connections/reveal/x/", {"version": stale}, [mine["password"]], status=200)
    watch.post("/dev/connections/label/x/", {"label": mine["two"][:9], "to": stale}, (), status=302)
    for headers in ({}, {"HX_Request": "true"}):
        both = {"one": stale, "other": current}
        watch.post("/dev/connections/compare/x/", both, plain, status=200, **headers)
    watch.post("/dev/connections/roll-back/x/", {"to": stale, "version": current}, (), status=302)
    watch.post("/dev/connections/delete/x/", {"days": "7"}, (), status=302)
    watch.post("/dev/connections/open/x/", {}, (), status=422)
    watch.post("/dev/connections/copy/x/", {"format": "uri"}, (), status=422)
    watch.post("/dev/connections/restore/x/", {}, (), status=302)


@pytest.mark.parametrize("kind", ["variables", "config"])
def test_of_a_variable_leave_by_disclosures_alone(watch: Watch, two_environments: Emulator, kind: str) -> None:
    mine, yours, endpoint = watch.plant()["one"], watch.plant()["one"], two_environments.endpoint

    watch.post(f"/dev/{kind}/create/", {"key": "x", "value": '{"broken": ' + mine}, [mine], status=422)
    watch.post(f"/dev/{kind}/create/", {"key": "x", "value": mine, "preview": "1"}, (), status=200, HX_Request="true")
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

    for text in (uri, broken, '{"password": "' + mine["password"] + '"', "no scheme " + mine["password"]):
        for what in ("fill", "preview"):
            data = {"conn_id": "x", "secret": text, "entry": "paste", what: "1"}
            refused = what == "fill" and text != uri
            watch.post("/dev/connections/create/", data, mine.values(), status=422 if refused else 200)
    watch.post("/dev/connections/create/", {"conn_id": "x", "secret": broken}, mine.values(), status=422)
    watch.post("/dev/connections/create/", {"conn_id": "x", "secret": uri, "entry": "paste"}, (), status=302)
    watch.post("/dev/connections/open/x/", {}, [mine[name] for name in PLAIN], status=200)


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
    '{{"extra": "{password}", "host": "h"}}',
    '{{"port": "{password}", "conn_type": "x"}}',
    '{{"host": ["{password}"]}}',
    "\ufeff{{{password}}}",
    "{password}",
    "a://b://c://{password}",
    '["{password}"]',
)


@pytest.mark.parametrize("text", BROKEN)
def test_that_nobody_can_read_are_not_quoted(watch: Watch, two_environments: Emulator, text: str) -> None:
    mine = watch.plant()
    with connected(two_environments.endpoint) as client:
        client.create_secret(Name="dev/connections/x", SecretString=text.format(**mine))
    plain = [mine[name] for name in PLAIN] if is_clear(text) else []

    for page in pages("connections", "x"):
        watch.get(page)
    watch.post("/dev/connections/open/x/", {}, plain, status=200)
    watch.post("/dev/connections/edit/x/", {}, plain, status=200)
    for copy in FORMATS:
        response = watch.client.post("/dev/connections/copy/x/", {"format": copy.key})
        watch.see(cast("HttpResponse", response), mine.values() if response.status_code == 200 else ())
        assert response.status_code == 200 or (response.status_code, copy.key != AS_STORED) == (422, True)
    current = version("connections", "x", two_environments.endpoint)
    watch.post("/dev/connections/compare/x/", dict.fromkeys(("one", "other"), current), plain, status=200)
    response = watch.client.post("/dev/connections/update/x/", {"login": "other", "version": current})
    watch.see(cast("HttpResponse", response), plain)


def test_of_many_leave_no_trace_in_lists(watch: Watch, two_environments: Emulator) -> None:
    with connected(two_environments.endpoint) as client:
        for number in range(200):
            kind = ("connections", "variables", "config")[number % 3]
            mine = watch.plant()
            text = json.dumps({"conn_type": "postgres", **mine}) if number % 2 else f"http://:{mine['password']}@h"
            client.create_secret(Name=f"dev/{kind}/x{number}", SecretString=text)

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


FAULTS = (
    "break_down",
    "deny",
    "garbage",
    "throttle",
    "expire_credentials",
    "disable_key",
    "reset_before",
    "reach_limit",
)


@pytest.mark.parametrize("fault", FAULTS)
def test_survive_what_happens_to_aws(
    watch: Watch, configure: Configure, two_environments: Emulator, fault: str
) -> None:
    mine, yours = watch.plant(), watch.plant()
    watch.post("/dev/connections/create/", fields(mine, conn_id="x"), (), status=302)
    current = version("connections", "x", two_environments.endpoint)
    with FaultProxy(two_environments.endpoint) as proxy:
        configure(endpoint=proxy.endpoint)
        for operation in ("CreateSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"):
            getattr(proxy.when(operation), fault)()
        for url, data in (
            ("/dev/connections/create/", fields(yours, conn_id="y")),
            ("/dev/connections/update/x/", fields(yours, version=current)),
        ):
            response = watch.client.post(url, data)
            assert response.status_code >= 400
            watch.see(cast("HttpResponse", response), yours.values())
        both = {"one": current, "other": current}
        for verb in ("open", "compare", "reveal", "copy", "edit"):
            response = watch.client.post(f"/dev/connections/{verb}/x/", {"format": "uri", **both})
            assert response.status_code >= 400
            watch.see(cast("HttpResponse", response), ())
        for page in pages("connections", "x"):
            watch.get(page)
        begin_cold()


@pytest.fixture
def careless(settings: Settings, tmp_path: Path, two_environments: Emulator) -> Emulator:
    """A template that puts a secret into the text of an exception, as a mistake of ours might."""
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "detail.html").write_text(
        "{% if field %}{% url field.value %}{% else %}{% url opened.fields.1.value %}{% endif %}"
    )
    (folder / "update.html").write_text("{% url form.initial.host %}")
    engine: dict[str, Any] = django_settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [folder, *engine["DIRS"]]}]
    return two_environments


def crash(watch: Watch, url: str, data: dict[str, str], *, accept: str = "text/html") -> HttpResponse:
    watch.client.raise_request_exception = False
    response: Any = watch.client.post(url, data, headers={"accept": accept})
    assert response.status_code == 500
    assert response.exc_info
    assert watch.within(str(response.exc_info[1])), "the exception of this test quotes a canary"
    return response  # type: ignore[no-any-return]


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


def assert_quiet(watch: Watch, logged: Collector) -> None:
    written = logged.written.getvalue()
    assert not watch.within(written), "a canary is in the log"
    assert "NoReverseMatch" in written
    assert not watch.within(kept())


def test_are_kept_out_of_an_error_page_that_fails_itself(settings: Settings, careless: Emulator, as_role: As) -> None:
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
    "name", ["botocore", "boto3", "urllib3", "s3transfer", "botocore.parsers", "urllib3.connectionpool"]
)
def test_are_safe_from_libraries_that_log_what_they_send(name: str) -> None:
    with collecting():
        assert not logging.getLogger(name).isEnabledFor(logging.DEBUG)
