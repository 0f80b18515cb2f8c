"""The page that makes a secret of a new id with the value of this one."""

from dataclasses import dataclass

from django import forms

from secretsadmin.access.requests import Request
from secretsadmin.adapter import KindAdapter
from secretsadmin.forms.rendering import Text
from secretsadmin.pages.problems import Problem
from secretsadmin.pages.secret import SecretPage, head_of
from secretsadmin.store.reads import Secret

# Longer than any id, in characters.
LONGEST_ID = 512


class DuplicateForm(forms.Form):
    required_css_class = "required"

    id = Text(
        max_length=LONGEST_ID,
        label="New id",
        widget=forms.TextInput(
            attrs={"class": "id", "autocomplete": "off", "autocapitalize": "off"}
        ),
    )
    reason = Text(max_length=1000, required=False, help_text="Kept in the audit log.")


@dataclass(frozen=True)
class DuplicatePage(SecretPage):
    form: DuplicateForm
    problem: Problem | None = None


def duplicate_page(
    request: Request,
    secret: Secret,
    adapter: KindAdapter,
    form: DuplicateForm,
    *,
    problem: Problem | None = None,
) -> DuplicatePage:
    return DuplicatePage(head_of(request, secret, adapter), form, problem)
