"""Rows of a list that somebody has selected: the ticked ones, or all that match its filter."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from django.http import QueryDict
from django.urls import reverse

from secretsadmin.access import policy
from secretsadmin.access.requests import Request
from secretsadmin.actions import EXPORT, PROMOTE
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import Kind
from secretsadmin.pages.filters import Filter, Listed
from secretsadmin.pages.side_by_side import targets_of
from secretsadmin.store.reads import Secret
from secretsadmin.transfer.bulk import BULK_ACTIONS, BulkAction

# No filter of a list is longer, in characters.
LONGEST_FILTER = 4_000


@dataclass(frozen=True)
class Way:
    """What another page does with selected rows."""

    key: str
    title: str


EXPORTED = Way(EXPORT.verb, "Export")
PROMOTED = Way(PROMOTE.verb, "Copy to another environment")
WAYS = (EXPORTED, PROMOTED)
WAYS_BY_KEY = {way.key: way for way in WAYS}


@dataclass(frozen=True)
class BulkBar:
    """What can be done to selected rows, and what a form says of all that match."""

    url: str
    actions: tuple[BulkAction | Way, ...]
    number: int
    query: str
    digest: str

    @property
    def all_text(self) -> str:
        return f"All {self.number:,} that match"


def bulk_bar(
    request: Request,
    environment: Environment,
    kind: Kind,
    selection: Filter,
    matching: Iterable[Secret],
) -> BulkBar | None:
    ways = ways_for(request, environment, kind)
    actions: tuple[BulkAction | Way, ...] = (*actions_for(request, environment, kind), *ways)
    keys = [secret.ref.key for secret in matching]
    if not actions or not keys:
        return None
    url = reverse(f"{kind.name}:bulk", args=[environment.name])
    return BulkBar(url, actions, len(keys), selection.at("").removeprefix("?"), digest_of(keys))


def actions_for(request: Request, environment: Environment, kind: Kind) -> tuple[BulkAction, ...]:
    """What the person may do to some secrets of the kind at once."""
    return tuple(
        action
        for action in BULK_ACTIONS
        if kind.has_types or not action.is_for_types
        if all(policy.may(request.user, verb, environment, kind) for verb in action.needs)
    )


def ways_for(request: Request, environment: Environment, kind: Kind) -> tuple[Way, ...]:
    """The ways to other pages that the person may go with some secrets of the kind."""
    ways = []
    if policy.may(request.user, EXPORT.verb, environment, kind):
        ways.append(EXPORTED)
    if targets_of(request, environment, kind):
        ways.append(PROMOTED)
    return tuple(ways)


def digest_of(keys: Iterable[str]) -> str:
    """A text that tells one set of ids from another."""
    return sha256("\n".join(sorted(keys)).encode("utf-8", "replace")).hexdigest()[:32]


@dataclass(frozen=True)
class Selection:
    """What was selected. `sent` are the fields with which a form says the same once more.

    `is_all` says that it is all that match a filter. It `has_changed` if these aren't those that
    the person was shown.
    """

    refs: tuple[Ref, ...]
    sent: tuple[tuple[str, str], ...]
    is_all: bool = False
    has_changed: bool = False


def selection_of(
    sent: QueryDict, environment: Environment, kind: Kind, listed: Listed
) -> Selection:
    """What the form selects of the list. An id that isn't in the list stays, to be refused."""
    if "all" in sent:
        return _all_that_match(sent, listed)
    keys = tuple(dict.fromkeys(sent.getlist("id")))
    refs = tuple(Ref.from_key(environment, kind, key) for key in keys)
    return Selection(refs, tuple(("id", key) for key in keys))


def filter_of(sent: QueryDict) -> Filter:
    return Filter.from_query(QueryDict(sent.get("filter", "")[:LONGEST_FILTER]))


def _all_that_match(sent: QueryDict, listed: Listed) -> Selection:
    matching = filter_of(sent).find(listed)
    refs = tuple(secret.ref for secret in matching)
    digest = digest_of(ref.key for ref in refs)
    again = (("all", "1"), ("filter", sent.get("filter", "")), ("digest", digest))
    return Selection(refs, again, is_all=True, has_changed=digest != sent.get("digest"))
