"""A path that a document names ... (each test finishes the sentence)."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("secretsadmin", "connections", "variables")
# A name in backticks that has a slash or ends like a file, perhaps with a function of that file.
PATH = re.compile(r"`([\w.*-]*/[\w./*-]*|[\w.*-]+\.(?:py|md|toml|txt|json))(?:: \w+)?`")
# Test runs make it, and no commit holds it.
MADE_BY_TESTS = {".hypothesis/"}


def exists(path: str) -> bool:
    """Whether it is there, below the root or, shortened, anywhere in a package."""
    if any(ROOT.glob(path)):
        return True
    return any(match for package in PACKAGES for match in (ROOT / package).rglob(path))


DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/asvs.md",
    "docs/threat-model.md",
)
# How many requirements of levels 1 and 2 each chapter of OWASP ASVS 5.0.0 has.
REQUIREMENTS = {
    "V1": 27,
    "V2": 11,
    "V3": 19,
    "V4": 10,
    "V5": 9,
    "V6": 35,
    "V7": 18,
    "V8": 7,
    "V9": 7,
    "V10": 29,
    "V11": 14,
    "V12": 9,
    "V13": 13,
    "V14": 9,
    "V15": 13,
    "V16": 16,
    "V17": 7,
}


PICTURE = re.compile(r"!\[[^]]+\]\(([^)]+)\)")


@pytest.mark.parametrize("document", ["README.md", "docs/airflow-finds-nothing.md"])
def test_is_there_for_every_picture(document: str) -> None:
    pictures = PICTURE.findall((ROOT / document).read_text(encoding="utf-8"))

    assert pictures
    assert [path for path in pictures if not (ROOT / document).parent.joinpath(path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_is_there(document: str) -> None:
    named = set(PATH.findall((ROOT / document).read_text(encoding="utf-8")))
    # What begins with a slash is an address of the site.
    named = {path for path in named if not path.startswith("/")}

    assert sorted(path for path in named - MADE_BY_TESTS if not exists(path)) == []


def test_is_there_for_every_requirement_of_the_review() -> None:
    """Each has one line, with a verdict and what shows it."""
    review = (ROOT / "docs/asvs.md").read_text(encoding="utf-8")
    lines = re.findall(
        r"^\| ((V\d+)\.\d+\.\d+) \| [12] \| [^|]+ \| [^|]+ \| [^|]+ \|$", review, re.MULTILINE
    )

    assert len({number for number, _ in lines}) == len(lines)
    assert Counter(chapter for _, chapter in lines) == REQUIREMENTS


def test_says_how_many_requirements_are_met() -> None:
    review = (ROOT / "docs/asvs.md").read_text(encoding="utf-8")
    verdicts = Counter(
        re.findall(r"^\| V[\d.]+ \| [12] \| [^|]+ \| \**([a-z ]+)\** \|", review, re.MULTILINE)
    )
    assert (
        f"Of the {verdicts.total()}, {verdicts['met']} are met, {verdicts['in part']} in part, "
        f"and {verdicts['not met']} are not; {verdicts['whoever runs it']} are up to whoever runs "
        f"it, and {verdicts['not applicable']} don't apply."
    ) in review


def test_is_found_by_this_test() -> None:
    assert PATH.findall("`a/b`, `c.py`, `d/e.py: f`, `g.h`, `i/` and `j k/l`") == [
        "a/b",
        "c.py",
        "d/e.py",
        "i/",
    ]
    assert exists("store/writes.py")
    assert not exists("store/nowhere.py")
