"""Files as they come when something went wrong, or when somebody means ill.

Each holds SECRET, if it holds a value at all, which no answer may quote.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from secretsadmin.transfer.files import (
    FORMATS_BY_KEY,
    File,
    UnreadableFile,
    decode,
    read,
    recognise,
)

SECRET = "hunter2"
MOST = 5 * 1024 * 1024
GOOD = '"good": {"conn_type": "http"}'


@dataclass(frozen=True)
class Malformed:
    """A file, the line that its answer names (0 for none), and words of its sentence.

    Without a `format` it is recognised.
    """

    name: str
    content: bytes | str | Callable[[], bytes | str]
    says: str
    line: int = 1
    format: str = ""

    @property
    def data(self) -> bytes:
        content = self.content() if callable(self.content) else self.content
        return content.encode() if isinstance(content, str) else content


class Told(NamedTuple):
    line: int
    sentence: str


def read_file(data: bytes, key: str = "") -> File:
    text = decode(data, MOST).text
    return read(text, FORMATS_BY_KEY[key] if key else recognise(text))


def answers(malformed: Malformed) -> list[Told]:
    """All that is said of what is wrong with it."""
    try:
        file = read_file(malformed.data, malformed.format)
    except UnreadableFile as error:
        return [Told(error.line, str(error))]
    told = [Told(entry.line, entry.problem) for entry in file.entries if entry.problem]
    if file.unread:
        told.append(Told(file.unread.line, file.unread.sentence))
    return told


def _of(*cases: tuple[str, bytes | str | Callable[[], bytes | str], str, int]) -> list[Malformed]:
    return [Malformed(*case) for case in cases]


def _many(entry: str) -> str:
    return "{" + ",\n".join(entry.format(number) for number in range(20_000)) + "}"


def _laughs() -> str:
    lines = ["a: &a [lol]"]
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]")
    return "\n".join(lines)


ENCODINGS = _of(
    ("nothing", b"", "nothing in the file", 0),
    ("blanks", b" \n\t\n", "nothing in the file", 0),
    ("a lone byte-order mark", b"\xef\xbb\xbf", "nothing in the file", 0),
    ("latin-1", f'{{\n\n"a": "{SECRET}gr\xfc"}}'.encode("latin-1"), "UTF-8", 3),
    ("utf-16 without a mark", f'{{"a": "{SECRET}"}}'.encode("utf-16-le"), "NUL", 1),
    ("half of utf-16", b"\xff\xfea\x00\n\x00b", "UTF-16", 2),
    ("utf-32", f'{{"a": "{SECRET}"}}'.encode("utf-32"), "NUL", 1),
    ("a zip", b"PK\x03\x04\x14\x00\xff\xfe", "UTF-8", 1),
    ("an encrypted file", bytes(range(255, 0, -1)), "UTF-8", 1),
    ("a NUL", f"a=x\nb={SECRET}\0", "NUL", 2),
    ("50 MB", lambda: b"a" * 50_000_000, "at most 5,242,880 are read", 0),
    ("a cut character", b'{"a": "\xe2\x82', "UTF-8", 1),
)
JSON = _of(
    ("a list of numbers", "[1, 2]", "should have ids", 1),
    ("cut in a text", f'{{{GOOD},\n"b": {{"password": "{SECRET}', "breaks off", 2),
    ("cut behind a key", f'{{{GOOD},\n"b"', "colon is missing", 2),
    ("cut behind a comma", f"{{{GOOD},\n", "key in quotation marks is missing", 2),
    ("no comma", f'{{{GOOD}\n"b": "{SECRET}"}}', "comma", 2),
    ("a comma too many", f"{{{GOOD},\n}}", "key in quotation marks is missing", 2),
    ("a log behind it", f"{{{GOOD}}}\n[INFO] {SECRET}", "behind the end", 2),
    ("two documents", f"{{{GOOD}}}\n{{{GOOD}}}", "behind the end", 2),
    ("a comment", f"{{{GOOD},\n// {SECRET}\n}}", "key in quotation marks", 2),
    ("a bad number", f'{{{GOOD},\n"b": {{"conn_type": "{SECRET}", "port": 08}}}}', "isn't JSON", 2),
    ("a control character", f'{{{GOOD},\n"b": "{SECRET}\x01"}}', "isn't JSON", 2),
    ("NaN", f'{{"s": "{SECRET}",\n"b": NaN}}', "NaN", 2),
    ("Infinity in a list", f'{{"s": "{SECRET}",\n"b": [1, -Infinity]}}', "NaN", 2),
    ("an id twice", f'{{{GOOD},\n"good": {{"conn_type": "{SECRET}"}}}}', "2 times", 2),
    ("a key twice", f'{{{GOOD},\n"b": {{"host": "x", "host": "{SECRET}"}}}}', "key twice", 2),
    ("a key twice in the extra", f'{{{GOOD},\n"b": {{"extra": {{"a": 1, "a": 2}}}}}}', "twice", 2),
    ("deep nesting", lambda: f'{{{GOOD},\n"b": {"[" * 60}{"]" * 60}}}', "deeper than 20", 2),
    ("bottomless nesting", lambda: "[" * (MOST - 2), "so deep", 1),
    ("bottomless objects", lambda: '{"a":' * 1_000_000, "so deep", 1),
    ("one text without an end", lambda: '{"a": "' + "x" * (MOST - 10), "breaks off", 1),
    ("nothing but quotation marks", lambda: '{"' * 2_000_000, "colon is missing", 1),
    ("half a surrogate pair", f'{{{GOOD},\n"b": {{"host": "\\ud800{SECRET}"}}}}', "surrogate", 2),
    ("too many entries", lambda: _many('"k{}":\n"v"'), "more than 5,000 entries", 10_000),
    ("one connection", f'{{"conn_type": "http", "password": "{SECRET}"}}', "without an id", 1),
    ("an id that is empty", f'{{{GOOD},\n"": {{"conn_type": "{SECRET}"}}}}', "no id", 2),
    ("an unknown key", f'{{{GOOD},\n"b": {{"user": "{SECRET}"}}}}', "login for user", 2),
    ("keys of two spellings", f'{{{GOOD},\n"b": {{"host": "", "conn_host": "{SECRET}"}}}}', "h", 2),
    ("another id inside", f'{{{GOOD},\n"b": {{"conn_id": "{SECRET}"}}}}', "another than the id", 2),
    (
        "a number for a connection's name",
        f'{{{GOOD},\n"b": {{"host": ["{SECRET}"]}}}}',
        "no text",
        2,
    ),
    ("a mask", f'{{{GOOD},\n"b": {{"password": "***", "login": "{SECRET}"}}}}', "masked", 2),
    (
        "two connections behind an id",
        f'{{{GOOD},\n"b": ["http://{SECRET}", "http://b"]}}',
        "2 conn",
        2,
    ),
    ("nothing behind an id", f'{{{GOOD},\n"b": null}}', "no connection", 2),
    ("a URI and fields", f'{{{GOOD},\n"b": {{"uri": "http://{SECRET}", "host": "h"}}}}', "URI", 2),
    (
        "an object without an id",
        f'[{{"conn_type": "http"}},\n{{"host": "{SECRET}"}}]',
        "conn_id",
        2,
    ),
)
YAML = _of(
    ("a tab", f"a:\n\tpassword: {SECRET}\n", "isn't YAML", 2),
    ("cut YAML", f"a: x\nb:\n  conn_type: '{SECRET}", "isn't YAML", 3),
    ("an alias", f"a: &x {{conn_type: http, password: {SECRET}}}\nb: *x\n", "alias", 2),
    ("a merge", f"a: &x {{conn_type: {SECRET}}}\nb:\n  <<: *x\n", "alias", 2),
    ("a billion laughs", _laughs, "alias", 2),
    ("a tag that runs code", f"a: !!python/object/apply:os.system ['{SECRET}']\n", "tag", 1),
    ("a directive", f"%TAG ! tag:x,2000:\n---\na: {SECRET}\n", "directives", 1),
    ("many directives", lambda: "%TAG !a! b\n" * 400_000, "directives", 1),
    ("a second YAML document", f"a: {SECRET}\n---\nb: c\n", "second YAML document", 2),
    ("a key that is a list", f"a: x\n? [{SECRET}]\n: x\n", "no text", 2),
    ("a key twice in YAML", f"a:\n  conn_type: x\n  conn_type: {SECRET}\n", "twice", 1),
    ("deep YAML", lambda: f"a: x\nb: {'[' * 60}{']' * 60}\n", "deeper than 20", 2),
    ("bottomless YAML", lambda: "a: " + "[" * 1_000_000, "so deep", 1),
    ("bottomless blocks", lambda: "- " * 500_000, "so deep", 1),
    ("a sentence", f"see you at {SECRET}", "should have ids", 1),
    ("settings without anything", "airflow:\n  connections:\n", "no entry", 0),
    ("settings of a list", f"airflow:\n  - {SECRET}\n", "no airflow", 1),
    (
        "a setting without an id",
        f"airflow:\n  variables:\n    - variable_value: {SECRET}\n",
        "no v",
        3,
    ),
)
LINES = _of(
    ("no sign", f"a=http://h\n{SECRET}\n", "no =", 2),
    ("no name", f"a=http://h\n={SECRET}\n", "no name", 2),
    ("no value", "a=http://h\nb=\n", "no value", 2),
    ("an id twice in lines", f"a=http://h\nb=http://h\na=http://{SECRET}\n", "lines 1, 3", 3),
    (
        "what Astronomer withheld",
        "AIRFLOW_CONN_A=http://h\nAIRFLOW_VAR_B= # secret\n",
        "withheld",
        2,
    ),
    ("an open quotation mark", f'AIRFLOW_VAR_A=b\nAIRFLOW_VAR_B="{SECRET}\n', "isn't closed", 2),
    (
        "a word behind one",
        f"AIRFLOW_VAR_A=b\nAIRFLOW_VAR_B='x' {SECRET}\n",
        "behind the closing",
        2,
    ),
    ("ids of two cases", f"AIRFLOW_VAR_A=b\nAIRFLOW_VAR_a={SECRET}\n", "2 times", 2),
    ("a name without an id", f"AIRFLOW_VAR_A=b\nAIRFLOW_CONN_=http://{SECRET}\n", "no id", 2),
    ("broken JSON in a line", f'a=http://h\nb={{"conn_type": "{SECRET}\n', "isn't JSON", 2),
    ("a URI alone", f"postgres://u:{SECRET}@h/d", "without an id", 1),
    (
        "only quotation marks",
        lambda: "AIRFLOW_VAR_A='\nAIRFLOW_VAR_A=\"\\\n" * 150_000,
        "more than",
        10_001,
    ),
)
TABLES = _of(
    ("a short row", f"a,http,,,,,,,\nb,http,{SECRET}\n", "3 columns", 2),
    ("an open mark in a row", f'a,http,,,,,,,\nb,"{SECRET}\n', "isn't CSV", 2),
    ("a column too long", lambda: "a,http,,,,,,,\nb," + "x" * 200_000, "isn't CSV", 2),
    ("a row without an id", f"a,http,,,,,,,\n,http,,,,,{SECRET},,\n", "no id", 2),
)
CHOSEN = [
    Malformed("YAML as JSON", f"a: {SECRET}", "No JSON", 1, "variables-json"),
    Malformed("JSON as lines", f'{{"a": "{SECRET}"}}', "no =", 1, "connections-env"),
    Malformed("variables as CSV", f'{{"a": 5,\n"b": "{SECRET}"}}', "2 columns", 1, "mwaa-csv"),
    Malformed("an object as a list", f'{{"a": "{SECRET}"}}', "no list", 1, "objects-json"),
]
FILES = [*ENCODINGS, *JSON, *YAML, *LINES, *TABLES, *CHOSEN]
