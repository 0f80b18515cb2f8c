"""Connections and variables as they stand in Airflow's own database, with every trap of a file."""

import json
import random
from typing import Any

from tests.conformance.cases import text

Columns = dict[str, Any]
CONNECTIONS, VARIABLES = 200, 100
RAW = "p@ss/w:rd?#%25+&= ü\\\"'{}[]\n\t$(x)"
DESCRIPTION = 'Owned by "Grüße": ask, # them\nSecond line = yes'
# Those that bite, by what they are called.
TRAPS: dict[str, Columns] = {
    "nothing_but_a_type": {"conn_type": "http"},
    "empty_texts": {
        "conn_type": "http",
        "host": "",
        "login": "",
        "password": "",
        "schema": "",
        "extra": "",
    },
    "raw.password": {"conn_type": "postgres", "login": RAW, "password": RAW, "host": "db"},
    "raw_schema": {"conn_type": "postgres", "host": "db", "schema": RAW},
    "mixed_case_host": {"conn_type": "mysql", "host": "MixedCase.Example.COM", "port": 3306},
    "host_with_protocol": {"conn_type": "http", "host": "https://Api.example.com/V1", "port": 443},
    "host_with_odd_protocol": {"conn_type": "http", "host": "a!b://h", "login": "u"},
    "protocol_alone": {"conn_type": "http", "host": "https://"},
    "socket": {"conn_type": "mysql", "host": "/run/MySQL.sock", "login": "u"},
    "ipv6": {"conn_type": "mysql", "host": "::1", "port": 3306},
    "port_alone": {"conn_type": "redis", "port": 6379},
    "port_0": {"conn_type": "redis", "host": "h", "port": 0},
    "highest_port": {"conn_type": "redis", "host": "h", "port": 65_535},
    "login_alone": {"conn_type": "ftp", "login": "u"},
    "password_alone": {"conn_type": "ftp", "password": "p"},
    "ends-secret": {"conn_type": "http", "host": "an id like the end of an ARN"},
    "umlauts": {
        "conn_type": "http",
        "host": "bücher.example",
        "login": "Jörg",
        "password": "日本😀",
    },
    "google": {
        "conn_type": "google_cloud_platform",
        "extra": json.dumps({"keyfile_dict": '{"type": "service_account"}', "num_retries": 5}),
    },
    "upper_type": {"conn_type": "Postgres", "host": "h"},
    "postgresql": {"conn_type": "postgresql", "host": "h"},
    "described": {"conn_type": "http", "host": "h", "description": DESCRIPTION},
    "yaml_no": {
        "conn_type": "http",
        "host": "no",
        "login": "null",
        "password": "1e3",
        "schema": "~",
    },
    "numbers_as_text": {
        "conn_type": "http",
        "host": "0123",
        "login": "1_000",
        "password": "12:30:45",
    },
    "comment": {"conn_type": "http", "host": "h", "password": "a # b", "login": "# c"},
    "mask_like": {"conn_type": "http", "host": "h", "password": "***"},
    "spaces_at_the_ends": {"conn_type": "http", "host": "h", "password": " p ", "login": "\tl\n"},
    "12345": {"conn_type": "http", "host": "an id that is a number"},
    "true": {"conn_type": "http", "host": "an id that is a truth"},
    "conn_type": {"conn_type": "http", "host": "an id that is a field"},
    "AIRFLOW_CONN_TWICE": {"conn_type": "http", "host": "an id like a variable's name"},
    **{
        f"extra_{number}": {"conn_type": "aws", "extra": json.dumps(extra)}
        for number, extra in enumerate(
            (
                {},
                {"a": "text"},
                {"timeout": 30, "ratio": 0.5, "on": True, "off": False, "none": None},
                {"timeout": "30", "on": "true", "none": "null", "list": "[]", "quoted": '"x"'},
                {"nested": {"deep": [1, {"a": None}], "": ""}},
                {"__extra__": "x", "a": 1},
                {"key with = & ? #": RAW, RAW: "v"},
                {"big": 12345678901234567890123, "exponent": 1e300},
                {"private_key": "-----BEGIN-----\nMIIE/+vQ==\n-----END-----\n"},
            )
        )
    },
}
TEXTS: dict[str, Columns] = {
    "plain": {"val": "plain"},
    "described": {"val": "v", "description": DESCRIPTION},
    "empty": {"val": ""},
    "newline": {"val": "one\ntwo\n"},
    "spaces": {"val": "  x\t"},
    "number": {"val": "42"},
    "number_as_text": {"val": '"42"'},
    "float": {"val": "1.50"},
    "exponent": {"val": "1e3"},
    "big": {"val": "12345678901234567890123"},
    "truth": {"val": "true"},
    "null": {"val": "null"},
    "object": {"val": '{"a": 1, "b": [true, null]}'},
    "object_laid_out": {"val": '{\n  "b": 1,\n  "a": "ü"\n}'},
    "object_with_value": {"val": '{"value": 3}'},
    "object_like_an_envelope": {"val": '{"value": 3, "description": "d"}', "description": "own"},
    "list": {"val": '["a", 1]'},
    "broken_json": {"val": '{"a": 1'},
    "nan": {"val": "NaN"},
    "mask": {"val": "***"},
    "umlauts": {"val": "Grüße 日本 😀"},
    "like_a_uri": {"val": "postgres://u:p@h/d"},
    "a.b-c": {"val": RAW},
    "404": {"val": "a key that is a number"},
}


def connections(seed: int) -> dict[str, Columns]:
    """The traps, and others that are drawn, in all CONNECTIONS."""
    source = random.Random(seed)  # noqa: S311 - nobody has to guess it.
    drawn = {f"drawn_{number:03}": _connection(source) for number in range(CONNECTIONS)}
    return dict([*TRAPS.items(), *drawn.items()][:CONNECTIONS])


def variables(seed: int) -> dict[str, Columns]:
    source = random.Random(seed)  # noqa: S311 - the same.
    drawn = {f"drawn_{number:03}": {"val": f"v{_text(source)}"} for number in range(VARIABLES)}
    return dict([*TEXTS.items(), *drawn.items()][:VARIABLES])


def _connection(source: random.Random) -> Columns:
    extra = {_text(source): source.choice((_text(source), 5, 0.25, True, None, ["x", {}]))}
    return {
        "conn_type": source.choice(("postgres", "google_cloud_platform", "http", "s3.v+2", "a")),
        "description": source.choice((None, _text(source))),
        "host": source.choice((None, "Host", f"https://h{_host(source)}", _host(source))),
        "login": source.choice((None, _text(source))),
        "password": source.choice((None, _text(source), f"p{_text(source)}")),
        "schema": source.choice((None, "Schema", _text(source))),
        "port": source.choice((None, 1, 5432, 65_535)),
        "extra": source.choice((None, json.dumps(extra))),
    }


def _host(source: random.Random) -> str:
    """With no protocol in it; TRAPS have those."""
    return _text(source).replace("://", ":")


def _text(source: random.Random) -> str:
    """Without the controls, which have no place in a form."""
    return "".join(letter for letter in text(source) if letter.isprintable() or letter == "\n")
