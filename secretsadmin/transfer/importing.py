"""What an import of a file's entries would do, and the steps that do it.

Nothing of the file is kept. What is stored already is read to tell what differs, with a record of
each, and only for whoever may compare it. Whoever may not see it learns from no answer whether it
is the same as in the file: for them an import over it is always a change.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from django.contrib.auth.models import User

from secretsadmin.access import policy
from secretsadmin.actions import COMPARE, CREATE, IMPORT, REVEAL, UPDATE
from secretsadmin.adapter import CannotImport, KindAdapter
from secretsadmin.adapters import adapter_of
from secretsadmin.audit.recording import Act, Actor
from secretsadmin.config.backend import InvalidId, KindDisabled
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.diff.two_ways import part_changes
from secretsadmin.kinds import BY_NAME
from secretsadmin.store.listing import listing
from secretsadmin.store.many import read_many
from secretsadmin.store.reads import Secret, Value
from secretsadmin.store.writes import MAX_DESCRIPTION, Draft
from secretsadmin.texts import is_unicode
from secretsadmin.transfer.files import Entry
from secretsadmin.transfer.plan import Plan, Row, plan_of
from secretsadmin.transfer.steps import creating, updating

Existing = Literal["choose", "skip", "overwrite"]
THERE = "It is there already."
UNSEEN = "What is masked is stored anew. You may not see whether it differs."


@dataclass(frozen=True)
class Rules:
    """What becomes of ids that are there already, and how ids of the file are renamed.

    `find` is replaced by `replacement` in each id, before the `prefix` is put in front. A `team` is
    that of entries whose file names none.
    """

    existing: Existing = "choose"
    team: str = ""
    prefix: str = ""
    find: str = ""
    replacement: str = ""

    def id_of(self, entry: Entry) -> str:
        name = entry.id
        if self.find:
            name = name.replace(self.find, self.replacement)
        return f"{self.prefix}{name}"


@dataclass(frozen=True)
class Candidate:
    """An entry on its way into a plan: its place, and what it is stored as, or why not."""

    entry: Entry
    ref: Ref
    adapter: KindAdapter
    draft: Draft | None = field(default=None, repr=False)
    existing: Secret | None = None
    notes: tuple[str, ...] = ()
    refusal: str = ""

    def row(self, fate: Literal["refused", "skip", "same"], reason: str) -> Row:
        version = self.existing.current if self.existing else ""
        return Row(self.ref, fate, reason, (), self.notes, self.entry.line, version)


@dataclass(frozen=True)
class Import:
    """An import into an environment by somebody; without a `user`, at the command line.

    `versions` are those of secrets that the person saw in a plan, by the keys of its rows, and None
    as long as it is only a plan. What wasn't there in the plan, and is there now, is a conflict.
    """

    environment: Environment
    rules: Rules
    actor: Actor
    user: User | None = None
    reason: str = ""
    versions: Mapping[str, str] | None = None

    def plan(self, entries: Iterable[Entry]) -> Plan:
        """Reads what is stored if nobody has seen a plan yet, a call for each 20 secrets.

        Raises NotRecorded, and any StoreError.
        """
        candidates = _apart([self._candidate(entry) for entry in entries])
        stored: dict[str, Value] = {}
        if self.versions is None and self.rules.existing != "skip":
            stored = self._stored(candidates)
        rows = [self._row(candidate, stored) for candidate in candidates]
        return plan_of(rows)

    # --- what an entry becomes ---

    def _candidate(self, entry: Entry) -> Candidate:
        kind = BY_NAME[entry.kind]
        team = entry.team or self.rules.team or None
        ref = Ref(self.environment, kind, self.rules.id_of(entry), team)
        candidate = Candidate(entry, ref, adapter_of(kind), notes=entry.notes)
        if entry.problem or entry.source is None:
            return replace(candidate, refusal=entry.problem)
        try:
            _ = ref.new_name
        except (InvalidId, KindDisabled) as error:
            return replace(candidate, refusal=str(error))
        if not self._may(IMPORT.verb, ref):
            return replace(candidate, refusal="You may not import this.")
        return self._converted(candidate)

    def _converted(self, candidate: Candidate) -> Candidate:
        backend = self.environment.backend
        source = candidate.entry.source
        try:
            imported = candidate.adapter.from_file(source or "", backend)
        except CannotImport as error:
            return replace(candidate, refusal=str(error))
        refusal = _refusal_of_description(candidate.entry.description)
        if refusal:
            return replace(candidate, refusal=refusal)
        existing = self._listed(candidate.ref.kind.name).get(candidate.ref.key)
        verb = UPDATE.verb if existing else CREATE.verb
        if not self._may(verb, candidate.ref):
            return replace(candidate, refusal=f"You may not {verb} this.")
        notes = (*candidate.notes, *imported.notes)
        doubt = backend.doubt_of(candidate.ref.kind.name, candidate.ref.id)
        if doubt:
            notes = (*notes, doubt)
        return replace(candidate, draft=imported.draft, existing=existing, notes=notes)

    @cached_property
    def _lists(self) -> dict[str, dict[str, Secret]]:
        """By kind: those that were looked at already."""
        return {}

    def _listed(self, kind_name: str) -> dict[str, Secret]:
        """What is there of the kind, by key. AWS is asked about no kind that the file lacks."""
        if kind_name not in self._lists:
            self._lists[kind_name] = self._secrets(kind_name)
        return self._lists[kind_name]

    def _secrets(self, kind_name: str) -> dict[str, Secret]:
        """A list that isn't known yet is waited for."""
        here = listing(self.environment, BY_NAME[kind_name])
        snapshot = here.read()
        if snapshot.as_of is None:
            snapshot = here.sweep_and_wait()
        if snapshot.as_of is None and snapshot.problem:
            raise snapshot.problem
        return {secret.ref.key: secret for secret in snapshot.secrets}

    # --- what is stored ---

    def _stored(self, candidates: Iterable[Candidate]) -> dict[str, Value]:
        """The values of what is there, by the keys of rows, as far as the person may compare it."""
        refs = []
        for candidate in candidates:
            is_there = candidate.existing is not None and candidate.existing.deleted is None
            if is_there and not candidate.refusal and self._may(COMPARE.verb, candidate.ref):
                refs.append(candidate.ref)
        values = {}
        for ref, value in read_many(refs, COMPARE.verb, actor=self.actor, note=self._note):
            if isinstance(value, Value):
                values[_key(ref)] = value
        return values

    def _note(self, ref: Ref, act: Act, text: str) -> None:
        act.format = adapter_of(ref.kind).judge(text, self.environment.backend)

    # --- rows ---

    def _row(self, candidate: Candidate, stored: Mapping[str, Value]) -> Row:
        if candidate.refusal or candidate.draft is None:
            return candidate.row("refused", candidate.refusal)
        if candidate.existing is None:
            return self._creation(candidate, candidate.draft)
        if candidate.existing.deleted:
            return candidate.row("refused", "It waits for its deletion. Restore it first.")
        if self.rules.existing == "skip":
            return candidate.row("skip", THERE)
        return self._change(candidate, candidate.draft, candidate.existing, stored)

    def _creation(self, candidate: Candidate, draft: Draft) -> Row:
        step = creating(
            candidate.ref,
            draft,
            description=candidate.entry.description,
            reason=self.reason,
            needs=(IMPORT.verb,),
        )
        line, notes = candidate.entry.line, candidate.notes
        return Row(candidate.ref, "create", "", draft.fields, notes, line, step=step)

    def _change(
        self, candidate: Candidate, draft: Draft, existing: Secret, stored: Mapping[str, Value]
    ) -> Row:
        ref, entry = candidate.ref, candidate.entry
        value = stored.get(_key(ref))
        version = self._version(existing, value)
        may_learn = self._may(REVEAL.verb, ref)
        description = entry.description or existing.description
        changes, reason = draft.fields, UNSEEN
        if may_learn:
            reason = THERE
        if may_learn and value:
            changes = differing(candidate.adapter, value.text, draft, self.environment)
            if not changes and description == existing.description:
                return candidate.row("same", "")
        step = updating(
            existing,
            _over(draft, candidate.adapter, self.environment, may_learn=may_learn),
            version=version,
            description=description,
            reason=self.reason,
            needs=(IMPORT.verb,),
        )
        fate: Literal["change", "conflict"] = "conflict"
        if self.rules.existing == "overwrite":
            fate = "change"
        return Row(ref, fate, reason, changes, candidate.notes, entry.line, version, step)

    def _version(self, existing: Secret, value: Value | None) -> str:
        """The version that the person saw, or sees now."""
        if self.versions is not None:
            return self.versions.get(_key(existing.ref), "")
        # AWS's list may be minutes behind, so what was read counts where something was read.
        return value.version if value else existing.current

    def _may(self, verb: str, ref: Ref) -> bool:
        if self.user is None:
            return True
        return policy.may(self.user, verb, ref.environment, ref.kind, ref)


def differing(
    adapter: KindAdapter, stored: str, draft: Draft, environment: Environment
) -> tuple[str, ...]:
    """The names of the parts in which the draft differs from what is stored."""
    before, after = adapter.diff(stored, draft.text, environment.backend, may_learn=True)
    changes = part_changes(before, after)
    return tuple(change.name for change in changes if change.state != "same")


def _over(
    draft: Draft, adapter: KindAdapter, environment: Environment, *, may_learn: bool
) -> Callable[[str], Draft]:
    """The draft on top of what is stored when it is put in place."""

    def edit(stored: str) -> Draft:
        if not may_learn or not stored:
            return draft
        changes = differing(adapter, stored, draft, environment)
        if not changes:
            return Draft(stored, draft.type)
        return replace(draft, fields=changes)

    return edit


def _refusal_of_description(text: str) -> str:
    """Why no secret can have this description; empty where one can."""
    if len(text) > MAX_DESCRIPTION:
        return f"Its description is longer than {MAX_DESCRIPTION:,} characters."
    if not is_unicode(text):
        return "Its description holds half a surrogate pair, which is not text."
    return ""


def _apart(candidates: list[Candidate]) -> list[Candidate]:
    """Entries that have come to have the same id are all refused: nobody can say which counts."""
    numbers = Counter(_key(candidate.ref) for candidate in candidates)
    told = []
    for candidate in candidates:
        number = numbers[_key(candidate.ref)]
        if number > 1 and not candidate.refusal:
            refusal = f"{number} entries of the file would have this id."
            told.append(replace(candidate, refusal=refusal))
        else:
            told.append(candidate)
    return told


def _key(ref: Ref) -> str:
    return f"{ref.kind.name}:{ref.key}"
