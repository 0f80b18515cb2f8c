"""A strange text in Secrets Manager ... (each test finishes the sentence)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from connections.adapter import ADAPTER as OF_CONNECTIONS
from connections.value import export
from connections.value.connection import NotRepresentable
from connections.value.export import TITLES, Stored, copy_as
from secretsadmin.adapter import KindAdapter
from secretsadmin.demo.emulator import Answer, Emulator
from secretsadmin.diff.two_ways import part_changes
from tests.support.forms import as_sent
from tests.support.site import BACKEND, CONNECTIONS, VARIABLES, overwrite, put
from tests.support.strange import EVERY, LONE, ON_PAGES, THOROUGHLY
from variables.adapter import ADAPTER as OF_VARIABLES

PLAIN = "postgres://svc:secret@db.example.com/orders?sslmode=require"
# What a version before the strange one holds, so that both are compared part by part.
BEFORE = {"connections": PLAIN, "variables": '{"colour": "blue"}'}
KINDS = {"connections": CONNECTIONS, "variables": VARIABLES}
ADAPTERS: dict[str, KindAdapter] = {"connections": OF_CONNECTIONS, "variables": OF_VARIABLES}


@pytest.mark.parametrize("kind", ADAPTERS)
def test_is_taken_apart_by_no_error(kind: str) -> None:
    adapter = ADAPTERS[kind]
    for text in EVERY.values():
        opened = adapter.inspect(text, BACKEND)
        for other in (text, BEFORE[kind]):
            part_changes(*adapter.diff(text, other, BACKEND, may_learn=True))
            part_changes(*adapter.diff(other, text, BACKEND, may_learn=False))
        for field in opened.fields[:1]:
            adapter.part(text, field.name, BACKEND)


@pytest.mark.parametrize("key", TITLES)
def test_is_copied_or_refused(key: str) -> None:
    for name, text in EVERY.items():
        try:
            copied = copy_as(key, Stored(text, "orders", "airflow/connections/orders"))
        except NotRepresentable:
            continue
        assert copied.encode(), name
        assert key != export.AS_STORED or copied == text


class Looks:
    """A person who looks at a secret of two versions, and the statuses and pages that they get."""

    def __init__(self, browser: Client, url: str, old: str, new: str) -> None:
        self.browser, self.url, self.old, self.new = browser, url, old, new
        self.answers: list[tuple[str, Any]] = []

    def post(self, verb: str, look: str = "", **data: Any) -> Any:
        answer = self.browser.post(self.url.format(verb), data)
        self.answers.append((look or verb, answer))
        return answer

    def get(self, verb: str) -> None:
        self.answers.append((verb, self.browser.get(self.url.format(verb))))

    def at_what_is_stored(self, *, parts: int = 1) -> None:
        fields = self.post("open").context["page"].opened.fields
        masked = [field for field in fields if field.masked]
        for field in masked[:1]:
            self.post("reveal", field=field.name)
        compared = self.post("compare", one=self.old, other=self.new).context["compared"]
        masked_parts = [row for row in compared.differing if row.after.reveal_url]
        for row in masked_parts[:parts]:
            self.post("reveal", "reveal a part", part=row.name, version=self.new)

    def at_the_form(self) -> dict[str, Any]:
        sent = as_sent(self.post("edit", reveal="1")) | {"host": "other", "reason": "\u202e"}
        self.post("update", "review", **sent, review="1")
        return sent

    def at_all(self) -> None:
        self.get("detail")
        self.get("history")
        self.at_what_is_stored(parts=12)
        self.post("edit")
        sent = self.at_the_form()
        self.post("update", "preview", **sent, preview="1")
        self.post("update", "another type", **sent | {"new_type": "postgres"})
        overtaken = self.post("update", "overtaken", **sent | {"version": self.old, "value": "{}"})
        if overtaken.status_code == 409:
            self.post(
                "update", "all of mine", **as_sent(overtaken) | {"take": "mine", "review": "1"}
            )
        self.post("update", "save", **sent)

    @property
    def errors(self) -> list[tuple[str, int]]:
        return [
            (look, answer.status_code) for look, answer in self.answers if answer.status_code >= 500
        ]


@pytest.mark.parametrize("kind", KINDS)
def test_is_answered_on_every_page(editor: Client, secrets_manager: Emulator, kind: str) -> None:
    editor.raise_request_exception = False
    errors = {}
    for number, (name, text) in enumerate(ON_PAGES[kind].items()):
        secret = f"airflow/{kind}/x{number}"
        old = put(secrets_manager, secret, BEFORE[kind])
        new = overwrite(secrets_manager, secret, text)
        looks = Looks(editor, f"{KINDS[kind]}/{{}}/x{number}/", old, new)

        if name in THOROUGHLY:
            looks.at_all()
        else:
            looks.at_what_is_stored()
            looks.at_the_form()

        errors[name] = looks.errors
    assert errors == {name: [] for name in ON_PAGES[kind]}


def with_half_a_surrogate(emulator: Emulator) -> Callable[[Any], Answer]:
    """AWS takes none, and what stands before it may all the same hand one on."""
    inner = emulator.respond

    def respond(request: Any) -> Answer:
        status, headers, body = inner(request)
        return status, headers, body.replace("LONE", r"\ud800") if isinstance(body, str) else body

    return respond


@pytest.mark.parametrize("kind", KINDS)
def test_is_no_text_with_half_a_surrogate_in_it(
    editor: Client, secrets_manager: Emulator, kind: str
) -> None:
    old = put(secrets_manager, f"airflow/{kind}/x", PLAIN, Description="LONE")
    new = overwrite(secrets_manager, f"airflow/{kind}/x", "postgres://LONE:LONE@h/db")
    secrets_manager.respond = with_half_a_surrogate(secrets_manager)

    looks = Looks(editor, f"{KINDS[kind]}/{{}}/x/", old, new)

    looks.at_all()

    assert looks.errors == []
    assert not any(LONE in answer.content.decode() for _, answer in looks.answers)
