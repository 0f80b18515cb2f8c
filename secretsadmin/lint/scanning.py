"""Looks through values for what metadata doesn't tell; nothing of them is kept but rules' names."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from secrets import token_bytes
from threading import Lock
from typing import Any

from secretsadmin.actions import SCAN
from secretsadmin.adapters import adapter_of
from secretsadmin.audit.models import FOUND, SHARED, Outcome
from secretsadmin.audit.recording import Act, Actor
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import BINARY
from secretsadmin.lint import rules
from secretsadmin.lint.finding import Finding, Rule
from secretsadmin.lint.scanned import Place
from secretsadmin.rules import Fault
from secretsadmin.store.errors import KeyUnavailable, NotAllowed, NoValue, StoreError
from secretsadmin.store.many import read_many
from secretsadmin.store.reads import Secret

# A line of the record names no more secrets than these that share passwords.
MOST_SHARING = 2000


class Scan:
    """One look through the values of some secrets, which several threads may share.

    Passwords are compared by digests whose key only this object has, and only those of secrets for
    which `may_compare` holds. `told` gets what is found, with its sentences.
    """

    def __init__(
        self,
        secrets: Iterable[Secret],
        *,
        may_compare: Callable[[Ref], bool] = lambda _: True,
        told: Callable[[Finding], object] = lambda _: None,
    ) -> None:
        self.secrets = tuple(secrets)
        self.looked_at = 0
        self._by_place = {_place(secret.ref): secret for secret in self.secrets}
        self._may_compare = may_compare
        self._told = told
        self._key = token_bytes(32)
        self._places: defaultdict[bytes, set[Place]] = defaultdict(set)
        self._lock = Lock()

    def look(self, refs: Sequence[Ref], actor: Actor) -> Counter[str]:
        """Read some of the secrets, and count how the acts ended.

        Raises NotRecorded, and any StoreError that concerns all of them.
        """
        ends: Counter[str] = Counter()
        read = read_many(refs, SCAN.verb, actor=actor, note=self.note, note_error=self.note_error)
        for _, value in read:
            is_read = not isinstance(value, StoreError)
            ends[Outcome.SUCCEEDED if is_read else Outcome.FAILED] += 1
        with self._lock:
            self.looked_at += ends.total()
        return ends

    def groups(self) -> list[list[Place]]:
        """Which secrets have a password in common. The digests are gone after that."""
        with self._lock:
            together = {tuple(sorted(places)) for places in self._places.values()}
            self._places.clear()
            self._key = token_bytes(32)
        return [list(places) for places in sorted(together) if len(places) > 1]

    def note(self, ref: Ref, act: Act, text: str) -> None:
        adapter, backend = adapter_of(ref.kind), ref.environment.backend
        act.format = adapter.judge(text, backend)
        self._tell(ref, act, faults_of_value(self._by_place[_place(ref)], text))
        if self._may_compare(ref):
            self._compare(ref, adapter.passwords(text, backend))

    def note_error(self, ref: Ref, act: Act, error: StoreError) -> None:
        rule = _rule_of(error)
        if rule is None:
            return
        # AWS doesn't say of which version it is. The list did.
        act.version = self._by_place[_place(ref)].current
        self._tell(ref, act, [Fault(rule, error.sentence)])

    def _tell(self, ref: Ref, act: Act, faults: Sequence[Fault]) -> None:
        act.details = {**(act.details or {}), FOUND: [fault.rule.name for fault in faults]}
        for fault in faults:
            where = (ref.environment.name, ref.kind.name, ref.key)
            self._told(Finding(*where, fault.rule, fault.sentence))

    def _compare(self, ref: Ref, passwords: Iterable[str]) -> None:
        with self._lock:
            for password in passwords:
                digest = blake2b(password.encode("utf-8", "surrogatepass"), key=self._key).digest()
                self._places[digest].add(_place(ref))


def faults_of_value(secret: Secret, text: str) -> list[Fault]:
    """What this text of the secret breaks, beside what metadata tells. Never raises."""
    ref = secret.ref
    faults = adapter_of(ref.kind).lint(text, ref.environment.backend, secret.type)
    return [fault for fault in faults if _is_of_values(fault.rule)]


def noted(groups: Iterable[Sequence[Place]]) -> Mapping[str, Any]:
    """What the record keeps of secrets that share passwords: their kinds and ids."""
    kept: list[list[str]] = []
    left = MOST_SHARING
    for places in groups:
        some = [f"{kind}/{key}" for kind, key in places[:left]]
        left -= len(some)
        if len(some) > 1:
            kept.append(some)
    return {SHARED: kept} if kept else {}


def _place(ref: Ref) -> Place:
    return ref.kind.name, ref.key


def _is_of_values(rule: Rule) -> bool:
    """Whether metadata doesn't tell the same."""
    return rules.rules_by_name()[rule.name].needs_value


def _rule_of(error: StoreError) -> Rule | None:
    """What an error says of the secret; nothing where the secret is gone, or has no value."""
    if isinstance(error, KeyUnavailable):
        return rules.KEY_UNAVAILABLE
    if isinstance(error, NotAllowed):
        return rules.READ_DENIED
    if isinstance(error, NoValue) and error.code == BINARY:
        return rules.BINARY
    return None
