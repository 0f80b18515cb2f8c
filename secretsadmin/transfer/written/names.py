"""Names that other tools take, for secrets whose ids they don't take."""

import re
from collections.abc import Iterable

_UNFIT = re.compile(r"[^A-Za-z0-9_]")


def labels_of(keys: Iterable[str]) -> dict[str, str]:
    """A label of letters, digits and underscores for each key; no two have the same."""
    labels: dict[str, str] = {}
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    for key in keys:
        plain = _UNFIT.sub("_", key)
        if not plain[:1].isalpha():
            plain = f"_{plain}"
        label = plain
        while label in taken:
            numbers[plain] = numbers.get(plain, 1) + 1
            label = f"{plain}_{numbers[plain]}"
        taken.add(label)
        labels[key] = label
    return labels
