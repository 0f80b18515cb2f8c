"""Texts that make a slow reader show itself: repeats, near misses and nesting."""

from typing import NamedTuple

# What patterns and readers tell apart.
ALPHABET = " \t\n\rax0_A-+./:;@#?&=%,\"'`\\{}[]()<>|$*!^~é\u0301\u2028\ufeff\x00\x01"
# Stands in a middle for the number of the repeat, so that each is another one.
NUMBER = "%d"


class Shape(NamedTuple):
    """A head, many middles, a tail, and then as many closings as there were middles."""

    head: str
    middle: str
    tail: str = ""
    closing: str = ""

    def text(self, size: int) -> str:
        """About as many characters as that."""
        count = max(1, size // len(self.middle + self.closing))
        if NUMBER in self.middle:
            middles = "".join(
                self.middle.replace(NUMBER, f"{number:05}") for number in range(count)
            )
        else:
            middles = self.middle * count
        return self.head + middles + self.tail + self.closing * count


_ONE_CHARACTER = [Shape("", character, "!\n") for character in ALPHABET]
_BETWEEN = [Shape("x", white, "x") for white in " \t\n\r\ufeff"]
_BEGUN = [
    Shape("", middle)
    for middle in (
        *(
            "eyJ-",
            "-----BEGIN ",
            "bearer ",
            "password=",
            "key : ",
            "hooks.slack.com/",
            "/hook",
            "authorization ",
        ),
        *(
            "://",
            "//:",
            "//a:",
            "http://",
            "a://a:a@",
            "?a=",
            "&a",
            ";a=",
            "a=&",
            "%61",
            "a:a",
            "@:",
        ),
        *(
            "AIRFLOW_CONN_A=",
            "airflow connections add ",
            "#\n",
            "a:\n",
            "a=a://\n",
            "\\\n",
            "''",
            "' ",
            '" ',
            '\\"',
        ),
        *("\r\n", "a\n", "a%d\n", "%d ", "a %d\n"),
    )
]
_ADDRESSES = [
    Shape(*parts)
    for parts in (
        ("postgres://u:", "p", "@h:1/db"),
        ("postgres://u:", "p:", "@h:1/db"),
        ("postgres://u:", "@", "h:1/db"),
        ("postgres://", "[", "h"),
        ("postgres://h/", "/..", ""),
        ("postgres://h/?", "a=1&", ""),
        ("postgres://h/?", "a%d=1&", ""),
        ("postgres://h/?password=a&", "timeout=1&", ""),
        ("postgres://h/?__extra__=", "%7B", ""),
        ("postgres://", "\u0301\u0316", "h"),
        ("postgres://h,", "h:1,", ""),
        ("postgresql+psycopg2://u:p@h/d?", "a%d=1&", ""),
        ("jdbc:postgresql://h/?", "a%d=a&", ""),
        ("jdbc:sqlserver://h;", "a={};", ""),
        ("jdbc:sqlserver://h;a={", "};", ""),
        ("jdbc:sqlserver://h;a={", "}};", ""),
        ("jdbc:oracle:thin:", "/", "@h:1:s"),
        ("jdbc:oracle:thin:u/p@", "(", ""),
        ("jdbc:h2:", ";password=a", ""),
        ("jdbc:h2:", "?&;,", "a="),
        ("jdbc:h2:", "//a:", ""),
        ("airflow connections add a ", "--conn-a=1 ", ""),
        ("airflow connections add a --conn-json ", "'{}'", ""),
        ("airflow connections add a --conn-uri 'http://", "a", "'"),
        ("AIRFLOW_CONN_A='http://", "a", "'"),
        ("AIRFLOW_CONN_A: 'http://", "''", "'"),
        ('"http://', "a", '"'),
        ("mongodb://h/?tls=true&", "a%d=1&", ""),
        ("postgres://u:p/a@h:1/", "a", ""),
        ("postgres://h:1/?a=", "b@", "c"),
        ("AIRFLOW_CONN_A=http://a\n", "# a\n", ""),
    )
]
_JSON = [
    Shape(*parts)
    for parts in (
        ("", "[", "", "]"),
        ("", '{"a":', "1", "}"),
        ("", "[{", ""),
        ("[", "1,", "1]"),
        ("[", '"",', '""]'),
        ("[", "[],", "[]]"),
        ("[", "NaN,", "NaN]"),
        ('{"a": ', "NaN", "}"),
        ('{"type": "service_account", "private_key": "', "a", '"}'),
        ("{", " ", "}"),
        ("{", '"k%d": 1, ', '"k": 1}'),
        ("{", '"k%d": {"k": 1}, ', '"k": 1}'),
        ('{"a": ', "1", "}"),
        ('{"a": -', "1", "e5}"),
        ('{"a": "', "\\u0061", '"}'),
        ('{"a": "', "\\ud800", '"}'),
        ('{"a": "', "\\", '"}'),
        ('{"a": "', "a", '"}'),
        ('{"', "a", '": 1}'),
        ('{"', "a.", '": 1}'),
        ('{"conn_type": "http", "extra": {', '"k%d": 1, ', '"k": 1}}'),
        ('{"conn_type": "snowflake", "extra": {', '"acount%d": 1, ', '"k": 1}}'),
        ('{"conn_type": "http", "extra": {"a": ' + "[" * 400, "1,", "1" + "]" * 400 + "}}"),
        ('{"conn_type": "http", "extra": {"a": "', "a", '"}}'),
        ('{"conn_type": "http", "extra": {"a": ', "[", "1", "]"),
        ('{"conn_type": "http", "extra": "', "[", '"}'),
        ('{"conn_type": "http", "extra": "', '{\\"a\\":', '"}'),
        ('{"conn_type": "http", "extra": "', "\\\\", '"}'),
        ('{"conn_type": "http", "port": "', "1", '"}'),
        ('{"conn_type": "http", "port": ', "1", "}"),
        ('{"conn_type": "http", "host": "', ":", '"}'),
        ('{"conn_type": "http", "host": "//', ":", '"}'),
        ('{"conn_type": "http", "password": "', "/", '"}'),
        ('{"conn_id": "a", "conn_type": "http", ', '"k%d": 1, ', '"k": 1}'),
    )
]
STRUCTURED = [*_ADDRESSES, *_JSON]
GENERAL = [*_ONE_CHARACTER, *_BETWEEN, *_BEGUN, *STRUCTURED]
