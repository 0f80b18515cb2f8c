"""A connection of one environment in another one: what is taken along, and what stays."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError

from connections.catalog import search
from connections.catalog.guard import changed_unseen, has_room, kept_unseen
from connections.catalog.layout import lay_out, masked_names
from connections.form.beginning import readable
from connections.form.submission import tag_of
from connections.inspection import types
from connections.value.connection import MAX_PORT, Connection, NotRepresentable, changed_fields
from connections.value.reading import EXTRA, TEXT_FIELDS
from secretsadmin.adapter import Part, Promotion
from secretsadmin.kinds import Field
from secretsadmin.store.writes import Draft

# The keys of the extra that are shown, and those that are masked.
PLAIN_KEYS, MASKED_KEYS = "extra", "masked-extra"
PARTS = (
    Part("conn_type", "Connection type", can_type=False),
    Part("host", "Host", is_own=True),
    Part("port", "Port", is_own=True),
    Part("login", "Login", is_own=True),
    Part("password", "Password", is_own=True, is_secret=True),
    Part("schema", "Schema"),
    Part(PLAIN_KEYS, "Extra", can_type=False),
    Part(MASKED_KEYS, "Masked keys of the extra", is_own=True, is_secret=True, can_type=False),
)
_STANDARD = (*TEXT_FIELDS, "port")


def part_of(field: Field) -> str:
    if not field.name.startswith(EXTRA):
        return field.name
    return MASKED_KEYS if field.masked else PLAIN_KEYS


def promote(text: str, stored: str | None, promotion: Promotion) -> Draft:
    """What to store in the target. Raises ValidationError."""
    source = readable(text, promotion.source)
    if source is None:
        raise ValidationError("The source can't be read field by field.", "SourceUnreadable")
    target = None
    if stored is not None:
        target = readable(stored, promotion.target)
        if target is None:
            raise ValidationError("The target can't be read field by field.", "TargetUnreadable")
    merged = _merged(source, target, promotion)
    _require_unseen_stays(source, target, merged, promotion)
    fields = _changed(target, merged, promotion)
    if stored is not None and not fields:
        return Draft(stored, tag_of(merged))
    holds = changed_fields(None, merged)
    try:
        words, release = promotion.target.extra_conn_words, promotion.target.airflow
        encoded = merged.encode(extra_conn_words=words, release=release)
    except NotRepresentable as error:
        raise ValidationError(str(error), "NotRepresentable") from None
    return Draft(encoded.text, tag_of(merged), fields, format=encoded.format, holds=holds)


def _merged(source: Connection, target: Connection | None, promotion: Promotion) -> Connection:
    below = target or Connection()
    standard: dict[str, Any] = {}
    for name in _STANDARD:
        if promotion.takes(name):
            standard[name] = getattr(source, name)
        elif promotion.asks(name):
            standard[name] = _typed(name, promotion)
        else:
            standard[name] = getattr(below, name)
    masked = {*_masked(source), *_masked(below)}
    extra = {}
    for key in dict.fromkeys((*below.extra, *source.extra)):
        part = MASKED_KEYS if EXTRA + key in masked else PLAIN_KEYS
        side = source if promotion.takes(part) else below
        if key in side.extra:
            extra[key] = side.extra[key]
    return Connection(**standard, extra=extra)


def _typed(name: str, promotion: Promotion) -> str | int | None:
    """Raises ValidationError for what is no port."""
    text = promotion.typed.get(name, "")
    if name != "port":
        return text
    if not text:
        return None
    is_short = len(text) <= len(str(MAX_PORT))
    if not (is_short and text.isascii() and text.isdigit() and int(text) <= MAX_PORT):
        raise ValidationError(f"A port is a whole number from 0 to {MAX_PORT}.", "NotRepresentable")
    return int(text)


def _masked(connection: Connection) -> list[str]:
    connection_type = search.get(connection.conn_type, types())
    return masked_names(lay_out(connection, connection_type), connection_type)


def _require_unseen_stays(
    source: Connection, target: Connection | None, merged: Connection, promotion: Promotion
) -> None:
    """Raises ValidationError where somebody would send or show what they may not see.

    What is masked on either side goes along only with all that says where it is sent.
    """
    taken = [name for name in _masked(source) if promotion.takes(_part_of_name(name))]
    if taken and not promotion.may_learn_source:
        if promotion.may_learn_target:
            raise ValidationError("You may see it there, and not here.", "ShownElsewhere")
        changed = changed_fields(source, merged)
        _require_guarded(source, merged, changed, set(_masked(source)) - set(taken))
    if target is None or promotion.may_learn_target:
        return
    named = {name for name in _masked(target) if _is_new(name, promotion)}
    changed = _changed(target, merged, promotion)
    _require_guarded(target, merged, changed, named)


def _require_guarded(
    before: Connection, after: Connection, changed: Collection[str], named: Collection[str]
) -> None:
    """Raises ValidationError; `named` are the masked fields that `after` doesn't have of it."""
    connection_type = search.get(before.conn_type, types())
    kept = kept_unseen(before, connection_type, changed, named)
    unseen = [name for name in _masked(before) if name not in named]
    if kept or (changed and unseen and not has_room(after, unseen)):
        raise ValidationError("A task could send elsewhere what you may not see.", "SentElsewhere")


def _changed(
    target: Connection | None, merged: Connection, promotion: Promotion
) -> tuple[str, ...]:
    """What it changes. For people who may not see all of it, nothing masked decides."""
    if target is None or promotion.may_learn_target:
        return changed_fields(target, merged)
    return changed_unseen(target, merged, types(), lambda name: _is_new(name, promotion))


def _is_new(name: str, promotion: Promotion) -> bool:
    part = _part_of_name(name)
    return promotion.takes(part) or promotion.asks(part)


def _part_of_name(name: str) -> str:
    """The part of a masked field."""
    if name.startswith(EXTRA):
        return MASKED_KEYS
    return name
