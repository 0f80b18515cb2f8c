"""Somebody on their first day comes from an empty environment to what a real Airflow reads.

They have a keyboard alone. What their Airflow is told comes off the pages, by the clipboard.
"""

import os
import shlex
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from secretsadmin.demo.emulator import Emulator
from secretsadmin.demo.site import ROOT
from tests.browser.fixtures import Visit
from tests.browser.keyboard import Keyboard
from tests.browser.sites import Site
from tests.browser.visitor import Visitor
from tests.conformance.asked import PYTHON
from tests.conformance.proving import ALL_RIGHT

DAY = 24 * 60 * 60
# A list is read anew after a minute, and a page asks by itself for longer. In milliseconds.
PATIENCE = 170_000
HOST = "db.example.com"
ASK = """
from tests.conformance.lookups import in_a_task, on_the_server
print(on_the_server("orders").host, in_a_task("orders").host)
"""


@dataclass
class Terminal:
    """A bash of the machine where Airflow runs. It keeps what is exported in it."""

    environment: dict[str, str]
    exports: str = ""

    def run(self, script: str) -> str:
        """The last line that it prints."""
        done = subprocess.run(
            ["/bin/bash", "-c", f"{self.exports}\n{script}"],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.splitlines()[-1]


@dataclass(frozen=True)
class Newcomer:
    visitor: Visitor
    keys: Keyboard
    environment: str
    terminal: Terminal

    def signs_in(self) -> None:
        """At the address that they were sent."""
        self.visitor.go(f"/{self.environment}/")
        self.keys.is_at(self.visitor.page.get_by_label("Username"))
        self.keys.type("editor")
        self.keys.tab_to(self.visitor.page.get_by_label("Password"))
        self.keys.type(self.visitor.site.people["editor"].password)
        self.keys.press("Enter")
        expect(self.visitor.heading).to_have_text("New")

    def tells_airflow(self) -> None:
        self.follows(self.step("Connect Airflow"))
        way = self.visitor.page.locator("#variables")
        self.terminal.exports = self.copies(way.get_by_role("button", name="Copy"))

    def proves_it(self) -> None:
        self.follows(self.link("The proof"))
        self.goes_to(self.visitor.page.get_by_role("button", name="Make a probe"))
        self.keys.press("Enter")
        self.visitor.reads("The probe is there.")
        script = self.visitor.page.locator("#run .proof")
        copied = self.copies(script.get_by_role("button", name="Copy"))
        assert self.terminal.run(copied) == ALL_RIGHT
        # It comes by itself.
        read = self.visitor.page.get_by_text("Airflow reads what this dashboard writes.")
        expect(read).to_be_visible()

    def creates(self) -> None:
        self.follows(self.link("Create your first connection"))
        self.keys.is_at(self.visitor.page.get_by_role("searchbox"))
        self.keys.type("postgres")
        self.keys.press("Enter")
        self.keys.is_at(self.visitor.field("conn_id"))
        self.keys.type("orders")
        self.goes_to(self.visitor.field("host"))
        self.keys.type(HOST)
        self.keys.press("Enter")
        self.visitor.reads("Created.")
        expect(self.visitor.page.locator("#opened")).to_contain_text("stored as")

    def refreshes_the_list(self) -> None:
        self.follows(self.link("Connections", within="Main"))
        self.follows(self.visitor.page.get_by_role("button", name="Refresh the list"))
        expect(self.visitor.page.locator(".list a.id")).to_have_text("orders")

    def looks_at_the_overview(self) -> None:
        self.follows(self.link("Overview", within="Main"))
        expect(self.visitor.heading).to_have_text("New")

    def sees_done(self, *titles: str) -> None:
        steps = self.visitor.page.locator("#steps li")
        expect(steps).to_have_count(3)
        expect(self.visitor.page.locator("#steps li.done")).to_have_count(len(titles))
        for title in titles:
            expect(steps.filter(has_text=title)).to_contain_text("(done)")

    def step(self, title: str) -> Locator:
        return self.visitor.page.locator("#steps").get_by_role("link", name=title)

    def link(self, name: str, within: str = "") -> Locator:
        if not within:
            return self.visitor.page.locator("#main").get_by_role("link", name=name).first
        menu = self.visitor.page.get_by_role("navigation", name=within)
        return menu.get_by_role("link", name=name)

    def follows(self, link: Locator) -> None:
        self.goes_to(link)
        with self.visitor.page.expect_navigation():
            self.keys.press("Enter")

    def goes_to(self, target: Locator) -> None:
        expect(target).to_be_visible()
        self.keys.tab_to(target)

    def copies(self, button: Locator) -> str:
        self.goes_to(button)
        self.keys.press("Enter")
        expect(button).to_have_text("Copied")
        return str(self.visitor.page.evaluate("navigator.clipboard.readText()"))


@pytest.fixture
def emulator(site: Site) -> Iterator[Emulator]:
    assert isinstance(site.emulator, Emulator)
    yield site.emulator
    site.emulator.world.clock = time.time


@pytest.fixture
def newcomer(visit: Visit, site: Site, emulator: Emulator, tmp_path: Path) -> Newcomer:
    visitor = visit(permissions=["clipboard-read", "clipboard-write"])
    airflow = (ROOT / PYTHON).parent
    machine = {
        "PATH": f"{airflow}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "AIRFLOW_HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_ACCESS_KEY_ID": "airflow",
        "AWS_SECRET_ACCESS_KEY": "of-airflow",
        "AWS_CONFIG_FILE": os.devnull,
    }
    return Newcomer(visitor, Keyboard(visitor.page), site.empty(), Terminal(machine))


def test_goes_from_nothing_to_what_airflow_read(newcomer: Newcomer, emulator: Emulator) -> None:
    newcomer.signs_in()
    newcomer.sees_done()
    newcomer.tells_airflow()
    newcomer.proves_it()

    newcomer.follows(newcomer.link("overview"))
    newcomer.sees_done("Connect Airflow")
    newcomer.creates()
    assert newcomer.terminal.run(f"python -c {shlex.quote(ASK)}") == f"{HOST} {HOST}"

    # The page of what was created has opened it on this day, too, and AWS tells no more than a day.
    newcomer.looks_at_the_overview()
    newcomer.sees_done("Connect Airflow", "Create your first connection")
    newcomer.visitor.reads_anywhere("AWS tells no more than the day.")
    emulator.world.clock = lambda: time.time() + DAY
    newcomer.terminal.run(f"python -c {shlex.quote(ASK)}")
    newcomer.refreshes_the_list()
    # All three steps are done, which the overview learns by itself where another worker has it.
    newcomer.looks_at_the_overview()
    expect(newcomer.visitor.page.locator("#steps")).to_have_count(0, timeout=PATIENCE)
