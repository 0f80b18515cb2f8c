"""The page of one action on many secrets: its rule, the plan, and the form that runs it."""

from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.http import QueryDict
from django.urls import reverse

from secretsadmin.adapter import KindAdapter
from secretsadmin.config.environments import Environment
from secretsadmin.kinds import Kind
from secretsadmin.pages.bulk_rules import PlanForm, rule_form
from secretsadmin.pages.in_sight import InSight
from secretsadmin.pages.plan import ShownPlan
from secretsadmin.pages.problems import Problem
from secretsadmin.pages.selection import Selection
from secretsadmin.transfer.bulk import BulkAction, Job

CHANGED = Problem(
    409,
    "The list has changed",
    "Other secrets match the filter now than those that you were shown.",
    next="Look at the list again, and select once more.",
)
NOTHING = Problem(
    422,
    "Nothing is selected",
    "No row of the list was selected.",
    next="Go back, tick the rows, and send it once more.",
)
NO_ACTION = Problem(
    422,
    "Nothing to do",
    "What is to be done with the selected rows wasn't said.",
    next="Go back, and choose an action.",
)


@dataclass(frozen=True)
class BulkPage:
    """`rule` is the form that says how, where the action needs to be told."""

    environment: Environment
    kind: Kind
    action: BulkAction
    selection: Selection
    rule: forms.Form | None
    form: PlanForm
    plan: ShownPlan | None = None
    problem: Problem | None = None

    @property
    def title(self) -> str:
        number = self.kind.counted(len(self.selection.refs))
        return f"{self.action.title}: {number}"

    @property
    def url(self) -> str:
        return reverse(f"{self.kind.name}:bulk", args=[self.environment.name])

    @property
    def list_url(self) -> str:
        return reverse(f"{self.kind.name}:index", args=[self.environment.name])

    @property
    def sent(self) -> tuple[tuple[str, str], ...]:
        """What both forms send once more: the action, and the rows."""
        return (("action", self.action.key), *self.selection.sent)

    @property
    def rules(self) -> tuple[tuple[str, str], ...]:
        """The rule that the plan follows, which the form of the plan sends once more."""
        if self.rule is None:
            return ()
        return tuple((name, str(self.rule[name].value() or "")) for name in self.rule.fields)

    def with_plan(self, plan: ShownPlan) -> "BulkPage":
        return replace(self, plan=plan)

    def with_problem(self, problem: Problem) -> "BulkPage":
        return replace(self, problem=problem)

    @property
    def is_dangerous(self) -> bool:
        return "days" in self.form.fields


def rule_of(action: BulkAction, sent: QueryDict) -> forms.Form | None:
    """The action's own form, with what was sent, or empty as the list leads to it."""
    form_class = rule_form(action)
    if form_class is None:
        return None
    if is_from_list(sent):
        return form_class(label_suffix="")
    return form_class(sent, label_suffix="")


def is_from_list(sent: QueryDict) -> bool:
    """Whether the form came from the list, so that no rule and no plan was seen yet."""
    return not ("plan" in sent or "run" in sent or "tick" in sent)


def job_of(page: BulkPage, user: User, adapter: KindAdapter, seen: InSight) -> Job:
    """What the forms say is to be done, as far as they have been sent."""
    said: dict[str, Any] = {}
    if page.rule:
        said |= page.rule.cleaned_data
    if page.form.is_bound:
        said |= page.form.cleaned_data
    versions = said.pop("versions", {}) if page.form.is_bound else None
    listed = {secret.ref.key: secret for secret in seen.snapshot.secrets}
    return Job(user, adapter, page.selection.refs, listed, said, versions)
