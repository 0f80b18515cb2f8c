"""The whole life of a connection at a browser, with a real Airflow asked after each step."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from playwright.sync_api import Locator, expect

from connections.value.connection import Connection
from tests.browser.journeys import FIRST, SECOND, create_connection, update_connection
from tests.browser.visitor import Visitor
from tests.conformance.asked import RealAirflow
from tests.conformance.pages import as_told, told

THIRD = replace(SECOND, port=6432, schema="Reports")
FOURTH = replace(THIRD, login="reporter", extra={**FIRST.extra, "sslmode": "verify-full"})


@dataclass(frozen=True)
class Life:
    visitor: Visitor
    airflow: RealAirflow
    key: str

    def live(self) -> None:
        steps: tuple[tuple[Callable[[], None], Connection | None], ...] = (
            (self.create, FIRST),
            (self.change_host_and_password, SECOND),
            (self.change_port_and_schema, THIRD),
            (self.change_the_form, FOURTH),
            (self.compare, FOURTH),
            (self.roll_back, SECOND),
            (self.undo, FOURTH),
            (self.label, FOURTH),
            (self.delete, None),
            (self.restore, FOURTH),
        )
        for step, meant in steps:
            step()
            self.check(meant, after=step.__name__)

    def check(self, meant: Connection | None, *, after: str) -> None:
        """Both of Airflow's readers find what was meant, and the page says just that."""
        with ThreadPoolExecutor() as pool:
            asked = pool.submit(self.airflow.connection, self.key)
            page = told(self.visitor, self.key)
            found = asked.result()
        assert found == ([meant, meant] if meant else []), f"what Airflow finds after {after}"
        assert page == [as_told(each) for each in found], f"what the page says after {after}"

    def create(self) -> None:
        self.visitor.go("/dev/connections/")
        create_connection(self.visitor, self.key)

    def change_host_and_password(self) -> None:
        update_connection(self.visitor, self.key)

    def change_port_and_schema(self) -> None:
        self.visitor.edit(self.key)
        self.visitor.fill(port=str(THIRD.port), schema=THIRD.schema)
        self._save("Saved: schema, port.")

    def change_the_form(self) -> None:
        """From a URI to JSON, with what else is to differ."""
        self.visitor.edit(self.key)
        self.visitor.fill(login=FOURTH.login, **{"extra.sslmode": FOURTH.extra["sslmode"]})
        self.visitor.unfold("How it is stored")
        self.visitor.page.locator('#form [name=format][value="json"]').check()
        self._save("Saved: login, extra.sslmode.")

    def compare(self) -> None:
        """The first version and the current one differ as what Airflow read of them does."""
        self._version(3).get_by_role("link", name="Compare").click()
        if not self.visitor.scripts:
            self.visitor.press("Show the differences")
        compared = self.visitor.page.locator("#compared")
        expect(compared.get_by_role("heading")).to_have_text("6 differences")
        before, after = as_told(FIRST), as_told(FOURTH)
        rows = compared.locator("tbody tr").all_inner_texts()
        plain = {name for name in before if before[name] != after[name]} - {"password"}
        assert len(plain) == 5
        for name in plain:
            assert any(before[name] in row and after[name] in row for row in rows), name
        expect(compared).not_to_contain_text(FIRST.password)

    def roll_back(self) -> None:
        """By two versions, to the one before the previous."""
        version = self._version(2)
        expect(version).to_contain_text("editor changed host, password")
        version.get_by_role("link", name="Roll back").click()
        expect(self.visitor.page.get_by_role("region", name="What is known")).to_contain_text(
            "Yes: when"
        )
        self.visitor.fill(reason="Both changes since were wrong")
        self.visitor.press("Roll back to this version")
        self.visitor.reads("Rolled back.")

    def undo(self) -> None:
        self._history()
        self.visitor.press("Undo this roll back")
        self.visitor.reads("Rolled back.")

    def label(self) -> None:
        """The first version, which AWS might remove one day."""
        self._version(3).get_by_role("link", name="Label").click()
        self.visitor.fill(label="first")
        self.visitor.press("Attach label")
        self.visitor.reads("“first” stands on")
        expect(self._version(3).locator(".badges")).to_contain_text("first")

    def delete(self) -> None:
        self.visitor.detail(self.key)
        self.visitor.follow("Delete")
        self.visitor.fill(days="7", reason="Nobody uses it")
        self.visitor.press("Delete connection")
        self.visitor.reads("Scheduled for deletion in 7 days.")

    def restore(self) -> None:
        """Out of the recycle bin, where it waits."""
        self.visitor.follow("See the recycle bin")
        self.visitor.press(f"Restore {self.key}")
        self.visitor.reads(f"Restored {self.key}")

    def made_outside(self) -> Locator:
        """What the timeline calls so."""
        return self._history().filter(has_text="made outside the dashboard")

    def _version(self, age: int) -> Locator:
        """On the timeline, which begins with the newest."""
        versions = self._history()
        expect(versions).to_have_count(4)
        return versions.nth(age)

    def _history(self) -> Locator:
        self.visitor.go(f"/dev/connections/history/{self.key}/")
        return self.visitor.page.locator("#versions .timeline > li")

    def _save(self, message: str) -> None:
        self.visitor.press("Save connection")
        self.visitor.reads(message)
