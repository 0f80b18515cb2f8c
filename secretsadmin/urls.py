"""The site map. The verb comes first and the id last, since an id may contain slashes."""

from django.urls import include, path

from secretsadmin.accounts.views import SignIn, SignOut
from secretsadmin.audit.views import index as audit
from secretsadmin.kinds import CONFIG, CONNECTIONS, VARIABLES
from secretsadmin.views import signed_out, site
from secretsadmin.views.recycle_bin import recycle_bin

urlpatterns = [
    path("", site.home, name="home"),
    path("login/", SignIn.as_view(), name="login"),
    path("login/state/", signed_out.state, name="login-state"),
    path("logout/", SignOut.as_view(), name="logout"),
    path("audit/", audit, name="audit"),
    path("health/live", site.live, name="live"),
    path("health/ready", site.ready, name="ready"),
    path("<str:environment>/", site.overview, name="overview"),
    path("<str:environment>/recycle-bin/", recycle_bin, name="recycle-bin"),
    path(
        "<str:environment>/connections/",
        include("connections.urls", namespace="connections"),
        {"kind": CONNECTIONS},
    ),
    path("<str:environment>/variables/", include("variables.urls", namespace="variables"), {"kind": VARIABLES}),
    path("<str:environment>/config/", include("variables.urls", namespace="config"), {"kind": CONFIG}),
]

handler400 = "secretsadmin.views.problems.bad_request"
handler403 = "secretsadmin.views.problems.denied"
handler404 = "secretsadmin.views.problems.not_found"
handler500 = "secretsadmin.views.problems.server_error"
