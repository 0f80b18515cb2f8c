"""What is wrong with a stored connection, told without a word of its value.

Rules are in rules.py. What is said of a text as a whole is in texts.py, and what is said of the
fields that Airflow reads of it in fields.py.
"""

from collections.abc import Iterable, Iterator

from connections.lint import fields, texts
from connections.lint.subject import Check, Subject, subject_of
from connections.providers.catalogue import Types
from secretsadmin.config.backend import BackendConfig
from secretsadmin.rules import Fault, Rule

__all__ = ["faults"]


def faults(
    text: str, backend: BackendConfig, types: Types, type_tag: str = ""
) -> tuple[Fault, ...]:
    """The rules that a text breaks in an environment, on a site with these types. Never raises.

    `type_tag` is the type that the secret's tag names. What only follows from another fault isn't
    told: a URI that begins badly has no fields worth a word.
    """
    sentences: dict[Rule, list[str]] = {}
    for fault in _faults(subject_of(text, backend, types, type_tag)):
        sentences.setdefault(fault.rule, []).append(fault.sentence)
    return tuple(Fault(rule, " ".join(told)) for rule, told in sentences.items())


def _faults(subject: Subject) -> Iterator[Fault]:
    yield from _told(texts.CHECKS, subject)
    if subject.connection is None or texts.begins_badly(subject):
        return
    yield from _told(texts.CHECKS_OF_READINGS, subject)
    if not subject.is_clear:
        return
    yield from _told(fields.CHECKS, subject)
    if not texts.has_another_type(subject):
        yield from _told(fields.CHECKS_BY_TYPE, subject)


def _told(checks: Iterable[Check], subject: Subject) -> Iterator[Fault]:
    for check in checks:
        yield from check(subject)
