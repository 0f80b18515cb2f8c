"""allauth's forms for second factors, drawn as ours, and safe from what no browser sends."""

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature
from django import forms
from django.core.exceptions import ValidationError

# What the parsers of credentials raise for something else than a credential, beside what allauth
# expects of them.
UNREADABLE = (AttributeError, KeyError, TypeError, ValueError, IndexError, InvalidSignature)
NO_CREDENTIAL = "That isn’t a passkey of yours. Nobody was signed in by it."
NO_NEW_CREDENTIAL = "The browser gave no passkey. Nothing was added."
CODE_LABEL = "Code"
CODE_HELP = "Six digits of your authenticator app, or one of your recovery codes."


def code_field(help_text: str = CODE_HELP) -> forms.CharField:
    widget = forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"})
    return forms.CharField(label=CODE_LABEL, help_text=help_text, max_length=32, widget=widget)


class CodeForm(AuthenticateForm):  # type: ignore[misc]
    code = code_field()


class ConfirmCodeForm(ReauthenticateForm):  # type: ignore[misc]
    code = code_field()


class TotpForm(ActivateTOTPForm):  # type: ignore[misc]
    code = code_field("Six digits that the app shows for this site.")


class Careful:
    """Refuses what is no credential, where allauth's forms would fail."""

    def _clean_credential(self, clean: Any) -> Any:
        try:
            return clean()
        except ValidationError:
            raise
        except UNREADABLE:
            raise ValidationError(NO_CREDENTIAL, code="incorrect_code") from None


class PasskeyForm(Careful, AuthenticateWebAuthnForm):  # type: ignore[misc]
    def clean_credential(self) -> Any:
        return self._clean_credential(super().clean_credential)


class ConfirmPasskeyForm(Careful, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    def clean_credential(self) -> Any:
        return self._clean_credential(super().clean_credential)


class PasskeyAloneForm(Careful, LoginWebAuthnForm):  # type: ignore[misc]
    def clean_credential(self) -> Any:
        return self._clean_credential(super().clean_credential)


class CredentialField(forms.JSONField):
    """What a browser answered is good for one try, so no page has it: its script asks anew."""

    def prepare_value(self, value: Any) -> str:
        del value
        return ""


class NewPasskeyForm(Careful, AddWebAuthnForm):  # type: ignore[misc]
    name = forms.CharField(
        label="Name", required=False, max_length=100, help_text="To tell your passkeys apart."
    )
    passwordless = forms.BooleanField(
        label="Sign in with it alone, without a password",
        required=False,
        help_text="It then asks for a PIN, a finger or a face each time.",
    )
    # Errors of a hidden field are shown nowhere, so `clean` asks for it.
    credential = CredentialField(required=False, widget=forms.HiddenInput)

    def clean(self) -> Any:
        if not self.cleaned_data.get("credential"):
            raise ValidationError(NO_NEW_CREDENTIAL, code="required")
        return self._clean_credential(super().clean)
