"""The log tells names and ids as JSON, and of an exception its type and place alone."""

import json
import logging
import os
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.canaries import collecting

CANARY = "wJalrXUtnFEMI"
log = logging.getLogger("secretsadmin.tests")


def written(act: Callable[[], None]) -> dict[str, Any]:
    """The one line that the act leaves, as the product writes it."""
    with collecting() as logged:
        act()
    (line,) = logged.written.getvalue().splitlines()
    record: dict[str, Any] = json.loads(line)
    return record


def test_says_when_and_from_where() -> None:
    record = written(lambda: log.warning("a listing broke off"))

    assert record["event"] == "a listing broke off"
    assert (record["level"], record["logger"]) == ("warning", "secretsadmin.tests")
    assert record["timestamp"].endswith("Z")


def test_keeps_a_record_on_its_line_whatever_stands_in_it() -> None:
    name = 'eve\r\n{"event": "signed in", "user": "admin"}\x1b[2J\u2028'

    assert (
        written(lambda: log.warning("no such user: %s", name))["event"] == f"no such user: {name}"
    )


def test_takes_over_no_detail_that_is_not_known_to_be_harmless() -> None:
    details = {"act": "1", "error": "NotFound", "request": CANARY, "value": CANARY}

    record = written(lambda: log.warning("failed", extra=details))

    assert record["act"] == "1"
    assert record["error"] == "NotFound"
    assert CANARY not in json.dumps(record)


def fail() -> None:
    try:
        _ = os.environ[CANARY]
    except KeyError as error:
        error.add_note(CANARY)
        raise ValueError(CANARY) from error


def log_failure(**how: Any) -> None:
    try:
        fail()
    except ValueError as error:
        given: dict[str, Any] = {
            name: error if value == "itself" else value for name, value in how.items()
        }
        log.error("failed", **given)


@pytest.mark.parametrize(
    "how", [{"exc_info": True}, {"exc_info": "itself"}, {"exc_info": True, "stack_info": True}]
)
def test_quotes_no_text_of_an_exception(how: dict[str, Any]) -> None:
    record = written(lambda: log_failure(**how))

    assert record["exception"] == "ValueError"
    assert any("test_log.py" in frame and frame.endswith(" fail") for frame in record["frames"])
    assert CANARY not in json.dumps(record)


def test_quotes_no_text_that_another_handler_has_written_down_already() -> None:
    plain = logging.Formatter()

    class First(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            plain.format(record)

    first = First()
    logging.getLogger().addHandler(first)
    try:
        assert CANARY not in json.dumps(written(lambda: log_failure(exc_info=True)))
    finally:
        logging.getLogger().removeHandler(first)


@pytest.mark.parametrize(
    "name", ["boto3", "botocore", "urllib3", "s3transfer", "django.db.backends", "django.template"]
)
def test_hears_nothing_of_those_who_print_what_they_work_with(name: str) -> None:
    with collecting() as logged:
        logging.getLogger(name).debug(CANARY)
        logging.getLogger(f"{name}.deeper").debug(CANARY)

    assert logged.raw == []
