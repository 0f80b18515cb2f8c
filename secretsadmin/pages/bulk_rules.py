"""The forms of what is done to many secrets: how it is to be done, and what its run needs."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from secretsadmin.forms.rendering import Text
from secretsadmin.pages import plan
from secretsadmin.pages.tag_lines import keys_in, tags_in
from secretsadmin.store import labels, tags
from secretsadmin.store.writes import MAX_DESCRIPTION, RECOVERY_DAYS
from secretsadmin.transfer.bulk import BulkAction

LONGEST_AFFIX = 250
# Longer than fifty tags, in characters.
LONGEST_TAGS = 30_000
LINES = {"rows": 3, "spellcheck": "false", "autocomplete": "off"}
Parsed = TypeVar("Parsed")
IS_TYPE = r"\A[A-Za-z0-9_.+-]{1,100}\Z"


class PlanForm(plan.PlanForm):
    """What a run needs beside its rule."""

    days = forms.IntegerField(
        label="Recovery window in days",
        min_value=RECOVERY_DAYS[0],
        max_value=RECOVERY_DAYS[-1],
        initial=RECOVERY_DAYS[-1],
        help_text="From 7 to 30. Until they are over, what is deleted can be restored.",
    )

    def __init__(self, action: BulkAction, data: QueryDict | None = None) -> None:
        super().__init__(data, label_suffix="")
        if action.key not in ("delete", "rename"):
            del self.fields["days"]


class LabelRule(forms.Form):
    label = forms.CharField(
        strip=False,
        help_text=(
            "A word of your own, such as “tested” or “before-migration”. Airflow doesn't read it."
        ),
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false"}),
    )

    def clean_label(self) -> str:
        label: str = self.cleaned_data["label"]
        try:
            labels.check_new(label)
        except labels.InvalidLabel as error:
            raise ValidationError(str(error)) from None
        return label


class DescriptionRule(forms.Form):
    text = Text(
        required=False,
        max_length=MAX_DESCRIPTION,
        label="Description",
        help_text="Empty removes the description.",
    )
    within = Text(
        required=False,
        max_length=MAX_DESCRIPTION,
        strip=False,
        label="In place of",
        help_text="A part of each description to replace. Empty replaces all of it.",
    )


class TagRule(forms.Form):
    put = forms.CharField(
        required=False,
        max_length=LONGEST_TAGS,
        label="Set",
        help_text="One tag a line, such as owner=dwh.",
        widget=forms.Textarea(attrs=LINES),
    )
    removed = forms.CharField(
        required=False,
        max_length=LONGEST_TAGS,
        label="Remove",
        help_text="One key a line.",
        widget=forms.Textarea(attrs=LINES),
    )

    def clean_put(self) -> dict[str, str]:
        return _valid(tags_in, self.cleaned_data["put"])

    def clean_removed(self) -> tuple[str, ...]:
        return _valid(keys_in, self.cleaned_data["removed"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        if not cleaned["put"] and not cleaned["removed"]:
            raise ValidationError({"put": "Name a tag to set, or one to remove."})
        if not cleaned["put"].keys().isdisjoint(cleaned["removed"]):
            raise ValidationError({"removed": "A tag can't be set and removed at once."})
        return cleaned


class TypeRule(forms.Form):
    type = forms.RegexField(
        IS_TYPE,
        label="Connection type",
        help_text="Airflow's own word for it, such as postgres or google_cloud_platform.",
        error_messages={
            "invalid": "A connection type is made of at most 100 letters, digits and _ . + - alone."
        },
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false"}),
    )


class RenameRule(forms.Form):
    put_before = Text(
        required=False,
        max_length=LONGEST_AFFIX,
        label="Put before each id",
        help_text="Such as “dwh_”.",
    )
    find = Text(required=False, max_length=LONGEST_AFFIX, label="In each id, replace")
    replacement = Text(required=False, max_length=LONGEST_AFFIX, label="By")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not cleaned["put_before"] and not cleaned["find"]:
            raise ValidationError({"put_before": "Say how the new ids differ from the old ones."})
        return cleaned


_RULES: dict[str, type[forms.Form]] = {
    "label": LabelRule,
    "describe": DescriptionRule,
    "tag": TagRule,
    "retype": TypeRule,
    "rename": RenameRule,
}


def rule_form(action: BulkAction) -> type[forms.Form] | None:
    """The form that says how the action is done; None where there is nothing to say."""
    return _RULES.get(action.key)


def _valid(read: Callable[[str], Parsed], text: str) -> Parsed:
    try:
        return read(text)
    except tags.InvalidTag as error:
        raise ValidationError(str(error)) from None
