"""Random words that are planted as secrets, and every place where one of them must not turn up."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from secrets import token_hex
from typing import Any, cast

from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.core.signals import got_request_exception
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from secretsadmin.server.log import formatter

FIELDS = ("host", "login", "schema", "password", "one", "two")
PLAIN = ("host", "login", "schema")


def planted() -> dict[str, str]:
    """A canary for every field. They begin with a letter and are all lower case, as hosts are."""
    return {name: f"c{token_hex(10)}" for name in FIELDS}


@dataclass
class Watch:
    """All that was planted, and all that came out."""

    client: Client
    canaries: set[str] = field(default_factory=set)
    outside: list[str] = field(default_factory=list)

    def plant(self) -> dict[str, str]:
        made = planted()
        self.canaries |= set(made.values())
        return made

    def get(self, url: str, **headers: str) -> None:
        """A page that may hold no canary at all, whatever its status."""
        self.see(self._send("GET", url, {}, headers), ())

    def post(
        self, url: str, data: dict[str, Any], shown: Any, *, status: int, **headers: str
    ) -> None:
        """An answer that holds these canaries and no other."""
        response = self._send("POST", url, data, headers)
        assert response.status_code == status, (url, response.status_code)
        self.see(response, shown)

    def see(self, response: HttpResponse, shown: Any) -> None:
        found = self.within(response.content.decode())
        # Canaries are random, and told here by number alone.
        assert found <= set(shown), (
            f"{len(found - set(shown))} canaries too many in {response.status_code}"
        )

    def within(self, text: str) -> set[str]:
        return {canary for canary in self.canaries if canary in text}

    def _send(
        self, method: str, url: str, data: dict[str, Any], headers: dict[str, str]
    ) -> HttpResponse:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        send: Any = self.client.get if method == "GET" else self.client.post
        response = send(url, data, headers=names)
        self.outside += [url, str(response.headers), response.cookies.output()]
        assert "no-store" in response.headers["Cache-Control"]
        return cast("HttpResponse", response)


class Collector(logging.Handler):
    """Every record, as it was made and as the product writes it."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.raw: list[str] = []
        self.written = StringIO()
        self.formatter = formatter()

    def emit(self, record: logging.LogRecord) -> None:
        raised = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        self.raw.append(f"{record.name} {record.getMessage()} {record.args!r} {raised}")
        self.written.write(self.format(record) + "\n")


@contextmanager
def collecting() -> Iterator[Collector]:
    """What is logged, by a program that asks for everything."""
    collector, root = Collector(), logging.getLogger()
    level = root.level
    root.addHandler(collector)
    root.setLevel(logging.DEBUG)
    try:
        yield collector
    finally:
        root.setLevel(level)
        root.removeHandler(collector)


@contextmanager
def raised() -> Iterator[list[str]]:
    """The texts of all exceptions that reached Django."""
    texts: list[str] = []

    def note(**_: Any) -> None:
        texts.append(traceback.format_exc())

    got_request_exception.connect(note)
    try:
        yield texts
    finally:
        got_request_exception.disconnect(note)


def kept() -> str:
    """Every row of every table, and what sessions, cache and mails hold."""
    rows: list[Any] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a name of our own.
            rows += cursor.fetchall()
    sessions = [session.get_decoded() for session in Session.objects.all()]
    return repr(
        [rows, sessions, vars(cache).get("_cache"), [message.message() for message in mail.outbox]]
    )
