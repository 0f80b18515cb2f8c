"""What is written on Airflow's side ... (each test finishes the sentence)."""

import json
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from secretsadmin.config import airflow_variables
from secretsadmin.config.backend import KIND_NAMES, BackendConfig
from secretsadmin.doctor.backend_kwargs import given_kwargs
from secretsadmin.doctor.snippets import BACKEND, cautions_of, ways_of
from tests.support.snippets import Variables, come_out

HOSTILE = st.text(
    st.sampled_from("ab/%$'\"\\ \t\n{}()#!`~&;|<>,:=é日\x7f\u2028\ud800"), max_size=12
)
PATTERNS = st.one_of(
    st.none(),
    st.sampled_from((r"^(?!secret_).*$", r"a{2}{{b}}", r"^\$HOME%s$", r"'\d+'", "$(id)${PATH}")),
    HOSTILE.map(re.escape),
)
PREFIXES = st.none() | HOSTILE


@st.composite
def kwargs(draw: st.DrawFn) -> dict[str, Any]:
    given: dict[str, Any] = {"region_name": "eu-central-1", "sep": draw(st.sampled_from("/-$%'"))}
    for kind in KIND_NAMES:
        given[f"{kind}_prefix"] = draw(PREFIXES)
        given[f"{kind}_lookup_pattern"] = draw(PATTERNS.filter(_compiles))
    given["extra_conn_words"] = {"user": draw(st.lists(HOSTILE, max_size=2))}
    return given


def _compiles(pattern: str | None) -> bool:
    try:
        re.compile(pattern or "")
    except re.error:
        return False
    return True


def found(backend: BackendConfig) -> dict[str, Variables]:
    return come_out(ways_of(backend, given_kwargs(backend)))


@settings(max_examples=60)
@given(given=kwargs())
@example(given={"connections_prefix": "100%/$HOME/it's", "variables_prefix": "a #b", "sep": "\\"})
@example(given={"connections_lookup_pattern": "{{x}}${HOME}$$"})
def test_comes_out_the_same_from_every_parser(given: dict[str, Any]) -> None:
    backend = BackendConfig.from_kwargs(given)

    for reader, variables in found(backend).items():
        read = airflow_variables.read(airflow_variables.variables_of(variables), "")
        assert variables["AIRFLOW__SECRETS__BACKEND"] == BACKEND, reader
        assert read.notes == (), reader
        assert (read.prefixes, read.patterns, read.sep, read.extra_conn_words, read.aws) == (
            *(backend.prefixes, backend.patterns, backend.sep, backend.extra_conn_words),
            backend.aws,
        ), reader


@settings(max_examples=60)
@given(given=kwargs())
def test_is_one_line_of_ascii(given: dict[str, Any]) -> None:
    line = given_kwargs(BackendConfig.from_kwargs(given)).line

    assert line.isascii()
    assert line.isprintable()
    assert not set("$%#'") & set(line)


def test_has_all_prefixes_so_that_nothing_depends_on_a_default() -> None:
    backend = BackendConfig.from_kwargs({"config_prefix": None, "connections_prefix": "airflow/c/"})

    assert json.loads(given_kwargs(backend).line) == {
        "connections_prefix": "airflow/c",
        "variables_prefix": "airflow/variables",
        "config_prefix": None,
    }


@pytest.mark.parametrize(
    ("airflow", "option", "caution"),
    [("", True, False), ("3.2", True, False), ("3.1.5", False, True), ("2.11", False, True)],
)
def test_switches_teams_on_where_airflow_has_them(
    airflow: str,
    option: bool,  # noqa: FBT001 - a case.
    caution: bool,  # noqa: FBT001 - a case.
) -> None:
    backend = BackendConfig.from_kwargs({}, ["analytics"], airflow)

    for variables in found(backend).values():
        assert ("AIRFLOW__CORE__MULTI_TEAM" in variables) == option
    cautions = " ".join(cautions_of(backend, given_kwargs(backend)))
    assert ("Teams need Airflow 3.2." in cautions) == caution


@pytest.mark.parametrize(
    ("airflow", "single", "workers"),
    [("", True, True), ("3.3.2", True, True), ("3.1", False, True), ("2.11", False, False)],
)
def test_warns_of_what_its_release_reads_beside_it(
    airflow: str,
    single: bool,  # noqa: FBT001 - a case.
    workers: bool,  # noqa: FBT001 - a case.
) -> None:
    backend = BackendConfig.from_kwargs({}, airflow=airflow)

    cautions = " ".join(cautions_of(backend, given_kwargs(backend)))

    assert ("KWARG__REGION_NAME" in cautions) == single
    assert ("[workers]" in cautions) == workers


def test_says_what_a_number_stands_for_where_it_has_one() -> None:
    plain = BackendConfig.from_kwargs({})
    pattern = BackendConfig.from_kwargs({"variables_lookup_pattern": "^a$"})

    assert "u0024" not in " ".join(cautions_of(plain, given_kwargs(plain)))
    assert "u0024 stands for $" in " ".join(cautions_of(pattern, given_kwargs(pattern)))


def test_says_of_each_way_what_goes_wrong_without_a_word() -> None:
    backend = BackendConfig.from_kwargs({"region_name": "eu-central-1"})

    assert all(way.silent.endswith(".") for way in ways_of(backend, given_kwargs(backend)))
