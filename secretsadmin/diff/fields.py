"""What a comparison of two sides and one of three have in common."""

import json

from secretsadmin.kinds import Field

Fields = tuple[Field, ...]

# The name of a text that is compared as a whole. No part of a value has this name: a path would put
# it in quotes.
WHOLE = "secret.text"
# A pair of lines has this prefix and its place among the pairs as its name, by which nobody can ask
# for it. No path of keys begins so.
LINE = "line:"


def key_in_a_form(name: str) -> str:
    """A part's name as a form can send it back: browsers change line breaks and drop NUL."""
    if name.isprintable():
        return name
    return json.dumps(name)


def by_name(fields: Fields) -> dict[str, Field]:
    """One side's fields by their names."""
    return {field.name: field for field in fields}


def names_in_order(before: Fields, after: Fields) -> list[str]:
    """The names of both sides in the order of `before`.

    A name that `after` alone has stands behind the one that it follows there.
    """
    first: list[str] = []
    followers: dict[str, list[str]] = {field.name: [] for field in before}
    place = first
    for field in after:
        if field.name in followers:
            place = followers[field.name]
        else:
            place.append(field.name)
    names = first
    for field in before:
        names += [field.name, *followers[field.name]]
    return names


def is_withheld(before: Field | None, after: Field | None) -> bool:
    """Whether both sides have the part, and the person may not learn whether they differ."""
    if before is None or after is None:
        return False
    return before.is_withheld or after.is_withheld


def shown_text(field: Field | None, *, masked: bool) -> str | None:
    """A side's value, or a hint of it where the part is masked; None where the side lacks it."""
    if field is None:
        return None
    if masked:
        return field.hint
    return field.value or ""
