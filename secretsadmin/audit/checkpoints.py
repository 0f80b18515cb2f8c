"""Signed heads of the audit log, to keep elsewhere.

A seal shows what was done to the lines before it, but nothing shows that the last lines are gone,
or that the whole log is an older copy. A checkpoint does, where whoever did that can't reach it.
"""

import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from secretsadmin.audit import chain
from secretsadmin.audit.chain import Head
from secretsadmin.audit.lines import object_of

_PURPOSE = "checkpoint"


class NotOurs(Exception):
    """A line of a file isn't a checkpoint that one of our keys signed. The text says which line."""


def line_of(head: Head) -> str:
    """A checkpoint of this head, as a line of JSON."""
    ring = chain.keys()
    at = timezone.now().isoformat()
    signature = _signature(ring.by_id[ring.current], head, at)
    return json.dumps(
        {
            _PURPOSE: head.number,
            "mac": head.mac,
            "at": at,
            "key": ring.current,
            "signature": signature,
        }
    )


def _signature(key: chain.Key, head: Head, at: str) -> str:
    return chain.sign(key, _PURPOSE, json.dumps([head.number, head.mac, at]))


def is_checkpoint(line: dict[str, Any]) -> bool:
    return _PURPOSE in line


def head_of(line: dict[str, Any]) -> Head:
    """The head that the checkpoint is of. Raises NotOurs."""
    key = chain.keys().by_id.get(str(line.get("key")))
    if key is None:
        raise NotOurs("was signed with a key that is neither AUDIT_KEY nor in AUDIT_KEYS_BEFORE")
    number, mac = line.get(_PURPOSE), line.get("mac")
    if not isinstance(number, int) or not isinstance(mac, str):
        raise NotOurs("isn't a checkpoint")
    head = Head(number, mac)
    signature = _signature(key, head, str(line.get("at")))
    if not hmac.compare_digest(signature, str(line.get("signature"))):
        raise NotOurs("isn't signed with our key: it was changed, or made by somebody else")
    return head


@dataclass(frozen=True)
class Checkpoints:
    """Seals by the numbers of their lines."""

    macs: dict[int, str]

    @property
    def last(self) -> int:
        return max(self.macs, default=0)


def read(texts: Iterable[str]) -> Checkpoints:
    """The checkpoints in the lines of a file, in which lines of the log may be, too.

    So a file that the stream of the log was written to will do. Raises NotOurs.
    """
    macs = {}
    for place, text in enumerate(texts, start=1):
        if not text.strip():
            continue
        try:
            line = object_of(text)
            if is_checkpoint(line):
                head = head_of(line)
                macs[head.number] = head.mac
        except ValueError:
            raise NotOurs(f"Line {place} of the file isn't a checkpoint.") from None
        except NotOurs as error:
            raise NotOurs(f"Line {place} of the file {error}.") from None
    if not macs:
        raise NotOurs("The file holds no checkpoint.")
    return Checkpoints(macs)
