"""A variable in Airflow's files, so that Airflow's import stores the same text again.

Source: airflow/cli/commands/variable_command.py, variables_export and variables_import (3.3).
"""

import json
from contextlib import suppress
from typing import Any, NoReturn

from secretsadmin.adapter import CannotExport
from secretsadmin.config.ref import Ref

FORMATS = ("json", "yaml", "env")
# Deeper values are written as texts, which all readers of a file take.
_LEVELS = 10


def file_entry(key: str, ref: Ref, text: str, description: str) -> object:
    """What a file has of a variable. Raises CannotExport."""
    if ref.team:
        raise CannotExport("Airflow's files have no variables of a team.")
    if key == "env":
        return _line(ref.id, text)
    # YAML spells numbers anew, so there each value is a text.
    value = _value(text) if key == "json" else text
    if description or (isinstance(value, dict) and "value" in value):
        return {"description": description or None, "value": value}
    return value


def _line(variable_id: str, text: str) -> str:
    if "=" in variable_id:
        raise CannotExport("Its key has an equals sign, where Airflow ends the key of a line.")
    # Airflow splits the file as Python does, at more than the ends of lines.
    if len(f"{text}.".splitlines()) > 1:
        raise CannotExport("It has several lines, and the format has one for each variable.")
    return text


def _value(text: str) -> Any:
    """The JSON value as which Airflow exports the text, where its import makes the same text of it.

    Otherwise that is the text itself: an import would lay the JSON out anew, or respell a number.
    """
    with suppress(ValueError, RecursionError):
        value = json.loads(text, parse_constant=_refuse)
        written = json.dumps(value, indent=2, sort_keys=True)
        if written == text and not isinstance(value, str) and not _is_deep(value, _LEVELS):
            return value
    return text


def _refuse(_word: str) -> NoReturn:
    raise ValueError


def _is_deep(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    if not levels:
        return True
    inner = value.values() if isinstance(value, dict) else value
    return any(_is_deep(item, levels - 1) for item in inner)
