"""The three steps of an environment's first day, and which of them are done."""

from collections.abc import Iterable
from dataclasses import dataclass

CONNECT, CREATE, READ = "connect", "create", "read"


@dataclass(frozen=True)
class Facts:
    """What is known of an environment.

    `was_read` holds where somebody other than this dashboard has read a secret, of whom AWS tells
    the day and not the name. So nothing shows of a day on which this dashboard read it as well, as
    in `was_read_here_today`. `probe_was_read` holds where Airflow has read a secret that was made
    for this alone.
    """

    has_secrets: bool
    was_read: bool
    was_read_here_today: bool = False
    probe_was_read: bool = False


@dataclass(frozen=True)
class Step:
    key: str
    title: str
    text: str
    is_done: bool


def steps_of(facts: Facts, what: str = "connection") -> tuple[Step, ...]:
    """The steps in their order. `what` is the kind of secret that people create first."""
    return (_connect(facts), _create(facts, what), _read(facts))


def are_done(steps: Iterable[Step]) -> bool:
    return all(step.is_done for step in steps)


def _connect(facts: Facts) -> Step:
    text = "Write where it looks secrets up into Airflow’s own configuration."
    if facts.was_read:
        text = "Somebody other than this dashboard has read a secret here."
    if facts.probe_was_read:
        text = "Airflow has read the variable that was made to prove it."
    return Step(CONNECT, "Connect Airflow", text, facts.was_read or facts.probe_was_read)


def _create(facts: Facts, what: str) -> Step:
    text = "Tasks find it by its id as soon as it is saved."
    if facts.has_secrets:
        text = "There is something for Airflow to read."
    return Step(CREATE, f"Create your first {what}", text, facts.has_secrets)


def _read(facts: Facts) -> Step:
    text = "AWS tells the day on which a secret was read. Let a task ask for one, and look again."
    if facts.was_read:
        text = "AWS tells that a secret was read, and this dashboard hasn’t read it on that day."
    elif facts.was_read_here_today:
        text = (
            "This dashboard has read one today, and AWS tells no more than the day. Let a task ask "
            "for another, or for that one tomorrow."
        )
    elif facts.probe_was_read:
        text = "It has read the variable that was made to prove it, and no other secret yet."
    return Step(READ, "Airflow read it", text, facts.was_read)
