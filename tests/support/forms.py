"""The form of a page as a browser would send it back."""

from html.parser import HTMLParser
from typing import Any

from django.http import QueryDict

Attributes = list[tuple[str, str | None]]


def as_sent(response: Any, form: str = "form") -> dict[str, list[str]]:
    """What a browser sends for an untouched form of this id: each name with its values."""
    reader = _Form(form)
    # Browsers read every line's end in a page as LF, and no NUL.
    page = (
        response.content.decode()
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\0", "\N{REPLACEMENT CHARACTER}")
    )
    reader.feed(page)
    assert reader.is_found, f"the page has no form with the id {form}"
    # Browsers send every line's end as CR LF.
    return {
        name.replace("\n", "\r\n"): [value.replace("\n", "\r\n") for value in values]
        for name, values in reader.sent.lists()
    }


class _Form(HTMLParser):
    def __init__(self, form: str) -> None:
        super().__init__()
        self.form = form
        self.sent = QueryDict(mutable=True)
        self.is_found = self.is_inside = False
        self.area: str | None = None
        self.text = ""
        self.select: str | None = None
        self.options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        given = dict(attrs)
        if tag == "form" and given.get("id") == self.form:
            self.is_found = self.is_inside = True
        if not self.is_inside:
            return
        if tag == "input" and given.get("name"):
            self._input(given)
        elif tag == "textarea":
            self.area, self.text = given["name"], ""
        elif tag == "select":
            self.select, self.options = given["name"], []
        elif tag == "option" and self.select:
            self.options.append((given.get("value") or "", "selected" in given))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_inside = False
        elif tag == "textarea" and self.area:
            # The parser of HTML drops a line break that follows the tag.
            self.sent.appendlist(self.area, self.text.removeprefix("\n"))
            self.area = None
        elif tag == "select" and self.select:
            chosen = [value for value, selected in self.options if selected] or [self.options[0][0]]
            self.sent.appendlist(self.select, chosen[-1])
            self.select = None

    def handle_data(self, data: str) -> None:
        if self.area:
            self.text += data

    def _input(self, given: dict[str, str | None]) -> None:
        is_box = given.get("type") in ("checkbox", "radio")
        if given.get("type") not in ("file", "submit") and (not is_box or "checked" in given):
            value = given.get("value") or ("on" if is_box else "")
            # What is typed has one line; a hidden input or a box keeps whatever it was given.
            keeps = is_box or given.get("type") == "hidden"
            self.sent.appendlist(str(given["name"]), value if keeps else value.replace("\n", ""))
