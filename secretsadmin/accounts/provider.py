"""allauth looks here for the app's providers."""

from secretsadmin.accounts.oidc import Provider

provider_classes = [Provider]
