"""Compares the values of secrets of several environments, and keeps none of them.

Values are read in batches, each with its record. What Airflow reads in each is digested with a key
that lives as long as the comparison does. Digests say what is the same, and nothing else.
"""

import hmac
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, zip_longest

from django.db import connections

from secretsadmin import correlation
from secretsadmin.adapter import KindAdapter
from secretsadmin.audit.recording import Act, Actor, NotRecorded
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import Field
from secretsadmin.store.errors import StoreError
from secretsadmin.store.many import AT_ONCE, read_many
from secretsadmin.store.reads import Value

# So many calls are under way at once, over all environments of a comparison. Their records take
# turns at the database, so more would only wait there.
THREADS = 4
# A batch of which nothing is begun, because the database is busy, is tried so many times.
TRIES = 3
# So many calls take no threads: threads have connections of their own to the database.
FEW = 2
# One answer compares so many secrets, counted in each environment.
MOST_SECRETS = 3_000


@dataclass(frozen=True)
class Digested:
    """What Airflow reads in a secret: for each field its digest, whether it is masked, its part."""

    version: str
    digests: Mapping[str, bytes] = field(repr=False)
    masked: frozenset[str]
    parts: Mapping[str, str]


@dataclass(frozen=True)
class Difference:
    """The fields in which two secrets differ, and whether the masked ones among them count.

    Without that nobody is told whether what is masked differs.
    """

    fields: tuple[str, ...]
    is_whole: bool

    @property
    def is_same(self) -> bool:
        return not self.fields


# By environment and key: what was read, or why it couldn't be.
Scan = Mapping[tuple[str, str], Digested | StoreError]
_Some = dict[tuple[str, str], Digested | StoreError]


def difference(one: Digested, other: Digested, *, may_learn: bool) -> Difference:
    """How two secrets differ, to somebody who may or may not see what is masked in both."""
    names = dict.fromkeys((*one.digests, *other.digests))
    fields, is_whole = [], True
    for name in names:
        is_masked = name in one.masked or name in other.masked
        is_in_both = name in one.digests and name in other.digests
        if is_masked and is_in_both and not may_learn:
            is_whole = False
        elif one.digests.get(name) != other.digests.get(name):
            fields.append(name)
    return Difference(tuple(fields), is_whole)


def scan(refs: Sequence[Sequence[Ref]], adapter: KindAdapter, *, actor: Actor) -> Scan:
    """Read the secrets of several environments, a sequence for each, and digest them.

    An environment that AWS refuses as a whole isn't asked again. Raises NotRecorded.
    """
    return _Scanner(adapter, actor).scan(refs)


class _Scanner:
    """One comparison, with its key."""

    def __init__(self, adapter: KindAdapter, actor: Actor) -> None:
        self._adapter, self._actor = adapter, actor
        self._key = secrets.token_bytes(32)
        self._request = correlation.current()
        self._problems: dict[str, StoreError] = {}

    def scan(self, refs: Sequence[Sequence[Ref]]) -> Scan:
        scanned: _Some = {}
        # The environments take turns, so that a slow one holds the others up little.
        turns = zip_longest(*(_batches(some) for some in refs))
        batches = [batch for batch in chain.from_iterable(turns) if batch]
        if len(batches) <= FEW:
            for batch in batches:
                scanned |= self._read(batch)
            return scanned
        with ThreadPoolExecutor(THREADS, thread_name_prefix="scan") as pool:
            for part in pool.map(self._read_in_a_thread, batches):
                scanned |= part
        return scanned

    def _read_in_a_thread(self, refs: Sequence[Ref]) -> _Some:
        try:
            with correlation.within(self._request):
                return self._read(refs)
        finally:
            connections.close_all()

    def _read(self, refs: Sequence[Ref]) -> _Some:
        environment = refs[0].environment.name
        try:
            return self._digested(refs)
        except StoreError as error:
            self._problems.setdefault(environment, error.detached())
        return dict.fromkeys(_places(refs), self._problems[environment])

    def _digested(self, refs: Sequence[Ref]) -> _Some:
        if problem := self._problems.get(refs[0].environment.name):
            return dict.fromkeys(_places(refs), problem)
        digested: _Some = {}
        for ref, value in self._values(refs):
            place = (ref.environment.name, ref.key)
            digested[place] = self._digest(ref, value) if isinstance(value, Value) else value
        return digested

    def _values(self, refs: Sequence[Ref]) -> list[tuple[Ref, Value | StoreError]]:
        """Raises NotRecorded, and any StoreError."""
        for _ in range(TRIES - 1):
            with suppress(NotRecorded):
                return list(read_many(refs, "scan", actor=self._actor, note=self._judge))
        return list(read_many(refs, "scan", actor=self._actor, note=self._judge))

    def _judge(self, ref: Ref, act: Act, text: str) -> None:
        act.format = self._adapter.judge(text, ref.environment.backend)

    def _digest(self, ref: Ref, value: Value) -> Digested:
        fields = self._adapter.read_parts(value.text, ref.environment.backend)
        return Digested(
            value.version,
            {field.name: self._sealed(field) for field in fields},
            frozenset(field.name for field in fields if field.masked),
            {field.name: self._adapter.part_of(field) for field in fields},
        )

    def _sealed(self, field: Field) -> bytes:
        text = f"{len(field.name)}:{field.name}{field.value}"
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256")


def _batches(refs: Sequence[Ref]) -> Iterator[Sequence[Ref]]:
    for start in range(0, len(refs), AT_ONCE):
        yield refs[start : start + AT_ONCE]


def _places(refs: Iterable[Ref]) -> list[tuple[str, str]]:
    return [(ref.environment.name, ref.key) for ref in refs]
