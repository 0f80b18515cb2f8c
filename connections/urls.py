from django.urls import path

from connections import views
from connections.adapter import ADAPTER
from secretsadmin.secret_urls import secret_urls

app_name = "connections"
urlpatterns = [
    # It comes before the shared page of this address, because a type is chosen first.
    path("create/", views.create, name="create"),
    *secret_urls(ADAPTER),
    path("copy/<path:key>/", views.copy, name="copy"),
]
