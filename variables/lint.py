"""What is wrong with a stored variable or config option, told without a word of its value."""

from collections.abc import Iterator

from secretsadmin.rules import Fault, Rule
from secretsadmin.texts import hidden
from variables.variable import Variable

BROKEN_JSON = Rule(
    "broken-json",
    "error",
    "It begins like JSON and isn’t",
    "Whatever reads it as JSON fails, or goes on with nothing.",
    "Open it for editing: the page says where the JSON breaks off.",
    needs_value=True,
)
SPACE_AROUND_VALUE = Rule(
    "space-around-value",
    "caution",
    "White space stands around the value",
    "Airflow hands it out as a part of the value.",
    "Take it out, if nobody means it.",
    needs_value=True,
)
HIDDEN_CHARACTERS = Rule(
    "hidden-characters",
    "caution",
    "The value holds characters that nobody sees",
    "Airflow hands them out as a part of the value.",
    "Type the value anew, or take them out.",
    needs_value=True,
)
RULES = (BROKEN_JSON, SPACE_AROUND_VALUE, HIDDEN_CHARACTERS)


def faults(text: str) -> tuple[Fault, ...]:
    """What is wrong with a value. Never raises."""
    return tuple(_faults(Variable(text)))


def _faults(variable: Variable) -> Iterator[Fault]:
    """White space around JSON is none of its value, unless somebody takes it for a text."""
    text = variable.text
    if variable.json_problem:
        yield Fault(BROKEN_JSON, "It begins like JSON, but can’t be read as JSON.")
    if text != text.strip() and not variable.is_json:
        yield Fault(SPACE_AROUND_VALUE, _where(text))
    if hidden(text):
        yield Fault(HIDDEN_CHARACTERS, "It holds characters that draw nothing.")


def _where(text: str) -> str:
    if not text.strip():
        return "It holds nothing but white space."
    if text[0].isspace() and text[-1].isspace():
        return "It begins and ends with white space."
    if text[0].isspace():
        return "It begins with white space."
    return "It ends with white space."
