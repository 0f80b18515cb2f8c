"""What a stored variable or config option looks like to the shared pages: one text, masked."""

import json
from collections.abc import Mapping
from typing import Any

from secretsadmin.comparing import WHOLE, Fields, keys, lines
from secretsadmin.kinds import CONFIG, Field, Kind, Note, Opened, Reading, Shape, Usage
from variables.mixing import by_key
from variables.variable import Variable


def open_text(text: str, _extra_conn_words: Mapping[str, Any]) -> Opened:
    """Never raises: any text is a variable."""
    value = Field("value", "Value", text)
    return Opened(
        fields=(value,),
        readings=(Reading("Airflow 2 and 3", (Field("value", "value", text),)),),
        form="JSON" if Variable(text).is_json else "text",
        notes=tuple(notes(Variable(text))),
    )


def parts(before: str, after: str, _extra_conn_words: Mapping[str, Any]) -> tuple[Fields, Fields]:
    """Two JSON objects by key, other texts by line, and what is too long for that as a whole."""
    return _by_key(before, after) or lines(before, after) or (_whole(before), _whole(after))


def _by_key(before: str, after: str) -> tuple[Fields, Fields] | None:
    try:
        one, other = json.loads(before), json.loads(after)
        return keys(one, other) if isinstance(one, dict) and isinstance(other, dict) else None
    except (ValueError, RecursionError):
        return None


def ways(texts: tuple[str, ...]) -> tuple[Fields, ...]:
    """JSON objects by their own keys, other texts as wholes."""
    return by_key(texts) or tuple(map(whole, texts))


def whole(text: str) -> Fields:
    """A value that is chosen or typed as one, if there is one."""
    return (Field(WHOLE, "Value", text),) if text else ()


def _whole(text: str) -> Fields:
    return (Field(WHOLE, "Value, too long to compare line by line", text),)


def notes(variable: Variable) -> list[Note]:
    """What to know of a value before and after it is saved."""
    found = []
    if problem := variable.json_problem:
        found.append(Note(f"{problem} Whatever reads it as JSON fails."))
    if ending := variable.trailing_space:
        found.append(Note(f"It ends with {ending}, which is part of the value.", "info"))
    return found


def usage(kind: Kind, key: str, _type: str) -> tuple[Usage, ...]:
    """A task asks for a variable; an option is read where Airflow's own configuration points at its secret."""
    if kind == CONFIG:
        return (Usage("In airflow.cfg, for one of its sensitive options", f"sql_alchemy_conn_secret = {key}"),)
    task, template = calls(key)
    return (task._replace(code=f"from airflow.sdk import Variable\n\nvalue = {task.code}"), template)


def calls(key: str, *, as_json: bool = False) -> tuple[Usage, Usage]:
    """What a task and a template write to read a variable."""
    name = json.dumps(key)
    attribute = f".{key}" if key.isidentifier() and key != "get" else f"[{name}]"
    task = f"Variable.get({name}{', deserialize_json=True' if as_json else ''})"
    template = f"{{{{ var.{'json' if as_json else 'value'}{attribute} }}}}"
    return (Usage("In a task", task), Usage("In a template", template))


SHAPE = Shape(open=open_text, parts=parts, use=usage, secret="value")  # noqa: S106 - the field's name.
