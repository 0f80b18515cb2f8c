from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator

from secretsadmin.remembered import forget


@method_decorator(login_not_required, name="dispatch")
class SignOut(LogoutView):
    """Ends the session and lets the browser forget what it kept of the site."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        forget(response)
        return response
