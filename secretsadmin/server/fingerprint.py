"""A name for the contents of files, which changes as soon as one of them does."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

LENGTH = 12


def fingerprint(folders: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                digest.update(f"{file.relative_to(folder)}\0{file.stat().st_size}\0".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:LENGTH]
