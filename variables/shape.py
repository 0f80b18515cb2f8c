"""What a stored variable or config option looks like to the shared pages: one text, masked."""

import json

from secretsadmin import kinds
from secretsadmin.backend import BackendConfig
from secretsadmin.comparing import WHOLE, Fields, by_path, keys, lines
from secretsadmin.kinds import Field, Note, Opened, Reading, Shape, withheld
from secretsadmin.unseen import hides
from variables.mixing import by_key
from variables.usage import usage
from variables.variable import Variable

# Where it breaks off tells of what stands before.
BROKEN_JSON = Note("This looks like JSON, but it isn't. Whatever reads it as JSON fails.")


def open_text(text: str, _backend: BackendConfig) -> Opened:
    """Never raises: any text is a variable."""
    value = Field("value", "Value", text)
    return Opened(
        fields=(value,),
        readings=(Reading(fields=(Field("value", "value", text),)),),
        form="JSON" if Variable(text).is_json else "text",
        notes=tuple(notes(Variable(text))),
        coarse_notes=(BROKEN_JSON,) if Variable(text).json_problem else (),
    )


def judge(text: str, _backend: BackendConfig) -> str:
    """Any text is a variable; one that begins like JSON is meant as that."""
    variable = Variable(text)
    if variable.json_problem:
        return kinds.BROKEN_JSON
    return "json" if variable.is_json else "text"


def parts(before: str, after: str, _backend: BackendConfig) -> tuple[Fields, Fields]:
    """Two JSON objects by key, other texts by line, and what is too long for that as a whole."""
    return _by_key(before, after) or lines(before, after) or (_whole(before), _whole(after))


def outline(before: str, after: str, _backend: BackendConfig) -> tuple[Fields, Fields]:
    """Both as wholes: the keys of an object and the number of lines are of the value that is masked."""
    return withheld(whole(before)), withheld(whole(after))


def _by_key(before: str, after: str) -> tuple[Fields, Fields] | None:
    try:
        one, other = json.loads(before), json.loads(after)
        return keys(one, other) if isinstance(one, dict) and isinstance(other, dict) else None
    except (ValueError, RecursionError):
        return None


def part(text: str, name: str, _backend: BackendConfig) -> Field | None:
    """The key that a comparison calls so; a line has its name beside one other text alone."""
    try:
        value = json.loads(text)
        return by_path(value, name) if isinstance(value, dict) else None
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
    if what := hides(variable.text):
        found.append(Note(f"It {what}, which is part of the value.", "info"))
    return found


SHAPE = Shape(
    open=open_text,
    judge=judge,
    parts=parts,
    outline=outline,
    part=part,
    use=usage,
    secret="value",  # noqa: S106 - the field's name.
    whole="value",
)
