"""The name of a session in a role ... (each test finishes the sentence)."""

import re

import pytest

from secretsadmin.store.session_names import session_name

# The pattern in the service model of STS.
TAKEN = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
USERS = (
    "",
    "ada",
    "ada@example.com",
    "Ada Lovelace",
    "jörg",
    "jürg",
    "j-rg",
    "root (at the command line)",
    "a" * 51,
    "a" * 52,
    "a" * 150,
    "a" * 149 + "b",
    "-",
    "💥",
    "\ud800",
    "<img src=x onerror=alert(1)>",
    "a\nb",
)


@pytest.mark.parametrize("user", USERS, ids=ascii)
def test_is_one_that_sts_takes(user: str) -> None:
    assert TAKEN.fullmatch(session_name(user))


def test_is_nobody_else_s() -> None:
    assert len({session_name(user) for user in USERS}) == len(USERS)


def test_is_told_at_a_glance() -> None:
    assert session_name("") == "secretsadmin"
    assert session_name("ada@example.com") == "secretsadmin-ada@example.com"
    assert session_name("Ada Lovelace").startswith("secretsadmin-Ada-Lovelace-")
