"""Signing in, and the pages of one's own account."""

from django.urls import path

from secretsadmin.accounts import factors, oidc, own
from secretsadmin.accounts.views import SignIn, SignOut

urlpatterns = [
    path("login/", SignIn.as_view(), name="login"),
    path("login/second-factor/", factors.authenticate, name="mfa_authenticate"),
    path("login/passkey/", factors.sign_in_by_passkey, name="login-passkey"),
    path("login/passkey/options/", factors.passkey_options, name="passkey-options"),
    path("login/oidc/", oidc.begin, name="oidc"),
    path("login/oidc/callback/", oidc.callback, name="oidc-callback"),
    path("logout/", SignOut.as_view(), name="logout"),
    path("account/", own.account, name="account"),
    path("account/confirm/", own.confirm, name="confirm"),
    path("account/password/", own.password, name="own-password"),
    path("account/sessions/end/", own.end_sessions, name="end-sessions"),
    path("account/second-factor/", factors.second_factor, name="second-factor"),
    path("account/second-factor/app/", factors.add_totp, name="add-totp"),
    path("account/second-factor/passkey/", factors.add_passkey, name="add-passkey"),
    path(
        "account/second-factor/passkey/options/",
        factors.new_passkey_options,
        name="new-passkey-options",
    ),
    path("account/second-factor/remove/<int:number>/", factors.remove, name="remove-factor"),
    path("account/recovery-codes/", factors.recovery_codes, name="recovery-codes"),
]
