"""The ways to the pages on which people show who they are, and see what they may do."""

import hmac
import time
from base64 import b32decode
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import expect

from secretsadmin.demo.site import Person
from tests.browser.look_steps import Steps
from tests.browser.sites import settle
from tests.browser.visitor import Visitor
from tests.support.wire import connected

REVEALS = """async ([path, count]) => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const headers = { "X-CSRFToken": token };
    for (let number = 0; number < count; number++) {
        const body = new URLSearchParams({ field: "password" });
        await fetch(path, { method: "POST", headers, body });
    }
}"""
TRIES, REVEALS_A_MINUTE = 11, 20


def code_of(key: str) -> str:
    """What an authenticator app with this key shows now: RFC 6238."""
    counter = int(time.time()) // 30
    digest = hmac.digest(b32decode(key.replace(" ", "")), counter.to_bytes(8), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def arrive(visitor: Visitor, person: Person, path: str = "/login/") -> None:
    visitor.go(path)
    try_password(visitor, person.name, person.password)


def try_password(visitor: Visitor, name: str, password: str) -> None:
    visitor.page.get_by_label("Username").fill(name)
    visitor.page.get_by_label("Password").fill(password)
    visitor.press("Sign in")


def somebody(visitor: Visitor) -> Person:
    """Somebody who is there for one page alone, signed in."""
    person = Person(f"somebody-{uuid4().hex[:6]}", "admins")
    settle(visitor.site.settings, [person])
    arrive(visitor, person)
    expect(visitor.heading).to_have_text("Development")
    return person


def begin_app(visitor: Visitor) -> str:
    """Leads to the key of an authenticator app, and returns it."""
    visitor.go("/account/second-factor/app/")
    expect(visitor.page.get_by_role("img", name="The key as a picture")).to_be_visible()
    return visitor.page.locator("#totp-key").inner_text()


def finish_app(visitor: Visitor, key: str) -> list[str]:
    """Leads to the recovery codes, and returns them."""
    visitor.page.get_by_label("Code").fill(code_of(key))
    visitor.press("Set up")
    expect(visitor.heading).to_have_text("Recovery codes")
    return visitor.page.locator(".codes li").all_inner_texts()


def set_up_app(visitor: Visitor) -> tuple[str, list[str]]:
    """The app's key, and the recovery codes."""
    key = begin_app(visitor)
    codes = finish_app(visitor, key)
    visitor.follow("I have kept them")
    expect(visitor.heading).to_have_text("Your account")
    return key, codes


def leave(visitor: Visitor) -> None:
    visitor.press("Sign out")
    expect(visitor.page.get_by_label("Username")).to_be_visible()


def locked_out(visitor: Visitor) -> None:
    visitor.watch.expect(429)
    visitor.go("/login/")
    alert = visitor.page.get_by_role("alert").first
    for _ in range(TRIES):
        try_password(visitor, "nobody-there", "wrong")
        expect(alert).to_be_visible()
    expect(alert).to_contain_text("too many wrong passwords")


def key_of_app(visitor: Visitor) -> None:
    somebody(visitor)
    begin_app(visitor)


def app_refused(visitor: Visitor) -> None:
    key_of_app(visitor)
    visitor.page.get_by_label("Code").fill("000000")
    visitor.press("Set up")
    expect(visitor.page.locator(".errors").first).to_be_visible()


def recovery_codes(visitor: Visitor) -> None:
    somebody(visitor)
    finish_app(visitor, begin_app(visitor))


def factor_asked(visitor: Visitor) -> None:
    """After a password, of somebody with an app."""
    person = somebody(visitor)
    set_up_app(visitor)
    leave(visitor)
    arrive(visitor, person)
    expect(visitor.heading).to_have_text("Second factor")


def factor_refused(visitor: Visitor) -> None:
    factor_asked(visitor)
    visitor.page.get_by_label("Code").fill("000000")
    visitor.press("Sign in")
    expect(visitor.page.get_by_text("This code doesn’t fit")).to_be_visible()


def full_account(visitor: Visitor) -> None:
    """With an app, recovery codes, and two sessions."""
    person = somebody(visitor)
    visitor.page.context.clear_cookies(name="sessionid")
    arrive(visitor, person)
    expect(visitor.heading).to_have_text("Development")
    set_up_app(visitor)


def own(path: str) -> Steps:
    """A page of the account's own, which asks for a fresh sign-in."""

    def steps(visitor: Visitor) -> None:
        somebody(visitor)
        visitor.go(path)

    return steps


def confirmed_in_place(visitor: Visitor) -> None:
    """Where a masked value was to be shown, some time after the sign-in."""
    visitor.watch.expect(403)
    person = somebody(visitor)
    set_up_app(visitor)
    visitor.detail("analytics_warehouse", environment="prod")
    visitor.open_fields()
    visitor.site.let_sign_in_age(person.name)
    visitor.press("Show Password")
    visitor.reads("Production asks for a fresh sign-in before this.")


def confirmed_wrongly(visitor: Visitor) -> None:
    confirmed_in_place(visitor)
    visitor.page.get_by_label("Password of").fill("wrong")
    visitor.press("Confirm")
    visitor.reads("That isn’t right.")


def confirmed_with_form(visitor: Visitor) -> None:
    """Where a form was to be saved, which is kept."""
    visitor.watch.expect(403)
    person = somebody(visitor)
    visitor.begin(environment="prod")
    visitor.fill(conn_id="shop_replica", host="shop-1.example.internal", password="p@ss/word#1")
    visitor.site.let_sign_in_age(person.name)
    assert visitor.save() == 403
    expect(visitor.heading).to_have_text("Confirm that it is you")


def newcomer_at(path: str) -> Steps:
    """Somebody who may do nothing yet, whom the sign-in leads to a refusal."""

    def steps(visitor: Visitor) -> None:
        visitor.watch.expect(403)
        arrive(visitor, visitor.site.people["newcomer"])
        expect(visitor.heading).to_have_text("Your role doesn't allow this")
        visitor.go(path)

    return steps


def denied_at(path: str) -> Steps:
    def steps(visitor: Visitor) -> None:
        visitor.watch.expect(403)
        visitor.go(path)

    return steps


def over_budget(visitor: Visitor) -> None:
    """After as many reveals as a minute has."""
    visitor.watch.expect(429)
    somebody(visitor)
    name = f"crm_{uuid4().hex[:8]}"
    visitor.site.store(f"many/airflow/connections/{name}", "http://login:password@crm.example.com")
    visitor.detail(name, environment="many")
    visitor.open_fields()
    form = visitor.page.locator("form:has(> [name=field])").first
    visitor.page.evaluate(REVEALS, [form.get_attribute("action"), REVEALS_A_MINUTE])
    visitor.press("Show Password")
    visitor.reads("That is enough for now")


def over_budget_page(visitor: Visitor) -> None:
    over_budget(visitor)
    visitor.page.evaluate("""document.querySelector("form:has(> [name=field])").submit()""")
    expect(visitor.heading).to_have_text("That is enough for now")


def broken_configuration(visitor: Visitor) -> None:
    """What is wrong is told until the file can be read again."""
    path = Path(visitor.site.settings["SECRETSADMIN_CONFIG"])
    before = path.read_text()
    path.write_text(f'{before}\n[[grants]]\ngroup = "admins"\nrole = "chief"\n')
    try:
        visitor.go("/dev/")
        expect(visitor.page.locator("#configuration")).to_be_visible()
    finally:
        path.write_text(before)


def administering(path: str) -> Steps:
    """The administration of people, by somebody who may do everything."""

    def steps(visitor: Visitor) -> None:
        person = Person(f"root-{uuid4().hex[:6]}", "")
        visitor.site.make_superuser(person)
        arrive(visitor, person)
        expect(visitor.heading).to_have_text("Development")
        visitor.go(path)

    return steps


def changed_outside(visitor: Visitor) -> None:
    """The history of a connection that a script has saved, before anybody asked who it was."""
    name = f"prod/airflow/connections/outside_{uuid4().hex[:6]}"
    visitor.site.store(name, "postgres://u:p@h/one")
    with connected(visitor.site.emulator.endpoint) as client:
        client.put_secret_value(
            SecretId=name,
            SecretString="postgres://u:p@h/two",
            ClientRequestToken=f"terraform-{uuid4().hex}",
        )
    visitor.go(f"/prod/connections/history/{name.rpartition('/')[2]}/")
    expect(visitor.page.get_by_role("button", name="Ask CloudTrail").first).to_be_visible()


def asked_who(visitor: Visitor) -> None:
    changed_outside(visitor)
    visitor.page.get_by_role("button", name="Ask CloudTrail").first.click()
    expect(visitor.page.locator(".who").first).to_be_visible()
