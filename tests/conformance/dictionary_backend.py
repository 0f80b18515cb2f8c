"""The installed release's own SecretsManagerBackend, with a dictionary in place of AWS."""

from typing import Any, ClassVar

from airflow.providers.amazon.aws.secrets.secrets_manager import SecretsManagerBackend


class Exceptions:
    """Those of boto3's client that the back end catches."""

    def __getattr__(self, name: str) -> type[Exception]:
        made = type(name, (Exception,), {})
        setattr(self, name, made)
        return made


class Client:
    exceptions = Exceptions()
    secrets: ClassVar[dict[str, str | None]] = {}
    asked: ClassVar[list[str]] = []

    def get_secret_value(self, SecretId: str) -> dict[str, Any]:  # noqa: N803 - boto3's own name.
        self.asked.append(SecretId)
        if SecretId not in self.secrets:
            raise self.exceptions.ResourceNotFoundException(SecretId)
        text = self.secrets[SecretId]
        return {"SecretBinary": b"x"} if text is None else {"SecretString": text}


class Backend(SecretsManagerBackend):  # type: ignore[misc]  # Types are checked without an Airflow.
    client = Client()
    words: ClassVar[dict[str, list[str]]] = {}

    def get_connection(self, conn_id: str, *arguments: Any, **more: Any) -> Any:
        """With the further words of the case at hand: Airflow makes one back end for all."""
        self.extra_conn_words = self.words
        return super().get_connection(conn_id, *arguments, **more)
