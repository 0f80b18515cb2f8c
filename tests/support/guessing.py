"""Two secrets that differ only in what a person may not see, and all that they are answered."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import unified_diff
from itertools import zip_longest
from typing import Any

from django.test import Client
from time_machine import Traveller

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.support.forms import as_sent
from tests.support.site import put
from tests.support.wire import counting

ENVIRONMENT = "prod"
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]*')
# Lines of the record are numbered, and the two secrets take turns.
_NUMBER = re.compile(r"(Details of event )[0-9]+")
_TEXTS = (
    "action",
    "outcome",
    "user",
    "reason",
    "fields",
    "format",
    "holds",
    "error",
    "version",
    "previous",
)


@dataclass
class Notes:
    """What one secret's pages said, with ids and tokens replaced by the same words for both."""

    key: str
    said: list[tuple[Any, ...]] = field(default_factory=list)
    _ids: dict[str, str] = field(default_factory=dict)

    def alike(self, text: str) -> str:
        text = _TOKEN.sub(r"\1", text.replace(self.key, "the-id"))
        text = _NUMBER.sub(r"\1", text)
        for found in _ID.findall(text):
            self._ids.setdefault(found, f"id-{len(self._ids)}")
        for whole, name in self._ids.items():
            text = text.replace(whole, name).replace(whole[:8], f"{name}-short")
        return text

    def add(self, what: str, response: Any, calls: Mapping[str, int]) -> None:
        headers = {name: self.alike(value) for name, value in sorted(response.headers.items())}
        cookies = sorted(response.cookies)
        body = self.alike(response.content.decode())
        # A token's length is always the same, and it is left out of the body above.
        headers.pop("Content-Length", None)
        self.said.append((what, response.status_code, headers, cookies, dict(calls), body))

    def add_record(self) -> None:
        for row in Event.objects.filter(secret=self.key).order_by("id").values_list(*_TEXTS):
            self.said.append(("record", *(self.alike(str(text)) for text in row)))


def differences(one: Notes, other: Notes) -> str:
    """The first answers that differ, with their differing lines; nothing where all are alike."""
    for mine, theirs in zip_longest(one.said, other.said):
        if mine != theirs:
            lines, others = (repr(said).replace("\\n", "\n").split("\n") for said in (mine, theirs))
            return "\n".join(unified_diff(lines, others, str(mine[:2]), str(theirs[:2]), n=0))
    return ""


@dataclass
class Guesser:
    """A person's browser on one secret of the protected environment, and their notes."""

    emulator: Emulator
    kind: str
    notes: Notes
    browsers: Mapping[str, Client]
    clock: Traveller

    @property
    def name(self) -> str:
        return f"{ENVIRONMENT}/{self.kind}/{self.notes.key}"

    def begin(self, text: str, conn_type: str = "") -> str:
        tags = [{"Key": "airflow:conn-type", "Value": conn_type}] if conn_type else []
        return put(self.emulator, self.name, text, Tags=tags)

    def url(self, verb: str) -> str:
        return f"/{ENVIRONMENT}/{self.kind}/{verb}/{self.notes.key}/"

    def get(self, verb: str, query: Mapping[str, str] | None = None, by: str = "editor") -> Any:
        with self._noting(f"{by} gets {verb}") as answers:
            answers.append(self.browsers[by].get(self.url(verb), query))
        return answers[0]

    def post(self, verb: str, data: Mapping[str, Any] | None = None, by: str = "editor") -> Any:
        with self._noting(f"{by} posts {verb}") as answers:
            answers.append(self.browsers[by].post(self.url(verb), data))
        return answers[0]

    def see_audit(self) -> None:
        with self._noting("the audit page") as answers:
            answers.append(self.browsers["editor"].get("/audit/", {"secret": self.notes.key}))

    def fields(self) -> dict[str, list[str]]:
        """What the form of an edit sends when nobody touches it."""
        return as_sent(self.post("edit"))

    @contextmanager
    def _noting(self, what: str) -> Iterator[list[Any]]:
        answers: list[Any] = []
        # AWS tells versions in no order but that of their dates.
        self.clock.shift(1)
        with counting(self.emulator) as calls:
            yield answers
        # A list that is swept in the background comes when it comes.
        calls.pop("ListSecrets", None)
        self.notes.add(what, answers[0], calls)
