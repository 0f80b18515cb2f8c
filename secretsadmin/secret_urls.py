"""The site map below `/<environment>/<kind>/`, the same for every kind: verb first, id last."""

from django.urls import URLPattern, path

from secretsadmin.adapter import KindAdapter
from secretsadmin.views import (
    browse,
    bulk,
    compare,
    delete,
    duplicating,
    edit,
    exporting,
    labels,
    lists,
    outside,
    tags,
    versions,
)


def secret_urls(adapter: KindAdapter) -> list[URLPattern]:
    """What an app serves. Its adapter is all that differs."""
    given = {"adapter": adapter}
    return [
        path("", lists.index, given, name="index"),
        path("refresh/", lists.refresh, name="refresh"),
        path("bulk/", bulk.bulk, given, name="bulk"),
        path("export/", exporting.export, given, name="export"),
        path("create/", edit.create, given, name="create"),
        path("detail/<path:key>/", browse.detail, given, name="detail"),
        path("open/<path:key>/", browse.open, given, name="open"),
        path("reveal/<path:key>/", browse.reveal, given, name="reveal"),
        path("update/<path:key>/", edit.update, given, name="update"),
        path("edit/<path:key>/", edit.edit, given, name="edit"),
        path("history/<path:key>/", versions.history, given, name="history"),
        path("compare/<path:key>/", compare.compare, given, name="compare"),
        path("roll-back/<path:key>/", versions.roll_back, given, name="roll-back"),
        path("label/<path:key>/", labels.label, given, name="label"),
        path("tag/<path:key>/", tags.tag, given, name="tag"),
        path("duplicate/<path:key>/", duplicating.duplicate, given, name="duplicate"),
        path("delete/<path:key>/", delete.delete, given, name="delete"),
        path("ask-cloudtrail/<path:key>/", outside.ask_cloudtrail, name="ask-cloudtrail"),
        path("restore/<path:key>/", delete.restore, name="restore"),
    ]
