"""What a stored variable or config option looks like to the shared pages: one text, masked."""

import json
from collections.abc import Mapping
from typing import Any

from secretsadmin.kinds import CONFIG, Field, Kind, Note, Opened, Reading, Shape, Usage
from variables.variable import Variable


def open_text(text: str, _extra_conn_words: Mapping[str, Any]) -> Opened:
    """Never raises: any text is a variable."""
    value = Field("value", "Value", text)
    return Opened(
        fields=(value,),
        readings=(Reading("Airflow 2 and 3", (Field("value", "value", text),)),),
        form="JSON" if is_json(text) else "text",
        notes=tuple(notes(Variable(text))),
    )


def is_json(text: str) -> bool:
    variable = Variable(text)
    return variable.looks_like_json and variable.json_problem is None


def notes(variable: Variable) -> list[Note]:
    """What to know of a value before and after it is saved."""
    found = []
    if problem := variable.json_problem:
        found.append(Note(f"{problem} A task that reads it with deserialize_json=True fails."))
    if ending := variable.trailing_space:
        found.append(Note(f"It ends with {ending}, which is part of the value.", "info"))
    return found


def usage(kind: Kind, key: str, _type: str) -> tuple[Usage, ...]:
    """A task asks for a variable; an option is read where Airflow's own configuration points at its secret."""
    if kind == CONFIG:
        return (Usage("In airflow.cfg, for one of its sensitive options", f"sql_alchemy_conn_secret = {key}"),)
    name = json.dumps(key)
    task = f"from airflow.sdk import Variable\n\nvalue = Variable.get({name})"
    return (Usage("In a task", task), Usage("In a template", f"{{{{ var.value[{name}] }}}}"))


SHAPE = Shape(open=open_text, use=usage, secret="value")  # noqa: S106 - the field's name.
