"""The tags of a list: those to filter by, and those to show as columns."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from secretsadmin.pages.filters import has_tag
from secretsadmin.store import tags
from secretsadmin.store.reads import Secret
from secretsadmin.templatetags.secretsadmin import visible

# So many keys are offered, and so many values of a key: the commonest.
MOST_KEYS = 20
MOST_VALUES = 8


class Option(NamedTuple):
    """A choice of a filter, and the number of secrets that it leaves."""

    value: str
    label: str
    number: int


class TagChoice(NamedTuple):
    """A tag that can be a column."""

    key: str
    label: str
    is_shown: bool


@dataclass(frozen=True)
class TagFilter:
    """What can be chosen of the tags in a list."""

    options: tuple[Option, ...] = ()
    columns: tuple[TagChoice, ...] = ()


NO_TAGS = TagFilter()


def tag_filter(secrets: Collection[Secret], tag: str, columns: Collection[str]) -> TagFilter:
    """The commonest of people's own tags. What is chosen already is among them."""
    pairs = Counter(pair for secret in secrets for pair in secret.tags.items())
    keys: Counter[str] = Counter()
    for (key, _), number in pairs.items():
        if not tags.is_reserved(key):
            keys[key] += number
    commonest = dict(keys.most_common(MOST_KEYS))
    options = tuple(_options(commonest, pairs))
    if tag and tag not in {option.value for option in options}:
        number = sum(has_tag(secret, tag) for secret in secrets)
        options = (*options, Option(tag, visible(tag), number))
    offered = dict.fromkeys([*columns, *commonest])
    choices = tuple(TagChoice(key, visible(key), key in columns) for key in offered)
    return TagFilter(options, choices)


def _options(keys: Mapping[str, int], pairs: Counter[tuple[str, str]]) -> Iterator[Option]:
    """Each key, and below it its commonest values."""
    values: dict[str, list[tuple[str, int]]] = {key: [] for key in keys}
    for (key, value), number in pairs.most_common():
        if key in values and len(values[key]) < MOST_VALUES:
            values[key].append((value, number))
    for key, number in keys.items():
        yield Option(key, visible(key), number)
        for value, times in values[key]:
            tag = f"{key}={value}"
            yield Option(tag, visible(tag), times)
