"""The site map. The verb comes first and the id last, since an id may contain slashes."""

from django.urls import include, path

from secretsadmin.accounts.administration import people
from secretsadmin.kinds import CONFIG, CONNECTIONS, VARIABLES
from secretsadmin.views import (
    audit,
    importing,
    inventory,
    matrix,
    mends,
    promote,
    proof,
    runs,
    search,
    setup,
    signed_out,
    site,
)
from secretsadmin.views.doctor import doctor
from secretsadmin.views.recycle_bin import recycle_bin

urlpatterns = [
    path("", site.home, name="home"),
    path("", include("secretsadmin.accounts.urls")),
    path("login/state/", signed_out.state, name="login-state"),
    path("admin/", people.urls),
    path("audit/", audit.index, name="audit"),
    path("audit/event/<uuid:id>/", audit.event, name="audit-event"),
    path("audit/person/<path:name>/", audit.person, name="audit-person"),
    path("audit/export/", audit.export_log, name="audit-export"),
    path("search/", search.search, name="search"),
    path("rights/", site.rights, name="rights"),
    path("compare/", matrix.compare_environments, name="compare-environments"),
    path("compare/promote/", promote.promote, name="promote"),
    path(
        "compare/<str:kind>/<str:one>/<str:other>/<path:key>/",
        matrix.compare_between,
        name="compare-between",
    ),
    path("health/live", site.live, name="live"),
    path("health/ready", site.ready, name="ready"),
    path("<str:environment>/", site.overview, name="overview"),
    path("<str:environment>/recycle-bin/", recycle_bin, name="recycle-bin"),
    path("<str:environment>/import/", importing.import_file, name="import"),
    path("<str:environment>/runs/", runs.index, name="runs"),
    path("<str:environment>/runs/<uuid:id>/", runs.run, name="run"),
    path("<str:environment>/runs/<uuid:id>/stop/", runs.stop, name="stop-run"),
    path("<str:environment>/health/", inventory.health, name="inventory-health"),
    path("<str:environment>/health/scan/", inventory.scan, name="scan"),
    path("<str:environment>/health/mends/", mends.mends, name="mends"),
    path("<str:environment>/near-misses/", inventory.near_misses, name="near-misses"),
    path("<str:environment>/setup/doctor/", doctor, name="setup-doctor"),
    path("<str:environment>/setup/", setup.setup, name="setup"),
    path("<str:environment>/setup/policies/", setup.policies, name="setup-policies"),
    path("<str:environment>/setup/proof/", proof.proof, name="setup-proof"),
    path("<str:environment>/setup/proof/probe/", proof.probe, name="probe"),
    path(
        "<str:environment>/setup/proof/script/<str:kind>/<path:key>/",
        proof.script,
        name="proof-script",
    ),
    path(
        "<str:environment>/setup/proof/remove/<str:kind>/<path:key>/",
        proof.remove,
        name="remove-probe",
    ),
    path(
        "<str:environment>/connections/",
        include("connections.urls", namespace="connections"),
        {"kind": CONNECTIONS},
    ),
    path(
        "<str:environment>/variables/",
        include("variables.urls", namespace="variables"),
        {"kind": VARIABLES},
    ),
    path(
        "<str:environment>/config/", include("variables.urls", namespace="config"), {"kind": CONFIG}
    ),
]

handler400 = "secretsadmin.views.problems.bad_request"
handler403 = "secretsadmin.views.problems.denied"
handler404 = "secretsadmin.views.problems.not_found"
handler500 = "secretsadmin.views.problems.server_error"
