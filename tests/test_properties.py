"""A property ... (each test finishes the sentence)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONFTEST = """
from tests.support.properties import draw_alike

def pytest_collection_modifyitems(items):
    draw_alike(items)
"""
PROPERTY = """
from pathlib import Path
from hypothesis import given, strategies as st

@given(st.integers(0, 10**9))
def test_it(number):
    with Path("draws").open("a") as draws:
        print(number, file=draws)
    assert number % 40 != 7
"""


@pytest.fixture(params=["", "true"], ids=["at home", "in CI"])
def in_ci(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable by which Hypothesis knows that nobody keeps its folder."""
    if request.param:
        monkeypatch.setenv("CI", request.param)
    else:
        monkeypatch.delenv("CI", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A property that fails once in a while."""
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_property.py").write_text(PROPERTY)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def draws(folder: Path, seed: str) -> list[str]:
    """What it draws in one run."""
    (folder / "draws").unlink(missing_ok=True)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "HYPOTHESIS_SEED": seed}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "-p", "no:cacheprovider"]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout.decode()
    return (folder / "draws").read_text().split()


@pytest.mark.usefixtures("in_ci")
def test_draws_first_what_failed_before_whatever_its_seed(folder: Path) -> None:
    failed = draws(folder, "1")[-1]

    assert draws(folder, "0")[0] == failed


@pytest.mark.usefixtures("in_ci")
def test_draws_the_same_on_each_run(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for file in folder.iterdir():
        (elsewhere / file.name).write_text(file.read_text())

    assert draws(folder, "0") == draws(elsewhere, "0")
