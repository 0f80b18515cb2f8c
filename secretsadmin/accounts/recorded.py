"""Records each change of a user or a group, whoever makes it: a page, a command or a shell.

This is the one place that listens to signals. Django's own commands and pages change people, and
nothing else stands between them and the database.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models.signals import m2m_changed, pre_delete, pre_save

from secretsadmin.action import Action
from secretsadmin.audit.recording import Act, Actor, at_the_command_line, note
from secretsadmin.noted import CHANGE_GROUP, CHANGE_USER

# A sign-in has a line of its own.
UNRECORDED = frozenset({"last_login"})
CHANGES = {"pre_add": "added", "pre_remove": "removed", "pre_clear": "cleared"}

_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)


@contextmanager
def by(actor: Actor) -> Iterator[None]:
    """The person who makes the changes inside."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def listen() -> None:
    """Record from now on."""
    for model in (User, Group):
        pre_save.connect(note_saved, sender=model)
        pre_delete.connect(note_deleted, sender=model)
    for relation in (User.groups, User.user_permissions, Group.permissions):
        m2m_changed.connect(note_related, sender=relation.through)


def note_saved(instance: Any, update_fields: Iterable[str] | None, **_: Any) -> None:
    """Record which fields of the user or group change. Raises NotRecorded, and nothing is saved."""
    if _is_new_hash(instance, update_fields):
        return
    before = type(instance).objects.filter(pk=instance.pk).values().first()
    if before is None:
        _note(instance, ("created",))
        return
    names = update_fields or before.keys()
    changed = [name for name in names if name in before and getattr(instance, name) != before[name]]
    if recorded := tuple(name for name in changed if name not in UNRECORDED):
        _note(instance, recorded)


def _is_new_hash(instance: Any, update_fields: Iterable[str] | None) -> bool:
    """Whether Django only hashes the same password anew, as it does at a sign-in."""
    is_password_alone = update_fields is not None and set(update_fields) == {"password"}
    return is_password_alone and getattr(instance, "_password", None) is None


def note_deleted(instance: Any, **_: Any) -> None:
    _note(instance, ("deleted",))


def note_related(instance: Any, action: str, pk_set: set[Any] | None, **more: Any) -> None:
    """Record who or what is added to a user or group, or taken from it."""
    if action not in CHANGES:
        return
    related = more["model"]
    names = sorted(str(item) for item in related.objects.filter(pk__in=pk_set or ()))
    if action != "pre_clear" and not names:
        return
    _note(instance, (f"{related.__name__.lower()}s",), **{CHANGES[action]: names})


def _note(instance: Any, fields: tuple[str, ...], **more: Any) -> None:
    details = {"name": str(instance), **more}
    act = Act(fields=fields, details=details)
    note(_action(instance).audit_name, actor=_actor.get() or at_the_command_line(), act=act)


def _action(instance: Any) -> Action:
    if isinstance(instance, Group):
        return CHANGE_GROUP
    return CHANGE_USER
