"""Tables for spreadsheets, in which no cell is a formula."""

import csv
import json
from collections.abc import Iterable
from io import StringIO
from typing import Any

# A spreadsheet takes a cell that begins so for a formula; some take the full widths of East Asia,
# too, and spaces in front away.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def table_of(rows: Iterable[Iterable[str]]) -> str:
    """Lines of CSV, whose cells are texts that `cell` has made."""
    text = StringIO()
    # Each cell is in quotes, or a program that splits at semicolons would find formulas within.
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue()


def cell(value: Any) -> str:
    """A value as the text of a cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, list | dict):
        text = json.dumps(value, ensure_ascii=False)
    if text.startswith(FORMULAS) or text.lstrip().startswith(FORMULAS):
        return f"'{text}"
    return text
