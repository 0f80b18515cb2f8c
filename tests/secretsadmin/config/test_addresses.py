"""Addresses are taken apart without a warning or an error that quotes them."""

import pytest

from secretsadmin.config.addresses import NO_DATABASE, PublicAddress, database, public_address

PASSWORD = "wJalrXUtnFEMI"


@pytest.mark.parametrize(
    ("url", "host", "origin"),
    [
        ("https://airflow.example.com", "airflow.example.com", "https://airflow.example.com"),
        ("https://Airflow.Example.com:443/", "airflow.example.com", "https://airflow.example.com"),
        ("https://10.0.0.1:8443", "10.0.0.1", "https://10.0.0.1:8443"),
        ("http://localhost:80", "localhost", "http://localhost"),
        ("http://[::1]:8000", "[::1]", "http://[::1]:8000"),
    ],
)
def test_become_host_and_origin_as_browsers_send_them(url: str, host: str, origin: str) -> None:
    assert public_address(url) == PublicAddress(url.partition(":")[0], host, origin)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////var/lib/secretsadmin/x.sqlite3",
        "sqlite:///x.sqlite3",
        "sqlite://:memory:",
        f"postgres://user:{PASSWORD}@host/name",
        f"postgresql://user:{PASSWORD}@host:5432/name?sslmode=verify-full",
        f"postgres://user:{PASSWORD}@one:5432,two:5432/name",
    ],
)
def test_become_a_database(url: str) -> None:
    assert database(url)["ENGINE"] in (
        "django.db.backends.sqlite3",
        "django.db.backends.postgresql",
    )


def test_keep_a_databases_options() -> None:
    assert database("postgres://host/name?sslmode=verify-full")["OPTIONS"] == {
        "sslmode": "verify-full"
    }


@pytest.mark.parametrize(
    "url",
    [
        "",
        PASSWORD,
        f"mysql://user:{PASSWORD}@host/name",
        f"postgres://user:{PASSWORD}/x@host/name",
        f"postgres://user:{PASSWORD}?x@host/name",
        f"postgres://user:{PASSWORD}@host:port/name",
        f"postgres://user:{PASSWORD}@host:99999/name",
        f"postgres://user:{PASSWORD}@host",
        f"postgres://user:{PASSWORD}@[host",
        "sqlite://folder/x.sqlite3",
    ],
)
def test_become_none_where_they_cannot_be_understood(url: str) -> None:
    assert database(url) == NO_DATABASE
