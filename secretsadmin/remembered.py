"""What a browser keeps of the lists that somebody saw: of when each was, and how the last ones were filtered.

It stays out of the database, and holds no secret's metadata: times, marks, and what stands in the lists' addresses. It
is signed for the person, so nobody makes a worker believe what AWS never said to another one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac

from secretsadmin.environments import Environment
from secretsadmin.kinds import Kind
from secretsadmin.seen import Sight

# A browser takes 4,096 bytes for a cookie. What was seen least lately makes room.
MOST_SIGHTS, MOST_FILTERS = 36, 4
LONGEST_FILTER = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

T = TypeVar("T")


@dataclass
class _Kept:
    """Both by the list's name, the last one at the end."""

    sights: dict[str, Sight] = field(default_factory=dict)
    filters: dict[str, str] = field(default_factory=dict)


class Remembered:
    """The memory of a request's person. It isn't opened, and nobody asks who they are, before a list is read."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._is_changed = False

    def last(self, name: str) -> Sight | None:
        return self._kept.sights.get(_short(name))

    def note(self, name: str, sight: Sight) -> None:
        self._put(self._kept.sights, name, sight)

    def note_filter(self, environment: Environment, kind: Kind, query: str) -> None:
        """The person looks at this list through this filter, as its address says it."""
        kept = query if len(query) <= LONGEST_FILTER else ""
        self._put(self._kept.filters, _name(environment, kind), kept)

    def list_url(self, environment: Environment, kind: Kind) -> str:
        """The list as the person looked at it last."""
        query = self._kept.filters.get(_short(_name(environment, kind)), "")
        return reverse(f"{kind.name}:index", args=[environment.name]) + query

    def keep(self, response: HttpResponse) -> None:
        """Let the browser keep what has changed."""
        if self._is_changed:
            response.set_cookie(
                settings.LISTS_COOKIE_NAME,
                signing.dumps(_packed(self._kept), salt=self._salt, compress=True),
                max_age=settings.SESSION_COOKIE_AGE,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )

    def _put(self, kept: dict[str, T], name: str, what: T) -> None:
        short = _short(name)
        if kept.get(short) != what:
            kept.pop(short, None)
            kept[short] = what
            self._is_changed = True

    @cached_property
    def _kept(self) -> _Kept:
        cookie = self._request.COOKIES.get(settings.LISTS_COOKIE_NAME, "")
        try:
            return _unpacked(signing.loads(cookie, salt=self._salt, max_age=settings.SESSION_COOKIE_AGE))
        except signing.BadSignature:
            return _Kept()

    @property
    def _salt(self) -> str:
        """Whoever signs in at somebody else's browser begins anew."""
        return f"secretsadmin.lists.{self._request.user.pk}"


def forget(response: HttpResponse) -> None:
    """Let the browser keep nothing."""
    response.delete_cookie(settings.LISTS_COOKIE_NAME, samesite="Lax")


def _name(environment: Environment, kind: Kind) -> str:
    return f"{environment.name}/{kind.name}"


def _short(name: str) -> str:
    """A list's name in a few letters, which tell nobody who finds the browser what environments there are."""
    return salted_hmac("secretsadmin.lists", name).hexdigest()[:8]


def _packed(kept: _Kept) -> dict[str, dict[str, Any]]:
    sights = list(kept.sights.items())[-MOST_SIGHTS:]
    return {
        "sights": {name: [(sight.as_of - _EPOCH) // _MICROSECOND, sight.mark] for name, sight in sights},
        "filters": dict(list(kept.filters.items())[-MOST_FILTERS:]),
    }


def _unpacked(packed: Mapping[str, Mapping[str, Any]]) -> _Kept:
    sights = {name: Sight(_EPOCH + at * _MICROSECOND, mark) for name, (at, mark) in packed["sights"].items()}
    return _Kept(sights, dict(packed["filters"]))
