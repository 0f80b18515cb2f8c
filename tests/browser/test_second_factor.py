"""With a second factor, and after a while, people show in their browser who they are."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import CDPSession, Page, expect

from secretsadmin.demo.site import Person
from tests.browser.fixtures import Visit
from tests.browser.sign_in_steps import arrive, code_of, leave, set_up_app
from tests.browser.sites import Site, settle
from tests.browser.visitor import Visitor

VALUE = "canary-5c1d"
TYPED = "typed with care <&>"


@pytest.fixture
def person(site: Site, fresh: str) -> Person:
    """Somebody of their own for each test, who may do everything."""
    person = Person(fresh, "admins")
    settle(site.settings, [person])
    return person


def give(visitor: Visitor, code: str) -> None:
    expect(visitor.heading).to_have_text("Second factor")
    visitor.page.get_by_label("Code").fill(code)
    visitor.press("Sign in")


def test_of_an_app_is_asked_for_after_the_password(
    visit: Visit, person: Person, *, scripts: bool
) -> None:
    visitor: Visitor = visit(scripts=scripts)
    visitor.watch.expect(422)
    arrive(visitor, person)
    expect(visitor.heading).to_have_text("Development")
    key, codes = set_up_app(visitor)
    leave(visitor)

    arrive(visitor, person)
    give(visitor, "000000")
    expect(visitor.page.get_by_text("This code doesn’t fit")).to_be_visible()
    give(visitor, code_of(key))
    expect(visitor.heading).to_have_text("Development")
    leave(visitor)

    # Each recovery code is good for one sign-in.
    arrive(visitor, person)
    give(visitor, codes[0])
    expect(visitor.heading).to_have_text("Development")
    leave(visitor)
    arrive(visitor, person)
    give(visitor, codes[0])
    expect(visitor.page.get_by_text("This code doesn’t fit")).to_be_visible()


def with_authenticator(page: Page) -> CDPSession:
    """A device that holds passkeys, and whose user is there, for as long as the session lasts."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def test_of_a_passkey_signs_in_with_and_without_a_password(
    visit: Visit, person: Person, site: Site, fresh: str
) -> None:
    # An address can't have passkeys; a name can.
    here = f"http://localhost:{urlsplit(site.url).port}"
    visitor: Visitor = visit(scripts=True)
    visitor.watch.url = here
    page = visitor.page
    device = with_authenticator(page)
    arrive(visitor, person, f"{here}/login/")
    expect(visitor.heading).to_have_text("Development")

    page.goto(f"{here}/account/second-factor/passkey/")
    page.get_by_label("Name").fill("Laptop")
    page.get_by_label(re.compile("^Sign in with it alone")).check()
    visitor.press("Add the passkey")
    expect(visitor.heading).to_have_text("Recovery codes")
    visitor.follow("I have kept them")
    expect(page.get_by_role("button", name="Remove Laptop")).to_be_visible()
    leave(visitor)

    arrive(visitor, person, f"{here}/login/")
    expect(visitor.heading).to_have_text("Second factor")
    visitor.press("Use a passkey")
    expect(visitor.heading).to_have_text("Development")
    leave(visitor)

    visitor.press("Use a passkey")
    expect(visitor.heading).to_have_text("Development")

    visitor.watch.expect(403)
    page.goto(f"{here}/prod/connections/create/?conn_type=postgres")
    visitor.fill(conn_id=f"{fresh}_key", host="db.example.com", password=TYPED)
    visitor.site.let_sign_in_age(person.name)
    assert visitor.save() == 403
    visitor.press("Use a passkey")
    visitor.reads("Created.")
    device.detach()


def test_is_confirmed_in_place_before_a_value_is_shown(
    visit: Visit, person: Person, site: Site, fresh: str
) -> None:
    site.store(f"prod/airflow/connections/{fresh}", f"postgres://login:{VALUE}@db.example.com/s")
    visitor: Visitor = visit(scripts=True)
    visitor.watch.expect(403)
    arrive(visitor, person)
    expect(visitor.heading).to_have_text("Development")
    visitor.detail(fresh, environment="prod")
    visitor.open_fields()
    visitor.site.let_sign_in_age(person.name)

    visitor.press("Show Password")
    visitor.reads("Production asks for a fresh sign-in before this.")
    password = visitor.page.get_by_label(f"Password of {person.name}")
    expect(password).to_be_focused()
    password.fill("wrong")
    visitor.press("Confirm")
    visitor.reads("That isn’t right.")
    password.fill(person.password)
    visitor.press("Confirm")

    expect(visitor.page.get_by_role("status", name="Password")).to_have_text(VALUE)


def test_is_confirmed_before_a_form_is_saved_which_is_kept(
    visit: Visit, person: Person, fresh: str, *, scripts: bool
) -> None:
    visitor: Visitor = visit(scripts=scripts)
    visitor.watch.expect(403)
    arrive(visitor, person)
    expect(visitor.heading).to_have_text("Development")
    visitor.begin(environment="prod")
    visitor.fill(conn_id=fresh, host="db.example.com", password=TYPED)
    visitor.site.let_sign_in_age(person.name)

    assert visitor.save() == 403
    expect(visitor.heading).to_have_text("Confirm that it is you")
    visitor.reads_anywhere("What you typed is kept in this page")
    expect(visitor.page.locator("body")).not_to_contain_text(TYPED)
    visitor.page.get_by_label(f"Password of {person.name}").fill(person.password)
    visitor.press("Confirm and go on")

    visitor.reads("Created.")
    expect(visitor.heading).to_have_text(fresh)
