"""Every page as somebody meets it, on the sample data: for the tests of how it looks, and for pictures."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import uuid4

from playwright.sync_api import expect

from connections.connection import Connection
from secretsadmin.demo.emulator import Emulator
from secretsadmin.demo.sample_connections import LONG_ID
from tests.browser.visitor import Visitor
from tests.wire import connected

LONG = "kept-until-the-auditors-of-the-finance-department-have-looked-at-it-in-detail"

Steps = Callable[[Visitor], None]


@dataclass(frozen=True)
class Look:
    """A page: its name, who looks at it, and how they get there."""

    name: str
    steps: Steps
    who: str = "admin"


def at(path: str) -> Steps:
    return lambda visitor: visitor.go(path)


def detail(key: str, kind: str = "connections") -> Steps:
    def steps(visitor: Visitor) -> None:
        visitor.detail(key, kind, "prod")
        visitor.open_fields()

    return steps


def marked(path: str) -> Steps:
    """After somebody has opened what can't be read."""

    def steps(visitor: Visitor) -> None:
        detail("warehouse_loader")(visitor)
        visitor.go(path)
        expect(visitor.page.locator(".badge", has_text="won't parse")).to_be_visible()

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
    visitor.fill(login="REPORTING", password="new", description="", **{"extra.warehouse": "WH_LARGE"})
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
    visitor.fill(conn_id="shop_replica", secret="postgres://airflow:p%40ss@shop-1.example.internal:5432/shop?timeout=5")
    expect(visitor.page.locator("#preview")).to_contain_text("shop-1.example.internal")


def taken(visitor: Visitor) -> None:
    visitor.create("connections", "prod", conn_id="old_orders_db", conn_type="mysql")
    expect(visitor.page.get_by_role("button", name="Restore the one that is there")).to_be_visible()


def edited(visitor: Visitor, kind: str, before: str, after: str = "") -> None:
    """The form of a new secret; a script of somebody's own has changed it since, if there is an `after`."""
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
    mine = Connection("postgres", "shop.example.com", "airflow", "old", "shop", 5432, {"sslmode": "require"})
    long = "replica-of-the-shop-in-frankfurt-for-reports.cluster-ro-c9akciq32.eu-central-1.rds.example.com"
    extra = {"sslmode": "verify-full", "options \u202egnitroper": LONG_ID}
    edited(visitor, "connections", mine.to_uri(), replace(mine, host=long, schema="", extra=extra).to_json())
    visitor.fill(host="shop-2.example.com", login="reporting", password="new", description="Reports of the shop")
    visitor.save()
    visitor.save()
    expect(visitor.page.get_by_text("Choose one.").first).to_be_visible()


def variable_overtaken(visitor: Visitor) -> None:
    mine = {"retries": 3, "recipients": ["ops@example.com"], "backfill": {"from": "2024-01-01"}, "old": True}
    theirs = {**mine, "retries": 5, "recipients": ["ops@example.com", "data@example.com"], LONG_ID: "x" * 90}
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
    mine = Connection("postgres", "shop.example.com", "airflow", "old", "shop", 5432, {"sslmode": "require"})
    edited(visitor, "connections", mine.to_uri())
    visitor.fill(host="shop-2.example.com", schema="", password="new", description="Reports of the shop")
    visitor.press("Review changes")
    expect(visitor.page.get_by_role("heading", name="not saved yet")).to_be_visible()


def reviewed_unseen(visitor: Visitor) -> None:
    """The same by somebody who may not reveal, and so types the password again with another host."""
    mine = Connection("postgres", "shop.example.com", "airflow", "old", "shop", 5432, {"sslmode": "require"})
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
    expect(visitor.page.get_by_role("region", name="What Airflow will read")).to_contain_text("postgres")


def with_keys(visitor: Visitor) -> None:
    visitor.go("/prod/connections/")
    visitor.page.keyboard.press("?")
    expect(visitor.page.get_by_role("dialog")).to_be_visible()


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
            client.put_secret_value(SecretId=name, SecretString="postgres://u:p@h/two", VersionStages=["before-move"])
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
    for key, days in (("legacy_crm", "7"), ("reporting_replica_of_the_old_data_centre_in_frankfurt", "30")):
        # Whoever looks twice finds it there already.
        fresh = f"{key}_{uuid4().hex[:4]}"
        visitor.site.store(f"prod/airflow/connections/{fresh}", "http://u:p@h")
        visitor.go(f"/prod/connections/delete/{fresh}/")
        visitor.fill(days=days, reason="Moved to the new cluster in spring, nobody reads it any more")
        with visitor.page.expect_navigation():
            visitor.press("Delete connection")
    visitor.go("/prod/recycle-bin/")
    expect(visitor.page.get_by_role("button", name="Restore old_orders_db")).to_be_visible()


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


LOOKS = (
    Look("sign-in", at("/login/"), who=""),
    Look("sign-in-wrong", signed_in_wrongly, who=""),
    Look("overview", at("/prod/")),
    Look("overview-hostile", at("/hostile/")),
    Look("keys", with_keys),
    Look("connections", at("/prod/connections/")),
    Look("connections-filtered", at("/prod/connections/?q=warehouse")),
    Look("connections-nothing-found", at("/prod/connections/?q=no+such+thing")),
    Look("connections-hidden", at("/prod/connections/?q=snowflake&type=mysql&state=deleted")),
    Look("connections-marked", marked("/prod/connections/?state=unreadable")),
    Look("overview-marked", marked("/prod/")),
    Look("connections-as-viewer", at("/prod/connections/"), who="viewer"),
    Look("variables", at("/prod/variables/")),
    Look("variables-empty", at("/hostile/variables/")),
    Look("variables-switched-off", at("/many/variables/")),
    Look("config", at("/prod/config/")),
    Look("connection", detail("analytics_warehouse")),
    Look("connection-who-looked", at("/prod/connections/detail/analytics_warehouse/?looks=1")),
    Look("connection-revealed", revealed("analytics_warehouse", "connections", "Password")),
    Look("connection-read-differently", detail("edge_gateway")),
    Look("connection-not-copied", not_copied),
    Look("connection-unreadable", detail("warehouse_loader")),
    Look("connection-long-id", detail(LONG_ID)),
    Look("connection-team", detail("analytics--dashboards_db")),
    Look("connection-deleted", at("/prod/connections/detail/old_orders_db/")),
    Look("connection-as-auditor", at("/prod/connections/detail/analytics_warehouse/"), who="auditor"),
    Look("connection-as-viewer", detail("analytics_warehouse"), who="viewer"),
    Look("variable", detail("retry_policy", "variables")),
    Look("variable-as-editor", detail("retry_policy", "variables"), who="editor"),
    Look("variable-revealed", revealed("stores", "variables", "Value")),
    Look("config-option", detail("sql_alchemy_conn", "config")),
    Look("choose", at("/prod/connections/create/")),
    Look("choose-searched", at("/prod/connections/create/?q=warehouse")),
    Look("choose-nothing-found", at("/prod/connections/create/?q=our_own_hook_of_the_platform_team")),
    Look("choose-first", at("/hostile/connections/create/?entry=paste&q=sql")),
    *(
        Look(f"create-{conn_type}", of_type(conn_type))
        for conn_type in ("postgres", "snowflake", "google_cloud_platform", "ssh", "http", "kafka", "a_type_of_our_own")
    ),
    Look("create-connection-previewed", previewed),
    Look("create-connection-pasted", pasted),
    Look("create-connection-wrong-so-far", wrong_so_far),
    Look("create-connection-refused", refused),
    Look("create-connection-taken", taken),
    Look("create-variable", at("/prod/variables/create/")),
    Look("update-connection", changed("snowflake_finance", "connections")),
    Look("update-connection-edited-so-far", edited_so_far),
    Look("update-connection-broken", broken),
    Look(
        "update-connection-broken-as-editor",
        lambda visitor: visitor.edit("warehouse_loader", environment="prod"),
        "editor",
    ),
    Look("update-connection-mended", mended),
    Look("update-connection-overtaken", overtaken),
    Look("update-connection-reviewed", reviewed),
    Look("update-connection-overtaken-as-editor", overtaken, who="editor"),
    Look("update-connection-reviewed-as-editor", reviewed_unseen, who="editor"),
    Look("update-variable", changed("feature_flags", "variables")),
    Look("update-variable-overtaken", variable_overtaken),
    Look("update-text-overtaken", text_overtaken),
    Look("history", at("/prod/connections/history/analytics_warehouse/")),
    Look("compare", compared("analytics_warehouse")),
    Look("compare-shown", compared_and_shown),
    Look("compare-as-editor", compared_unseen("analytics_warehouse"), who="editor"),
    Look("compare-variable-as-editor", compared_unseen("feature_flags", "variables"), who="editor"),
    Look("compare-variable", compared("feature_flags", "variables")),
    Look("roll-back", rolled_back),
    Look("roll-back-changes", changes_shown),
    Look("rolled-back", taken_back),
    Look("connection-old-version", of_old_version),
    Look("history-as-viewer", at("/prod/connections/history/analytics_warehouse/"), who="viewer"),
    Look("history-deleted", at("/prod/connections/history/old_orders_db/")),
    Look("history-without-value", without_value),
    Look("label", labelled("billing")),
    Look("label-moved", moving),
    Look("label-refused", misnamed),
    Look("recycle-bin", binned),
    Look("recycle-bin-empty", at("/hostile/recycle-bin/")),
    Look("delete", at("/prod/connections/delete/payments_gateway/")),
    Look("audit", at("/audit/")),
    Look("audit-as-editor", at("/audit/?environment=prod"), who="editor"),
    Look("audit-not-understood", at("/audit/?environment=prod&action=nonsense"), who="editor"),
    Look("audit-nothing-found", at("/audit/?user=nobody")),
    Look("signed-out", signed_out, who=""),
    Look("handed-back", handed_back, who=""),
    Look("denied", denied, who="viewer"),
    Look("not-found", not_found),
    Look("unavailable", unavailable),
)
