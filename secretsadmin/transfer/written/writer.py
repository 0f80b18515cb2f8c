"""What a file is made of, so that it can be sent while it is written."""

from collections.abc import Callable
from dataclasses import dataclass, field

from secretsadmin.store.reads import Secret

# No JSON, no YAML, no Terraform, no shell script and none of Airflow's lines goes on so: whatever
# reads the file refuses it.
BROKEN_OFF = '\n"The export broke off here. This file is not complete.\n'


@dataclass(frozen=True)
class Item:
    """One secret on its way into a file. `made` is what its kind says of it for this format.

    Without a value, `text` and `made` are empty.
    """

    secret: Secret
    text: str = field(default="", repr=False)
    made: object = field(default=None, repr=False)


@dataclass(frozen=True)
class Writer:
    """Writes one file. `write` raises CannotExport.

    `end` stands behind the last entry, and `nothing` in place of entries. Without a `comment`,
    which begins a line, the format has no comments.
    """

    write: Callable[[Item], str]
    head: str = ""
    between: str = ""
    end: str = ""
    tail: str = ""
    nothing: str = ""
    comment: str = ""
