from django.apps import AppConfig


class SecretsAdminConfig(AppConfig):
    name = "secretsadmin"

    def ready(self) -> None:
        from secretsadmin import checks  # noqa: F401, PLC0415 - registered once the apps are there.
