"""The script that proves that Airflow reads ... (each test finishes the sentence)."""

import json
from collections.abc import Mapping
from contextlib import redirect_stdout
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest

from secretsadmin.config.backend import KIND_NAMES, BackendConfig
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.demo.site import ROOT
from secretsadmin.doctor.probes import TEXTS
from secretsadmin.doctor.proof import TEMPLATE, script_for
from secretsadmin.kinds import CONNECTIONS, VARIABLES

MOST_LINES = 150
HOSTILE = ('"""', "\\", "'''", "\n", "PROOF", "ä\u2028", "$(x)")


class SecretsManagerBackend:
    """Airflow's back end, of which everything but these kwargs is as the example's."""

    sep = "/"
    kwargs: Mapping[str, Any] = {}

    def __init__(self, extra_conn_words: dict[str, list[str]] | None) -> None:
        for kind in KIND_NAMES:
            vars(self)[f"{kind}_prefix"] = f"airflow/{kind}"
        self.extra_conn_words = extra_conn_words or {}
        self.client = SimpleNamespace(
            meta=SimpleNamespace(region_name="eu-central-1"),
            get_secret_value=lambda **_: {"SecretString": TEXTS["variables"]},
        )

    def get_variable(self, _: str) -> str:
        return TEXTS["variables"]


def run(script: str, words: dict[str, list[str]] | None = None) -> list[str]:
    """The script's lines, where Airflow has these words."""
    conf = SimpleNamespace(
        getsection=lambda _: {},
        get=lambda section, _, fallback="": "{}" if section == "secrets" else fallback,
        getboolean=lambda *_, fallback: fallback,
    )
    airflow = SimpleNamespace(
        conf=conf, ensure_secrets_loaded=lambda: [SecretsManagerBackend(words)]
    )
    names: dict[str, Any] = {"__name__": "proof"}
    exec(compile(script, "proof", "exec"), names)  # noqa: S102 - it is our own.
    releases = ("apache-airflow", "apache-airflow-providers-amazon")
    packages = [SimpleNamespace(metadata={"Name": name}, version="1") for name in releases]
    names["metadata"] = SimpleNamespace(distributions=lambda: packages)
    names["import_module"] = {"airflow.configuration": airflow}.__getitem__
    out = StringIO()
    with redirect_stdout(out):
        names["main"]()
    return out.getvalue().splitlines()


def script_of(**kwargs: Any) -> str:
    backend = BackendConfig.from_kwargs({"region_name": "eu-central-1", **kwargs})
    ref = Ref(Environment("example", "Example", backend), VARIABLES, "secretsadmin-probe-0123abcd")
    return script_for(ref, names_account=True)


@pytest.mark.parametrize(
    ("here", "there", "cause"),
    [
        ({}, None, ""),
        ({"user": ["account", "who"]}, {"user": ["who", "account"]}, ""),
        ({}, {"user": ["account"]}, 'is {"user": ["account"]} in Airflow, and {} in Secrets Admin'),
        ({"host": ["at"]}, None, 'is {} in Airflow, and {"host": ["at"]} in Secrets Admin'),
    ],
)
def test_compares_the_words_that_airflow_takes_for_a_field(
    here: dict[str, list[str]], there: dict[str, list[str]] | None, cause: str
) -> None:
    *_, last = run(script_of(extra_conn_words=here), there)

    whole = f"First cause: extra_conn_words {cause}."
    assert last == (whole if cause else "All right: Airflow reads what Secrets Admin writes.")


def test_names_the_variables_that_hold_ids_without_their_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_ORDERS", "postgres://hush")
    monkeypatch.setenv("AIRFLOW_VAR_LIMIT", "hush")

    lines = run(script_of())

    notes = [line for line in lines if line.startswith("note") and "AIRFLOW_" in line]
    assert [line.split()[1] for line in notes] == ["AIRFLOW_CONN_ORDERS", "AIRFLOW_VAR_LIMIT"]
    assert "hush" not in "".join(lines)


def test_is_in_the_documents_with_an_example() -> None:
    backend = BackendConfig.from_kwargs({"region_name": "eu-central-1"})
    example = Environment("example", "Example", backend)

    script = script_for(Ref(example, VARIABLES, "secretsadmin-probe-0123abcd"), names_account=True)

    assert (ROOT / "docs/secretsadmin_proof.py").read_text(encoding="utf-8") == script
    assert TEMPLATE.read_text(encoding="utf-8") == script


def test_is_short_enough_to_be_read_before_it_is_pasted() -> None:
    lines = TEMPLATE.read_text(encoding="utf-8").splitlines()

    assert len([line for line in lines if line]) <= MOST_LINES


def test_carries_whatever_a_configuration_says() -> None:
    for text in HOSTILE:
        kwargs = {"connections_prefix": f"a{text}b", "config_prefix": None, "sep": text}
        backend = BackendConfig.from_kwargs(
            {**kwargs, "variables_lookup_pattern": f"^[{'x' if text == chr(92) else text}]"}
        )
        environment = Environment("example", text, backend, account="123456789012")

        script = script_for(Ref(environment, CONNECTIONS, "probe"), names_account=True)

        names: dict[str, object] = {"__name__": "proof"}
        exec(compile(script, "proof", "exec"), names)  # noqa: S102 - it is our own.
        expected = names["EXPECTED"]
        assert isinstance(expected, dict)
        assert expected["kwargs"]["connections_prefix"] == backend.prefixes["connections"]
        assert expected["kwargs"]["sep"] == text
        assert expected["account"] == "123456789012"
        assert "\nPROOF\n" not in script
        assert script.isascii()


def test_holds_no_kwarg_that_could_be_a_key() -> None:
    keys = {"aws_secret_access_key": "hush", "aws_session_token": "hush", "profile_name": "hush"}
    environment = Environment("example", "Example", BackendConfig.from_kwargs(keys))

    script = script_for(Ref(environment, VARIABLES, "probe"), names_account=True)

    assert "hush" not in json.dumps(script)
