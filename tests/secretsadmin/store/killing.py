"""Secrets, and what processes that are killed in the middle do to them, drawn at random."""

import os
import signal
from dataclasses import dataclass, field
from queue import Queue
from random import Random
from threading import Event as Signal
from typing import TYPE_CHECKING, Any, NamedTuple

from secretsadmin.audit.models import Event, Outcome
from secretsadmin.config.ref import Ref
from secretsadmin.store import reads
from secretsadmin.store.errors import NotFound
from secretsadmin.store.reads import CURRENT, Secret
from secretsadmin.store.traces import holder
from tests.secretsadmin.store.acts import LABEL, ref_to
from tests.support.faults import Answer, ConnectionLost, FaultProxy, Forward
from tests.support.mortals import Place

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

SECONDS = 30

# The moments at which a process is killed.
BEFORE = "before a call reaches AWS"
EFFECT = "after its effect, before its answer"
BETWEEN = "between two calls"
ANSWERED = "after the last answer"


class Kind(NamedTuple):
    """A kind of act: its verb, and its calls beside those that only ask."""

    name: str
    verb: str
    calls: tuple[str, ...]


GET, PUT, STAGE = "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"
CREATE = Kind("create", "create", ("CreateSecret",))
VALUE = Kind("update", "update", (GET, PUT, STAGE))
WHOLE = Kind("update of all", "update", (GET, PUT, STAGE, "UpdateSecret", "TagResource"))
DESCRIPTION = Kind("update of the description", "update", (GET, "UpdateSecret"))
TYPE = Kind("update of the type", "update", (GET, "TagResource"))
ROLL_BACK = Kind("roll back", "roll-back", (STAGE,))
ATTACH = Kind("label: attach", "label", (STAGE,))
MOVE = Kind("label: move", "label", (STAGE,))
REMOVE = Kind("label: remove", "label", (STAGE,))
TAGS = Kind("tags", "tag", ("TagResource", "UntagResource"))
DELETE = Kind("delete", "delete", ("DeleteSecret",))
RESTORE = Kind("restore", "restore", ("RestoreSecret",))
KINDS = (
    *(CREATE, VALUE, WHOLE, DESCRIPTION, TYPE, ROLL_BACK),
    *(ATTACH, MOVE, REMOVE, TAGS, DELETE, RESTORE),
)
OTHERS = (VALUE, WHOLE, ROLL_BACK, DESCRIPTION, DELETE, RESTORE)


@dataclass(frozen=True)
class Draw:
    """What is done, and at which of its calls the process is killed."""

    kind: Kind
    moment: str
    call: int


@dataclass(frozen=True)
class Done:
    """An act that was interrupted, and what the emulator says that it did."""

    draw: Draw
    begun: Event
    outcome: str
    error: str


@dataclass
class World:
    """Secrets, and what is done to them by processes that are killed or not."""

    place: Place
    proxy: FaultProxy
    random: Random
    outside: "Client"
    refs: list[Ref] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    texts: int = 0

    def carry_out(self, kind: Kind) -> None:
        """Do something that nobody interrupts."""
        ref, given = self.chosen(kind)
        self.place.begin(kind.verb, ref.key, given)
        assert self.place.end() == 0

    def interrupt(self, draw: Draw) -> None:
        """Do something, and kill its process in the middle."""
        ref, given = self.chosen(draw.kind)
        before = self.secret(ref)
        if draw.moment in (BEFORE, EFFECT):
            self._kill_at_call(draw, ref, given)
        else:
            self.place.begin(draw.kind.verb, ref.key, given, dies_after=draw.call)
            assert self.place.end() == signal.SIGKILL
        begun = Event.objects.on(ref).begun()[0]
        self.done.append(Done(draw, begun, *self.truth(ref, draw.kind, before, given)))

    def _kill_at_call(self, draw: Draw, ref: Ref, given: dict[str, Any]) -> None:
        pids: Queue[int] = Queue()
        is_dead = Signal()

        def behave(forward: Forward) -> Answer:
            if draw.moment == EFFECT:
                forward()
            os.kill(pids.get(timeout=SECONDS), signal.SIGKILL)
            is_dead.wait(SECONDS)
            raise ConnectionLost

        operation = draw.kind.calls[draw.call - 1]
        self.proxy.when(operation).behave = behave
        pids.put(self.place.begin(draw.kind.verb, ref.key, given))
        assert self.place.end() == signal.SIGKILL
        is_dead.set()
        self.proxy.clear()

    # --- what is done to which secret ---

    def chosen(self, kind: Kind) -> tuple[Ref, dict[str, Any]]:
        """A secret to which this can be done, and how."""
        if kind is CREATE:
            ref = ref_to(f"secret-{len(self.refs)}")
            self.refs.append(ref)
            return ref, self.anew(kind, Secret(ref))
        ref = self.random.choice([ref for ref in self.refs if self.secret(ref).versions])
        secret = self.secret(ref)
        if (secret.deleted is None) == (kind is RESTORE):
            self._do(ref, RESTORE if secret.deleted else DELETE)
        if kind is ROLL_BACK and not self.older(ref):
            self._do(ref, VALUE)
        if kind in (MOVE, REMOVE) and not holder(self.secret(ref).versions, LABEL):
            self._do(ref, ATTACH)
        if kind is ATTACH and holder(self.secret(ref).versions, LABEL):
            self._do(ref, REMOVE)
        if kind is TAGS and not _tags(self.secret(ref)):
            self._do(ref, TAGS)
        if kind is MOVE and not self.older(ref):
            self._do(ref, VALUE)
        return ref, self.anew(kind, self.secret(ref))

    def _do(self, ref: Ref, kind: Kind) -> None:
        self.place.begin(kind.verb, ref.key, self.anew(kind, self.secret(ref)))
        assert self.place.end() == 0

    def anew(self, kind: Kind, secret: Secret) -> dict[str, Any]:
        """What the act is given: something that isn't so yet."""
        self.texts += 1
        given: dict[str, Any] = {
            "text": f"text {self.texts}",
            "description": secret.description,
            "type": secret.type,
            "days": 7,
            "version": secret.current,
        }
        if kind in (DESCRIPTION, TYPE):
            given["text"] = self.outside.get_secret_value(SecretId=secret.ref.name)["SecretString"]
        if kind in (WHOLE, DESCRIPTION):
            given["description"] = f"description {self.texts}"
        if kind in (WHOLE, TYPE):
            given["type"] = f"type-{self.texts}"
        if kind is ROLL_BACK:
            given["to"] = self.random.choice(self.older(secret.ref))
        if kind is TAGS:
            given |= {"put": {f"tag {self.texts}": "set"}, "removed": _tags(secret)[:1]}
        if kind.verb == "label":
            stands = holder(secret.versions, LABEL)
            others = [v.id for v in reads.versions(secret.ref) if v.id != stands]
            to = "" if kind is REMOVE else self.random.choice(others)
            given |= {"label": LABEL, "version": stands, "to": to}
        return given

    # --- what AWS has ---

    def secret(self, ref: Ref) -> Secret:
        """Without versions where it isn't there."""
        try:
            return reads.describe(ref)
        except NotFound:
            return Secret(ref)

    def older(self, ref: Ref) -> list[str]:
        return [v.id for v in reads.versions(ref) if CURRENT not in v.labels]

    def truth(self, ref: Ref, kind: Kind, before: Secret, given: dict[str, Any]) -> tuple[str, str]:
        """How the act should be told: its outcome, and that it was saved in part."""
        after = self.secret(ref)
        if kind.verb == "update":
            return _truth_of_update(before, after, kind)
        if kind is TAGS:
            return _truth_of_tags(after, given)
        happened = {
            "create": after.current != "",
            "roll-back": after.current == given.get("to"),
            "label": holder(after.versions, LABEL) == given.get("to"),
            "delete": after.deleted is not None,
            "restore": after.deleted is None,
        }
        return (Outcome.SUCCEEDED, "") if happened[kind.verb] else (Outcome.FAILED, "NotDone")


def _truth_of_update(before: Secret, after: Secret, kind: Kind) -> tuple[str, str]:
    changed = {
        STAGE: after.current != before.current,
        "UpdateSecret": after.description != before.description,
        "TagResource": after.type != before.type,
    }
    made = [changed[call] for call in kind.calls if call in changed]
    if not any(made):
        return Outcome.FAILED, "NotDone"
    return Outcome.SUCCEEDED, "" if all(made) else "PartlySaved"


def _truth_of_tags(after: Secret, given: dict[str, Any]) -> tuple[str, str]:
    made = {
        given["put"].items() <= after.tags.items(),
        after.tags.keys().isdisjoint(given["removed"]),
    }
    if made == {False}:
        return Outcome.FAILED, "NotDone"
    return Outcome.SUCCEEDED, "" if made == {True} else "PartlyTagged"


def _tags(secret: Secret) -> list[str]:
    """The keys of the tags that were set here."""
    return [key for key in secret.tags if key.startswith("tag ")]


def draws(random: Random, times: int) -> list[Draw]:
    """Each kind of act at each moment, and then any of them."""
    every = []
    for kind in KINDS:
        for moment in (BEFORE, EFFECT, BETWEEN, ANSWERED):
            if moment != BETWEEN or len(kind.calls) > 1:
                every.append((kind, moment))
    more = [random.choice(every) for _ in range(times - len(every))]
    drawn = [Draw(kind, moment, _call(random, kind, moment)) for kind, moment in [*every, *more]]
    random.shuffle(drawn)
    return drawn


def _call(random: Random, kind: Kind, moment: str) -> int:
    last = len(kind.calls)
    if moment == ANSWERED:
        return last
    if moment == BETWEEN:
        return random.randrange(1, last)
    return random.randrange(1, last + 1)
