"""Browser contexts of people who sign in once, because hashing a password takes long."""

from typing import Any, Literal

from playwright.sync_api import Browser, StorageState, ViewportSize

from tests.browser.sites import Site
from tests.browser.visitor import Visitor
from tests.browser.watch import Watch

WIDE: ViewportSize = {"width": 1280, "height": 800}
NARROW: ViewportSize = {"width": 390, "height": 844}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Milliseconds, for everything that Playwright waits for: a busy machine takes its time.
PATIENCE = 60_000
# Modules run once the page is there, and before this event.
MARK_READY = """
addEventListener("DOMContentLoaded", () => document.documentElement.dataset.ready = "");
"""


class Browsers:
    """Every visitor has a context of their own, which is watched until the end."""

    def __init__(self, site: Site, chromium: Browser) -> None:
        self.site = site
        self.chromium = chromium
        self._signed_in: dict[str, StorageState] = {}
        self._watches: list[Watch] = []
        self._left_open: dict[str, Watch] = {}

    def open(self, name: str = "", *, scripts: bool = True, **options: Any) -> Visitor:
        """Somebody at a browser, by name, or nobody yet.

        The options are those of Playwright's new_context.
        """
        watch = self._watch(name, scripts=scripts, **options)
        self._watches.append(watch)
        return Visitor(watch.context.new_page(), self.site, watch, scripts=scripts)

    def open_again(self, name: str) -> Visitor:
        """The same with scripts, in a context that stays open because a new one takes long."""
        if name not in self._left_open:
            self._left_open[name] = self._watch(name)
        watch = self._left_open[name]
        if not name:
            # Whoever was nobody may have signed in since.
            watch.context.clear_cookies()
        return Visitor(watch.context.new_page(), self.site, watch, scripts=True)

    def end(self) -> None:
        """Close what is open. Raises AssertionError with what the pages did wrong."""
        watches, self._watches = self._watches, []
        for watch in watches:
            watch.end()
        for watch in self._left_open.values():
            watch.close_pages()

    def _watch(self, name: str, *, scripts: bool = True, **options: Any) -> Watch:
        state = self._state(name) if name else None
        given = {"viewport": WIDE, "reduced_motion": "reduce", **options}
        context = self.chromium.new_context(
            base_url=self.site.url, java_script_enabled=scripts, storage_state=state, **given
        )
        context.set_default_timeout(PATIENCE)
        context.add_init_script(MARK_READY)
        return Watch(context, self.site.url, scripts=scripts)

    def _state(self, name: str) -> StorageState:
        if name not in self._signed_in:
            visitor = self.open()
            visitor.sign_in(name)
            self._signed_in[name] = visitor.page.context.storage_state()
        return self._signed_in[name]
