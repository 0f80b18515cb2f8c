"""The main job, as one person does it in one sitting; the caller says how Airflow is asked."""

from dataclasses import replace

from playwright.sync_api import expect

from connections.value.connection import Connection
from tests.browser.readers import AirflowReader
from tests.browser.visitor import Visitor

PASSWORD = "p@ss/w:rd?#%+ü"
FIRST = Connection(
    conn_type="postgres",
    host="DB-1.Example.internal",
    port=5432,
    schema="Analytics",
    login="air flow",
    password=PASSWORD,
    extra={"sslmode": "require", "options": {"keepalives": 1, "labels": ["ä", None, True]}},
)
EXTRA = '{"options": {"keepalives": 1, "labels": ["ä", null, true]}}'
SECOND = replace(FIRST, host="db-2.example.internal", password="another/" + PASSWORD)
LINES = 'line one\n  {"two": 2}\n'


def create_update_roll_back(visitor: Visitor, airflow: AirflowReader, key: str) -> None:
    visitor.sign_in("editor")
    create_connection(visitor, key)
    assert airflow.connection(key) == [FIRST, FIRST]
    _create_variable(visitor, key)
    assert airflow.variable(key) == LINES
    update_connection(visitor, key)
    assert airflow.connection(key) == [SECOND, SECOND]
    _roll_back(visitor)
    assert airflow.connection(key) == [FIRST, FIRST]
    _audit(visitor, key)


def create_connection(visitor: Visitor, key: str) -> None:
    visitor.section("Connections")
    visitor.follow("Create connection")
    visitor.choose("postgresql")
    visitor.fill(conn_id=key, host=FIRST.host, port="5432", schema=FIRST.schema)
    visitor.fill(
        login=FIRST.login, password=PASSWORD, description="The main job", reason="A first try"
    )
    visitor.unfold("Other extras")
    visitor.fill(extra=EXTRA, **{"extra.sslmode": "require"})
    visitor.press("Create connection")
    visitor.reads("Created.")
    expect(visitor.heading).to_have_text(key)
    opened = visitor.open_fields()
    expect(opened.get_by_text(FIRST.host).first).to_be_visible()
    expect(visitor.page.locator("body")).not_to_contain_text(PASSWORD)


def _create_variable(visitor: Visitor, key: str) -> None:
    visitor.section("Variables")
    visitor.follow("Create variable")
    visitor.fill(key=key, value=LINES)
    visitor.press("Create variable")
    visitor.reads("Created.")


def update_connection(visitor: Visitor, key: str) -> None:
    visitor.detail(key)
    visitor.follow("Edit")
    if not visitor.scripts:
        visitor.press("Open it to edit")
    expect(visitor.field("host")).to_have_value(FIRST.host)
    expect(visitor.field("password")).to_have_value("")
    visitor.fill(host=SECOND.host, password=SECOND.password, reason="The database moved")
    visitor.press("Save connection")
    visitor.reads("Saved: host, password.")


def _roll_back(visitor: Visitor) -> None:
    visitor.follow("History")
    versions = visitor.page.locator("#versions .timeline > li")
    expect(versions).to_have_count(2)
    expect(versions.nth(0)).to_contain_text("editor changed host, password")
    expect(versions.nth(1)).to_contain_text("editor created it with")
    versions.nth(1).get_by_role("link", name="Roll back").click()
    expect(visitor.heading).to_contain_text("Roll back to")
    visitor.fill(reason="The new one is too slow")
    visitor.press("Roll back to this version")
    visitor.reads("Rolled back.")
    expect(versions.nth(1)).to_contain_text("AWSCURRENT")


def _audit(visitor: Visitor, key: str) -> None:
    visitor.go(f"/audit/?secret={key}&user=editor&outcome=succeeded")
    acts = visitor.page.locator("#events .acts > li")
    for act in (
        "created the connection",
        "created the variable",
        "changed the connection",
        "rolled back the",
    ):
        row = acts.filter(has_text=act)
        expect(row).to_have_count(1)
        expect(row).to_contain_text("editor")
        expect(row).to_contain_text(key)
    expect(acts.filter(has_text="rolled back the")).to_contain_text("The new one is too slow")
