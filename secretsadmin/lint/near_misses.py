"""Names in AWS that miss one of an environment's prefixes by little.

A name below a prefix of any environment is what it is, and no near miss.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from secretsadmin.config.backend import KIND_NAMES, BackendConfig
from secretsadmin.config.environments import Environment
from secretsadmin.lint import rules
from secretsadmin.lint.finding import Finding

_SEPARATOR = re.compile(r"[/_+=.@:\\-]")
# In a shorter prefix each letter counts: dev and qa, uat and sit are near each other, too.
LETTERS_OF_A_WORD = 8


def near_misses(
    names: Iterable[str], environment: Environment, environments: Sequence[Environment]
) -> Iterator[Finding]:
    """The findings among all names of the environment's account and region."""
    for name in sorted(names):
        if any(other.backend.parse(name) for other in environments):
            continue
        for kind in KIND_NAMES:
            if how := miss_of(name, kind, environment.backend):
                yield Finding(environment.name, kind, name, rules.NEAR_MISS, how)
                break
            if not environment.backend.is_enabled(kind) and name.startswith(_default(kind)):
                sentence = f"Its name begins with {_default(kind)}, and {kind}_prefix is null."
                yield Finding(environment.name, kind, name, rules.SWITCHED_OFF, sentence)
                break


def _default(kind: str) -> str:
    return f"airflow/{kind}/"


def miss_of(name: str, kind: str, backend: BackendConfig) -> str:
    """How the name misses the kind's prefix, as a sentence; empty where it is far from it."""
    if not backend.is_enabled(kind):
        return ""
    prefix = backend.name_prefix(kind)
    if not prefix:
        return ""
    stripped = name
    if not prefix.startswith("/"):
        stripped = name.lstrip("/")
    start, rest = stripped[: len(prefix)], stripped[len(prefix) :]
    if rest and start == prefix:
        return f"A slash stands before {prefix}."
    if rest and start.lower() == prefix.lower():
        return f"It has capital letters where {prefix} has none, or the other way round."
    if rest and _plain(start) == _plain(prefix):
        return _other_separators(start, rest, prefix, backend.sep)
    return _one_character_off(stripped, prefix)


def _plain(text: str) -> str:
    """The text in lower case, with slashes for whatever separates words."""
    return _SEPARATOR.sub("/", text.lower())


def _other_separators(start: str, rest: str, prefix: str, sep: str) -> str:
    is_longer_word = start[: -len(sep)].lower() == prefix[: -len(sep)].lower()
    if is_longer_word and sep in rest:
        # It is the name of another folder, such as airflow/connections-old/.
        return ""
    return f"It has other separators than {prefix}."


def _one_character_off(name: str, prefix: str) -> str:
    if sum(character.isalpha() for character in prefix) < LETTERS_OF_A_WORD:
        return ""
    plain, plain_prefix = _plain(name), _plain(prefix)
    for length in (len(prefix) - 1, len(prefix), len(prefix) + 1):
        start = plain[:length]
        # A word that goes on is another word.
        if len(plain) > length and start.endswith("/") and _are_one_off(start, plain_prefix):
            return f"It is one character off {prefix}."
    return ""


def _are_one_off(text: str, other: str) -> bool:
    """Whether one letter is missing, added or another, or two letters are swapped.

    Another digit means another place, such as a second team's.
    """
    first, second = _difference(text, other)
    if any(character.isdigit() for character in first + second):
        return False
    if len(first) <= 1 and len(second) <= 1:
        return True
    return len(first) == len(second) == 2 and first == second[::-1]  # noqa: PLR2004 - two letters.


def _difference(text: str, other: str) -> tuple[str, str]:
    """What is left of two texts without their common beginning and end."""
    begin = 0
    shorter = min(len(text), len(other))
    while begin < shorter and text[begin] == other[begin]:
        begin += 1
    end = 0
    while end < shorter - begin and text[-1 - end] == other[-1 - end]:
        end += 1
    return text[begin : len(text) - end], other[begin : len(other) - end]
