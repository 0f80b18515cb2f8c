"""The page that schedules a deletion: what will break, and how long there is a way back."""

from dataclasses import dataclass

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from secretsadmin.access.requests import Request
from secretsadmin.adapter import KindAdapter
from secretsadmin.forms.rendering import Text
from secretsadmin.pages.problems import Problem
from secretsadmin.pages.secret import SecretPage, head_of
from secretsadmin.store.reads import Secret
from secretsadmin.store.writes import RECOVERY_DAYS


class DeleteForm(forms.Form):
    days = forms.IntegerField(
        label="Recovery window in days",
        min_value=RECOVERY_DAYS[0],
        max_value=RECOVERY_DAYS[-1],
        initial=RECOVERY_DAYS[-1],
        help_text="From 7 to 30. Until they are over it can be restored.",
    )
    reason = Text(max_length=1000, required=False, help_text="Kept in the audit log.")


class RestoreForm(forms.Form):
    reason = Text(max_length=1000, required=False)


@dataclass(frozen=True)
class DeletePage(SecretPage):
    form: DeleteForm
    problem: Problem | None = None

    @property
    def loss(self) -> SafeString:
        """What breaks at once."""
        return format_html(self.kind.loss, id=format_html("<code>{}</code>", self.secret.id))


def delete_page(
    request: Request,
    secret: Secret,
    adapter: KindAdapter,
    form: DeleteForm,
    *,
    problem: Problem | None = None,
) -> DeletePage:
    return DeletePage(head_of(request, secret, adapter), form, problem)
