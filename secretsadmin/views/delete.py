"""Schedules the deletion of a secret, and restores the secret."""

from django.http import HttpResponse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from secretsadmin.access.requests import Request, actor_of, secret_of
from secretsadmin.adapter import KindAdapter
from secretsadmin.audit.recording import NotRecorded
from secretsadmin.htmx import respond
from secretsadmin.kinds import Kind
from secretsadmin.pages.delete import DeleteForm, RestoreForm, delete_page
from secretsadmin.pages.problems import Problem, problem_of
from secretsadmin.pages.secret import urls_of
from secretsadmin.store import listing, writes
from secretsadmin.store.errors import StoreError
from secretsadmin.views import problems
from secretsadmin.views.answers import done, form_methods


@form_methods
def delete(
    request: Request, environment: str, kind: Kind, key: str, adapter: KindAdapter
) -> HttpResponse:
    ref = secret_of(request, environment, "delete", kind, key)
    if request.method != "POST":
        page = delete_page(request, listing.find(ref), adapter, DeleteForm(label_suffix=""))
        return respond(request, "delete.html", {"page": page})
    form = DeleteForm(request.POST, label_suffix="")
    if not form.is_valid():
        page = delete_page(request, listing.find(ref), adapter, form)
        return respond(request, "delete.html", {"page": page}, status=422)
    try:
        writes.schedule_deletion(ref, actor=actor_of(request), **form.cleaned_data)
    except (StoreError, NotRecorded) as error:
        problem = problem_of(error)
        page = delete_page(request, listing.find(ref), adapter, form, problem=problem)
        return respond(request, "delete.html", {"page": page}, status=problem.status)
    days = form.cleaned_data["days"]
    return done(
        request, ref, f"Scheduled for deletion in {days} days. Airflow doesn't find it any more."
    )


@require_POST
def restore(request: Request, environment: str, kind: Kind, key: str) -> HttpResponse:
    ref = secret_of(request, environment, "restore", kind, key)
    form = RestoreForm(request.POST)
    if not form.is_valid():
        return problems.page(request, _refused_reason(form))
    writes.restore(ref, actor=actor_of(request), **form.cleaned_data)
    if request.POST.get("next") != "recycle-bin":
        return done(request, ref, "Restored. Airflow finds it again.")
    urls = urls_of(ref)
    text = format_html(
        'Restored <a class="mono" href="{}">{}</a>. Airflow finds it again.', urls.detail, ref.key
    )
    return done(request, ref, text, to=urls.recycle_bin)


def _refused_reason(form: RestoreForm) -> Problem:
    """The answer to a script that sends too long a reason. No page has a field for one."""
    errors = " ".join(map(str, form.errors["reason"]))
    return Problem(
        422, "This can't be restored so", f"Reason: {errors}", next="Send a shorter reason."
    )
