"""The site map below `/<environment>/<kind>/`, the same for every kind: the verb first, the id last."""

from django.urls import URLPattern, path

from secretsadmin.forms import FormClass
from secretsadmin.kinds import Shape
from secretsadmin.views import changes, comparisons, labels, secrets, versions


def secret_urls(shape: Shape, form_class: FormClass) -> list[URLPattern]:
    """What an app serves; its shape and its form are all that differs."""
    seen = {"shape": shape}
    form = {"form_class": form_class}
    return [
        path("", secrets.index, seen, name="index"),
        path("refresh/", secrets.refresh, name="refresh"),
        path("create/", changes.create, form, name="create"),
        path("detail/<path:key>/", secrets.detail, seen, name="detail"),
        path("open/<path:key>/", secrets.open, seen, name="open"),
        path("reveal/<path:key>/", secrets.reveal, seen, name="reveal"),
        path("update/<path:key>/", changes.update, seen | form, name="update"),
        path("edit/<path:key>/", changes.edit, seen | form, name="edit"),
        path("history/<path:key>/", versions.history, seen, name="history"),
        path("compare/<path:key>/", comparisons.compare, seen, name="compare"),
        path("roll-back/<path:key>/", versions.roll_back, seen, name="roll-back"),
        path("label/<path:key>/", labels.label, seen, name="label"),
        path("delete/<path:key>/", changes.delete, seen, name="delete"),
        path("restore/<path:key>/", changes.restore, name="restore"),
    ]
