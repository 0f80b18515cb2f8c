"""What there is to know of a stored variable or config option: it is one text, masked."""

import json

from secretsadmin import kinds
from secretsadmin.diff.fields import WHOLE, Fields
from secretsadmin.diff.json_parts import find_part, parts_by_path
from secretsadmin.diff.line_parts import parts_by_line
from secretsadmin.kinds import Field, Note, Opened, Reading, withheld
from secretsadmin.texts import hides
from variables.merge import by_key
from variables.variable import Variable

# Without the place where the JSON breaks off, which tells something of the text before it.
BROKEN_JSON = Note("This looks like JSON, but it isn't. Whatever reads it as JSON fails.")


def inspect(text: str) -> Opened:
    """Never raises: any text is a variable."""
    variable = Variable(text)
    return Opened(
        fields=(Field("value", "Value", text),),
        readings=(Reading(fields=(Field("value", "value", text),)),),
        format="JSON" if variable.is_json else "text",
        notes=tuple(notes(variable)),
        coarse_notes=(BROKEN_JSON,) if variable.json_problem else (),
    )


def judge(text: str) -> str:
    """The format of a text, or its trouble if it begins like JSON and isn't. Never raises."""
    variable = Variable(text)
    if variable.json_problem:
        return kinds.BROKEN_JSON
    return "json" if variable.is_json else "text"


def diff(before: str, after: str, *, may_learn: bool) -> tuple[Fields, Fields]:
    """Two JSON objects by key, other texts by line, and longer texts as wholes. Never raises.

    People who may not reveal the value get wholes: its keys and the number of its lines are secret.
    """
    if not may_learn:
        return withheld(whole(before)), withheld(whole(after))
    sides = _by_key(before, after) or parts_by_line(before, after)
    if sides:
        return sides
    return _too_long(before), _too_long(after)


def merge_parts(texts: tuple[str, ...]) -> tuple[Fields, ...]:
    """JSON objects by their own keys, other texts as wholes."""
    return by_key(texts) or tuple(whole(text) for text in texts)


def part(text: str, name: str) -> Field | None:
    """The key that has this name in a comparison. A line has a name only beside another text."""
    value = _json_object(text)
    if value is None:
        return None
    return find_part(value, name)


def whole(text: str) -> Fields:
    """A value that is chosen or typed as one, if there is one."""
    return (Field(WHOLE, "Value", text),) if text else ()


def notes(variable: Variable) -> list[Note]:
    """What to know of a value before and after it is saved."""
    notes = []
    if problem := variable.json_problem:
        notes.append(Note(f"{problem} Whatever reads it as JSON fails."))
    if what := hides(variable.text):
        notes.append(Note(f"It {what}, which is part of the value.", "info"))
    return notes


def _by_key(before: str, after: str) -> tuple[Fields, Fields] | None:
    old, new = _json_object(before), _json_object(after)
    if old is None or new is None:
        return None
    return parts_by_path(old, new)


def _json_object(text: str) -> dict[str, object] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _too_long(text: str) -> Fields:
    return (Field(WHOLE, "Value, too long to compare line by line", text),)
