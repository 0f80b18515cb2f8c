from django.urls import path

from connections import views
from connections.forms import ConnectionForm
from connections.shape import SHAPE
from secretsadmin.secret_urls import secret_urls

app_name = "connections"
urlpatterns = [
    # Before the shared page of this address: here a type is chosen first.
    path("create/", views.create, {"form_class": ConnectionForm}, name="create"),
    *secret_urls(SHAPE, ConnectionForm),
    path("copy/<path:key>/", views.copy, name="copy"),
]
