"""Which secrets of all lists fit what somebody types, best first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from heapq import nsmallest
from itertools import islice
from operator import itemgetter

from secretsadmin.adapters import adapter_of
from secretsadmin.config.environments import Environment
from secretsadmin.kinds import Kind
from secretsadmin.pages.glances import Glance
from secretsadmin.store.reads import Secret

# Each word is looked for in each secret. This many tell any secret from the others.
MOST_WORDS = 8
# What stands between the words of an id.
SEPARATORS = "_-./+=@"
# Of more secrets than this that fit, those that fit best are picked out before they are compared.
MOST_COMPARED = 500
# How well a secret fits: what was typed is its id, its id begins so, words of its id begin so, it
# stands in its id, or else in its type, its description or its tags.
EXACT, BEGINS, HAS_WORDS, HAS_TEXT, ELSEWHERE = range(5)

Words = tuple[str, ...]
# The names of a secret's environment and kind, and its key.
SecretPlace = tuple[str, str, str]


def words_of(text: str) -> Words:
    """The words that somebody types, each once and without regard to case."""
    return tuple(dict.fromkeys(text.casefold().split()))[:MOST_WORDS]


def names_of(environment: Environment) -> Words:
    """The words that people call an environment by."""
    return (environment.name.casefold(), *environment.title.casefold().split())


def begins_any(word: str, names: Iterable[str]) -> bool:
    return any(name.startswith(word) for name in names)


@dataclass(frozen=True)
class Source:
    """The list of one kind in one environment, as far as the person may see it."""

    environment: Environment
    kind: Kind
    sight: Glance

    @cached_property
    def names(self) -> Words:
        return names_of(self.environment)

    @cached_property
    def type_labels(self) -> Mapping[str, str]:
        """What people call each type in use, without regard to case."""
        if not self.kind.has_types:
            return {}
        adapter = adapter_of(self.kind)
        return {tag: adapter.type_name(tag).casefold() for tag in self.sight.types}

    def among(self, secrets: Iterable[Secret], words: Words) -> list[Secret]:
        """Those that have each of the words in their id, type, description or tags."""
        fitting = list(secrets)
        for word in words:
            types = {tag for tag, label in self.type_labels.items() if word in label}
            fitting = _with_word(fitting, word, types)
        return fitting


def _with_word(secrets: list[Secret], word: str, types: set[str]) -> list[Secret]:
    if not types:
        return [secret for secret in secrets if word in secret.searched]
    return [secret for secret in secrets if secret.type in types or word in secret.searched]


@dataclass(frozen=True)
class Matches:
    """The secrets that fit best, and how many fit."""

    secrets: tuple[Secret, ...] = ()
    total: int = 0


def find_secrets(
    sources: Iterable[Source], words: Words, recent: tuple[Secret, ...], most: int
) -> Matches:
    """The secrets that fit all of the words; of those that fit alike, the recent ones first.

    A word that an environment is called by need not stand in its secrets.
    """
    ages = {place_of(secret): age for age, secret in enumerate(recent)}
    ranked: list[tuple[int, int, str, int, Secret]] = []
    total = 0
    for number, source in enumerate(sources):
        own_words = tuple(word for word in words if not begins_any(word, source.names)) or words
        fitting = source.among(source.sight.secrets, own_words)
        total += len(fitting)
        of_source = [secret for secret in recent if _is_in(source, secret)]
        picked = [*_picked(fitting, own_words, most), *source.among(of_source, own_words)]
        for place, secret in {place_of(secret): secret for secret in picked}.items():
            id_ = _id_in(secret.searched)
            ranked.append((_rank(id_, own_words), ages.get(place, len(ages)), id_, number, secret))
    # Secrets themselves have no order.
    best = nsmallest(most, ranked, key=itemgetter(slice(4)))
    return Matches(tuple(secret for *_, secret in best), total)


def place_of(secret: Secret) -> SecretPlace:
    ref = secret.ref
    return (ref.environment.name, ref.kind.name, ref.key)


def _is_in(source: Source, secret: Secret) -> bool:
    return secret.ref.environment is source.environment and secret.ref.kind is source.kind


def _picked(secrets: list[Secret], words: Words, most: int) -> list[Secret]:
    """Those that may be among the best, as nobody can rank tens of thousands within a keystroke.

    The secrets are sorted by their ids. What fits better is among what fits worse again, so of that
    a few more are picked.
    """
    if len(secrets) <= MOST_COMPARED:
        return secrets
    begin = (secret for secret in secrets if _begins(secret.searched, words))
    picked = list(islice(begin, most))
    if len(picked) == most:
        # An id that is the word itself stands before all that begin with it.
        return picked
    have_text = secrets
    for word in words:
        have_text = [secret for secret in have_text if word in _id_in(secret.searched)]
    have_words = (secret for secret in have_text if _has_words(_id_in(secret.searched), words))
    picked += islice(have_words, 2 * most)
    return [*picked, *have_text[: 3 * most], *secrets[: 4 * most]]


def _id_in(searched: str) -> str:
    return searched.partition("\n")[0]


def _begins(id_: str, words: Words) -> bool:
    """Whether the id, or a text that begins with it, begins with the one word that there is."""
    return len(words) == 1 and id_.startswith(words[0])


def _has_words(id_: str, words: Words) -> bool:
    return all(_has_word(id_, word) for word in words)


def _has_word(id_: str, word: str) -> bool:
    if word not in id_:
        return False
    return id_.startswith(word) or any(mark + word in id_ for mark in SEPARATORS)


def _has_text(id_: str, words: Words) -> bool:
    return all(word in id_ for word in words)


def _rank(id_: str, words: Words) -> int:
    if words == (id_,):
        return EXACT
    if _begins(id_, words):
        return BEGINS
    if _has_words(id_, words):
        return HAS_WORDS
    if _has_text(id_, words):
        return HAS_TEXT
    return ELSEWHERE
