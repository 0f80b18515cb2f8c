"""What every page is held to, whatever a test does with it."""

import re
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Error, Page, Request

# The browser, and htmx, call every answer of the kinds 4xx and 5xx an error. These two are a form
# that comes back.
EXPECTED = re.compile(
    r"(?:Failed to load resource: (?:the server responded with a status of )?"
    r"|Response Status Error Code )"
    r"(\d+|net::ERR_FAILED)"
)
NO_ANSWER = "net::ERR_FAILED"
FORMS_AGAIN = frozenset({"409", "422"})
# So says htmx where a page was left, or a filter typed on, before the answer came.
ABANDONED = re.compile(r"htmx:(afterRequest|sendAbort),")
# So says Chromium where a script would write text into a page.
REFUSED_TEXT = re.compile(
    "^CSP violation: (require-trusted-types-for|trusted-types) |Trusted(HTML|Script|ScriptURL|Type)"
)
REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
    console.error(`CSP violation: ${event.violatedDirective} ${event.blockedURI}`));
"""
STORED = """async () => ({
    local: {...localStorage},
    session: {...sessionStorage},
    databases: await indexedDB.databases(),
    caches: await caches.keys(),
    cookies: document.cookie,
})"""
# So says Chromium on a slow machine, where a page's scripts come late or not at all any more.
UNUSED_PRELOAD = "was preloaded using link preload but not used"
THEMES = ("light", "dark", "system")
# So says Playwright where an answer that was under way laid a new page over the one that it asked.
PAGE_WAS_LEFT = "Execution context was destroyed"


class Watch:
    """Collects what may not happen: errors, CSP reports, dialogs, requests elsewhere."""

    def __init__(self, context: BrowserContext, url: str, *, scripts: bool) -> None:
        self.context = context
        self.url = url
        self.scripts = scripts
        self.expected = set(FORMS_AGAIN)
        self.expects_refused_text = False
        self.found: list[str] = []
        self.times_asked = 0
        self._stays = False
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.found.append(f"page error: {error.error}"))
        context.on("request", self._request)
        context.on("page", self._page)

    def expect(self, status: int) -> None:
        """This answer is what the test is about."""
        self.expected.add(str(status))

    def expect_failed_requests(self) -> None:
        """Requests that come to nothing are what the test is about."""
        self.expected.add(NO_ANSWER)

    def expect_refused_text(self) -> None:
        """Expect scripts that try to write text into the page, in a context of its own."""
        self.expects_refused_text = True

    def end(self) -> None:
        """Raises AssertionError with all that was found, in this context and in what it keeps."""
        self._look_at_pages()
        self.context.close()
        self._judge()

    def close_pages(self) -> None:
        """The same, in a context that stays open for pages of which nothing is expected yet."""
        self._look_at_pages()
        for page in self.context.pages:
            page.close()
        self._judge()

    def _judge(self) -> None:
        found, self.found, self.expected = self.found, [], set(FORMS_AGAIN)
        assert not found, "\n".join(found)

    def _look_at_pages(self) -> None:
        if self.scripts:
            for page in self.context.pages:
                self._look_at_storage(page)

    def _page(self, page: Page) -> None:
        page.on("dialog", self._dialog)

    def stay(self) -> None:
        """Whoever is asked whether to leave a form doesn't."""
        self._stays = True

    def _dialog(self, dialog: Dialog) -> None:
        if dialog.type == "beforeunload":
            self._answer(dialog)
            return
        self.found.append(f"a script ran: {dialog.type}")
        dialog.dismiss()

    def _answer(self, dialog: Dialog) -> None:
        self.times_asked += 1
        if self._stays:
            dialog.dismiss()
        else:
            dialog.accept()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        if UNUSED_PRELOAD in message.text:
            return
        if self.expects_refused_text and REFUSED_TEXT.search(message.text):
            return
        status = EXPECTED.match(message.text)
        if not ABANDONED.match(message.text) and not (status and status[1] in self.expected):
            self.found.append(f"console: {message.text} ({message.location['url']})")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", "data:", "blob:")):
            self.found.append(f"a request left the site: {urlsplit(request.url).netloc}")

    def _look_at_storage(self, page: Page) -> None:
        """A browser keeps the theme, the address, and whether there are shortcuts of one key."""
        if not page.url.startswith(self.url):
            return
        kept = _kept_by_browser(page)
        theme = kept["local"].pop("theme", "system")
        address = kept["session"].pop("htmx-current-path-for-history", "")
        here = urlsplit(page.url).path
        # Django's own pages don't know htmx, so the page before them stays its last one. Of their
        # filters they keep which are open.
        if here.startswith("/admin/"):
            address = ""
            kept["session"].pop("django.admin.filtersState", "")
        kept["cookies"] = kept["cookies"].removeprefix("single_keys=off")
        if theme not in THEMES or urlsplit(address).path not in ("", here) or any(kept.values()):
            self.found.append(f"the browser keeps something: {kept}")


def _kept_by_browser(page: Page) -> dict[str, Any]:
    """What the browser keeps, asked of the page at which it comes to rest."""
    while True:
        # htmx writes down where a page is once it has run there.
        page.wait_for_load_state()
        try:
            return dict(page.evaluate(STORED))
        except Error as error:
            if PAGE_WAS_LEFT not in error.message:
                raise
