"""Somebody with a keyboard alone: every key is counted, and every step of the focus is checked."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

# More than any page has to be walked.
TOO_FAR = 30
# What a person sees of the focus: an outline of the element, or of the label that stands for it;
# and that nothing else lies over it.
LOST = """() => {
    const focused = document.activeElement;
    if (!focused || focused === document.body) return "the focus is nowhere";
    const outlined = (element) => element && getComputedStyle(element).outlineStyle !== "none"
        && parseFloat(getComputedStyle(element).outlineWidth) >= 1 && element;
    const seen = outlined(focused) || outlined(focused.closest("label"));
    const name = focused.id || focused.textContent.trim() || focused.tagName;
    if (!seen || !focused.matches(":focus-visible")) return `the focus can't be seen on ${name}`;
    const { left, top, width, height } = seen.getBoundingClientRect();
    const there = document.elementFromPoint(left + width / 2, top + height / 2);
    const isSeen = there && (seen.contains(there) || there.contains(seen));
    return isSeen ? "" : `something lies over ${name}`;
}"""


class Keyboard:
    """`strokes` counts the keys apart from typed text."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.strokes = 0
        # Without a listener the browser opens a window of its own, and one that comes with the key
        # may be too late.
        page.on("filechooser", lambda _: None)

    def press(self, key: str) -> None:
        self.strokes += 1
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def paste(self, text: str) -> None:
        """One stroke, of what somebody copied elsewhere."""
        self.strokes += 1
        self.page.keyboard.insert_text(text)

    def tab_to(self, target: Locator, key: str = "Tab") -> None:
        for _ in range(TOO_FAR):
            self.press(key)
            assert not self.lost(), self.lost()
            if target.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"{TOO_FAR} times {key} don't lead to {target}")

    def choose_file(self, path: Path) -> None:
        """The keys in the system's own window aren't the page's."""
        with self.page.expect_file_chooser() as chooser:
            self.press("Enter")
        chooser.value.set_files(path)

    def lost(self) -> str:
        """What keeps a person from seeing where the focus is."""
        return str(self.page.evaluate(LOST))

    def is_at(self, target: Locator) -> None:
        """Expect that the page itself put the focus there, where it can be seen."""
        expect(target).to_be_focused()
        assert not self.lost(), self.lost()
