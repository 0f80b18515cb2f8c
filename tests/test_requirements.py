"""The locked requirements agree: a developer has the versions of every environment."""

import re

import pytest

from secretsadmin.demo.site import ROOT


def pinned(name: str) -> set[str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return set(re.findall(r"^[a-z0-9.-]+==\S+", text, re.MULTILINE))


@pytest.mark.parametrize(("less", "more"), [("production", "demo"), ("demo", "development")])
def test_of_one_environment_are_among_those_of_the_other(less: str, more: str) -> None:
    assert pinned(less)
    assert pinned(less) - pinned(more) == set()
