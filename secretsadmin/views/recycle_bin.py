from django.http import HttpResponse
from django.views.decorators.http import require_safe

from secretsadmin.access import policy
from secretsadmin.access.requests import Request, actor_of, environment_of
from secretsadmin.audit.looks import note_list
from secretsadmin.kinds import KINDS
from secretsadmin.pages.recycle_bin import recycle_bin_page
from secretsadmin.views import polling


@require_safe
def recycle_bin(request: Request, environment: str) -> HttpResponse:
    here = environment_of(request, environment, "view")
    for kind in KINDS:
        if here.backend.is_enabled(kind.name) and policy.may(request.user, "view", here, kind):
            note_list(here, kind, actor_of(request))
    return polling.answer(request, "recycle_bin.html", recycle_bin_page(request, here))
