"""Somebody at a browser: what they do on the pages, in the words of a test."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from playwright.sync_api import Locator, Page, Response, expect

from tests.browser.sites import Site
from tests.browser.watch import Watch


@dataclass(frozen=True)
class Visitor:
    page: Page
    site: Site
    watch: Watch
    scripts: bool

    def sign_in(self, name: str) -> None:
        self.go("/login/")
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Password").fill(self.site.people[name].password)
        self.press("Sign in")
        expect(self.heading).to_have_text("Development")

    def go(self, path: str) -> None:
        self.page.goto(path)

    def detail(self, key: str, kind: str = "connections", environment: str = "dev") -> None:
        """The page of one secret; its fields come by themselves only where scripts run."""
        self.go(f"/{environment}/{kind}/detail/{key}/")

    def open_fields(self) -> Locator:
        if not self.scripts:
            self.page.get_by_role("button", name=re.compile("^Open the")).click()
        opened = self.page.locator("#opened")
        expect(opened).to_contain_text("stored as")
        return opened

    def edit(self, key: str, kind: str = "connections", environment: str = "dev") -> None:
        self.go(f"/{environment}/{kind}/update/{key}/")
        if not self.scripts:
            self.press("Open it to edit")
        expect(self.page.locator("#form")).to_be_visible()

    def fill(self, **fields: str) -> None:
        for name, text in fields.items():
            field = self.field(name)
            if field.evaluate("element => element.matches('select')"):
                field.select_option(text)
            else:
                field.fill(text)

    def unfold(self, title: str) -> None:
        self.page.locator("#form summary", has_text=title).click()

    def field(self, name: str) -> Locator:
        return self.page.locator(f'#form [name="{name}"]')

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).click()

    def section(self, name: str) -> None:
        """Go by the sidebar, where a number may follow the name."""
        self.page.get_by_role("navigation", name="Main").get_by_role(
            "link", name=re.compile(f"^{name}")
        ).click()
        expect(self.heading).to_have_text(name)

    def begin(self, conn_type: str = "postgres", environment: str = "dev") -> None:
        """The empty form for a connection of this type, as its link in the chooser opens it."""
        self.go(f"/{environment}/connections/create/?conn_type={quote(conn_type)}")

    def choose(self, query: str) -> None:
        """Search for a type of connection, and take the first answer."""
        search = self.page.get_by_role("searchbox")
        expect(search).to_be_focused()
        self.page.keyboard.type(query)
        self.page.keyboard.press("Enter")
        if not self.scripts:
            expect(search).to_have_value(query)
            self.page.locator("#types .types a").first.click()
        expect(self.heading).to_have_text(re.compile("New .*connection"))

    def create(
        self, kind: str, environment: str = "dev", conn_type: str = "postgres", **fields: str
    ) -> None:
        if kind == "connections":
            self.begin(conn_type, environment)
        else:
            self.go(f"/{environment}/{kind}/create/")
        self.fill(**fields)
        self.save()

    def save(self) -> int:
        """Send the form; returns the answer's status."""
        return self.sent_by(self.page.locator("#form .form-actions button.primary"))

    def sent_by(self, button: Locator) -> int:
        with self.page.expect_response(_is_sent_form) as answer:
            button.click()
        return int(answer.value.status)

    def reads(self, text: str) -> None:
        """Expect the message on top of the page."""
        expect(self.page.locator("#messages")).to_contain_text(text)

    def reads_anywhere(self, text: str) -> None:
        expect(self.page.locator("#main")).to_contain_text(text)

    @property
    def heading(self) -> Locator:
        """The page's title, as soon as its scripts listen."""
        ready = self.page.locator("html[data-ready]" if self.scripts else "html")
        return ready.get_by_role("heading", level=1)


def _is_sent_form(response: Response) -> bool:
    """A preview is sent by the page's script; a form by the browser itself."""
    return response.request.method == "POST" and response.request.is_navigation_request()
