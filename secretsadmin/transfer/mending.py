"""Mends of faults in many secrets, where each mend is certain.

What is stored is read as a scan reads it, with a record of each. A mend is an ordinary change: it
is worked out once more from what is stored when it is put in place.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from secretsadmin.access import policy
from secretsadmin.actions import SCAN, UPDATE
from secretsadmin.adapter import Mended
from secretsadmin.adapters import adapter_of
from secretsadmin.audit.recording import Actor
from secretsadmin.config.ref import Ref
from secretsadmin.diff.fields import by_name
from secretsadmin.kinds import Opened
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
VALUE_STAYS = "Its value stays as it is."


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
            rows.append(self._row(secret, value if isinstance(value, Value) else None))
        return plan_of(rows)

    def again(self, secrets: Iterable[Secret]) -> Plan:
        """The same plan without reading anything, for those that were in it."""
        rows = []
        for secret in secrets:
            version = self.versions.get(_key(secret))
            if version is not None and self._may(secret):
                rows.append(self._change(secret, version))
        return plan_of(rows)

    def _may(self, secret: Secret) -> bool:
        ref = secret.ref
        return all(
            policy.may(self.user, verb, ref.environment, ref.kind, ref)
            for verb in (SCAN.verb, UPDATE.verb)
        )

    def _row(self, secret: Secret, value: Value | None) -> Row:
        mended = _mended(secret, value.text) if value else None
        if value is None or mended is None:
            return Row(secret.ref, "refused", NOT_CERTAIN, version=secret.current)
        text = value.text
        before, after = (self._opened(secret.ref, side) for side in (text, mended.draft.text))
        stored = [VALUE_STAYS]
        if mended.draft.text != text:
            stored = [_how_stored(before, after), READ_ALIKE]
        titles = [f"{rule.title}." for rule in mended.rules]
        notes = (*titles, *stored, *_of_tag(secret, mended.draft))
        # AWS's list may be minutes behind what was read.
        row = self._change(secret, value.version)
        return replace(row, changes=_read_anew(before, after), notes=notes)

    def _opened(self, ref: Ref, text: str) -> Opened:
        """The text as far as the person may learn what it holds."""
        opened = adapter_of(ref.kind).inspect(text, ref.environment.backend)
        if policy.may_learn(self.user, ref.environment, ref.kind, ref):
            return opened
        return opened.outline

    def _change(self, secret: Secret, version: str) -> Row:
        step = updating(
            secret,
            _edit_of(secret),
            version=version,
            reason=self.reason,
            needs=(SCAN.verb,),
        )
        return Row(secret.ref, "change", version=version, step=step)


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


def _read_anew(before: Opened, after: Opened) -> tuple[str, ...]:
    """The names of the fields that some reader reads otherwise after it."""
    meant = by_name(after.readings[0].fields)
    names = set(meant) - set(by_name(before.readings[0].fields))
    for reading in before.readings:
        for name, field_before in by_name(reading.fields).items():
            if name not in meant or meant[name].value != field_before.value:
                names.add(name)
    return tuple(sorted(names))


def _of_tag(secret: Secret, draft: Draft) -> Iterator[str]:
    if draft.type != secret.type:
        was = f"is {secret.type}" if secret.type else "is missing"
        yield f"The type’s tag {was}, and will be {draft.type}."


def _how_stored(before: Opened, after: Opened) -> str:
    old, new = (opened.format or "text" for opened in (before, after))
    if old == new:
        return f"It is stored as {new}, as before."
    return f"It is stored as {old}, and will be {new}."


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
