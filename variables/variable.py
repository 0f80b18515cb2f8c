"""The value of a variable or of a config option: any text, and what to know before saving it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from secretsadmin.kinds import MAX_BYTES
from secretsadmin.texts import is_unicode

# An object or a list as people begin one, also when they write it as Python does. What a template
# begins with ({{ or {% or {name}) and what a file's section does ([default]) is text.
_BEGINS_AS_JSON = re.compile(
    r"""\s*+(?:\ufeff\s*+)?+"""
    r"""(?:\{(?![{%#]|\w+\})|\[\s*(?:$|[]\[{}"'\d-]|(?:true|false|null|NaN|Infinity)\b))"""
)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?+|[\[\]{},:]|[^\s\[\]{},:"]+')


@dataclass(frozen=True)
class JsonProblem:
    """Where a text stops being JSON, counted from 1.

    There is no such place where a number is too long or the nesting too deep. It quotes nothing of
    the text.
    """

    line: int | None
    column: int | None

    def __str__(self) -> str:
        if self.line is None:
            return "This looks like JSON, but a number in it is too long or its nesting too deep."
        return (
            "This looks like JSON, but it isn't: "
            f"it breaks off at line {self.line}, column {self.column}."
        )


@dataclass(frozen=True)
class Variable:
    """Airflow hands the text out as it stands, so nothing is stripped or made neat here."""

    text: str = field(repr=False)

    @property
    def size(self) -> int:
        """In bytes of UTF-8. Half a surrogate pair counts as three, although it can't be stored."""
        return len(self.text.encode(errors="surrogatepass"))

    @property
    def limit_problem(self) -> str | None:
        """Why Secrets Manager wouldn't keep this, as a sentence."""
        if not self.text:
            return "Secrets Manager keeps no empty value."
        if self.size > MAX_BYTES:
            return f"This is {self.size:,} bytes long; Secrets Manager keeps at most {MAX_BYTES:,}."
        if not is_unicode(self.text):
            return "This holds half a surrogate pair, which is not text."
        return None

    @property
    def is_json(self) -> bool:
        """Whether it is an object, a list or a quoted text. A bare word or number doesn't count."""
        return self.looks_like_json and self.json_problem is None

    @property
    def looks_like_json(self) -> bool:
        """Whether it was meant as JSON.

        What begins with a quotation mark is text, unless all of it is JSON.
        """
        if self.text.lstrip().startswith('"'):
            return _json_problem(self.text) is None
        return _BEGINS_AS_JSON.match(self.text) is not None

    @property
    def json_problem(self) -> JsonProblem | None:
        """Why a task that takes the variable as JSON would fail, where the text looks like JSON.

        That is `Variable.get(key, deserialize_json=True)`.
        """
        return _json_problem(self.text) if self.looks_like_json else None

    @property
    def pretty(self) -> str | None:
        """The same JSON on lines indented by 2, where that is another text and still fits.

        Nothing but white space changes: keys that stand there twice, the spelling of numbers and
        escapes are kept.
        """
        if not self.is_json:
            return None
        parts: list[str] = []
        left = MAX_BYTES
        for part in _indented(_TOKEN.findall(self.text)):
            left -= len(part.encode())
            if left < 0:
                return None
            parts.append(part)
        text = "".join(parts)
        if text == self.text:
            return None
        return text


def _json_problem(text: str) -> JsonProblem | None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return JsonProblem(error.lineno, error.colno)
    except (ValueError, RecursionError):
        return JsonProblem(None, None)
    return None


def _indented(tokens: list[str]) -> Iterator[str]:
    """The tokens of valid JSON with white space between them.

    An empty object or list stays on its line.
    """
    depth, before = 0, ""
    for token in tokens:
        is_opened = before in ("{", "[")
        is_closed = token in ("}", "]")
        depth += is_opened - is_closed
        if before == "," or is_opened != is_closed:
            yield "\n" + "  " * depth
        elif before == ":":
            yield " "
        yield token
        before = token
