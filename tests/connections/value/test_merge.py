"""Two people's versions of any connection ... (each test finishes the sentence)."""

import json
from typing import Any

from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from connections.value.connection import Connection
from secretsadmin.demo.emulator import Emulator
from secretsadmin.texts import lines
from tests.connections.test_edits import BOUNDED, opened, planted, read, readable, texts
from tests.support.forms import as_sent
from tests.support.site import CONNECTIONS, current, errors, overwrite, stored

TYPED = st.dictionaries(
    st.sampled_from(["host", "login", "password", "schema"]), st.sampled_from(["one", "two"])
)


def fields(connection: Connection) -> dict[str, str]:
    """Every field that has something in it; a form sends every line's end alike."""
    standard = ("conn_type", "host", "login", "password", "schema", "port")
    found: dict[str, Any] = {name: getattr(connection, name) for name in standard}
    found |= {f"extra.{key}": value for key, value in connection.extra.items()}
    return {
        name: told(value)
        for name, value in found.items()
        if value not in (None, "") or value is False
    }


def told(value: Any) -> str:
    return (
        lines(value)
        if isinstance(value, str)
        else json.dumps(value, sort_keys=True).replace(r"\r\n", r"\n")
    )


@BOUNDED
@given(base=texts(), theirs=texts(), typed=TYPED, data=st.data())
def test_become_exactly_what_was_chosen_for_each_field(
    editor: Client,
    secrets_manager: Emulator,
    base: str,
    theirs: str,
    typed: dict[str, str],
    data: st.DataObject,
) -> None:
    before, there = fields(readable(base)), fields(readable(theirs))
    conn_id, name = planted(secrets_manager, base)
    page = opened(editor, conn_id)
    mine = {each: text for each, text in typed.items() if each in page.context["form"].fields}
    overwrite(secrets_manager, name, theirs)

    overtaken = editor.post(f"{CONNECTIONS}/update/{conn_id}/", as_sent(page) | mine)
    assert overtaken.status_code == 409, errors(overtaken)
    ways = overtaken.context["ways"]
    sides = {each.part.key: data.draw(st.sampled_from(["mine", "theirs"])) for each in ways.open}
    chosen = {f"choice.{key}": side for key, side in sides.items()}
    saved = editor.post(f"{CONNECTIONS}/update/{conn_id}/", as_sent(overtaken) | chosen)

    if saved.status_code == 422:
        # Not every mix can be written, and the field that forbids it is named.
        assert errors(saved)
        assert current(secrets_manager, name) == as_sent(saved)["on_top_of"][0]
        return
    own = {each.part.name for each in ways.open if sides[each.part.key] == "mine"}
    expected = there | {each: (before | mine).get(each, "") for each in own}
    assert fields(read(stored(secrets_manager, name)["SecretString"])) == {
        k: v for k, v in expected.items() if v
    }
