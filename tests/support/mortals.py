"""Workers that carry out one act each, and may be killed in the middle of it.

    with mortals(environment) as place:
        life = place.begin("create", "orders", {...})
        ...
        assert life.end() == 0

A process that has set Django up forks one for each act. So none of them takes long to begin.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from secretsadmin.audit.recording import Actor
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.config.site import find_environment
from secretsadmin.kinds import VARIABLES
from secretsadmin.store import aws, labels, reads, tags, writes
from secretsadmin.store.tags import TagChange
from secretsadmin.store.writes import Draft

ANNA = Actor("anna", "192.0.2.7")
START = "import django; django.setup(); from tests.support import mortals; mortals.serve()"
Given = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """Where acts are carried out, each by a process of its own."""

    requests: IO[str]
    answers: IO[str]

    def begin(self, verb: str, key: str, given: Given, dies_after: int = 0) -> int:
        """Begin an act. Its process, whose id this is, kills itself after so many answers."""
        act = {"verb": verb, "key": key, "given": given, "dies_after": dies_after}
        self.requests.write(json.dumps(act) + "\n")
        self.requests.flush()
        return int(self.answers.readline())

    def end(self) -> int:
        """Wait for the act's end: 0, or the number of the signal that killed it."""
        return int(self.answers.readline())


@contextmanager
def mortals(environment: Mapping[str, str]) -> Iterator[Place]:
    command = [sys.executable, "-c", START]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env={**os.environ, **environment}, **pipes) as process:
        assert process.stdin
        assert process.stdout
        yield Place(process.stdin, process.stdout)
        process.stdin.close()


def serve() -> None:
    # The client is made once for all of them, and has no connection yet.
    aws.client(_environment())
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _live(json.loads(line))
        print(pid, flush=True)  # noqa: T201 - whoever started this reads it.
        _, status = os.waitpid(pid, 0)
        print(status, flush=True)  # noqa: T201 - the same.


def _live(act: Given) -> None:
    """Carry out the act in a process that does nothing else."""
    status = 1
    try:
        _perform(act)
        status = 0
    finally:
        os._exit(status)


def _perform(act: Given) -> None:
    answers = 0

    def die_when_due(model: Any, **_: object) -> None:
        nonlocal answers
        if model.name in aws.METADATA:
            return
        answers += 1
        if answers == act["dies_after"]:
            os.kill(os.getpid(), signal.SIGKILL)

    events = aws.client(_environment()).meta.events
    events.register_last("after-call.secretsmanager", die_when_due)
    ACTS[act["verb"]](Ref.from_key(_environment(), VARIABLES, act["key"]), act["given"])


def _environment() -> Environment:
    environment = find_environment("default")
    assert environment
    return environment


def _create(ref: Ref, given: Given) -> None:
    draft = Draft(given["text"], given["type"], ("value",))
    writes.create(ref, draft, actor=ANNA, description=given["description"])


def _update(ref: Ref, given: Given) -> None:
    before = reads.describe(ref)

    def edit(text: str) -> Draft:
        fields = ("value",) if text != given["text"] else ()
        return Draft(given["text"], given["type"], fields)

    writes.update(
        ref,
        edit,
        version=before.current,
        actor=ANNA,
        before=before,
        description=given["description"],
        type_after=given["type"],
    )


def _roll_back(ref: Ref, given: Given) -> None:
    writes.roll_back(ref, to=given["to"], version=given["version"], actor=ANNA)


def _label(ref: Ref, given: Given) -> None:
    place = {name: given[name] for name in ("label", "to", "version")}
    labels.label(ref, **place, actor=ANNA)


def _tag(ref: Ref, given: Given) -> None:
    change = TagChange(given["put"], given["removed"])
    tags.tag(ref, change=change, before=reads.describe(ref).tags, actor=ANNA)


def _delete(ref: Ref, given: Given) -> None:
    writes.schedule_deletion(ref, days=given["days"], actor=ANNA)


def _restore(ref: Ref, _: Given) -> None:
    writes.restore(ref, actor=ANNA)


def _reveal(ref: Ref, _: Given) -> None:
    reads.reveal(ref, "reveal", actor=ANNA)


ACTS: Mapping[str, Callable[[Ref, Given], None]] = {
    "create": _create,
    "update": _update,
    "roll-back": _roll_back,
    "label": _label,
    "tag": _tag,
    "delete": _delete,
    "restore": _restore,
    "reveal": _reveal,
}
