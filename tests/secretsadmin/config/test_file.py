"""The configuration's file ... (each test finishes the sentence)."""

import os
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from secretsadmin.config import site
from secretsadmin.config.site import configured_site, find_environment, problem_of_file

START = """\
[environments.dev]
title = "Development"
[environments.dev.backend_kwargs]
connections_prefix = "dev/c"
variables_prefix = "dev/v"
config_prefix = "dev/x"
"""
WRONG = {
    'protected = "yes"': "line 8: environments.dev.protected must be true or false.",
    "approvals = 1": "line 8: environments.dev.approvals must be true or false.",
    "reauthenticate_minutes = -1": "line 8: environments.dev.reauthenticate_minutes must be",
    "reveals_per_minute = true": "line 8: environments.dev.reveals_per_minute must be",
    "tittle = 'x'": "line 8: environments.dev has an unknown entry: tittle.",
    "color = 'pink'": "environments.dev.color must be one of",
    "teams = 'red'": "environments.dev.teams must be a list of names",
}
WRONG_GRANTS = {
    "group = 'x'": "A grant needs a group, and a role or actions.",
    "group = 'x'\nrole = 'boss'": "line 9: A grant's role is one of viewer",
    "group = 'x'\nactions = [\n  'view',\n  'fly',\n]": "names an action that isn't there: fly.",
    "group = 'x'\nrole = 'viewer'\nids = ['a[bc]']": "line 10: A grant's ids know * and ? alone",
    "group = 'x'\nrole = 'viewer'\nteams = ['red']": "line 10: A grant names a team",
    "group = 'x'\nrole = 'viewer'\nkinds = ['pools']": "line 10: A grant names a kind",
    "group = 'x'\nrole = 'viewer'\nenvironments = ['none']": "names an environment that",
    "group = 'x'\nrole = 'viewer'\nids = []": "ids must be a list of names",
}


@pytest.fixture
def file(settings: Settings, tmp_path: Path) -> Path:
    path = tmp_path / "site.toml"
    settings.SECRETSADMIN_CONFIG = str(path)
    return path


def write(file: Path, text: str) -> None:
    """Write it anew, and later than before, however coarse the file system's clock is."""
    before = file.stat().st_mtime_ns if file.exists() else 0
    file.write_text(text)
    os.utime(file, ns=(before + 10**9, before + 10**9))


def mistake(file: Path, text: str) -> str:
    write(file, text)
    with pytest.raises(ImproperlyConfigured) as raised:
        configured_site()
    return str(raised.value)


@pytest.mark.parametrize("entry", WRONG)
def test_names_a_wrong_entry_of_an_environment_with_its_line(file: Path, entry: str) -> None:
    text = START.replace('title = "Development"\n', f'title = "Development"\n\n\n\n\n\n{entry}\n')

    assert WRONG[entry] in mistake(file, text)


@pytest.mark.parametrize("grant", WRONG_GRANTS)
def test_names_a_wrong_grant_with_its_line(file: Path, grant: str) -> None:
    assert WRONG_GRANTS[grant] in mistake(file, f"{START}[[grants]]\n{grant}\n")


def test_asks_for_a_fresh_sign_in_where_an_environment_is_protected(file: Path) -> None:
    write(file, START.replace("[environments.dev]\n", "[environments.dev]\nprotected = true\n"))
    assert configured_site().environments["dev"].reauthenticate_seconds == 300

    write(file, START)
    assert configured_site().environments["dev"].reauthenticate_seconds == 0


def test_is_read_again_when_it_has_changed_and_keeps_what_is_the_same(file: Path) -> None:
    other = START.replace("dev", "prod")
    write(file, START + other)
    dev, prod = find_environment("dev"), find_environment("prod")

    write(file, START + other.replace("Development", "Production"))

    assert find_environment("dev") is dev
    changed = find_environment("prod")
    assert changed is not prod
    assert changed is not None
    assert changed.title == "Production"


@pytest.mark.parametrize(
    "broken",
    [
        "[environments",
        "",
        START.replace("title", "tittle"),
        # Somebody may do more in one of two environments that share secrets.
        START + START.replace(".dev", ".prod").replace("title", "protected = true\ntitle"),
        None,
    ],
    ids=["no TOML", "empty", "unknown entry", "shared names", "gone"],
)
def test_that_is_broken_leaves_the_site_as_it_was_and_says_so(
    file: Path, broken: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    write(file, START)
    before = configured_site()
    assert not problem_of_file()

    if broken is None:
        file.unlink()
    else:
        write(file, broken)

    assert configured_site() is before
    assert configured_site() is before
    assert problem_of_file()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    write(file, START + "\n")
    assert configured_site().environments == before.environments
    assert not problem_of_file()


def test_warns_of_a_pattern_that_fits_no_id(file: Path) -> None:
    write(file, START + "[[grants]]\ngroup = 'x'\nrole = 'viewer'\nids = ['a b*', 'ok_*']\n")

    (warning,) = [problem for problem in run_checks() if problem.id == "secretsadmin.W004"]
    assert "'a b*' of the grant of x at line 7 matches no id" in warning.msg
    assert site.configured_site().grants[0].line == 7


@pytest.mark.parametrize(
    ("lookup", "pattern", "fits"),
    [
        ("^sm_", "sm_*", True),
        ("^sm_", "SM_orders", True),
        ("^sm_", "s*", True),
        ("^sm_", "*orders", True),
        ("^sm_", "orders", False),
        ("^sm_", "orders_*", False),
        ("^sm_x*", "sm_y*", True),
        ("^sm_.*$", "ab?", False),
        ("sm_|ab", "ab*", True),
        ("(sm|ab)_", "ab*", True),
        ("[a-c]+", "ab*", True),
    ],
)
def test_warns_of_a_pattern_that_fits_nothing_that_is_looked_up(
    file: Path, lookup: str, pattern: str, *, fits: bool
) -> None:
    names = "".join(
        f"{kind}_lookup_pattern = '{lookup}'\n" for kind in ("connections", "variables", "config")
    )
    grant = f"[[grants]]\ngroup = 'x'\nrole = 'viewer'\nids = ['{pattern}']\n"
    write(file, START + names + grant)

    warnings = [problem.hint for problem in run_checks() if problem.id == "secretsadmin.W004"]

    assert warnings == (
        []
        if fits
        else ["No lookup pattern of its environments takes such an id: Airflow never asks."]
    )


def test_warns_of_no_pattern_that_fits_what_another_kind_looks_up(file: Path) -> None:
    grant = "[[grants]]\ngroup = 'x'\nrole = 'viewer'\nids = ['orders']\n"
    write(file, START + "connections_lookup_pattern = '^sm_'\n" + grant)
    assert not [problem for problem in run_checks() if problem.id == "secretsadmin.W004"]

    write(file, file.read_text() + "kinds = ['connections']\n")
    assert [problem for problem in run_checks() if problem.id == "secretsadmin.W004"]
