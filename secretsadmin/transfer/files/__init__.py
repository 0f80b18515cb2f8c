"""Reading of files that people bring from elsewhere: nothing is kept, and no value is quoted."""

from secretsadmin.transfer.files.file import (
    FORMATS,
    FORMATS_BY_KEY,
    Entry,
    File,
    Format,
    Options,
    Unread,
    UnreadableFile,
)
from secretsadmin.transfer.files.reading import read
from secretsadmin.transfer.files.recognising import recognise
from secretsadmin.transfer.files.text import Decoded, check_text, decode

__all__ = [
    "FORMATS",
    "FORMATS_BY_KEY",
    "Decoded",
    "Entry",
    "File",
    "Format",
    "Options",
    "Unread",
    "UnreadableFile",
    "check_text",
    "decode",
    "read",
    "recognise",
]
