"""Short words for reading a file in a test."""

from pathlib import Path
from typing import Any

from secretsadmin.transfer.files import Entry, File, Options, decode, read, recognise

EXPORTS = Path(__file__).parent / "airflow_files"
MOST = 5 * 1024 * 1024


def read_text(text: str, **options: Any) -> File:
    return read(text, recognise(text), Options(**options))


def read_export(name: str) -> File:
    return read_text(decode((EXPORTS / name).read_bytes(), MOST).text)


def by_id(file: File) -> dict[str, Entry]:
    return {entry.id: entry for entry in file.entries}


def only(text: str, **options: Any) -> Entry:
    (entry,) = read_text(text, **options).entries
    return entry


def sources(file: File) -> dict[str, Any]:
    return {entry.id: entry.source for entry in file.entries}
