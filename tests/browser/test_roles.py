"""A role shows in what a page offers, and holds where somebody goes on without being offered it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.fixtures import Visit

SECRET = "orders_replica"


def offers(page: Page, *names: str) -> dict[str, bool]:
    """Which of these a page has as a link or a button; names may begin with them."""
    everything = page.locator("main :is(a, button)").all_inner_texts()
    return {name: any(text.strip().startswith(name) for text in everything) for name in names}


def test_of_a_viewer_opens_and_neither_reveals_nor_changes(visit: Visit, *, scripts: bool) -> None:
    viewer = visit("viewer", scripts=scripts)
    viewer.detail(SECRET)
    opened = viewer.open_fields()
    expect(opened).to_contain_text("orders-replica.dev.example.internal")
    assert not any(offers(viewer.page, "Edit", "Delete", "Show").values())
    viewer.go("/dev/connections/")
    assert not any(offers(viewer.page, "Create").values())


@pytest.mark.parametrize("path", ["create/", f"update/{SECRET}/", f"delete/{SECRET}/"])
def test_of_a_viewer_is_told_who_may(visit: Visit, path: str) -> None:
    viewer = visit("viewer")
    viewer.watch.expect(403)
    viewer.go(f"/dev/connections/{path}")
    expect(viewer.heading).to_have_text("Your role doesn't allow this")
    expect(
        viewer.page.get_by_text("You are a viewer in Development. Editors and admins may")
    ).to_be_visible()
    expect(viewer.page.get_by_text("Ask somebody in the group editors or admins")).to_be_visible()


def test_of_an_auditor_sees_the_record_and_no_fields(visit: Visit) -> None:
    editor, auditor = visit("editor"), visit("auditor")
    editor.detail(SECRET)
    editor.open_fields()
    auditor.go(f"/audit/?secret={SECRET}&action=open&user=editor")
    expect(auditor.page.locator("#events .acts > li").first).to_contain_text(
        "opened the connection"
    )
    auditor.detail(SECRET)
    expect(auditor.page.locator("#opened")).to_contain_text("an editor or an admin can open it")
    assert not any(offers(auditor.page, "Edit", "Delete", "Show", "Open the fields").values())


def test_of_an_editor_is_less_in_a_protected_environment(visit: Visit) -> None:
    editor = visit("editor")
    editor.detail(SECRET, environment="dev")
    editor.open_fields()
    assert all(offers(editor.page, "Edit", "Delete", "Show").values())
    editor.detail(SECRET, environment="prod")
    editor.open_fields()
    assert offers(editor.page, "Edit", "Delete", "Show") == {
        "Edit": True,
        "Delete": False,
        "Show": False,
    }


@pytest.mark.parametrize(
    "path", ["", "connections/", f"connections/detail/{SECRET}/", f"connections/update/{SECRET}/"]
)
@pytest.mark.parametrize("width", [1280, 390])
def test_shows_on_every_page_that_an_environment_is_protected(
    visit: Visit, path: str, width: int
) -> None:
    editor = visit("editor", viewport={"width": width, "height": 844})
    switcher = editor.page.locator("summary", has_text="Production")
    editor.go(f"/prod/{path}")
    expect(switcher).to_be_in_viewport()
    expect(switcher).to_contain_text("protected")
    bar = editor.page.evaluate(
        "getComputedStyle(document.documentElement, '::before').backgroundColor"
    )
    editor.go(f"/dev/{path}")
    expect(editor.page.locator("summary", has_text="Development")).not_to_contain_text("protected")
    assert bar != editor.page.evaluate(
        "getComputedStyle(document.documentElement, '::before').backgroundColor"
    )


def test_is_left_alone_where_a_kind_is_switched_off(visit: Visit) -> None:
    admin = visit("admin")
    admin.go("/many/variables/")
    expect(admin.page.get_by_role("heading", level=2)).to_have_text(
        re.compile("look for variables here")
    )
    expect(admin.page.locator("main")).to_contain_text("variables_prefix is null")
    assert not any(offers(admin.page, "Create").values())
