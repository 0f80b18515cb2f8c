"""What the scripts decide, each function by itself, in the browser that runs them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.browsers import Browsers

Call = Callable[..., Any]
# A module is imported from where the page itself has its scripts, under the same policy.
CALL = """async ([module, name, given]) => {
    const main = document.querySelector("script[type=module]").src;
    const functions = await import(new URL(`${module}.js`, main));
    return functions[name](...given);
}"""
# The functions read the fields of a form, so the page gets one.
TYPED = """async (change) => {
    const main = document.querySelector("script[type=module]").src;
    const { typedInto } = await import(new URL("leaving.js", main));
    const form = document.createElement("form");
    const add = (tag, properties) => {
        const field = Object.assign(document.createElement(tag), properties);
        form.append(field);
        return field;
    };
    add("input", { id: "host", name: "host", type: "text", defaultValue: "db.example.com" });
    add("input", { name: "untitled", type: "text" });
    add("input", { id: "port", name: "port", type: "number", defaultValue: "5432" });
    add("input", { id: "extra", name: "extra", type: "checkbox", defaultChecked: true });
    add("input", { id: "password", name: "password", type: "password" });
    add("textarea", { id: "value", name: "value", defaultValue: "text" });
    const select = add("select", { id: "mode", name: "mode" });
    select.append(new Option("disable"), new Option("require", "require", true, true));
    add("input", { id: "login", name: "login", type: "text", value: "shown again" });
    add("input", { type: "hidden", name: "initial-login", value: "stored" });
    for (const [name, value] of Object.entries(change)) {
        const field = form.elements[name];
        if (field.type === "checkbox") field.checked = value;
        else field.value = value;
    }
    return typedInto(form);
}"""
AGAIN = ["login", "shown again"]


@pytest.fixture
def evaluate(browsers: Browsers) -> Iterator[Call]:
    visitor = browsers.open_again("")
    visitor.go("/login/")
    yield visitor.page.evaluate
    browsers.end()


@pytest.fixture
def call(evaluate: Call) -> Call:
    def call(module: str, name: str, *given: Any) -> Any:
        return evaluate(CALL, [module, name, given])

    return call


def test_let_text_into_the_two_parsers_alone(call: Call) -> None:
    for sink in ("DOMParser parseFromString", "Document parseHTMLUnsafe"):
        assert call("parsing", "textForSink", "<b>", sink) == "<b>"
    for sink in ("Element innerHTML", "Document write", "", "DOMParser"):
        assert call("parsing", "textForSink", "<b>", sink) is None


def test_count_a_begun_second_as_one(call: Call) -> None:
    for now, end, seconds in (
        (0, 30_000, 30),
        (1, 30_000, 30),
        (29_001, 30_000, 1),
        (30_000, 30_000, 0),
        (90_000, 30_000, -60),
    ):
        assert call("revealing", "secondsBetween", now, end) == seconds


@pytest.mark.parametrize(
    ("size", "text", "problem"),
    [
        (65_536, "text", ""),
        (65_537, "", "That file is too large: a connection takes 65,536 bytes."),
        (0, "", "That file holds no text."),
        (4, "a\ufffdb", "That file holds no text."),
    ],
)
def test_say_why_a_file_fills_no_box(call: Call, size: int, text: str, problem: str) -> None:
    assert call("filling", "problemWith", size, text) == problem


def test_tell_files_by_how_they_end_every_line(call: Call) -> None:
    for text in ("a\r\n", "a\r\nb", "a\r\n\r\nb"):
        assert call("filling", "endsLinesWithCrLf", text)
    for text in ("", "a", "a\n", "a\r", "a\r\nb\n", "a\nb\r\n"):
        assert not call("filling", "endsLinesWithCrLf", text)


def test_keep_no_text_that_holds_an_address_or_a_key(call: Call) -> None:
    for text in ("me@host", "https://hooks.example.com/x", "a?b", "token=x", "//host"):
        assert call("leaving", "holdsAddressOrKey", text)
    for text in ("", "db.example.com", "Of the shop", "5432", "a/b"):
        assert not call("leaving", "holdsAddressOrKey", text)


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({}, []),
        ({"host": "db-2.example.com"}, [["host", "db-2.example.com"]]),
        ({"host": ""}, [["host", ""]]),
        ({"host": "me@db-2.example.com"}, []),
        ({"port": "5433"}, [["port", "5433"]]),
        ({"extra": False}, [["extra", False]]),
        ({"mode": "disable"}, [["mode", "disable"]]),
        ({"untitled": "no id"}, []),
        ({"password": "secret", "value": "secret"}, []),
    ],
)
def test_keep_what_was_changed_in_plain_fields(
    evaluate: Call, change: dict[str, Any], kept: list[Any]
) -> None:
    """A field that an input beside it has another value for was changed before it came."""
    assert evaluate(TYPED, change) == [*kept, AGAIN]
    assert evaluate(TYPED, {**change, "login": "stored"}) == kept


def test_see_whether_a_redirect_led_to_another_page(call: Call) -> None:
    page = "http://site.example/dev/connections/?q=a"
    for answered, asked, expected in (
        ("", "/dev/", False),
        ("http://site.example/dev/connections/?q=b", "/dev/connections/?q=b", False),
        ("http://site.example/dev/connections/", "?q=c", False),
        ("http://site.example/login/?next=/dev/", "/dev/connections/", True),
    ):
        assert call("answers", "leadsElsewhere", answered, asked, page) is expected


def decision(call: Call, status: int, *facts: str) -> Any:
    names = ("isPoll", "isElsewhere", "isForMessages", "hasMessage", "isSignedOutShown")
    assert set(facts) <= set(names)
    return call("answers", "decide", {"status": status, **{name: name in facts for name in names}})


@pytest.mark.parametrize(
    ("status", "facts", "expected"),
    [
        (200, (), "renew"),
        (422, (), "show"),
        (403, ("isForMessages", "hasMessage"), "show"),
        (200, ("isForMessages", "hasMessage"), "show"),
        (500, ("isForMessages",), "report"),
        (200, ("isElsewhere",), "report"),
        (401, ("isForMessages", "hasMessage"), "show"),
        (401, ("isForMessages", "hasMessage", "isSignedOutShown"), "drop"),
        (401, ("isElsewhere", "isSignedOutShown"), "report"),
        (200, ("isPoll",), "show"),
        (200, ("isPoll", "isElsewhere"), "stop"),
        (401, ("isPoll", "isForMessages", "hasMessage", "isSignedOutShown"), "stop"),
        (503, ("isPoll", "isForMessages"), "stop"),
    ],
)
def test_decide_what_becomes_of_an_answer(
    call: Call, status: int, facts: tuple[str, ...], expected: str
) -> None:
    assert decision(call, status, *facts) == expected


def test_name_the_parameters_that_hold_nothing(call: Call) -> None:
    parameters = [["q", ""], ["type", "mysql"], ["state", ""], ["q", "a"], ["days", "0"]]
    assert call("answers", "emptyNames", parameters) == ["q", "state"]
    assert call("answers", "emptyNames", []) == []


def test_find_the_switch_of_the_keys_among_the_cookies(call: Call) -> None:
    for cookies in ("single_keys=off", "a=b; single_keys=off", "single_keys=off; a=b"):
        assert call("keys", "areOff", cookies)
    for cookies in ("", "a=b", "single_keys=on", "my_single_keys=off", "single_keys=offered"):
        assert not call("keys", "areOff", cookies)


def test_keep_the_switch_of_the_keys_for_a_year_or_not_at_all(call: Call) -> None:
    off = call("keys", "cookieFor", {"isOn": False, "isSecure": True})
    on = call("keys", "cookieFor", {"isOn": True, "isSecure": False})

    assert off == "single_keys=off; path=/; max-age=31536000; samesite=strict; secure"
    assert on == "single_keys=off; path=/; max-age=0; samesite=strict"


def test_walk_rows_from_the_first_to_the_last(call: Call) -> None:
    for place, step, count, expected in (
        (-1, 1, 3, 0),
        (-1, -1, 3, 0),
        (0, 1, 3, 1),
        (2, 1, 3, 2),
        (0, -1, 3, 0),
        (-1, 1, 0, -1),
    ):
        assert call("keys", "placeAfter", place, step, count) == expected


def test_walk_lines_in_their_column(call: Call) -> None:
    three_columns = [0, 10, 20, 0, 10, 0]
    for place, step, expected in (
        (0, 1, 3),
        (3, 1, 5),
        (5, 1, -1),
        (1, 1, 4),
        (2, 1, -1),
        (4, -1, 1),
        (1, -1, -1),
    ):
        assert call("keys", "placeInColumn", place, step, three_columns) == expected


def test_search_for_what_fits_the_pattern_alone(call: Call) -> None:
    pattern = "[^@:=]*|https"
    for text in ("", "snowflake", "https", "größe"):
        assert call("choosing", "fitsPattern", text, pattern)
    for text in ("postgres://me", "a=b", "https:", "a\n@"):
        assert not call("choosing", "fitsPattern", text, pattern)


def test_open_the_palette_by_its_keys_alone(call: Call) -> None:
    plain = {"altKey": False, "shiftKey": False, "ctrlKey": False, "metaKey": False}
    for keys in (["ctrlKey"], ["metaKey"]):
        assert call("palette", "opensPalette", plain | dict.fromkeys(keys, True) | {"key": "k"})
    for keys in ([], ["ctrlKey", "shiftKey"], ["ctrlKey", "altKey"], ["ctrlKey", "metaKey"]):
        assert not call("palette", "opensPalette", plain | dict.fromkeys(keys, True) | {"key": "k"})
    assert not call("palette", "opensPalette", plain | {"ctrlKey": True} | {"key": "j"})


def test_name_the_palettes_keys_as_the_keyboard_does(call: Call) -> None:
    assert call("palette", "nameOfKeys", "MacIntel") == "⌘ K"
    assert call("palette", "nameOfKeys", "Linux x86_64") == "Ctrl K"


def test_walk_the_palettes_results_around(call: Call) -> None:
    for place, key, expected in (
        (0, "ArrowDown", 1),
        (2, "ArrowDown", 0),
        (0, "ArrowUp", 2),
        (1, "Home", 0),
        (1, "End", 2),
        (1, "a", None),
    ):
        assert call("palette", "resultAfter", place, key, 3) == expected
