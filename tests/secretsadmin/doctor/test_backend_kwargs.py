"""Of the dashboard's own kwargs, Airflow's side ... (each test finishes the sentence)."""

from typing import Any

import pytest

from secretsadmin.config.backend import BackendConfig
from secretsadmin.doctor.backend_kwargs import GivenKwargs, given_kwargs

CANARY = "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY"
ROLE = "arn:aws:iam::123456789012:role/airflow"


def made(*, is_whole: bool = True, **kwargs: Any) -> GivenKwargs:
    return given_kwargs(BackendConfig.from_kwargs(kwargs), is_whole=is_whole)


@pytest.mark.parametrize(
    ("kwarg", "value"),
    [
        ("aws_access_key_id", CANARY),
        ("aws_secret_access_key", CANARY),
        ("aws_session_token", CANARY),
        ("profile_name", CANARY),
        ("endpoint_url", f"http://127.0.0.1:4566/{CANARY}"),
        ("endpoint_url", f"http://{CANARY}:4566"),
        ("endpoint_url", f"https://user:{CANARY}@proxy.example.com"),
        ("endpoint_url", CANARY),
        ("verify", f"/etc/{CANARY}.pem"),
        ("verify", False),
        ("use_ssl", False),
        ("config_kwargs", {"proxies": {"https": f"http://user:{CANARY}@proxy"}}),
        ("assume_role_kwargs", {"TokenCode": CANARY}),
    ],
)
def test_is_not_given_what_is_secret_or_of_another_machine(kwarg: str, value: Any) -> None:
    given = made(region_name="eu-central-1", **{kwarg: value})

    assert kwarg not in given.line
    assert given.kwargs["region_name"] == "eu-central-1"
    (said,) = given.left_out
    assert kwarg in said
    assert CANARY not in given.line + said


@pytest.mark.parametrize(
    ("kwarg", "value"),
    [
        ("role_arn", ROLE),
        ("endpoint_url", "https://vpce-0a1b.secretsmanager.eu-central-1.vpce.amazonaws.com"),
        ("verify", True),
        ("config_kwargs", {"region_name": "eu-west-1", "retries": {"max_attempts": 2}}),
        ("assume_role_kwargs", {"ExternalId": "of-airflow"}),
    ],
)
def test_is_given_what_airflow_needs(kwarg: str, value: Any) -> None:
    given = made(**{kwarg: value})

    assert given.kwargs[kwarg] == value
    assert given.left_out == ()


def test_is_given_what_is_known_beside_what_is_not() -> None:
    given = made(config_kwargs={"read_timeout": 5, "proxies": {"https": CANARY}})

    assert given.kwargs["config_kwargs"] == {"read_timeout": 5}
    assert "config_kwargs" in given.left_out[0]


def test_is_told_without_the_account_to_whoever_may_not_see_it() -> None:
    given = made(is_whole=False, role_arn=ROLE, assume_role_kwargs={"ExternalId": CANARY})

    assert given.kwargs["role_arn"] == "arn:aws:iam::ACCOUNT-ID:role/airflow"
    assert "123456789012" not in given.line
    assert CANARY not in given.line
    assert "ACCOUNT-ID" in given.left_out[0]
    assert "assume_role_kwargs" in given.left_out[1]
