"""A file of an export ... (each test finishes the sentence)."""

import json
from typing import Any

import pytest
from django.test import Client

from connections.inspection import types
from secretsadmin.adapters import adapter_of
from secretsadmin.config.site import configured_site
from secretsadmin.demo.emulator import Emulator
from secretsadmin.kinds import BY_NAME, CONNECTIONS, VARIABLES, Kind
from secretsadmin.transfer.files import FORMATS_BY_KEY, Entry, read
from tests.secretsadmin.conftest import As
from tests.secretsadmin.transfer.files import EXPORTS
from tests.support.generated import filled
from tests.support.wire import connected

pytestmark = pytest.mark.django_db
SYNTAXES = {"json": "json", "yaml": "yaml", "env": "env", "env-json": "env"}
# Texts that a format or a reader could take for another value.
TEXTS = {
    "number": "1.50",
    "short": "1.5",
    "integer": "42",
    "octal": "012",
    "no": "no",
    "yes": "true",
    "null": "null",
    "nan": "NaN",
    "quoted": '"q"',
    "sign": "a=b # c",
    "blanks": "  x ",
    "envelope": '{"value": 3}',
    "described": '{\n  "description": "d",\n  "value": 3\n}',
    "compact": '{"b":1,"a":[1,2.0]}',
    "laid_out": '{\n  "a": [\n    1,\n    true\n  ]\n}',
    "unsorted": '{\n  "b": 1,\n  "a": 2\n}',
    "deep": "[" * 30 + "]" * 30,
    "twice": '{"a": 1, "a": 2}',
    "umlaut": '{\n  "ü": "é"\n}',
    "long": "1" * 5000,
    "date": "2026-01-31",
    "merge": "<<: *x",
}
IN_ONE_FORMAT = {"lines": "one\ntwo\n", "escape": "\x1b[0m\x85\u2028", "control": "a\x00b"}


def store(emulator: Emulator, kind: Kind, texts: dict[str, str], **descriptions: str) -> None:
    with connected(emulator.endpoint) as client:
        for key, text in texts.items():
            client.create_secret(
                Name=f"dev/{kind.name}/{key}",
                SecretString=text,
                Description=descriptions.get(key, ""),
            )


def exported(client: Client, kind: Kind, file_format: str) -> str:
    asked = {"format": file_format, "reason": "A move"}
    response: Any = client.post(f"/dev/{kind.name}/export/", asked)
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def entries(kind: Kind, file_format: str, text: str) -> list[Entry]:
    """What our own import reads of it."""
    ending = SYNTAXES[file_format]
    file = read(text, FORMATS_BY_KEY[f"{kind.name}-{ending}"])
    assert file.unread is None
    return list(file.entries)


def stored_again(kind: Kind, file_format: str, text: str) -> dict[str, str]:
    """What our own import would store of it."""
    backend = configured_site().environments["dev"].backend
    again = {}
    for entry in entries(kind, file_format, text):
        assert entry.source is not None, entry.problem
        again[entry.id] = (
            adapter_of(BY_NAME[entry.kind]).from_file(entry.source, backend).draft.text
        )
    return again


@pytest.mark.parametrize("file_format", SYNTAXES)
def test_gives_back_each_type_of_connection(
    as_role: As, two_environments: Emulator, file_format: str
) -> None:
    texts = {one.conn_type: filled(one).connection.encode().text for one in types().values()}
    store(two_environments, CONNECTIONS, texts)

    text = exported(as_role("admin"), CONNECTIONS, file_format)

    assert stored_again(CONNECTIONS, file_format, text) == texts


@pytest.mark.parametrize("file_format", ["json", "yaml", "env"])
def test_gives_back_each_variable(
    as_role: As, two_environments: Emulator, file_format: str
) -> None:
    texts = {key: text for key, text in TEXTS.items() if file_format != "env" or "\n" not in text}
    store(two_environments, VARIABLES, {**texts, **IN_ONE_FORMAT}, no="Über")

    text = exported(as_role("admin"), VARIABLES, file_format)

    if file_format == "env":
        assert text.count("# Left out: ") == len(IN_ONE_FORMAT) - 1
        texts["control"] = IN_ONE_FORMAT["control"]
    else:
        texts |= IN_ONE_FORMAT
        described = {entry.id: entry.description for entry in entries(VARIABLES, file_format, text)}
        assert described["no"] == "Über"
    again = stored_again(VARIABLES, file_format, text)
    # Airflow's import lays these out anew, as they were. Ours keeps the file's layout.
    for key in ("laid_out", "described") if file_format == "json" else ():
        assert json.loads(again.pop(key)) == json.loads(texts.pop(key))
    assert again == texts


@pytest.mark.parametrize(
    ("file_format", "ending"),
    [("json", "json"), ("yaml", "yaml"), ("env-json", "envjson")],
)
def test_is_what_airflow_writes_of_the_same_connections(
    as_role: As, two_environments: Emulator, file_format: str, ending: str
) -> None:
    written = (EXPORTS / "out3.json").read_text()
    texts = stored_again(CONNECTIONS, "json", written)
    store(two_environments, CONNECTIONS, texts, pg="Lager – Ä")

    text = exported(as_role("admin"), CONNECTIONS, file_format)

    assert text == (EXPORTS / f"out3.{ending}").read_text()


def test_leaves_out_what_airflows_json_cannot_carry(
    as_role: As, two_environments: Emulator
) -> None:
    store(two_environments, CONNECTIONS, {"port_0": "redis://h:0"})

    text = exported(as_role("admin"), CONNECTIONS, "env-json")

    assert text == "# Left out: port_0: JSON would change the port.\n"
    (entry,) = json.loads(exported(as_role("admin"), CONNECTIONS, "json")).values()
    assert entry["port"] == 0


def test_has_airflows_uris_where_airflow_reads_them_back_whole(
    as_role: As, two_environments: Emulator
) -> None:
    texts = stored_again(CONNECTIONS, "json", (EXPORTS / "out3.json").read_text())
    store(two_environments, CONNECTIONS, texts)

    lines = exported(as_role("admin"), CONNECTIONS, "env").splitlines()

    airflows = (EXPORTS / "out3.env").read_text().splitlines()
    assert {line.partition("=")[0] for line in lines if line not in airflows} == {"gcp", "pg"}


def test_is_what_airflow_writes_of_the_same_variables(
    as_role: As, two_environments: Emulator
) -> None:
    written = (EXPORTS / "out3.vars.json").read_text()
    texts, descriptions = {}, {}
    for key, entry in json.loads(written).items():
        is_envelope = isinstance(entry, dict) and "value" in entry
        value = entry["value"] if is_envelope else entry
        texts[key] = value if isinstance(value, str) else json.dumps(value, indent=2)
        descriptions[key] = entry["description"] if is_envelope else ""
    # Secrets Manager keeps no empty value.
    del texts["empty"]
    store(two_environments, VARIABLES, texts, **descriptions)

    text = exported(as_role("admin"), VARIABLES, "json")

    assert text == written.replace('    "empty": "",\n', "")


@pytest.mark.parametrize(("file_format", "empty"), [("json", "{}"), ("yaml", "{}\n"), ("env", "")])
def test_is_one_of_its_format_where_nothing_is_in_it(
    as_role: As, two_environments: Emulator, file_format: str, empty: str
) -> None:
    store(two_environments, CONNECTIONS, {"broken": "{"})

    text = exported(as_role("admin"), CONNECTIONS, file_format)

    assert text.partition("#")[0] == empty
