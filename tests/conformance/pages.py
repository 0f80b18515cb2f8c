"""What a connection's page says that Airflow reads, and what Airflow has read, as equal fields."""

import json

from playwright.sync_api import Locator, expect

from connections.value.connection import Connection
from tests.browser.visitor import Visitor

Told = dict[str, str]
LINES = """items => items.map(item => [
    item.querySelector("dt").textContent,
    item.querySelector(".value").textContent,
    Boolean(item.querySelector(".masked")),
])"""


def told(visitor: Visitor, key: str) -> list[Told]:
    """The fields as each generation reads them, with the masked ones revealed."""
    visitor.detail(key)
    if "Airflow will not find this connection" in visitor.page.locator("main").inner_text():
        return []
    readings = _readings(visitor)
    fields = {
        name: _revealed(visitor, key, name) if masked else text
        for name, text, masked in _lines(readings)
    }
    return [fields, fields]


def as_told(connection: Connection) -> Told:
    """The same connection in the words of a page, which writes what is no text as JSON."""
    names = ("conn_type", "host", "login", "password", "schema", "port")
    fields = {name: getattr(connection, name) for name in names}
    fields |= {f"extra.{name}": value for name, value in connection.extra.items()}
    return {name: _text(value) for name, value in fields.items() if value not in ("", None)}


def _readings(visitor: Visitor) -> Locator:
    visitor.open_fields()
    readings = visitor.page.get_by_role("region", name="What Airflow reads")
    expect(readings.locator("header")).to_contain_text("Airflow 2 and 3")
    return readings


def _lines(readings: Locator) -> list[tuple[str, str, bool]]:
    return [
        (name, text, masked) for name, text, masked in readings.locator(".item").evaluate_all(LINES)
    ]


def _revealed(visitor: Visitor, key: str, name: str) -> str:
    """Where no scripts run, a revealed field has a page to itself."""
    if not visitor.scripts:
        visitor.detail(key)
        visitor.open_fields()
    item = visitor.page.locator(f'.item:has(input[name="field"][value="{name}"])')
    item.get_by_role("button", name="Show").click()
    return item.get_by_role("status").text_content() or ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
