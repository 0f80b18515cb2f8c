"""Templates ask nothing of htmx that its configuration switches off."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

SOURCES = ("templates", "secretsadmin", "connections", "variables")
TRIGGER = re.compile(r"""hx-trigger["']?\s*[:=]\s*(["'])(.*?)\1""", re.DOTALL)


def triggers(text: str) -> list[str]:
    return [match[2] for match in TRIGGER.finditer(text)]


def files() -> Iterator[Path]:
    for folder in SOURCES:
        for ending in ("html", "py"):
            yield from (Path(settings.BASE_DIR) / folder).rglob(f"*.{ending}")


@pytest.mark.parametrize(
    "text",
    [
        """<form hx-trigger="input[target.value] delay:1s, submit">""",
        """<form data-hx-trigger='keyup[key=="Enter"]'>""",
        """attrs = {"hx-trigger": "load,\n click[ctrlKey]"}""",
    ],
)
def test_are_looked_at_whichever_way_they_are_written(text: str) -> None:
    assert ["[" in trigger for trigger in triggers(text)] == [True]


def test_filter_no_event_by_an_expression() -> None:
    """Without `eval` htmx takes `click[ctrlKey]` for every click."""
    told = [(path.name, trigger) for path in files() for trigger in triggers(path.read_text())]

    assert told
    assert [(name, trigger) for name, trigger in told if "[" in trigger] == []
