"""Many secrets as a file, sent while they are read: nothing of it is stored here.

The export is a run, as is any act on many secrets, and each value that is read has a record of its
own before it is read. A file that breaks off ends in a line that no reader of its format takes.
"""

import logging
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from secretsadmin import correlation
from secretsadmin.actions import EXPORT
from secretsadmin.adapter import CannotExport, KindAdapter
from secretsadmin.adapters import adapter_of
from secretsadmin.audit.batches import PLANNED, VERB, is_stop_asked
from secretsadmin.audit.recording import Act, Actor, NotRecorded, Place, recording_at
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import Kind
from secretsadmin.noted import RUN
from secretsadmin.store.errors import StoreError
from secretsadmin.store.many import AT_ONCE, read_many
from secretsadmin.store.reads import Secret, Value
from secretsadmin.transfer.running import BY_SOMEBODY, IN_PART, Stopped
from secretsadmin.transfer.written.formats import FORMATS, ExportFormat
from secretsadmin.transfer.written.writer import BROKEN_OFF, Item, Writer

log = logging.getLogger(__name__)

Pieces = Generator[bytes, None, None]
READER_WENT_AWAY = "ReaderWentAway"


def formats_of(kind: Kind, adapter: KindAdapter) -> tuple[ExportFormat, ...]:
    """The formats in which a file of this kind can be."""
    airflows = adapter.file_formats(kind)
    return tuple(known for known in FORMATS if not known.is_airflows or known.key in airflows)


@dataclass
class Export:
    """Secrets of one kind on their way into a file, in the order of their ids, as Airflow has them.

    `details` are what the record says beside the format. Afterwards `left_out` says by key what is
    not in the file, and why, and `broke_off` has the record's word for why it isn't complete.
    """

    environment: Environment
    kind: Kind
    secrets: Sequence[Secret]
    format: ExportFormat
    actor: Actor
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict, init=False)
    written: int = field(default=0, init=False)
    broke_off: str = field(default="", init=False)
    id: UUID = field(default_factory=uuid4, init=False)

    def __post_init__(self) -> None:
        self.secrets = sorted(self.secrets, key=lambda secret: secret.ref.key)
        refs = [secret.ref for secret in self.secrets]
        self._adapter = adapter_of(self.kind)
        self._writer: Writer = self.format.open(self.kind, refs)

    def begin(self) -> Pieces:
        """The file, piece by piece, once its beginning is known.

        Raises NotRecorded, and any StoreError that concerns all of the first secrets. Then nothing
        was sent. Later the file breaks off, and its record says so.
        """
        pieces = self._recorded() if self.format.has_values else self._pieces()
        first = next(pieces)
        return _together(first, pieces)

    def _recorded(self) -> Pieces:
        said = {VERB: EXPORT.verb, PLANNED: len(self.secrets), "format": self.format.key}
        request = correlation.current()
        details = {**said, **self.details, **({"request": request} if request else {})}
        act = Act(id=self.id, details=dict(details))
        place = Place(self.environment.name, self.kind.name)
        try:
            with ExitStack() as stack:
                with correlation.within(str(self.id)):
                    stack.enter_context(
                        recording_at(place, RUN, actor=self.actor, act=act, reason=self.reason)
                    )
                try:
                    yield from self._pieces_to_the_end()
                except GeneratorExit:
                    raise Stopped(READER_WENT_AWAY) from None
                finally:
                    act.details = {**(act.details or {}), **self._counts}
                self._raise_if_in_part()
        except Stopped:
            # The answer is under way, and the file says where it broke off.
            return

    @property
    def _counts(self) -> dict[str, int]:
        return {"succeeded": self.written, "failed": len(self.left_out)}

    def _raise_if_in_part(self) -> None:
        if self.left_out:
            raise Stopped(IN_PART)

    # --- the file ---

    def _pieces(self) -> Pieces:
        for part in self._parts():
            # A description may hold half a surrogate pair, which no file can.
            yield part.encode("utf-8", "replace")

    def _pieces_to_the_end(self) -> Pieces:
        """The same, or what makes a file that breaks off useless. Raises Stopped behind that."""
        is_sent = False
        try:
            for piece in self._pieces():
                yield piece
                is_sent = True
        except (StoreError, NotRecorded, Stopped) as error:
            if not is_sent:
                raise
            self.broke_off = str(getattr(error, "code", type(error).__name__))
        except Exception as error:  # noqa: BLE001 - nobody else could tell the reader of the file.
            log.error("an export broke off", extra={"error": type(error).__name__})
            self.broke_off = type(error).__name__
        if self.broke_off:
            yield BROKEN_OFF.encode()
            raise Stopped(self.broke_off)

    def _parts(self) -> Iterator[str]:
        """The texts of the file, each of them with no more secrets than one call reads."""
        writer, before = self._writer, self._writer.head
        for start in range(0, len(self.secrets), AT_ONCE):
            entries = self._entries(self.secrets[start : start + AT_ONCE])
            text = writer.between.join(entries)
            if self.written and entries:
                text = f"{writer.between}{text}"
            self.written += len(entries)
            yield before + text
            before = ""
        yield before + self._ending()

    def _ending(self) -> str:
        writer = self._writer
        ending = writer.end if self.written else writer.nothing
        if writer.comment and self.left_out:
            ending += "".join(
                f"{writer.comment}Left out: {key}: {why}\n" for key, why in self.left_out.items()
            )
        return ending + writer.tail

    def _entries(self, some: Sequence[Secret]) -> list[str]:
        entries: dict[str, str] = {}
        if not self.format.has_values:
            for secret in some:
                self._write(secret, "", entries)
            return list(entries.values())
        by_key = {secret.ref.key: secret for secret in some}

        def note(ref: Ref, act: Act, text: str) -> None:
            act.fields = (self._adapter.whole,)
            act.format = self._adapter.judge(text, self.environment.backend)
            act.error = self._write(by_key[ref.key], text, entries)

        if is_stop_asked(self.id):
            raise Stopped(BY_SOMEBODY)
        with correlation.within(str(self.id)):
            refs = [secret.ref for secret in some]
            read = read_many(refs, EXPORT.verb, actor=self.actor, note=note, reason=self.reason)
            for ref, value in read:
                if not isinstance(value, Value):
                    self.left_out[ref.key] = value.sentence
        return list(entries.values())

    def _write(self, secret: Secret, text: str, entries: dict[str, str]) -> str:
        """Adds its entry. Otherwise it is left out, and the record's word for why is returned."""
        key = secret.ref.key
        try:
            entries[key] = self._writer.write(Item(secret, text, self._made(secret, text)))
        except CannotExport as error:
            self.left_out[key] = str(error)
            return error.code
        return ""

    def _made(self, secret: Secret, text: str) -> object:
        if not self.format.is_airflows:
            return None
        return self._adapter.file_entry(secret, text, self.format.key)


def _together(first: bytes, pieces: Pieces) -> Pieces:
    try:
        yield first
        yield from pieces
    finally:
        pieces.close()
