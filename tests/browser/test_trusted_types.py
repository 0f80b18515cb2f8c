"""No text becomes markup or code of a page, whoever writes it there: the browser itself refuses."""

import json

from playwright.sync_api import expect

from tests.browser.fixtures import Visit

WAYS = (
    "document.body.innerHTML = '<b>written</b>'",
    "document.body.outerHTML = '<b>written</b>'",
    "document.body.insertAdjacentHTML('beforeend', '<b>written</b>')",
    "document.write('<b>written</b>')",
    "document.body.append(document.createRange().createContextualFragment('<b>written</b>'))",
    "document.body.setHTMLUnsafe('<b>written</b>')",
    "document.createElement('iframe').srcdoc = '<b>written</b>'",
    "document.createElement('script').src = '/static/js/main.js'",
    "document.createElement('script').text = 'window.written = 1'",
    "document.createElement('b').setAttribute('onclick', 'window.written = 1')",
    "setTimeout('window.written = 1')",
    "trustedTypes.createPolicy('another', { createHTML: (text) => text })",
    "trustedTypes.createPolicy('default', { createHTML: (text) => text })",
)
SUCCEED = """() => Object.entries({ATTEMPTS}).filter(([, attempt]) => {
    try { attempt(); return true; } catch { return false; }
}).map(([way]) => way)"""


def test_is_refused_in_every_way(visit: Visit) -> None:
    visitor = visit("viewer")
    visitor.go("/dev/connections/")
    visitor.watch.expect_refused_text()
    attempts = ", ".join(f"{json.dumps(way)}: () => {{ {way} }}" for way in WAYS)

    assert visitor.page.evaluate(SUCCEED.replace("ATTEMPTS", attempts)) == []

    expect(visitor.page.get_by_text("written")).to_have_count(0)
    assert visitor.page.evaluate("window.written === undefined")
