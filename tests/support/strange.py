"""What a secret can hold and a form can be sent that nobody expects: one corpus for every page."""

import json

LONE = "\ud800"
DIGITS = "9" * 5000
MANY = 800
MARKS = "\u0301\u0316" * 500


def _lists(depth: int) -> str:
    return "[" * depth + "]" * depth


def _objects(depth: int) -> str:
    return '{"a":' * depth + "1" + "}" * depth


def _numbered(*, count: int) -> str:
    return "{" + ", ".join(f'"k{number}": {number}' for number in range(count)) + "}"


def _object(name: str) -> dict[str, object]:
    return dict(json.loads(VALUES[name]))


# JSON values, as texts.
VALUES = {
    "half a surrogate": r'"\ud800"',
    "a key of half a surrogate": r'{"\ud800": 1}',
    "a value of half a surrogate": r'{"a": "\udfff"}',
    "half a surrogate deep inside": r'{"a": [["\ud800"]]}',
    "a text of JSON with half a surrogate": json.dumps(r'{"\ud800": 1}'),
    "NUL": r'"a\u0000b"',
    "a key with NUL": r'{"\u0000": "\u0000"}',
    "controls": r'{"a": "\u0001\u001b[2J\u007f\u0085"}',
    "keys of controls": r'{"\u0001": 1, "\n": 2, "\r\n": 3, "\u2028": 4, "": 5, " ": 6}',
    "directions": r'{"\u202eabc": "\u202edef\u2066", "\u200b": "\ufeff"}',
    "NaN": '{"a": NaN}',
    "infinity": '{"a": [Infinity, -Infinity, 1e999]}',
    "a huge number": DIGITS,
    "a huge number inside": f'{{"a": -{DIGITS}}}',
    "a large exponent": "1e400",
    "a negative number": "-1",
    "true": "true",
    "null": "null",
    "a list": "[]",
    "an object": "{}",
    "nested lists": f'{{"a": {_lists(480)}}}',
    "nested objects": _objects(480),
    "nested deeper": _objects(700),
    "nested until Python gives up": _lists(20_000),
    "objects until Python gives up": _objects(8_000),
    "a text that nests": json.dumps(_objects(700)),
    "a text that nests until Python gives up": json.dumps(_lists(20_000)),
    "a key that stands twice": '{"a": 1, "a": 2}',
    "many keys": _numbered(count=MANY),
    "a long key": json.dumps({"k" * 20_000: 1}),
    "markup": json.dumps({"<script>alert(1)</script>": "</textarea>\"'><script>alert(1)</script>"}),
    "templates": json.dumps({"%s{0}{{x}}": "%(a)s{% now %}"}),
    "marks": json.dumps({MARKS: MARKS}, ensure_ascii=False),
    "paths": json.dumps({"a.b": {"c": 1}, "a": {"b.c": 2}, "secret.text": 3, "line:0": 4}),
}
WHOLE = {
    "half a surrogate, encoded": "postgres://%ED%A0%80:%ED%A0%80@h/%ED%A0%80?%ED%A0%80=%ED%A0%80",
    "half a surrogate in an encoded extra": "http://h/?__extra__=%7B%22%5Cud800%22%3A%201%7D",
    "bytes that are no text": "postgres://%FF:%FE@%80/%00?%00=%FF",
    "NUL in a URI": "postgres://h\0/\0",
    "controls in a URI": "postgres://h\x01\x1b/\x7f?\x01=\x02",
    "line breaks in a URI": "postgres://h\r\n/db\n?a\nb=c\nd",
    "directions in a URI": "postgres://\u202eh/\u2066db",
    "marks in a URI": f"postgres://{MARKS}/db",
    "compatible characters in a URI": "postgres://a\uff0fb\u2100@h/db",
    "brackets in a URI": "postgres://[::1/db",
    "a zone in a URI": "postgres://[fe80::1%25eth0]:5432/db",
    "a huge port": f"postgres://h:{DIGITS}/db",
    "a port of other digits": "postgres://h:\u0665\u0664/db",
    "many keys in a URI": "http://h/?" + "&".join(f"k{number}={number}" for number in range(MANY)),
    "pieces of a secret": "postgres://u@h/db?sslpassword=hun&ter2=x&ter3",
    "no type": "://u:p@h/db",
    "no URI": "x",
    "white space": " \t\r\n",
    "a byte-order mark": '\ufeff{"conn_type": "http"}',
    "one long line": "x" * 65_536,
    "many lines": "x\n" * 32_768,
    "many line ends": "\r\n\r\n\r" * 13_000,
    "a long key file": "-----BEGIN PRIVATE KEY-----\n" + "A" * 60_000,
}
# Values as a connection can hold them: as its fields, as its extra, and as an unknown key beside
# them.
FIELDS = ("conn_type", "host", "port", "unknown")


def as_field(field: str, text: str) -> str:
    return f'{{"conn_id": "http", "{field}": {text}}}'


def as_extra(text: str) -> str:
    return f'{{"conn_type": "http", "extra": {text}}}'


IN_FIELDS = {
    f"{name}, as {field}": as_field(field, text)
    for name, text in VALUES.items()
    for field in FIELDS
}
IN_EXTRAS = {f"{name}, as an extra": as_extra(text) for name, text in VALUES.items()}
EVERY = {**VALUES, **WHOLE, **IN_EXTRAS, **IN_FIELDS}

# A page costs more than a function, so pages get a few objects that hold much of it at once.
HALVES = r'{"\ud800": 1, "a": "\udfff", "b": [["\ud800"]], "c": "{\"\\ud800\": 1}"}'
ODDITIES = json.dumps(
    {
        **{
            key: value
            for name in ("keys of controls", "directions", "marks")
            for key, value in _object(name).items()
        },
        **{
            key: value
            for name in ("markup", "templates", "paths")
            for key, value in _object(name).items()
        },
        "\0": "\0",
        "account\0": [-1, None, True, [], {}, "", 1.5],
        "k" * 2_000: "x\ny",
    }
)
OBJECTS = {
    "halves": HALVES,
    "oddities": ODDITIES,
    "no numbers": VALUES["infinity"],
    "a huge number": VALUES["a huge number inside"],
    "nested": VALUES["nested lists"],
    "nested too deep": VALUES["objects until Python gives up"],
    "many keys": _numbered(count=300),
}
ON_PAGES = {
    "connections": {
        **{name: as_extra(text) for name, text in OBJECTS.items()},
        "a type of half a surrogate": as_field("conn_type", r'"\ud800"'),
        **{
            name: WHOLE[name]
            for name in (
                *(
                    "half a surrogate, encoded",
                    "half a surrogate in an encoded extra",
                    "bytes that are no text",
                ),
                *(
                    "controls in a URI",
                    "marks in a URI",
                    "pieces of a secret",
                    "white space",
                    "one long line",
                ),
            )
        },
    },
    "variables": {
        **OBJECTS,
        **{name: WHOLE[name] for name in ("controls in a URI", "many lines", "one long line")},
    },
}
# These go through all that can be done to a secret.
THOROUGHLY = ("halves", "oddities")
