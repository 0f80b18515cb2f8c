"""A cookie about the lists that somebody saw: the time of each, and the last filters.

It holds no secret's metadata, but times, marks, and what stands in the lists' addresses. It is
signed for the person, so nobody can make one worker believe that AWS gave another a newer list.
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

from secretsadmin.config.environments import Environment
from secretsadmin.kinds import Kind
from secretsadmin.seen import Sight

# A browser takes a cookie of 4,096 bytes. What was seen longest ago makes room.
MOST_SIGHTS, MOST_FILTERS = 36, 4
LONGEST_FILTER = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

T = TypeVar("T")


@dataclass
class _Kept:
    """The sights and the filters by the list's short name, the latest at the end."""

    sights: dict[str, Sight] = field(default_factory=dict)
    filters: dict[str, str] = field(default_factory=dict)


class Remembered:
    """The memory of the person who sent a request.

    Until a list is read, the cookie isn't opened, and nobody asks who the person is.
    """

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._is_changed = False

    def last(self, name: str) -> Sight | None:
        return self._kept.sights.get(_short(name))

    def note(self, name: str, sight: Sight) -> None:
        self._put(self._kept.sights, name, sight)

    def note_filter(self, environment: Environment, kind: Kind, query: str) -> None:
        """Notes the filter through which the person looks at this list."""
        if len(query) > LONGEST_FILTER:
            query = ""
        self._put(self._kept.filters, _name(environment, kind), query)

    def list_url(self, environment: Environment, kind: Kind) -> str:
        """The address of the list as the person looked at it last."""
        query = self._kept.filters.get(_short(_name(environment, kind)), "")
        return reverse(f"{kind.name}:index", args=[environment.name]) + query

    def keep(self, response: HttpResponse) -> None:
        """Let the browser keep what has changed."""
        if not self._is_changed:
            return
        response.set_cookie(
            settings.LISTS_COOKIE_NAME,
            signing.dumps(_packed(self._kept), salt=self._salt, compress=True),
            max_age=settings.SESSION_COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )

    def _put(self, kept: dict[str, T], name: str, value: T) -> None:
        """Keep a value as the newest of its kind."""
        short = _short(name)
        if kept.get(short) == value:
            return
        kept.pop(short, None)
        kept[short] = value
        self._is_changed = True

    @cached_property
    def _kept(self) -> _Kept:
        cookie = self._request.COOKIES.get(settings.LISTS_COOKIE_NAME, "")
        age = settings.SESSION_COOKIE_AGE
        try:
            packed = signing.loads(cookie, salt=self._salt, max_age=age)
        except signing.BadSignature:
            return _Kept()
        return _unpacked(packed)

    @property
    def _salt(self) -> str:
        """Another person who signs in at the same browser begins anew."""
        return f"secretsadmin.lists.{self._request.user.pk}"


def forget(response: HttpResponse) -> None:
    """Let the browser keep nothing."""
    response.delete_cookie(settings.LISTS_COOKIE_NAME, samesite="Lax")


def _name(environment: Environment, kind: Kind) -> str:
    return f"{environment.name}/{kind.name}"


def _short(name: str) -> str:
    """A digest of a list's name, so that the cookie names no environment."""
    return salted_hmac("secretsadmin.lists", name, algorithm="sha256").hexdigest()[:8]


def _packed(kept: _Kept) -> dict[str, dict[str, Any]]:
    sights = {}
    for name, sight in list(kept.sights.items())[-MOST_SIGHTS:]:
        sights[name] = [(sight.as_of - _EPOCH) // _MICROSECOND, sight.mark]
    filters = list(kept.filters.items())[-MOST_FILTERS:]
    return {"sights": sights, "filters": dict(filters)}


def _unpacked(packed: Mapping[str, Mapping[str, Any]]) -> _Kept:
    sights = {}
    for name, (microseconds, mark) in packed["sights"].items():
        sights[name] = Sight(_EPOCH + microseconds * _MICROSECOND, mark)
    return _Kept(sights, dict(packed["filters"]))
