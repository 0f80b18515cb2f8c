"""Mends of faults in many secrets, where each mend is certain.

What is stored is read as a scan reads it, with a record of each. A mend is an ordinary change: it
is worked out once more from what is stored when it is put in place.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from secretsadmin.access import policy
from secretsadmin.actions import SCAN, UPDATE
from secretsadmin.adapter import Mended
from secretsadmin.adapters import adapter_of
from secretsadmin.audit.recording import Actor
from secretsadmin.lint.finding import Finding
from secretsadmin.lint.scanning import Scan
from secretsadmin.store.many import read_many
from secretsadmin.store.reads import Secret, Value
from secretsadmin.store.writes import Draft
from secretsadmin.transfer.plan import Plan, Row, plan_of
from secretsadmin.transfer.steps import updating

VERB = "mend"
NOT_ANY_MORE = "What is stored now needs no such mend."
NOT_CERTAIN = "It can't be mended for certain. Edit it by hand."
READ_ALIKE = "All releases of Airflow will read it alike."


@dataclass(frozen=True)
class Mending:
    """Mends by somebody. `versions` are those that they saw in a plan, by the keys of its rows."""

    actor: Actor
    user: User
    reason: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)

    def plan(self, secrets: Iterable[Secret]) -> Plan:
        """Reads what is stored, a call for each 20. Raises NotRecorded, and any StoreError."""
        mendable = [secret for secret in secrets if self._may(secret)]
        scan = Scan(mendable, may_compare=lambda _: False)
        refs = [secret.ref for secret in mendable]
        by_key = {_key(secret): secret for secret in mendable}
        rows = []
        for ref, value in read_many(
            refs, SCAN.verb, actor=self.actor, note=scan.note, note_error=scan.note_error
        ):
            secret = by_key[f"{ref.kind.name}:{ref.key}"]
            rows.append(self._row(secret, value.text if isinstance(value, Value) else None))
        return plan_of(rows)

    def again(self, secrets: Iterable[Secret], keys: Collection[str]) -> Plan:
        """The same plan without reading anything, for those that were in it."""
        chosen = [secret for secret in secrets if self._may(secret) and _key(secret) in keys]
        return plan_of([self._change(secret, ()) for secret in chosen])

    def _may(self, secret: Secret) -> bool:
        ref = secret.ref
        return all(
            policy.may(self.user, verb, ref.environment, ref.kind, ref)
            for verb in (SCAN.verb, UPDATE.verb)
        )

    def _row(self, secret: Secret, text: str | None) -> Row:
        mended = _mended(secret, text) if text is not None else None
        if mended is None:
            return Row(secret.ref, "refused", NOT_CERTAIN, version=secret.current)
        return self._change(secret, tuple(f"{rule.title}." for rule in mended.rules))

    def _change(self, secret: Secret, titles: tuple[str, ...]) -> Row:
        step = updating(
            secret,
            _edit_of(secret),
            version=self.versions.get(_key(secret), secret.current),
            reason=self.reason,
            needs=(SCAN.verb,),
        )
        notes = (*titles, READ_ALIKE)
        return Row(secret.ref, "change", notes=notes, version=secret.current, step=step)


def mendable_among(findings: Iterable[Finding], secrets: Iterable[Secret]) -> list[Secret]:
    """The secrets with a finding of which a mend may be certain."""
    broken = {(finding.kind, finding.id, finding.rule.name) for finding in findings}
    mendable = []
    for secret in secrets:
        ref = secret.ref
        names = adapter_of(ref.kind).mendable
        if not secret.deleted and any((ref.kind.name, ref.key, name) in broken for name in names):
            mendable.append(secret)
    return mendable


def _edit_of(secret: Secret) -> Callable[[str], Draft]:
    def edit(stored: str) -> Draft:
        mended = _mended(secret, stored)
        if mended is None:
            raise ValidationError(NOT_ANY_MORE)
        return mended.draft

    return edit


def _mended(secret: Secret, text: str) -> Mended | None:
    return adapter_of(secret.ref.kind).mended(text, secret.ref.environment.backend, secret.type)


def _key(secret: Secret) -> str:
    return f"{secret.ref.kind.name}:{secret.ref.key}"
