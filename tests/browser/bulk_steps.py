"""The ways to what is done to many secrets, as somebody takes them."""

from playwright.sync_api import expect

from tests.browser.look_steps import Steps
from tests.browser.visitor import Visitor

ROWS = "[data-selects]"


def selected(visitor: Visitor) -> None:
    """Three rows, the last two with Shift."""
    visitor.go("/prod/connections/")
    boxes = visitor.page.locator(ROWS)
    boxes.nth(1).click()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(visitor.page.locator("[data-selected]")).to_have_text("3 selected")


def planned(action: str) -> Steps:
    """The page to which an action on three rows leads."""

    def steps(visitor: Visitor) -> None:
        selected(visitor)
        visitor.page.get_by_label("What to do with the selected rows").select_option(action)
        visitor.press("Continue")
        expect(visitor.page.get_by_role("heading", name="3 connections")).to_be_visible()

    return steps


def tagged_together(visitor: Visitor) -> None:
    planned("Change tags…")(visitor)
    visitor.page.get_by_label("Set").fill("owner=analytics\ncost-center=4711")
    visitor.press("Show what would happen")
    expect(visitor.page.get_by_role("heading", name="What would happen")).to_be_visible()


def renamed_together(visitor: Visitor) -> None:
    planned("Rename…")(visitor)
    visitor.page.get_by_label("Put before each id").fill("dwh_")
    visitor.press("Show what would happen")
    expect(visitor.page.get_by_role("heading", name="What would happen")).to_be_visible()


def tag_refused(visitor: Visitor) -> None:
    visitor.go("/prod/connections/tag/payments_gateway/")
    visitor.page.get_by_label("New key 1").fill("aws:createdBy")
    visitor.page.get_by_label("New value 1").fill("somebody")
    visitor.press("Save tags")
    expect(visitor.page.get_by_text("kept for AWS and for this dashboard.").first).to_be_visible()
