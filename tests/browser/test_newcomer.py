"""Somebody on their first day adds a connection to an empty site with the keyboard alone.

That is shown without a clock, by the keys that it takes apart from the text itself. Somebody who
looks where they go presses one a second, so 30 of them leave half a minute for the text. The keys
of the system's own window, in which a file is chosen, aren't the page's.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from connections.value.connection import Connection
from tests.browser.fixtures import Visit
from tests.browser.keyboard import Keyboard
from tests.browser.readers import OurReader
from tests.browser.sites import Site
from tests.browser.test_looks import barriers
from tests.browser.visitor import Visitor

PEM = (
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE\nAAAAtzc2g=\n-----END OPENSSH "
    "PRIVATE KEY-----\n"
)
KEY_FILE = (
    json.dumps({"type": "service_account", "private_key": PEM}, indent=2).replace("\n", "\r\n")
    + "\r\n"
)
LOGIN = "air flow"
PASSWORD = "p@ss/w:rd?#%+ü"
SNOWFLAKE = {
    "account": "xy12345.eu-central-1",
    "warehouse": "LOADING",
    "database": "Shop",
    "role": "LOADER",
}
BASE_URL = "https://api.example.com/v1"
TOKEN = {"Authorization": "Bearer t0ken/+=ü"}
YES = "ArrowDown"
MOST_STROKES = 30


@dataclass(frozen=True)
class Task:
    """What somebody was told to add: a word to search for, the fields' values, and what they make.

    `file` is what a key file holds, for the last field.
    """

    word: str
    texts: dict[str, str]
    makes: Connection
    file: str = ""


TASKS = (
    Task(
        "snow",
        {
            **{f"extra.{key}": text for key, text in SNOWFLAKE.items()},
            "schema": "Public",
            "login": LOGIN,
            "password": PASSWORD,
        },
        Connection("snowflake", schema="Public", login=LOGIN, password=PASSWORD, extra=SNOWFLAKE),
    ),
    Task(
        "google cloud",
        {"extra.project": "shop-1", "extra.keyfile_dict": ""},
        Connection("google_cloud_platform", extra={"project": "shop-1"}),
        file=KEY_FILE,
    ),
    Task(
        "ssh",
        {"host": "files.example.com", "login": "airflow", "extra.private_key": ""},
        Connection("ssh", host="files.example.com", login="airflow"),
        file=PEM,
    ),
    Task(
        "rest",
        {
            "host": BASE_URL,
            "extra.timeout": "2.5",
            "extra.verify": YES,
            "extra": json.dumps(TOKEN, ensure_ascii=False),
        },
        Connection("http", host=BASE_URL, extra={"timeout": 2.5, "verify": True, **TOKEN}),
    ),
)


@dataclass(frozen=True)
class Newcomer:
    visitor: Visitor
    keys: Keyboard
    environment: str
    folder: Path

    def goes_to_the_chooser(self) -> None:
        page = self.visitor.page
        self.visitor.go(f"/{self.environment}/")
        self.keys.tab_to(page.get_by_role("link", name="Skip to the content"))
        self.keys.press("Enter")
        self.keys.tab_to(page.get_by_role("link", name="Create your first connection"))
        self.keys.press("Enter")
        self.keys.is_at(page.get_by_role("searchbox"))
        self.meets_no_barrier()

    def chooses(self, word: str) -> None:
        self.keys.type(word)
        self.keys.press("Enter")
        if not self.visitor.scripts:
            self.keys.is_at(self.visitor.page.get_by_role("searchbox"))
            self.keys.tab_to(self.visitor.page.locator("#types .types a").first)
            self.keys.press("Enter")
        self.keys.is_at(self.visitor.field("conn_id"))

    def fills(self, key: str, task: Task) -> None:
        self.keys.type(key)
        for name, text in task.texts.items():
            self.keys.tab_to(self.visitor.field(name))
            if not text:
                self.gives(task.file, name)
            elif text == YES:
                self.keys.press(YES)
            else:
                self.keys.type(text)
        if self.visitor.scripts:
            expect(
                self.visitor.page.get_by_role("heading", name="What will be stored")
            ).to_be_visible()
            assert not self.keys.lost()
        self.meets_no_barrier()

    def gives(self, text: str, name: str) -> None:
        """Without scripts nothing on the page takes a file, so its text is pasted."""
        if not self.visitor.scripts:
            self.keys.paste(text)
            return
        path = self.folder / "key"
        path.write_bytes(text.encode())
        self.keys.tab_to(self.visitor.page.locator(f'#form [data-fills="id_{name}"]'))
        self.keys.choose_file(path)
        expect(self.visitor.field(name)).to_have_value(text.replace("\r\n", "\n"))

    def saves(self) -> None:
        """Enter sends the form from a line of text."""
        focused = self.visitor.page.locator("#form input:is([type=text], [type=password]):focus")
        if not focused.count():
            self.keys.tab_to(self.visitor.page.get_by_role("button", name="Create connection"))
        self.keys.press("Enter")
        self.visitor.reads("Created.")

    def sees_it(self, key: str) -> None:
        expect(self.visitor.heading).to_have_text(key)
        usage = self.visitor.page.get_by_role("region", name="Use it in a DAG")
        expect(usage).to_be_in_viewport()
        expect(usage).to_contain_text(key)
        if self.visitor.scripts:
            expect(self.visitor.page.locator("#opened")).to_contain_text("stored as")
        self.meets_no_barrier()

    def meets_no_barrier(self) -> None:
        """What looks for barriers is a script, and there is none less without others."""
        if not self.visitor.scripts:
            return
        self.visitor.page.evaluate(AXE_SCRIPT)
        assert not barriers(self.visitor.page)


@pytest.fixture
def newcomer(visit: Visit, site: Site, tmp_path: Path, *, scripts: bool) -> Newcomer:
    visitor = visit("editor", scripts=scripts)
    return Newcomer(visitor, Keyboard(visitor.page), site.empty(), tmp_path)


def made(task: Task, *, scripts: bool) -> Connection:
    """A browser drops the CR of what is pasted into a box; a script gives those of a file back."""
    if not task.file:
        return task.makes
    field = list(task.texts)[-1].removeprefix("extra.")
    text = task.file if scripts else task.file.replace("\r\n", "\n")
    return replace(task.makes, extra={**task.makes.extra, field: text})


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.makes.conn_type)
def test_adds_what_airflow_then_reads(
    newcomer: Newcomer, site: Site, fresh: str, task: Task, *, scripts: bool
) -> None:
    newcomer.goes_to_the_chooser()
    newcomer.chooses(task.word)
    newcomer.fills(fresh, task)
    newcomer.saves()
    newcomer.sees_it(fresh)
    assert newcomer.keys.strokes <= MOST_STROKES
    read = OurReader(site, newcomer.environment).connection(fresh)
    wanted = made(task, scripts=scripts)
    assert read == [wanted, wanted]
    # In Python True is 1; in JSON it isn't.
    assert {json.dumps(each.extra, sort_keys=True) for each in read} == {
        json.dumps(wanted.extra, sort_keys=True)
    }
