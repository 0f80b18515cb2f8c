"""A variable or a config option of one environment in another one: its value is taken whole."""

from django.core.exceptions import ValidationError

from secretsadmin.adapter import Part, Promotion
from secretsadmin.store.writes import Draft
from variables.variable import Variable

VALUE = Part("value", "Value", is_secret=True)
PARTS = (VALUE,)


def promote(text: str, stored: str | None, promotion: Promotion) -> Draft:
    """What to store in the target. Raises ValidationError."""
    if promotion.takes(VALUE.name):
        if promotion.may_learn_target and not promotion.may_learn_source:
            raise ValidationError("You may see it there, and not here.", "ShownElsewhere")
        new = text
    elif promotion.asks(VALUE.name):
        new = promotion.typed.get(VALUE.name, "")
    else:
        new = stored or ""
    variable = Variable(new)
    if problem := variable.limit_problem:
        raise ValidationError(problem, "NotRepresentable")
    if stored is not None and _is_same(new, stored, promotion):
        return Draft(stored)
    written = "json" if variable.is_json else "text"
    return Draft(new, fields=("value",), format=written, holds=("value",))


def _is_same(new: str, stored: str, promotion: Promotion) -> bool:
    """For people who may not see the target's value, whatever takes its place is a change."""
    is_kept = not (promotion.takes(VALUE.name) or promotion.asks(VALUE.name))
    return is_kept or (promotion.may_learn_target and new == stored)
