"""An environment file or Astronomer's settings ... (each test finishes the sentence)."""

from tests.secretsadmin.transfer.files import by_id, only, read_text, sources

SETTINGS = """\
airflow:
  connections:
    - conn_id: local
      conn_type: postgres
      conn_host: db
      conn_port: 5432
      conn_password: 012
      conn_extra: {sslmode: require}
    - conn_id: uri
      conn_uri: http://h
      conn_port:
    - conn_id:
      conn_type:
  pools:
    - pool_name: p
  variables:
    - variable_name: mails
      variable_value: "a, b"
"""


def test_has_connections_and_variables_whose_ids_are_in_lower_case() -> None:
    file = read_text("AIRFLOW_CONN_MY_DB=http://h\nOTHER=1\nAIRFLOW_VAR_KEY=x\n")

    kinds = [(entry.kind, entry.id, entry.line) for entry in file.entries]
    assert kinds == [("connections", "my_db", 1), ("variables", "key", 3)]
    assert any("One line was left out" in note for note in file.notes)
    assert any("lower case" in note for note in file.notes)


def test_may_keep_the_case_of_its_ids() -> None:
    file = read_text("AIRFLOW_CONN_MY_DB=http://h\n", case="kept")

    assert [entry.id for entry in file.entries] == ["MY_DB"]
    assert file.notes == ()


def test_names_teams() -> None:
    entry = only("AIRFLOW_CONN__DATA___MY_DB=http://h\n")

    assert (entry.team, entry.id) == ("data", "my_db")
    assert only("AIRFLOW_VAR__HIDDEN=x\n").id == "_hidden"


def test_may_have_quotes_over_lines_and_escapes() -> None:
    text = (
        "AIRFLOW_VAR_A=\"x\\ny\nz\" # c\nAIRFLOW_VAR_B='it'\"'\"'s'\n"
        'AIRFLOW_VAR_C=\'a\\nb\'\nAIRFLOW_VAR_D="\\$x \\\\ \\"q\\""\n'
    )

    file = read_text(text)

    assert sources(file) == {"a": "x\ny\nz", "b": "it's", "c": "a\\nb", "d": '$x \\ "q"'}
    assert [entry.line for entry in file.entries] == [1, 3, 4, 5]


def test_never_has_the_comment_for_a_value_that_astronomer_withheld() -> None:
    file = read_text("AIRFLOW_VAR_A= # secret\nAIRFLOW_VAR_B=  # secret, use --include-secrets\n")

    assert [entry.source for entry in file.entries] == [None, None]
    assert all("withheld" in entry.problem for entry in file.entries)


def test_of_astronomer_has_both_kinds_and_leaves_pools_out() -> None:
    file = read_text(SETTINGS)

    assert sources(file) == {
        "local": {
            "conn_type": "postgres",
            "host": "db",
            "password": "012",
            "port": "5432",
            "extra": '{\n  "sslmode": "require"\n}',
        },
        "uri": "http://h",
        "mails": "a, b",
    }
    assert "conn_host" in by_id(file)["local"].notes[0]
    assert [note.split()[0] for note in file.notes] == ["Pools", "Entries"]
