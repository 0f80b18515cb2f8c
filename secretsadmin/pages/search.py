"""What a search shows: secrets of all environments, acts, and pages, with nothing asked of AWS."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from secretsadmin.access import policy
from secretsadmin.access.authentication import may_enter
from secretsadmin.access.requests import Request
from secretsadmin.actions import VIEW
from secretsadmin.adapters import adapter_of
from secretsadmin.audit.recent import recent_places
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import KINDS, Kind
from secretsadmin.pages.glances import glance
from secretsadmin.pages.listing import url_of
from secretsadmin.pages.navigation import EnvironmentLink, link_to, visible_environments
from secretsadmin.pages.search_actions import (
    Deed,
    Result,
    asks_to_create,
    creations,
    deed_of,
    done_to,
    imports,
    may_do,
    objects_of,
    pages,
)
from secretsadmin.pages.search_secrets import Matches, Source, Words, find_secrets, words_of
from secretsadmin.store.listing import Snapshot, listing
from secretsadmin.store.reads import Secret
from secretsadmin.templatetags.secretsadmin import ago

# No id is longer.
MOST_CHARACTERS = 512
# What may stand in an address, since addresses are logged and kept: neither a URI nor JSON, nor a
# setting, nor a command, any of which may hold a password. Browsers check it, too.
IN_AN_ADDRESS = r"(?!\s*--)(?!.*\s--)[^:@=\{]*"
_IN_AN_ADDRESS = re.compile(IN_AN_ADDRESS)
# How many of each are shown.
MOST_SECRETS, MOST_RECENT, MOST_ACTIONS, MOST_PAGES = 12, 8, 6, 6
# And of the pages before anything is typed, and of the recent secrets for a deed that names none.
MOST_BEFORE, MOST_OF_RECENT = 12, 4
MOST_NAMED = 5
# How many lists AWS is asked for at once because somebody searches.
MOST_SWEEPS = 6
# A list that is older says so.
OLD = timedelta(minutes=5)

BEHIND_FACTOR = "ask for a second factor, so nothing was looked for there."
TOO_LONG = f"A search has {MOST_CHARACTERS} characters at most. Nothing was looked for."
NO_VALUES = (
    "This may hold a password, and it stands in the address of this page. Nothing was looked for. "
    "Type a part of an id, a description, a type or a tag."
)


@dataclass(frozen=True)
class Group:
    """Results of one sort."""

    title: str
    results: tuple[Result, ...]


@dataclass(frozen=True)
class Hint:
    """Why secrets of some environments may be missing: a sentence that begins with their lists."""

    text: str
    environments: tuple[EnvironmentLink, ...]
    more: str = ""


@dataclass(frozen=True)
class SearchPage:
    """The answer to a search. `looked_at` are the lists whose names it shows.

    `problem` says why nothing was looked for.
    """

    query: str
    problem: str = ""
    groups: tuple[Group, ...] = ()
    hints: tuple[Hint, ...] = ()
    total: int = 0
    looked_at: tuple[tuple[Environment, Kind], ...] = ()
    pattern: str = field(default=IN_AN_ADDRESS, repr=False)

    @property
    def is_empty(self) -> bool:
        return not self.groups and not self.problem

    @property
    def shown(self) -> int:
        return sum(len(group.results) for group in self.groups)

    @property
    def status(self) -> str:
        """How much was found, for everybody and for screen readers."""
        if self.problem:
            return ""
        if not self.groups:
            return "Nothing fits."
        results = "1 result" if self.shown == 1 else f"{self.shown} results"
        if self.total > MOST_SECRETS:
            return f"{results}. {self.total:,} secrets fit, and the best {MOST_SECRETS} are shown."
        return f"{results}."


def search_page(request: Request, query: str, here: str = "", *, in_address: bool) -> SearchPage:
    """What fits the query; `here` is the environment whose results come first among equals."""
    if len(query) > MOST_CHARACTERS:
        return SearchPage(query[:MOST_CHARACTERS], TOO_LONG)
    if in_address and not _IN_AN_ADDRESS.fullmatch(query):
        return SearchPage(query, NO_VALUES)
    search = _Search.of(request, words_of(query), here)
    if not search.words:
        return SearchPage(query, groups=_filled(_beginning(search)), hints=_hints(search))
    found = find_secrets(search.sources, search.words, search.recent, MOST_SECRETS)
    objects = _objects(search)
    looked_at = {
        (secret.ref.environment.name, secret.ref.kind.name): secret.ref
        for secret in (*found.secrets, *objects)
    }
    return SearchPage(
        query,
        groups=_filled(_groups(search, found, objects)),
        hints=_hints(search),
        total=found.total,
        looked_at=tuple((ref.environment, ref.kind) for ref in looked_at.values()),
    )


@dataclass(frozen=True)
class _Search:
    """Who looks for what, and where they may. `recent` are the secrets they had in hand last."""

    request: Request
    words: Words
    environments: tuple[Environment, ...]
    sources: tuple[Source, ...]
    recent: tuple[Secret, ...]

    @classmethod
    def of(cls, request: Request, words: Words, here: str) -> "_Search":
        visible = visible_environments(request.user)
        environments = sorted(visible, key=lambda environment: environment.name != here)
        sources = tuple(_sources(request, environments))
        return cls(request, words, tuple(environments), sources, _recent(request, sources))


def _sources(request: Request, environments: Iterable[Environment]) -> Iterator[Source]:
    """The lists of which the person may see something now, as this process remembers them."""
    user, sweeping = request.user, 0
    for environment in environments:
        if not may_enter(request, environment):
            continue
        for kind in KINDS:
            is_there = environment.backend.is_enabled(kind.name)
            if is_there and policy.may(user, VIEW.verb, environment, kind):
                may_ask = sweeping < MOST_SWEEPS
                source = Source(environment, kind, glance(user, environment, kind, may_ask=may_ask))
                sweeping += source.sight.snapshot.loading
                yield source


def _recent(request: Request, sources: tuple[Source, ...]) -> tuple[Secret, ...]:
    """The secrets that the person opened or changed last, if they are there and may be seen."""
    by_name = {(source.environment.name, source.kind.name): source for source in sources}
    secrets = []
    for place in recent_places(request.user.get_username()):
        source = by_name.get((place.environment, place.kind))
        if source is None:
            continue
        ref = Ref.from_key(source.environment, source.kind, place.secret)
        if policy.may(request.user, VIEW.verb, ref.environment, ref.kind, ref):
            secrets.append(_remembered(source, ref))
    return tuple(filter(None, secrets))


def _remembered(source: Source, ref: Ref) -> Secret | None:
    """What is known of a secret. Where its list isn't read yet, that is its id alone."""
    secret = listing(source.environment, source.kind).remembered(ref)
    if secret is None and source.sight.snapshot.as_of is None:
        return Secret(ref)
    return secret


def _beginning(search: _Search) -> tuple[Group, ...]:
    """What there is before anything is typed."""
    places = pages(search.request, search.environments[:1], search.sources, ())
    return (
        Group("Recent", _shown(search.recent[:MOST_RECENT])),
        Group("Pages", tuple(places[:MOST_BEFORE])),
    )


def _objects(search: _Search) -> list[Secret]:
    """The secrets to which the first word asks to do something, as far as the person may."""
    deed = deed_of(search.words)
    words = objects_of(search.words)
    if deed is None or not words:
        return []
    secrets = find_secrets(search.sources, words, search.recent, MOST_ACTIONS).secrets
    return [secret for secret in secrets if may_do(search.request.user, deed, secret)]


def _groups(search: _Search, found: Matches, objects: list[Secret]) -> tuple[Group, ...]:
    user, words = search.request.user, search.words
    created = [
        *imports(user, search.environments, words),
        *creations(user, search.sources, words),
    ]
    deed = deed_of(words)
    done = []
    if deed:
        done = [done_to(deed, secret) for secret in objects or _own(search, deed)]
    actions = Group("Actions", tuple([*done, *created][:MOST_ACTIONS]))
    places = pages(search.request, search.environments, search.sources, words)
    groups = (Group("Secrets", _shown(found.secrets)), Group("Pages", tuple(places[:MOST_PAGES])))
    if objects or asks_to_create(words):
        return (actions, *groups)
    if deed and not objects_of(words) and _begins_title(words[0], places):
        # The verb alone may mean the page that is called so.
        return (*groups, actions)
    return (groups[0], actions, groups[1])


def _begins_title(word: str, places: Iterable[Result]) -> bool:
    return any(place.title.casefold().startswith(word) for place in places)


def _own(search: _Search, deed: Deed) -> list[Secret]:
    """To what the person may do it, where they name the deed alone: what they had in hand last."""
    if objects_of(search.words):
        return []
    secrets = [secret for secret in search.recent if may_do(search.request.user, deed, secret)]
    return secrets[:MOST_OF_RECENT]


def _filled(groups: Iterable[Group]) -> tuple[Group, ...]:
    return tuple(group for group in groups if group.results)


def _shown(secrets: Iterable[Secret]) -> tuple[Result, ...]:
    results = [_result(secret) for secret in secrets]
    return tuple(result for result in results if result.url)


def _result(secret: Secret) -> Result:
    ref = secret.ref
    adapter = adapter_of(ref.kind)
    words = [adapter.type_name(secret.type) or ref.kind.singular.capitalize(), secret.description]
    if secret.deleted:
        words.insert(1, "scheduled for deletion")
    return Result(
        "",
        url_of(secret),
        adapter.type_icon(secret.type) or ref.kind.icon,
        ref.key,
        " · ".join(filter(None, words)),
        link_to(ref.environment),
    )


def _hints(search: _Search) -> tuple[Hint, ...]:
    """Where secrets may be missing from the results, or be gone by now."""
    environments: dict[str, list[EnvironmentLink]] = {}
    for environment in search.environments:
        of_environment = [
            source.sight.snapshot for source in search.sources if source.environment is environment
        ]
        text = _hint(of_environment)
        if not may_enter(search.request, environment):
            text = BEHIND_FACTOR
        if text:
            environments.setdefault(text, []).append(link_to(environment))
    return tuple(_told(text, links) for text, links in environments.items())


def _told(text: str, links: list[EnvironmentLink]) -> Hint:
    more = ""
    if len(links) > MOST_NAMED:
        more = f"and {len(links) - MOST_NAMED} more"
    return Hint(text, tuple(links[:MOST_NAMED]), more)


def _hint(snapshots: list[Snapshot]) -> str:
    unread = [snapshot for snapshot in snapshots if snapshot.as_of is None]
    if any(snapshot.problem for snapshot in unread):
        return "can’t be read now. Open an environment to see why."
    if any(snapshot.loading for snapshot in unread):
        return "are still being read. Search again in a moment."
    if unread:
        return "aren’t read yet. Open an environment once."
    oldest = min((snapshot.as_of for snapshot in snapshots if snapshot.as_of), default=None)
    if oldest is None or datetime.now(UTC) - oldest < OLD:
        return ""
    return f"are as of {ago(oldest)}."
