"""A file is recognised ... (each test finishes the sentence)."""

import pytest

from secretsadmin.transfer.files import recognise
from tests.secretsadmin.transfer.files import EXPORTS

CSV = 'a,postgres,,"{""x"": 1}",h,l,p,5432,s\n'


@pytest.mark.parametrize(
    ("ending", "key"),
    [
        (".json", "connections-json"),
        (".yaml", "connections-yaml"),
        (".env", "connections-env"),
        (".envjson", "connections-env"),
        (".vars.json", "variables-json"),
    ],
)
@pytest.mark.parametrize("release", ["out2", "out3"])
def test_as_what_airflow_exported(release: str, ending: str, key: str) -> None:
    text = (EXPORTS / f"{release}{ending}").read_text(encoding="utf-8")

    assert recognise(text).key == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('{"a": "postgres://h", "b": "mysql://h"}', "connections-json"),
        ('{"a": ["http://h"], "b": {"conn_type": "http"}}', "connections-json"),
        ('{"home": "https://example.com", "n": 1}', "variables-json"),
        ('{"home": "https://example.com"}', "variables-json"),
        ('{"a": {"conn_type": "x"}, "b": 1, "c": 2, "d": 3}', "variables-json"),
        ('[{"conn_id": "a", "conn_type": "http"}]', "objects-json"),
        ('\n  {"a": 1}', "variables-json"),
        ('[2026-11-30T10:00:00.000+0000] {cli.py:1} INFO - x\n{"a": 1}', "variables-json"),
        ("WARNING: something\nmore of it\n{}", "variables-json"),
        ("a:\n  conn_type: http\n", "connections-yaml"),
        ("a: postgres://h\n", "connections-yaml"),
        ("a: {conn_type: http}\n", "connections-yaml"),
        ("# a comment\n---\na: 1\nb: https://x\n", "variables-yaml"),
        ("- conn_id: a\n  conn_type: http\n", "objects-yaml"),
        ("airflow:\n  connections:\n    - conn_id: a\n", "astronomer-settings"),
        ("a=http://h\n", "connections-env"),
        ('# x\nexport a={"conn_type": "http"}\n', "connections-env"),
        ("A=1\nB=2\nC=http://h\n", "variables-env"),
        ("AIRFLOW_CONN_A=http://h\n", "environment"),
        ("FOO=1\nBAR=2\nAIRFLOW_VAR_A=x\nDATABASE_URL=postgres://h\n", "environment"),
        ("AIRFLOW_VAR_A='\n{\"a\": 1}'\n", "environment"),
        (CSV, "mwaa-csv"),
        ("conn_id,conn_type,description,extra,host,login,password,port,schema\n" + CSV, "mwaa-csv"),
    ],
)
def test_by_what_is_in_it(text: str, key: str) -> None:
    assert recognise(text).key == key
