"""Texts as Terraform's language writes them."""

import re

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# A quoted template of HCL's native syntax; it would read `${` and `%{` as more than text.
_ESCAPES = (
    ("\\", "\\\\"),
    ('"', '\\"'),
    ("${", "$${"),
    ("%{", "%%{"),
    ("\n", "\\n"),
    ("\r", "\\r"),
    ("\t", "\\t"),
)


def quoted(text: str) -> str:
    for plain, escaped in _ESCAPES:
        text = text.replace(plain, escaped)
    text = _CONTROLS.sub(lambda control: rf"\u{ord(control[0]):04x}", text)
    return f'"{text}"'
