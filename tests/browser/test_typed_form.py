"""The form of a type, where scripts run, takes files and keeps secrets no longer than it must."""

import json
import re

import pytest
from playwright.sync_api import Locator, expect

from connections.value.connection import Connection
from tests.browser.fixtures import Visit
from tests.browser.readers import OurReader
from tests.browser.sites import Site
from tests.browser.visitor import Visitor

PEM = (
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE\n-----END OPENSSH PRIVATE KEY-----\n"
)
SECRET = "canary-7f3a"
DROP = """(box, bytes) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([new Uint8Array(bytes)], "key"));
    const begins = new DragEvent("dragover", { dataTransfer, bubbles: true, cancelable: true });
    const ends = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
    return !box.dispatchEvent(begins) && !box.dispatchEvent(ends);
}"""


@pytest.fixture
def visitor(visit: Visit) -> Visitor:
    opened: Visitor = visit("editor")
    return opened


def drop(box: Locator, held: bytes) -> None:
    """A page that doesn't take a file would leave its place to the browser, which opens it."""
    assert box.evaluate(DROP, list(held))


def values(visitor: Visitor) -> str:
    """All that the page holds, be it shown or not."""
    script = (
        "[document.documentElement.outerHTML, ...[...document.querySelectorAll('input, "
        "textarea')].map(e => e.value)]"
    )
    return str(visitor.page.evaluate(f"{script}.join()"))


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["LF", "CR LF"])
def test_keeps_the_line_ends_of_a_dropped_file(
    visitor: Visitor, site: Site, fresh: str, ends: str
) -> None:
    visitor.begin("ssh")
    visitor.fill(conn_id=fresh, host="files.example.com")
    box = visitor.field("extra.private_key")
    text = PEM.replace("\n", ends)
    drop(box, text.encode())
    expect(box).to_have_value(PEM)
    visitor.press("Create connection")
    visitor.reads("Created.")
    wanted = Connection("ssh", host="files.example.com", extra={"private_key": text})
    assert OurReader(site).connection(fresh) == [wanted, wanted]


@pytest.mark.parametrize(
    ("held", "said"),
    [(b"x" * 65_537, "too large"), (b"\x89PNG\xff\xfe", "no text"), (b"", "no text")],
    ids=["too large", "a picture", "empty"],
)
def test_says_what_is_wrong_with_a_dropped_file(visitor: Visitor, held: bytes, said: str) -> None:
    visitor.begin("ssh")
    box = visitor.field("extra.private_key")
    box.fill("typed before")
    drop(box, held)
    expect(visitor.page.locator(".field:has([name='extra.private_key']) output")).to_contain_text(
        said
    )
    expect(box).to_have_value("typed before")


def test_keeps_of_another_type_what_fits_and_names_the_secrets_that_do_not(
    visitor: Visitor,
) -> None:
    visitor.begin("snowflake")
    visitor.fill(conn_id="any", login="me", password=SECRET)
    visitor.fill(**{"extra.warehouse": "LOADING", "extra.private_key_content": PEM})
    visitor.unfold("Change type")
    visitor.fill(new_type="postgres")
    visitor.press("Use this type")
    expect(visitor.heading).to_have_text("New Postgres connection")
    for name, text in {"conn_id": "any", "login": "me", "password": SECRET}.items():
        expect(visitor.field(name)).to_have_value(text)
    expect(visitor.field("extra")).to_have_value(re.compile("LOADING"))
    expect(visitor.field("extra")).not_to_have_value(re.compile("BEGIN"))
    expect(visitor.page.locator("#preview")).to_contain_text("no field for these secrets")
    expect(visitor.page.locator("#preview")).to_contain_text("Private key (Text)")


def test_of_a_stored_connection_never_holds_its_secrets(
    visitor: Visitor, site: Site, fresh: str
) -> None:
    extra = {
        "warehouse": "LOADING",
        "private_key_content": f"{SECRET}-key",
        "own_token": f"{SECRET}-own",
    }
    text = json.dumps({"conn_type": "snowflake", "login": "me", "password": SECRET, "extra": extra})
    site.store(f"dev/airflow/connections/{fresh}", text)
    visitor.edit(fresh)
    expect(visitor.field("extra.warehouse")).to_have_value("LOADING")
    for name in ("password", "extra.private_key_content"):
        expect(visitor.field(name)).to_have_value("")
        expect(visitor.field(name)).to_have_attribute("placeholder", "unchanged")
    assert SECRET not in values(visitor)
    visitor.fill(login="somebody")
    expect(visitor.page.locator("#preview")).to_contain_text("somebody")
    assert SECRET not in values(visitor)


def test_asks_as_one_types_whether_another_key_was_meant(visitor: Visitor) -> None:
    visitor.begin("snowflake")
    visitor.unfold("Other extras")
    visitor.field("extra").press_sequentially('{"warehous": "LOADING"}')
    expect(visitor.page.locator("#preview")).to_contain_text("Did you mean warehouse?")
    expect(visitor.field("extra")).to_be_focused()


def test_says_as_one_types_where_a_token_goes(visitor: Visitor) -> None:
    visitor.begin("http")
    visitor.fill(host="https://api.example.com", password=SECRET)
    expect(visitor.page.locator("#preview")).to_contain_text("doesn't send it without a login")
    expect(visitor.field("extra")).to_be_visible()
    visitor.fill(login="me")
    expect(visitor.page.locator("#preview")).to_contain_text("me")
    expect(visitor.page.locator("#preview")).not_to_contain_text("without a login")


def test_holds_nothing_for_whoever_comes_back(visitor: Visitor) -> None:
    visitor.begin("snowflake")
    visitor.unfold("Other extras")
    visitor.fill(
        password=SECRET,
        extra=f'{{"own": "{SECRET}"}}',
        **{"extra.private_key_content": f"{SECRET}-key"},
    )
    visitor.follow("Overview")
    expect(visitor.heading).to_have_text("Development")
    visitor.page.go_back()
    expect(visitor.heading).to_have_text("New Snowflake connection")
    assert SECRET not in values(visitor)
