"""Text that was written to do harm is shown for what it is, and nothing of it runs."""

import json
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import expect

from tests.browser.fixtures import Visit
from tests.browser.sites import HOSTILE_NAME, Site
from tests.browser.visitor import Visitor
from tests.support.wire import connected

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' autofocus onfocus='alert(1)' x='",
    "</textarea></title></script><script>alert(1)</script>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<a href=javascript:alert(1)>javascript:alert(1)</a>",
    "<div hx-get=/audit/ hx-trigger=load hx-on::load=alert(1)>",
    "<meta http-equiv=refresh content=0;url=https://evil.example/>",
    "<base href=https://evil.example/><form action=https://evil.example/>",
    (
        "<style>@import 'https://evil.example/x.css';</style><link rel=stylesheet "
        "href=https://evil.example/>"
    ),
    "{{constructor.constructor('alert(1)')()}}{% debug %}",
    "\u202e<b data-evil>\u200b\x1b[31m",
)
# What no page of ours has, and what each of the payloads would bring into it.
INTRUDERS = (
    "[onerror], [onload], [onfocus], [data-evil], iframe, base, style, body script, [http-equiv], "
    "[src=x],"
    " [hx-trigger=load]:not([hx-post]), [href*=':'], [action*=':']"
)


@pytest.fixture(params=PAYLOADS, ids=range(len(PAYLOADS)))
def payload(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def stored(site: Site, fresh: str, payload: str) -> str:
    """A connection that is hostile in whatever AWS keeps of it."""
    name = f"hostile/airflow/connections/{fresh}"
    fields = ("conn_type", "host", "login", "password", "schema")
    text = json.dumps(
        dict.fromkeys(fields, payload) | {"extra": {payload: payload}, payload: payload}
    )
    keys = ("airflow:conn-type", "owner", payload[:128])
    tags = [{"Key": key, "Value": payload} for key in keys]
    site.store(name, text, Description=payload, Tags=tags)
    with connected(site.emulator.endpoint) as client:
        client.put_secret_value(SecretId=name, SecretString=text, VersionStages=[payload])
    return fresh


def harmless(visitor: Visitor) -> None:
    """Whatever ran, asked for another origin or broke the policy fails the test at its end."""
    expect(visitor.heading).to_be_visible()
    expect(visitor.page.locator(INTRUDERS)).to_have_count(0)


def test_is_harmless_in_what_aws_keeps(visit: Visit, stored: str, payload: str) -> None:
    visitor: Visitor = visit("admin")
    visitor.detail(stored, environment="hostile")
    visitor.open_fields()
    visitor.press(f"Show {payload}")
    expect(visitor.page.locator("output")).to_have_count(1)
    expect(visitor.page.locator("output")).to_have_text(payload)
    harmless(visitor)
    visitor.edit(stored, environment="hostile")
    expect(visitor.field("host")).to_have_value(payload)
    visitor.press("Show them in the form")
    expect(visitor.field("extra")).to_have_value(
        json.dumps({payload: payload}, indent=2, ensure_ascii=False)
    )
    harmless(visitor)
    for path in (
        f"history/{stored}/",
        f"delete/{stored}/",
        f"?q={quote(payload)}",
        f"?{urlencode({'type': payload})}",
    ):
        visitor.go(f"/hostile/connections/{path}")
        harmless(visitor)


def test_is_harmless_in_what_people_type(visit: Visit, fresh: str, payload: str) -> None:
    visitor: Visitor = visit(HOSTILE_NAME)
    visitor.go("/hostile/variables/create/")
    visitor.fill(key=fresh, value=f"text {payload}", description=payload)
    visitor.press("Create variable")
    visitor.reads("Created.")
    harmless(visitor)
    visitor.edit(fresh, "variables", "hostile")
    visitor.fill(value=f"more {payload}", reason=payload)
    visitor.press("Save variable")
    visitor.reads("Saved: value.")
    harmless(visitor)
    visitor.open_fields()
    visitor.press("Show Value")
    expect(visitor.page.locator("output.revealed")).to_contain_text(payload)
    harmless(visitor)
    for path in ("/hostile/", f"/audit/?secret={fresh}", f"/audit/?{urlencode({'user': payload})}"):
        visitor.go(path)
        harmless(visitor)


def test_is_harmless_in_an_address_and_in_a_refused_form(visit: Visit, payload: str) -> None:
    visitor: Visitor = visit(HOSTILE_NAME)
    visitor.watch.expect(404)
    typed = quote(payload, safe="")
    for path in (
        f"/{typed}/",
        f"/hostile/connections/detail/{typed}/",
        f"/hostile/connections/history/{typed}/",
    ):
        visitor.go(path)
        harmless(visitor)
    visitor.go(f"/hostile/connections/create/?{urlencode({'q': payload})}")
    harmless(visitor)
    visitor.begin(payload, "hostile")
    harmless(visitor)
    visitor.begin("postgres", "hostile")
    visitor.unfold("Other extras")
    visitor.fill(conn_id=payload, host=payload, extra=payload, description=payload)
    assert visitor.save() == 422
    harmless(visitor)
