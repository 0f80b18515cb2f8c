"""The theme: it follows the system until somebody chooses, and then stays as chosen."""

from playwright.sync_api import expect

from tests.browser.fixtures import Visit
from tests.browser.visitor import Visitor


def ground(visitor: Visitor) -> str:
    return str(visitor.page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_stays_as_chosen(visit: Visit) -> None:
    visitor = visit("viewer", color_scheme="light")
    visitor.go("/dev/")
    light = ground(visitor)
    visitor.press("Dark")
    expect(visitor.page.get_by_role("button", name="Dark")).to_have_attribute(
        "aria-pressed", "true"
    )
    dark = ground(visitor)
    assert dark != light
    visitor.go("/dev/connections/")
    assert ground(visitor) == dark
    visitor.press("As the system")
    assert ground(visitor) == light


def test_follows_the_system_without_a_script(visit: Visit) -> None:
    light, dark = (
        visit("viewer", scripts=False, color_scheme=scheme) for scheme in ("light", "dark")
    )
    light.go("/dev/")
    dark.go("/dev/")
    assert ground(light) != ground(dark)


def test_is_there_before_the_page_is_drawn(visit: Visit) -> None:
    """The other scripts may come later, or not at all."""
    visitor = visit("viewer", color_scheme="light")
    visitor.go("/dev/")
    visitor.press("Dark")
    dark = ground(visitor)
    visitor.watch.expect_failed_requests()
    visitor.page.route("**/js/main.js", lambda route: route.abort())

    visitor.go("/dev/connections/")

    assert ground(visitor) == dark
