"""The ways to the pages of the sample data, as somebody takes them."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from threading import Event
from urllib.parse import quote
from uuid import uuid4

from moto.core.request import Request
from playwright.sync_api import expect

from connections.value.connection import Connection
from secretsadmin.demo.emulator import Answer, Emulator
from secretsadmin.demo.sample_connections import LONG_ID
from tests.browser.visitor import Visitor
from tests.support.wire import connected, operation_of

QUICK_CALLS, SLOW_SECONDS = 1, 20
LONG = "kept-until-the-auditors-of-the-finance-department-have-looked-at-it-in-detail"

# A form that no page has, sent by the page.
POST = """(path) => fetch(path, {
    method: "POST",
    headers: { "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value },
})"""

# New ones, long ones, some that are there already and one that Airflow can't ask for.
TO_IMPORT = json.dumps(
    {
        "analytics_warehouse": "postgres://loader:p%40ss@db-2.example.com:5432/Shop?sslmode=require",
        "payments_gateway": {"conn_type": "http", "host": "https://pay.example.com"},
        "shop_of_last_year": "mysql://reader@old-shop.example.internal/shop",
        f"{'replica_of_the_group_' * 6}eu": "postgres://reader@replica.example.com/group",
        "no id at all": "postgres://db.example.com/shop",
    }
)

Steps = Callable[[Visitor], None]


def at(path: str) -> Steps:
    return lambda visitor: visitor.go(path)


def examined(visitor: Visitor) -> None:
    visitor.go("/prod/setup/doctor/")
    visitor.press("Check now")
    expect(visitor.page.get_by_role("status").filter(has_text="hold")).to_be_visible()


def detail(key: str, kind: str = "connections") -> Steps:
    def steps(visitor: Visitor) -> None:
        visitor.detail(key, kind, "prod")
        visitor.open_fields()

    return steps


def proven(visitor: Visitor) -> None:
    """A probe that Airflow has read."""
    visitor.go("/dev/setup/proof/")
    visitor.page.get_by_role("button", name="Make a probe").click()
    key = visitor.page.locator("#probes a.mono").first.inner_text()
    with connected(visitor.site.emulator.endpoint) as client:
        prefix = visitor.site.kwargs("dev")["variables_prefix"]
        client.get_secret_value(SecretId=f"{prefix}/{key}")
    visitor.go("/dev/setup/proof/")


def marked(path: str) -> Steps:
    """After somebody has opened what can't be read."""

    def steps(visitor: Visitor) -> None:
        detail("warehouse_loader")(visitor)
        visitor.go(path)
        expect(visitor.page.locator(".badge", has_text="won't parse").first).to_be_visible()

    return steps


def revealed(key: str, kind: str, label: str) -> Steps:
    def steps(visitor: Visitor) -> None:
        detail(key, kind)(visitor)
        visitor.press(f"Show {label}")
        expect(visitor.page.get_by_role("status", name=label)).to_be_visible()

    return steps


def not_copied(visitor: Visitor) -> None:
    detail("warehouse_loader")(visitor)
    visitor.watch.expect(422)
    visitor.press("Copy as URI")
    expect(visitor.page.locator("#message")).to_be_visible()


def denied(visitor: Visitor) -> None:
    visitor.watch.expect(403)
    visitor.go("/prod/connections/create/")


def not_found(visitor: Visitor) -> None:
    visitor.watch.expect(404)
    visitor.go("/prod/connections/detail/never_was/")


def unavailable(visitor: Visitor) -> None:
    emulator = visitor.site.emulator
    assert isinstance(emulator, Emulator)
    inner, emulator.respond = emulator.respond, lambda _: (500, {}, "{}")
    visitor.watch.expect(503)
    visitor.go(f"/prod/connections/detail/analytics_warehouse/?version={'a' * 32}")
    emulator.respond = inner
    expect(visitor.page.get_by_role("link", name="Try again")).to_be_visible()


def signed_in_wrongly(visitor: Visitor) -> None:
    visitor.go("/login/")
    visitor.page.get_by_label("Username").fill("editor")
    visitor.page.get_by_label("Password").fill("wrong")
    visitor.press("Sign in")
    expect(visitor.page.get_by_role("alert")).to_be_visible()


def signed_out(visitor: Visitor) -> None:
    """In the middle of a form, which comes back where it was sent all the same."""
    visitor.watch.expect(401)
    visitor.sign_in("admin")
    visitor.begin("postgres", "prod")
    visitor.fill(conn_id="shop_replica", host="shop-1.example.internal", password="p@ss/word#1")
    visitor.page.context.clear_cookies(name="sessionid")
    visitor.fill(port="5432")
    visitor.reads("You are signed out.")


def handed_back(visitor: Visitor) -> None:
    signed_out(visitor)
    visitor.page.evaluate("document.querySelector('#form').submit()")
    expect(visitor.page.get_by_role("button", name="Send it again")).to_be_visible()


def of_type(conn_type: str) -> Steps:
    return lambda visitor: visitor.begin(conn_type, "prod")


def previewed(visitor: Visitor) -> None:
    visitor.begin("postgres", "prod")
    visitor.fill(conn_id="shop_replica", host="Shop-1.example.internal", port="5432")
    visitor.fill(login="airflow", password="p@ss/word#1", **{"extra.sslmode": "require"})
    expect(visitor.page.get_by_role("heading", name="What will be stored")).to_be_visible()


def wrong_so_far(visitor: Visitor) -> None:
    visitor.begin("postgres", "prod")
    visitor.fill(conn_id="not an id", port="70000", login="airflow\u200b", password=" p@ss/word#1")
    visitor.fill(host="shop-1.example.internal:5432")
    expect(visitor.page.locator("#before-save a")).to_have_count(2)


def edited_so_far(visitor: Visitor) -> None:
    visitor.edit("snowflake_finance", environment="prod")
    visitor.fill(
        login="REPORTING", password="new", description="", **{"extra.warehouse": "WH_LARGE"}
    )
    expect(visitor.page.get_by_role("region", name="What will change")).to_contain_text("WH_LARGE")


def refused(visitor: Visitor) -> None:
    visitor.begin("postgres", "prod")
    visitor.unfold("Other extras")
    visitor.fill(conn_id="not an id", port="70000", extra='{"a": ')
    visitor.save()
    expect(visitor.page.locator("#form .errors").first).to_be_visible()


def pasted(visitor: Visitor) -> None:
    visitor.begin("postgres", "prod")
    visitor.page.get_by_role("radio", name="Paste what you have").check()
    visitor.fill(
        conn_id="shop_replica",
        secret="postgres://airflow:p%40ss@shop-1.example.internal:5432/shop?timeout=5",
    )
    expect(visitor.page.locator("#preview")).to_contain_text("shop-1.example.internal")


def taken(visitor: Visitor) -> None:
    visitor.create("connections", "prod", conn_id="old_orders_db", conn_type="mysql")
    expect(visitor.page.get_by_role("button", name="Restore the one that is there")).to_be_visible()


def edited(visitor: Visitor, kind: str, before: str, after: str = "") -> None:
    """The form of a new secret, which a script has changed since if there is an `after`."""
    key = f"shop_{uuid4().hex[:6]}"
    name = f"prod/airflow/{kind}/{key}"
    visitor.site.store(name, before)
    visitor.edit(key, kind, environment="prod")
    if kind == "variables":
        visitor.press("Show the value in the form")
        expect(visitor.field("value")).not_to_have_value("")
    if after:
        with connected(visitor.site.emulator.endpoint) as client:
            client.put_secret_value(SecretId=name, SecretString=after)


def overtaken(visitor: Visitor) -> None:
    mine = Connection(
        "postgres", "shop.example.com", "airflow", "old", "shop", 5432, {"sslmode": "require"}
    )
    long = (
        "replica-of-the-shop-in-frankfurt-for-reports.cluster-ro-c9akciq32"
        ".eu-central-1.rds.example.com"
    )
    extra = {"sslmode": "verify-full", "options \u202egnitroper": LONG_ID}
    edited(
        visitor,
        "connections",
        mine.to_uri(),
        replace(mine, host=long, schema="", extra=extra).to_json(),
    )
    visitor.fill(
        host="shop-2.example.com",
        login="reporting",
        password="new",
        description="Reports of the shop",
    )
    visitor.save()
    visitor.save()
    expect(visitor.page.get_by_text("Choose one.").first).to_be_visible()


def variable_overtaken(visitor: Visitor) -> None:
    mine = {
        "retries": 3,
        "recipients": ["ops@example.com"],
        "backfill": {"from": "2024-01-01"},
        "old": True,
    }
    theirs = {
        **mine,
        "retries": 5,
        "recipients": ["ops@example.com", "data@example.com"],
        LONG_ID: "x" * 90,
    }
    edited(visitor, "variables", json.dumps(mine), json.dumps(theirs))
    visitor.fill(value=json.dumps({**mine, "retries": 4, "old": False}, indent=2))
    visitor.save()
    expect(visitor.page.get_by_role("button", name="Save with these choices")).to_be_visible()


def text_overtaken(visitor: Visitor) -> None:
    edited(visitor, "variables", "one\ntwo\nthree\n", "one\n2\nthree\n")
    visitor.fill(value="one\ntwo\nthree\nfour\n")
    visitor.save()
    visitor.page.locator(".overtaken summary").click()
    expect(visitor.page.get_by_role("button", name="Save with these choices")).to_be_visible()


def reviewed(visitor: Visitor) -> None:
    mine = Connection(
        "postgres", "shop.example.com", "airflow", "old", "shop", 5432, {"sslmode": "require"}
    )
    edited(visitor, "connections", mine.to_uri())
    visitor.fill(
        host="shop-2.example.com", schema="", password="new", description="Reports of the shop"
    )
    visitor.press("Review changes")
    expect(visitor.page.get_by_role("heading", name="not saved yet")).to_be_visible()


def reviewed_unseen(visitor: Visitor) -> None:
    """The same by somebody who may not reveal and types the password again."""
    mine = Connection(
        "postgres", "shop.example.com", "airflow", "old", "shop", 5432, {"sslmode": "require"}
    )
    edited(visitor, "connections", mine.to_uri())
    visitor.fill(host="shop-2.example.com", password="new")
    visitor.press("Review changes")
    expect(visitor.page.get_by_text("typed anew")).to_be_visible()


def broken(visitor: Visitor) -> None:
    visitor.edit("warehouse_loader", environment="prod")
    expect(visitor.page.get_by_role("button", name="Fill the form with a proposal")).to_be_visible()


def mended(visitor: Visitor) -> None:
    broken(visitor)
    visitor.press("Fill the form with a proposal")
    expect(visitor.page.get_by_role("region", name="What Airflow will read")).to_contain_text(
        "postgres"
    )


def with_keys(visitor: Visitor) -> None:
    visitor.go("/prod/connections/")
    visitor.page.keyboard.press("?")
    expect(visitor.page.get_by_role("dialog")).to_be_visible()


def in_palette(query: str, path: str = "/prod/connections/") -> Steps:
    def steps(visitor: Visitor) -> None:
        visitor.go(path)
        visitor.page.keyboard.press("Control+k")
        expect(visitor.page.get_by_role("dialog").get_by_role("status")).to_be_visible()
        if query:
            with visitor.page.expect_response("**/search/"):
                visitor.page.keyboard.insert_text(query)

    return steps


def search_refused(visitor: Visitor) -> None:
    visitor.watch.expect(422)
    visitor.go("/search/?q=postgres://login:password@host")


def changed(key: str, kind: str) -> Steps:
    return lambda visitor: visitor.edit(key, kind, "prod")


def rolled_back(visitor: Visitor) -> None:
    visitor.go("/prod/connections/history/analytics_warehouse/")
    visitor.page.get_by_role("link", name="Roll back").first.click()
    expect(visitor.heading).to_contain_text("Roll back to")


def changes_shown(visitor: Visitor) -> None:
    visitor.go("/prod/connections/history/analytics_warehouse/")
    visitor.page.get_by_role("link", name="Roll back").last.click()
    visitor.press("Show what changes")
    expect(visitor.page.locator("#compared tbody tr").first).to_be_visible()


def taken_back(visitor: Visitor) -> None:
    """Right after a roll back, with the way back."""
    name = f"prod/airflow/connections/shop_{uuid4().hex[:6]}"
    visitor.site.store(name, "postgres://u:p@h/s")
    with connected(visitor.site.emulator.endpoint) as client:
        client.put_secret_value(SecretId=name, SecretString="postgres://u:p@other/s")
    visitor.go(f"/prod/connections/history/{name.rpartition('/')[2]}/")
    visitor.page.get_by_role("link", name="Roll back").first.click()
    visitor.press("Roll back to this version")
    expect(visitor.page.get_by_role("button", name="Undo this roll back")).to_be_visible()


def without_value(visitor: Visitor) -> None:
    key = f"empty_{uuid4().hex[:6]}"
    with connected(visitor.site.emulator.endpoint) as client:
        client.create_secret(Name=f"prod/airflow/connections/{key}")
    visitor.go(f"/prod/connections/history/{key}/")


def of_old_version(visitor: Visitor) -> None:
    visitor.go("/prod/connections/history/analytics_warehouse/")
    visitor.page.get_by_role("link", name="Look at").last.click()
    visitor.open_fields()


def labelled(key: str) -> Steps:
    """A connection with four versions, some of them labelled by somebody's own script."""

    def steps(visitor: Visitor) -> None:
        name = f"prod/airflow/connections/{key}_{uuid4().hex[:6]}"
        visitor.site.store(name, "postgres://u:p@h/one")
        with connected(visitor.site.emulator.endpoint) as client:
            client.put_secret_value(
                SecretId=name, SecretString="postgres://u:p@h/two", VersionStages=["before-move"]
            )
            client.put_secret_value(
                SecretId=name, SecretString="postgres://u:p@h/three", VersionStages=["tested", LONG]
            )
            client.put_secret_value(SecretId=name, SecretString="postgres://u:p@h/four")
        visitor.go(f"/prod/connections/label/{name.rpartition('/')[2]}/")
        expect(visitor.page.locator("#custom li")).to_have_count(3)

    return steps


def moving(visitor: Visitor) -> None:
    labelled("billing")(visitor)
    visitor.follow("Move before-move")
    expect(visitor.page.get_by_role("button", name="Move label")).to_be_visible()


def misnamed(visitor: Visitor) -> None:
    labelled("billing")(visitor)
    visitor.fill(label="awsLatest")
    assert visitor.save() == 422


def binned(visitor: Visitor) -> None:
    for key, days in (
        ("legacy_crm", "7"),
        ("reporting_replica_of_the_old_data_centre_in_frankfurt", "30"),
    ):
        # Whoever looks twice finds it there already.
        fresh = f"{key}_{uuid4().hex[:4]}"
        visitor.site.store(f"prod/airflow/connections/{fresh}", "http://u:p@h")
        visitor.go(f"/prod/connections/delete/{fresh}/")
        visitor.fill(
            days=days, reason="Moved to the new cluster in spring, nobody reads it any more"
        )
        with visitor.page.expect_navigation():
            visitor.press("Delete connection")
    visitor.go("/prod/recycle-bin/")
    expect(visitor.page.get_by_role("button", name="Restore old_orders_db")).to_be_visible()


def near_misses(visitor: Visitor) -> None:
    for name in ("prod/airflow/connection/orders", "/prod/airflow/connections/crm_of_the_group"):
        # Whoever looks twice finds it there already.
        visitor.site.store(f"{name}_{uuid4().hex[:4]}", "http://u:p@h")
    visitor.go("/prod/health/")
    with visitor.page.expect_navigation():
        visitor.press("Look for near misses")


def scan(visitor: Visitor, environment: str) -> None:
    visitor.go(f"/{environment}/health/")
    with visitor.page.expect_navigation():
        visitor.press("Scan the values")


def scanned(visitor: Visitor) -> None:
    """A run that has ended, among whose secrets are some that can't be read."""
    scan(visitor, "prod")
    expect(visitor.page.get_by_role("link", name="See what was found")).to_be_visible()


def with_scan(visitor: Visitor) -> None:
    scanned(visitor)
    visitor.follow("See what was found")


def mends_planned(visitor: Visitor) -> None:
    """What is mended for certain: a type that no release but the oldest reads as it was meant."""
    key = f"cloud_of_the_group_{uuid4().hex[:4]}"
    text = "google_cloud_platform://?extra__google_cloud_platform__project=shop"
    visitor.site.store(f"prod/airflow/connections/{key}", text)
    visitor.go("/prod/connections/")
    visitor.press("Refresh the list")
    with_scan(visitor)
    visitor.press("Mend what is certain")
    expect(visitor.page.locator("#plan")).to_contain_text(key)


def scanning(visitor: Visitor) -> None:
    """A run that goes on, because AWS takes its time after the first calls."""
    emulator = visitor.site.emulator
    assert isinstance(emulator, Emulator)
    inner, numbers = emulator.respond, count()

    def slow(request: Request) -> Answer:
        is_late = operation_of(request.headers.get("X-Amz-Target"), b"") == "BatchGetSecretValue"
        if is_late and next(numbers) >= QUICK_CALLS:
            Event().wait(SLOW_SECONDS)
        return inner(request)

    emulator.respond = slow
    try:
        scan(visitor, "dev")
        expect(visitor.page.locator("progress")).to_have_js_property("value", QUICK_CALLS * 20)
    finally:
        emulator.respond = inner


def import_planned(existing: str) -> Steps:
    """A plan in which something new, something there already, and something that can't be."""

    def steps(visitor: Visitor) -> None:
        visitor.go("/prod/import/")
        visitor.fill(text=TO_IMPORT, existing=existing)
        with visitor.page.expect_navigation():
            visitor.press("Show what would happen")
        expect(visitor.page.locator("#plan")).to_be_visible()

    return steps


def misread(visitor: Visitor) -> None:
    visitor.watch.expect(422)
    visitor.go("/prod/import/")
    visitor.fill(text="just some words")
    visitor.press("Show what would happen")
    expect(visitor.page.locator("#form .errors").first).to_be_visible()


def imported(visitor: Visitor) -> None:
    """A run that has ended."""
    import_planned("overwrite")(visitor)
    with visitor.page.expect_navigation():
        visitor.press("Import")
    expect(visitor.page.locator("#run[hx-get]")).to_have_count(0)


def compared_and_shown(visitor: Visitor) -> None:
    compared("analytics_warehouse")(visitor)
    visitor.press("Show Password before")
    expect(visitor.page.get_by_role("status", name="Password")).to_be_visible()


def compared_unseen(key: str, kind: str = "connections") -> Steps:
    """The same by somebody who may not reveal."""

    def steps(visitor: Visitor) -> None:
        visitor.go(f"/prod/{kind}/history/{key}/")
        visitor.page.get_by_role("link", name="Compare").last.click()
        expect(visitor.page.locator("#compared .withheld")).to_be_visible()

    return steps


def compared(key: str, kind: str = "connections") -> Steps:
    """The oldest version with the current one, and what is the same in both."""

    def steps(visitor: Visitor) -> None:
        visitor.go(f"/prod/{kind}/history/{key}/")
        visitor.page.get_by_role("link", name="Compare").last.click()
        visitor.page.locator("#compared summary").click()
        expect(visitor.page.locator("#compared dl")).to_be_visible()

    return steps


def hostile_acts(visitor: Visitor) -> None:
    """Acts on ids that nobody would give: too long, turned around, and like HTML."""
    visitor.go("/prod/variables/")
    for key in (f"{'long_id_' * 36}end", "a\u202eb\u200b<b>c</b>", "<script>alert(1)</script>"):
        visitor.watch.expect(404)
        path = f"/nowhere/variables/reveal/{quote(key, safe='')}/"
        visitor.page.evaluate(POST, path)
    visitor.go("/audit/")


def of_person(visitor: Visitor) -> None:
    detail("analytics_warehouse")(visitor)
    visitor.go("/audit/person/admin/")


def with_details(visitor: Visitor) -> None:
    detail("analytics_warehouse")(visitor)
    visitor.go("/audit/?environment=prod")
    visitor.page.locator(".acts summary").first.click()
    expect(visitor.page.get_by_role("link", name="Full record").first).to_be_visible()


def of_event(visitor: Visitor) -> None:
    with_details(visitor)
    visitor.page.get_by_role("link", name="Full record").first.click()
    expect(visitor.heading).to_contain_text("Event")


def values_compared(visitor: Visitor) -> None:
    visitor.go("/compare/?kind=connections&in=dev&in=prod")
    visitor.press("Compare the values")


def compared_between(visitor: Visitor) -> None:
    visitor.go("/compare/connections/dev/prod/crm_api/")
    if not visitor.scripts:
        visitor.press("Show the differences")
    expect(visitor.page.get_by_role("heading", name=re.compile("difference"))).to_be_visible()


def promotion_planned(visitor: Visitor) -> None:
    """A plan with something to type, which refuses to run before that is decided."""
    visitor.go("/compare/promote/?kind=connections&from=prod&to=dev")
    for key in ("billing_db", "legacy_drop", "payments_gateway", "smtp_default"):
        visitor.page.get_by_role("checkbox", name=key).check()
    visitor.press("Plan")
    visitor.press("Promote to Development")
    expect(visitor.page.get_by_text("Something has to be decided yet.")).to_be_visible()
