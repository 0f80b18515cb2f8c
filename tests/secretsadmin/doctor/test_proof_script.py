"""The script that proves that Airflow reads ... (each test finishes the sentence)."""

import json

from secretsadmin.config.backend import BackendConfig
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.demo.site import ROOT
from secretsadmin.doctor.proof import TEMPLATE, script_for
from secretsadmin.kinds import CONNECTIONS, VARIABLES

MOST_LINES = 150
HOSTILE = ('"""', "\\", "'''", "\n", "PROOF", "ä\u2028", "$(x)")


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
