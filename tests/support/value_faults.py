"""An inventory of stored secrets whose faults are known: plain data, for any lint and any reader.

What is wrong with each was written by hand. The rules are those of an environment whose release of
Airflow isn't known.
"""

import json
from dataclasses import dataclass, field

KEY = "-----BEGIN PRIVATE KEY-----\nMIIE/+vQ==\n-----END PRIVATE KEY-----\n"
LONG_NUMBER = "9" * 5_000


@dataclass(frozen=True)
class StoredSecret:
    """A secret as it lies in Secrets Manager, with the rules that it breaks.

    `tag` is what its tag airflow:conn-type says.
    """

    kind: str
    id: str
    text: str = field(repr=False)
    rules: tuple[str, ...] = ()
    tag: str = ""


def _connection(name: str, tag: str, text: str, *rules: str) -> StoredSecret:
    return StoredSecret("connections", name, text, rules, tag)


def _object(name: str, tag: str, stored: dict[str, object], *rules: str) -> StoredSecret:
    return _connection(name, tag, json.dumps(stored), *rules)


def _variable(name: str, text: str, *rules: str) -> StoredSecret:
    return StoredSecret("variables", name, text, rules)


def _option(name: str, text: str, *rules: str) -> StoredSecret:
    return StoredSecret("config", name, text, rules)


_NOBODY_READS = (
    _connection("slash_in_password", "postgres", "postgres://u:pa/ss@db:5432/sales", "unreadable"),
    _connection("mark_in_password", "postgres", "postgres://u:pa?ss@db:5432/sales", "unreadable"),
    _connection("hash_in_password", "mysql", "mysql://u:pa#ss@db:3306/sales", "unreadable"),
    _connection("bracket_in_password", "mysql", "mysql://u:p[ss@db:3306/sales", "unreadable"),
    _connection("port_too_high", "mysql", "mysql://u:long-enough@db:65536/sales", "unreadable"),
    _connection(
        "three_protocols", "http", "http://https://ftp://host", "unreadable", "logged-whole"
    ),
    _connection(
        "login_before_protocol", "http", "http://u:p@https://host", "unreadable", "logged-whole"
    ),
    _connection("comma_too_many", "mysql", '{"conn_type": "mysql", "host": "db",}', "unreadable"),
    _connection("quoted_by_python", "mysql", "{'conn_type': 'mysql'}", "unreadable"),
    _connection("template", "mysql", "{{ conn_uri }}", "unreadable"),
    _object("port_is_a_word", "mysql", {"conn_type": "mysql", "port": "mysql"}, "unreadable"),
    _object("login_is_a_list", "mysql", {"conn_type": "mysql", "login": ["svc"]}, "unreadable"),
    _object("type_is_a_number", "", {"conn_type": 5}, "unreadable"),
    _connection(
        "number_too_long", "mysql", f'{{"conn_type": "mysql", "port": {LONG_NUMBER}}}', "unreadable"
    ),
    _connection(
        "no_break_space_before_json",
        "mysql",
        '\u00a0{"conn_type": "mysql", "host": "db"}',
        *("unreadable", "space-around-text"),
    ),
)

_SOME_READ = (
    _object(
        "extra_is_a_list",
        "http",
        {"conn_type": "http", "host": "https://h", "extra": [1]},
        *("unreadable-by-some", "extra-not-object"),
    ),
    _connection(
        "extra_is_a_word",
        "mysql",
        "mysql://db?__extra__=x",
        *("unreadable-by-some", "extra-not-object"),
    ),
    _object("no_type", "", {"host": "db"}, "unreadable-by-some", "no-type"),
    _object("empty_object", "", {}, "unreadable-by-some", "no-type"),
    _object("host_is_a_number", "mysql", {"conn_type": "mysql", "host": 5}, "unreadable-by-some"),
    _object(
        "password_is_false",
        "mysql",
        {"conn_type": "mysql", "host": "db", "password": False},
        *("unreadable-by-some", "counts-as-none"),
    ),
    _connection(
        "number_too_long_in_query",
        "mysql",
        f"mysql://db?connect_timeout={LONG_NUMBER}",
        "unreadable-by-some",
    ),
    _connection("a_number", "mysql", "mysql://db?timeout=30", "reads-differently"),
    _connection("a_boolean", "mongo", "mongo://db/shop?ssl=true", "reads-differently"),
    _connection("a_list", "redis", "redis://cache?db=[1]", "reads-differently"),
    _connection(
        "two_numbers",
        "smtp",
        "smtp://u@mail.example.com:465?timeout=30&retry_limit=5",
        "reads-differently",
    ),
    _connection("no_number", "mysql", "mysql://db?timeout=NaN", "reads-differently"),
)

_WRITTEN_BADLY = (
    _connection("underscore", "my_type", "my_type://u:p@db/x", "underscore-in-scheme"),
    _connection(
        "google_underscore",
        "google_cloud_platform",
        "google_cloud_platform://?project=my-project",
        "underscore-in-scheme",
    ),
    _connection("words", "", "just some text", "no-scheme"),
    _connection("starts_with_colon", "mysql", "://db/sales", "no-scheme"),
    _connection("starts_with_digit", "", "2fa://db/sales", "no-scheme"),
    _connection("one_slash", "postgres", "postgres:/u:pw@db/sales", "no-scheme"),
    _connection("without_type", "postgres", "ann:pw@db/sales", "no-scheme"),
    _connection("quoted_uri", "mysql", '"mysql://db"', "no-scheme"),
    _connection("list_of_uris", "mysql", '["mysql://db"]', "no-scheme"),
    _connection("assignment", "mysql", "AIRFLOW_CONN_DB=mysql://db", "no-scheme"),
    _connection("mark_before_uri", "mysql", "\ufeffmysql://db/sales", "hidden-before-text"),
    _connection("mark_before_json", "", '\ufeff{"host": "db"}', "hidden-before-text"),
    _connection("space_before", "mysql", "  mysql://db/sales", "space-around-text"),
    _connection(
        "line_after_json", "mysql", '{"conn_type": "mysql", "host": "db"}\n', "space-around-text"
    ),
    _connection("at_behind_host", "postgres", "postgres://u:p/w@12/x@db/s", "unreadable"),
    _connection("slash_in_login", "postgres", "postgres://u:12/34@db/sales", "unclear"),
    _connection("slashes_alone", "", "//", "unclear", "no-type"),
    _connection("host_alone", "", "//u:long-enough@db/sales", "unclear", "no-type"),
    _connection("at_in_password", "postgres", "postgres://u:p@ss@db/sales", "not-encoded"),
    _connection("percent_in_password", "postgres", "postgres://u:100%@db/sales", "not-encoded"),
    _connection("hash_in_query", "mysql", "mysql://db?charset=utf8#mb4", "not-encoded"),
    _connection("not_utf_8", "postgres", "postgres://u:%FF%FE@db/sales", "not-encoded"),
    _connection("line_in_uri", "mysql", "mysql://db\n.example.com/sales", "not-encoded"),
    _connection("upper_case_host", "mysql", "mysql://MixedCase/sales", "host-case"),
    _connection("upper_case_after_protocol", "http", "http://https://Api.internal", "host-case"),
)

_IN_JSON = (
    _object(
        "id_before_type",
        "postgres",
        {"conn_id": "my_db", "conn_type": "postgres", "host": "db"},
        "other-key-as-type",
    ),
    _object(
        "engine_before_type",
        "postgres",
        {"engine": "aurora", "conn_type": "postgres"},
        "other-key-as-type",
    ),
    _object(
        "as_rds_writes",
        "postgres",
        {"engine": "postgres", "username": "u", "host": "db", "dbname": "sales"},
        "dropped-keys",
    ),
    _object("described", "mysql", {"conn_type": "mysql", "description": "d"}, "dropped-keys"),
    _object(
        "in_upper_case",
        "mysql",
        {"conn_type": "mysql", "Host": "db", "PASSWORD": "p"},
        "dropped-keys",
    ),
    _object(
        "first_alias_null",
        "mysql",
        {"conn_type": "mysql", "user": None, "login": "l"},
        "dropped-keys",
    ),
    _object("port_is_0", "mysql", {"conn_type": "mysql", "port": 0}, "counts-as-none"),
    _object("extra_is_false", "mysql", {"conn_type": "mysql", "extra": False}, "counts-as-none"),
    _object("own_type", "my_service", {"conn_type": "my_service"}, "unknown-type"),
    _connection("own_type_in_uri", "erp", "erp://u@h", "unknown-type"),
    _connection("letter_too_many", "postgress", "postgress://u@h", "misspelt-type"),
    _object("upper_case_type", "Postgres", {"conn_type": "Postgres"}, "misspelt-type"),
    _connection("name_of_a_driver", "mongodb", "mongodb://h", "misspelt-type"),
    _connection("https_as_type", "https", "https://u@h", "misspelt-type"),
)

_OF_TAGS = (
    _connection("untagged", "", "mysql://db/sales", "type-tag-missing"),
    _object("untagged_json", "", {"conn_type": "http"}, "type-tag-missing"),
    _connection("was_mysql", "mysql", "postgres://db/sales", "type-tag-outdated"),
    _connection("tag_with_space", "mysql ", "mysql://db/sales", "type-tag-outdated"),
)

_IN_FIELDS = (
    _object(
        "password_in_host",
        "http",
        {"conn_type": "http", "host": "https://u:long-enough@h"},
        "unmasked-secret",
    ),
    _object(
        "password_in_login",
        "postgres",
        {"conn_type": "postgres", "login": "u:long-enough"},
        "unmasked-secret",
    ),
    _object(
        "token_in_parameter",
        "http",
        {"conn_type": "http", "host": "https://h/?token=long-enough"},
        "unmasked-secret",
    ),
    _object(
        "account_key",
        "wasb",
        {"conn_type": "wasb", "login": "u", "extra": {"account_key": "bG9uZy1lbm91Z2g="}},
        "unmasked-secret",
    ),
    _object(
        "nested_pwd",
        "odbc",
        {"conn_type": "odbc", "extra": {"connect_kwargs": {"pwd": "long-enough"}}},
        "unmasked-secret",
    ),
    _object(
        "space_behind_password",
        "mysql",
        {"conn_type": "mysql", "host": "db", "password": "long-enough "},
        "unseen-characters",
    ),
    _connection("line_behind_schema", "mysql", "mysql://db/sales%0A", "unseen-characters"),
    _object(
        "hidden_in_host",
        "mysql",
        {"conn_type": "mysql", "host": "d\u200bb"},
        "unseen-characters",
    ),
    _object("port_in_host", "postgres", {"conn_type": "postgres", "host": "db:5432"}, "odd-host"),
    _object("protocol_in_host", "mysql", {"conn_type": "mysql", "host": "mysql://db"}, "odd-host"),
    _connection("path_in_host", "trino", "trino://u@db%2Fpath", "odd-host"),
    _connection("http_alone", "http", "http://api.example.com", "plain-http"),
    _object(
        "token_without_login",
        "http",
        {"conn_type": "http", "host": "https://h", "password": "long-enough"},
        "unused-field",
    ),
    _connection("schema_of_sftp", "sftp", "sftp://u@h/incoming", "unused-field"),
    _object(
        "host_in_extra",
        "mysql",
        {"conn_type": "mysql", "extra": {"host": "db"}},
        "unused-field",
    ),
    _object(
        "false_as_text",
        "http",
        {"conn_type": "http", "host": "https://h", "extra": {"verify": "false"}},
        "odd-value",
    ),
    _object(
        "bearer_in_password",
        "http",
        {"conn_type": "http", "host": "https://h", "login": "u", "password": "Bearer abcdefgh"},
        "odd-value",
    ),
    _object(
        "cut_key",
        "ssh",
        {"conn_type": "ssh", "host": "h", "extra": {"private_key": KEY[:40]}},
        "broken-key",
    ),
    _object(
        "one_line_key",
        "ssh",
        {"conn_type": "ssh", "host": "h", "extra": {"private_key": KEY.replace("\n", " ")}},
        "broken-key",
    ),
    _object(
        "acount",
        "snowflake",
        {"conn_type": "snowflake", "extra": {"acount": "xy12345"}},
        "misspelt-extra",
    ),
    _object(
        "old_names",
        "snowflake",
        {"conn_type": "snowflake", "extra": {"extra__snowflake__warehouse": "WH"}},
        "misspelt-extra",
    ),
    _object(
        "own_key",
        "snowflake",
        {"conn_type": "snowflake", "extra": {"colour": "red"}},
        "unknown-extra",
    ),
    _object(
        "several_at_once",
        "",
        {"conn_type": "postgres", "host": "db:5432 ", "color": 1, "extra": {"ssl_mode": "require"}},
        *("dropped-keys", "type-tag-missing", "unseen-characters", "odd-host", "misspelt-extra"),
    ),
)

_OTHERS = (
    _variable("comma_too_many", '{"tables": ["orders",]}', "broken-json"),
    _variable("quoted_by_python", "{'tables': 1}", "broken-json"),
    _variable("cut_off", '{"tables": ["ord', "broken-json"),
    _variable("list_cut_off", '["orders", "customers"', "broken-json"),
    _variable("ends_with_line", "eu-central-1\n", "space-around-value"),
    _variable("begins_with_space", " eu-central-1", "space-around-value"),
    _variable("white_space_alone", " \n", "space-around-value"),
    _variable("hidden_mark", "eu-\u200bcentral-1", "hidden-characters"),
    _variable("mark_before_json", '\ufeff{"a": 1}', "broken-json", "hidden-characters"),
    _option("core/fernet_key", "bG9uZy1lbm91Z2gtdG8tYmUtYS1rZXk=\n", "space-around-value"),
)

FAULTY = (
    *_NOBODY_READS,
    *_SOME_READ,
    *_WRITTEN_BADLY,
    *_IN_JSON,
    *_OF_TAGS,
    *_IN_FIELDS,
    *_OTHERS,
)

# --- What looks odd and is fine ---

ODD = (
    _connection("odd/upper_case_type", "postgres", "POSTGRES://db/sales"),
    _connection("odd/postgresql", "postgres", "postgresql://db/sales"),
    _connection("odd/hyphens", "google_cloud_platform", "google-cloud-platform://?project=p"),
    _connection("odd/encoded_case", "mysql", "mysql://%4DixedCase/sales"),
    _connection("odd/socket", "mysql", "mysql://u@%2Ftmp%2FMySQL.sock/sales"),
    _connection("odd/ipv6", "mysql", "mysql://[::1]:3306/sales"),
    _connection("odd/port_alone", "mysql", "mysql://@:3306"),
    _connection("odd/scheme_alone", "mysql", "mysql://"),
    _connection("odd/host_with_protocol", "http", "http://https://api.internal"),
    _connection("odd/http_in_its_schema", "http", "http://api.example.com/https"),
    _connection("odd/colon_in_password", "postgres", "postgres://u:pa:ss@db/sales"),
    _connection("odd/encoded_password", "postgres", "postgres://u:p%40%2F%3F%23%25@db/sales"),
    _connection("odd/plus_in_password", "postgres", "postgres://u:p+q@db/sales"),
    _connection("odd/empty_password", "postgres", "postgres://u:@db/sales"),
    _connection("odd/empty_query", "postgres", "postgres://u@db/sales?"),
    _connection("odd/umlaut", "postgres", "postgres://u@db/%C3%BCbersicht"),
    _connection("odd/words_in_query", "postgres", "postgres://db/s?sslmode=require&options=-c%20a"),
    _connection("odd/extra_in_query", "mysql", "mysql://db?__extra__=%7B%22timeout%22%3A+30%7D"),
    _connection("odd/raw_extra_in_query", "mysql", 'mysql://db?__extra__={"timeout":30}'),
    _object("odd/nulls", "mysql", {"conn_type": "mysql", "host": None, "extra": None}),
    _object("odd/empty_texts", "mysql", {"conn_type": "mysql", "host": "", "extra": ""}),
    _object("odd/port_as_text", "mysql", {"conn_type": "mysql", "port": "3306"}),
    _object("odd/extra_as_text", "mysql", {"conn_type": "mysql", "extra": '{"charset": "utf8"}'}),
    _object("odd/aliases", "postgres", {"engine": "postgres", "user": "u", "server": "db"}),
    _object("odd/upper_case_host", "mysql", {"conn_type": "mysql", "host": "MixedCase"}),
    _object(
        "odd/space_in_password", "mysql", {"conn_type": "mysql", "password": "four words it is"}
    ),
    _object(
        "odd/url_as_password", "mysql", {"conn_type": "mysql", "password": "postgres://x/?y#z"}
    ),
    _object(
        "odd/headers", "http", {"conn_type": "http", "host": "https://h", "extra": {"X-A": "1"}}
    ),
    _object("odd/drivers_own", "postgres", {"conn_type": "postgres", "extra": {"keepalives": 1}}),
    _object("odd/whole_key", "ssh", {"conn_type": "ssh", "extra": {"private_key": KEY}}),
    _object("odd/hosts", "mongo", {"conn_type": "mongo", "host": "a:27017,b:27017"}),
    _connection("odd/on_lines", "mysql", '{\n  "conn_type": "mysql"\n}'),
    _variable("odd/template", "{{ ds }}"),
    _variable("odd/section", "[default]\nregion = eu"),
    _variable("odd/json_and_line", '{"a": 1}\n'),
    _variable("odd/number", "42"),
    _variable("odd/lines", "first\nsecond"),
    _variable("odd/uri", "postgres://u:pa/ss@db"),
)

# --- What is plain ---

_TYPES = ("postgres", "mysql", "mssql", "redis", "ftp", "imap", "cassandra", "vertica", "exasol")
_PLACES = ("eu", "us", "asia", "africa")


def _plain() -> tuple[StoredSecret, ...]:
    secrets = []
    for conn_type in _TYPES:
        for place in _PLACES:
            name = f"plain/{conn_type}_{place}"
            text = f"{conn_type}://svc:{place}-long-enough@{conn_type}.{place}.example.com:4711"
            secrets.append(_connection(name, conn_type, text))
    for place in _PLACES:
        secrets.append(_variable(f"plain/region_{place}", f"{place}-central-1"))
        secrets.append(_variable(f"plain/tables_{place}", json.dumps({"tables": [place]})))
    return tuple(secrets)


SECRETS = (*FAULTY, *ODD, *_plain())
