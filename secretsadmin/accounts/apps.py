from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "secretsadmin.accounts"

    def ready(self) -> None:
        from secretsadmin.accounts import recorded  # noqa: PLC0415 - there are no models before.

        recorded.listen()
