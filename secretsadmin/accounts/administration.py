"""Django's admin, for accounts and groups alone, behind a superuser's fresh sign-in.

Where any environment asks for a second factor, so does the admin: it hands out all rights.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from allauth.mfa.models import Authenticator
from csp.decorators import csp_replace
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ManyToManyField, QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.views.decorators.debug import sensitive_post_parameters

from secretsadmin.access.authentication import (
    MustConfirm,
    has_used_factor,
    is_factor_asked_anywhere,
    is_fresh,
)
from secretsadmin.access.requests import actor_of
from secretsadmin.accounts import recorded
from secretsadmin.accounts.own_sessions import end_all
from secretsadmin.audit.recording import Act, note
from secretsadmin.audit.turns import in_turn
from secretsadmin.noted import REMOVE_FACTOR

# How old the sign-in may be, in seconds.
ADMIN_FRESH_SECONDS = 900
TITLE = "The administration of people"
# Its pages leave out what the site's own have: signing in and out, and ways around the checks.
LEFT_OUT = ("login", "logout", "password_change", "password_change_done", "autocomplete")
# jQuery, which the admin is made with, writes markup as text. Scripts of others, or within a page,
# are refused as anywhere else.
WITHOUT_TRUSTED_TYPES = {"require-trusted-types-for": None, "trusted-types": None}


class People(admin.AdminSite):
    site_title = site_header = "Secrets Admin"
    index_title = "Accounts and groups"
    enable_nav_sidebar = False
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request.user)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002 - as Django calls it.
        inner = super().admin_view(view, cacheable)

        @csp_replace(WITHOUT_TRUSTED_TYPES)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            require_administrator(request)
            with recorded.by(actor_of(request)):
                response: HttpResponse = inner(request, *args, **kwargs)
                return response

        return sensitive_post_parameters()(guarded)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        urls = super().get_urls()
        return [url for url in urls if getattr(url, "name", "") not in LEFT_OUT]


def is_administrator(user: Any) -> bool:
    return bool(user.is_active and user.is_superuser)


def require_administrator(request: HttpRequest) -> None:
    """Raises PermissionDenied, and MustConfirm where the sign-in isn't enough."""
    if not is_administrator(request.user):
        raise PermissionDenied
    if is_factor_asked_anywhere() and not has_used_factor(request):
        raise MustConfirm(TITLE, by_factor=True)
    if not is_fresh(request, ADMIN_FRESH_SECONDS):
        raise MustConfirm(TITLE)


people = People(name="admin")


@admin.register(User, site=people)
class Users(UserAdmin):  # type: ignore[type-arg]
    list_display = ("username", "first_name", "last_name", "is_active", "is_superuser")
    list_filter = ("is_active", "is_superuser", "groups")
    # Works without scripts, and for everybody.
    filter_horizontal = ()
    formfield_overrides: ClassVar = {ManyToManyField: {"widget": CheckboxSelectMultiple}}
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Name", {"fields": ("first_name", "last_name", "email")}),
        ("Rights", {"fields": ("is_active", "is_superuser", "groups")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    actions = ("remove_factors",)

    @admin.action(description="Remove second factors, for somebody who lost theirs")
    def remove_factors(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        for user in chosen:
            with in_turn(), transaction.atomic():
                act = Act(fields=("all",), details={"name": user.get_username()})
                note(REMOVE_FACTOR.audit_name, actor=actor_of(request), act=act)
                Authenticator.objects.filter(user=user).delete()
                # Whoever has the lost factor may have used it.
                end_all(user)


@admin.register(Group, site=people)
class Groups(GroupAdmin):
    """Rights are granted to groups in the configuration, so a group has only its name here."""

    fieldsets = ((None, {"fields": ("name",)}),)
