"""The value of a variable or of a config option: any text, and what to know before saving it."""

import json
from dataclasses import dataclass, field

# What Secrets Manager keeps in one value, in bytes of UTF-8.
MAX_BYTES = 65_536

SPACES = {"\n": "line break", "\r": "carriage return", "\t": "tab", " ": "space"}


@dataclass(frozen=True)
class JsonProblem:
    """Where a text stops being JSON, counted from 1, if that is one place. It quotes nothing of the text."""

    line: int | None
    column: int | None

    def __str__(self) -> str:
        if self.line is None:
            return "This looks like JSON, but a number in it is too long or its nesting too deep."
        return f"This looks like JSON, but it isn't: it breaks off at line {self.line}, column {self.column}."


@dataclass(frozen=True)
class Variable:
    """Airflow hands the text out as it stands, so nothing is stripped or otherwise made neat here."""

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
        if not _is_unicode(self.text):
            return "This holds half a surrogate pair, which is not text."
        return None

    @property
    def looks_like_json(self) -> bool:
        """An object, a list or a quoted text. A bare word or number is JSON or isn't, and nobody minds."""
        return self.text.lstrip().lstrip("\ufeff").lstrip().startswith(("{", "[", '"'))

    @property
    def json_problem(self) -> JsonProblem | None:
        """Set where the text looks like JSON and `Variable.get(key, deserialize_json=True)` would fail."""
        if not self.looks_like_json:
            return None
        try:
            json.loads(self.text)
        except json.JSONDecodeError as error:
            return JsonProblem(error.lineno, error.colno)
        except (ValueError, RecursionError):
            return JsonProblem(None, None)
        return None

    @property
    def trailing_space(self) -> str:
        """What the text ends with that can't be seen, in words: "1 line break, 2 spaces". It is kept."""
        ending = self.text[len(self.text.rstrip()) :]
        names = [SPACES.get(character, "other white space") for character in ending]
        return ", ".join(_counted(names.count(name), name) for name in dict.fromkeys(names))


def _counted(count: int, name: str) -> str:
    plural = "" if count == 1 or name.endswith("white space") else "s"
    return f"{count} {name}{plural}"


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
