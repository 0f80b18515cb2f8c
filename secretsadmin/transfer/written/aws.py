"""A shell script of AWS's commands that make the same secrets elsewhere.

People run what they were given, so every word is quoted for a shell, and nothing is run of a script
that broke off: a shell reads a group of commands to its end first.
"""

import json
import re
import shlex

from secretsadmin.kinds import Kind
from secretsadmin.transfer.written.writer import Item, Writer

# A terminal acts on these even between quotation marks; a line's end and a tab are safe there.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# The AWS CLI puts the content of such a place into the request; its version 1 fetches from the
# network, too.
_LOADED = ("file://", "fileb://", "http://", "https://")
# Tags that AWS gives alone.
_OWN = "aws:"


def script(_kind: Kind) -> Writer:
    return Writer(_command, head="#!/bin/sh\n{\nset -e\n", tail="}\n", comment="# ")


def _command(item: Item) -> str:
    secret = item.secret
    tags = [
        {"Key": key, "Value": value}
        for key, value in secret.tags.items()
        if not key.startswith(_OWN)
    ]
    options = {
        "--name": secret.ref.name,
        "--description": secret.description,
        "--tags": json.dumps(tags) if tags else "",
        "--secret-string": item.text,
    }
    if any(_is_taken_otherwise(value) for value in options.values()):
        options = {"--cli-input-json": _as_json(item, tags)}
    given = [f"{name}={shlex.quote(value)}" for name, value in options.items() if value]
    return f"aws secretsmanager create-secret {' '.join(given)}\n"


def _is_taken_otherwise(value: str) -> bool:
    return value.startswith(_LOADED) or _CONTROLS.search(value) is not None


def _as_json(item: Item, tags: list[dict[str, str]]) -> str:
    """The whole request. The AWS CLI loads nothing that is named inside of it."""
    fields = {
        "Name": item.secret.ref.name,
        "Description": item.secret.description,
        "Tags": tags,
        "SecretString": item.text,
    }
    text = json.dumps({name: value for name, value in fields.items() if value}, ensure_ascii=False)
    return _CONTROLS.sub(lambda control: rf"\u{ord(control[0]):04x}", text)
