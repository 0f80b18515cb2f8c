from django.apps import AppConfig


class SecretsAdminConfig(AppConfig):
    name = "secretsadmin"

    def ready(self) -> None:
        # They are registered once the apps are there.
        from secretsadmin.config import checks, sign_in_checks  # noqa: F401, PLC0415 - see above.
