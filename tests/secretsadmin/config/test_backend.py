"""The backend: Airflow's kwargs in, names of secrets out, and back."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secretsadmin.config.backend import (
    KIND_NAMES,
    BackendConfig,
    InvalidBackend,
    InvalidId,
    KindDisabled,
    SecretId,
)
from tests.support.hostile import HOSTILE_IDS

from_kwargs = BackendConfig.from_kwargs


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_has_airflows_prefixes_and_separator_by_default(kind: str) -> None:
    assert from_kwargs({}).secret_name(kind, "orders") == f"airflow/{kind}/orders"


@pytest.mark.parametrize("kind", KIND_NAMES)
@pytest.mark.parametrize(
    ("prefix", "sep", "name"),
    [
        ("team/x", "/", "team/x/orders"),
        ("team/x///", "/", "team/x/orders"),
        ("/team", "/", "/team/orders"),
        ("", "/", "orders"),
        ("/", "/", "orders"),
        ("team-x", "-", "team-x-orders"),
        ("team__x__", "__", "team__x__orders"),
        ("team", "", "teamorders"),
        ("team/", "", "team/orders"),
    ],
)
def test_joins_prefix_and_separator_as_airflow_does(
    kind: str, prefix: str, sep: str, name: str
) -> None:
    config = from_kwargs({f"{kind}_prefix": prefix, "sep": sep})

    assert config.secret_name(kind, "orders") == name
    assert config.parse(name, kind) == SecretId(kind, "orders")


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_switches_a_kind_off_where_its_prefix_is_null(kind: str) -> None:
    config = from_kwargs({f"{kind}_prefix": None})

    assert not config.is_enabled(kind)
    assert not config.is_looked_up(kind, "orders")
    assert config.parse(f"airflow/{kind}/orders") is None
    with pytest.raises(KindDisabled, match=f"{kind}_prefix is null"):
        config.secret_name(kind, "orders")


@pytest.mark.parametrize("kind", KIND_NAMES)
@pytest.mark.parametrize(
    ("pattern", "looked_up", "passed_over"),
    [
        (None, "anything", None),
        ("", "anything", None),
        ("sec-", "SEC-orders", "my-sec-orders"),
        ("^prod_.*$", "prod_orders", "dev_orders"),
        (".*_secret$", "a_SECRET", "a_secret_b"),
    ],
)
def test_matches_lookup_patterns_from_the_start_in_any_case(
    kind: str, pattern: str | None, looked_up: str, passed_over: str | None
) -> None:
    config = from_kwargs({f"{kind}_lookup_pattern": pattern})

    assert config.is_looked_up(kind, looked_up)
    assert passed_over is None or not config.is_looked_up(kind, passed_over)


def test_puts_a_team_between_prefix_and_id() -> None:
    config = from_kwargs({}, ["analytics"])

    assert (
        config.secret_name("connections", "orders", "analytics")
        == "airflow/connections/analytics--orders"
    )
    assert config.parse("airflow/connections/analytics--orders") == SecretId(
        "connections", "orders", "analytics"
    )
    assert config.parse("airflow/connections/others--orders") == SecretId(
        "connections", "others--orders"
    )


def test_gives_a_name_to_the_longest_team_that_fits() -> None:
    config = from_kwargs({}, ["data", "data--eu"])

    assert config.parse("airflow/variables/data--eu--orders") == SecretId(
        "variables", "orders", "data--eu"
    )
    assert config.parse("airflow/variables/data--us") == SecretId("variables", "us", "data")
    with pytest.raises(InvalidId, match="separates the team"):
        config.secret_name("variables", "eu--orders", "data")


def test_knows_no_team_of_config_options_or_without_a_prefix() -> None:
    config = from_kwargs({"variables_prefix": ""}, ["analytics"])

    assert config.parse("airflow/config/analytics--x") == SecretId("config", "analytics--x")
    assert config.parse("analytics--x", "variables") == SecretId("variables", "analytics--x")
    for kind in ("config", "variables"):
        with pytest.raises(InvalidId):
            config.secret_name(kind, "x", "analytics")


def test_refuses_a_team_that_is_not_configured() -> None:
    with pytest.raises(InvalidId, match="No such team"):
        from_kwargs({}, ["analytics"]).secret_name("connections", "orders", "finance")


def test_takes_two_hyphens_in_an_id_where_there_are_no_teams() -> None:
    assert from_kwargs({}).secret_name("variables", "a--b") == "airflow/variables/a--b"


def test_gives_a_name_below_two_prefixes_to_the_longer() -> None:
    config = from_kwargs(
        {"connections_prefix": "airflow", "variables_prefix": "airflow/vars", "config_prefix": ""}
    )

    assert config.parse("airflow/vars/x") == SecretId("variables", "x")
    assert config.parse("airflow/vars/x", "connections") is None
    assert config.parse("airflow/x") == SecretId("connections", "x")
    assert config.parse("x") == SecretId("config", "x")
    for kind, id_ in (
        ("connections", "vars/x"),
        ("config", "airflow/x"),
        ("config", "airflow/vars/x"),
    ):
        with pytest.raises(InvalidId):
            config.secret_name(kind, id_)


def test_tells_kinds_of_equal_prefixes_apart_by_what_was_asked_for() -> None:
    config = from_kwargs({"connections_prefix": "airflow", "variables_prefix": "airflow"})

    for kind in ("connections", "variables"):
        assert config.secret_name(kind, "x") == "airflow/x"
        assert config.parse("airflow/x", kind) == SecretId(kind, "x")


@pytest.mark.parametrize(
    "name",
    [
        "airflow/connections",
        "airflow/connections/",
        "airflow/connections-evil/x",
        "airflow/connectionsx",
        "Airflow/connections/x",
        "other/x",
        "",
    ],
)
def test_leaves_names_alone_that_airflow_never_asks_for(name: str) -> None:
    assert from_kwargs({}).parse(name) is None


@pytest.mark.parametrize("kind", KIND_NAMES)
@pytest.mark.parametrize("hostile", HOSTILE_IDS)
def test_refuses_every_hostile_id(kind: str, hostile: str) -> None:
    with pytest.raises(InvalidId):
        from_kwargs({}, ["analytics"]).secret_name(kind, hostile)


def test_refuses_names_longer_than_aws_takes() -> None:
    config = from_kwargs({"connections_prefix": "p" * 300})

    assert len(config.secret_name("connections", "i" * 211)) == 512
    with pytest.raises(InvalidId, match="513"):
        config.secret_name("connections", "i" * 212)


def test_reads_what_was_made_elsewhere_and_would_be_refused_when_new() -> None:
    config = from_kwargs({})

    for id_ in ("orders-AbC123", "user@example", "a+b=c"):
        name = config.secret_name("connections", id_)
        assert config.parse(name) == SecretId("connections", id_)
        with pytest.raises(InvalidId):
            config.new_secret_name("connections", id_)


def test_finds_the_end_of_an_arn_in_the_whole_name() -> None:
    with pytest.raises(InvalidId, match="end of an ARN"):
        from_kwargs({"variables_prefix": "team", "sep": "-"}).new_secret_name("variables", "abc123")


def test_takes_more_characters_for_a_new_variable_than_for_a_connection() -> None:
    assert from_kwargs({}).new_secret_name("variables", "a+b=c@d") == "airflow/variables/a+b=c@d"


def test_notes_what_is_outdated_and_what_nobody_knows() -> None:
    config = from_kwargs(
        {"full_url_mode": False, "are_secret_values_urlencoded": True, "regoin_name": "eu-west-1"}
    )

    outdated, other, unknown = config.notes
    assert "full_url_mode does nothing" in outdated
    assert "are_secret_values_urlencoded does nothing" in other
    assert "regoin_name is not known" in unknown


def test_hands_everything_on_to_aws_but_null() -> None:
    aws = {
        "region_name": "eu-west-1",
        "profile_name": "p",
        "role_arn": "arn:aws:iam::123456789012:role/r",
        "assume_role_method": "assume_role",
        "assume_role_kwargs": {"ExternalId": "x"},
        "endpoint_url": "https://vpce.example.com",
        "verify": "/etc/ca.pem",
        "config_kwargs": {"proxies": {}},
        "aws_access_key_id": "id",
        "aws_secret_access_key": "key",
        "aws_session_token": "token",
        "api_version": "2017-10-17",
        "use_ssl": True,
    }
    config = from_kwargs({**aws, "connections_prefix": "x"})

    assert config.aws == aws
    assert config.notes == ()
    assert from_kwargs(dict.fromkeys(aws)).aws == {}


def test_shows_no_key_of_aws_in_its_repr() -> None:
    assert "radioactive" not in repr(from_kwargs({"aws_secret_access_key": "radioactive"}))


@pytest.mark.parametrize(
    ("kwarg", "value"),
    [
        *((f"{kind}_prefix", 5) for kind in KIND_NAMES),
        *((f"{kind}_lookup_pattern", wrong) for kind in KIND_NAMES for wrong in ("(", 5)),
        ("sep", None),
        ("sep", 5),
        ("extra_conn_words", ["user"]),
        ("extra_conn_words", {"user": "account"}),
        ("extra_conn_words", {"user": [5]}),
        ("extra_conn_words", {"nothing": ["account"]}),
        ("region_name", 5),
        ("verify", 5),
        ("use_ssl", "yes"),
        ("config_kwargs", "x"),
        ("assume_role_kwargs", ["x"]),
        ("aws_secret_access_key", ["radioactive"]),
    ],
)
def test_names_the_kwarg_that_airflow_could_not_work_with(kwarg: str, value: Any) -> None:
    with pytest.raises(InvalidBackend, match=kwarg) as raised:
        from_kwargs({kwarg: value})

    assert raised.value.kwarg == kwarg
    assert "radioactive" not in str(raised.value)


def test_keeps_further_words_for_the_fields_of_a_connection() -> None:
    words = {"user": ["account"], "login": ["principal"], "extra": ["more"]}

    assert from_kwargs({"extra_conn_words": words}).extra_conn_words == words
    assert from_kwargs({"extra_conn_words": None}).extra_conn_words == {}


@pytest.mark.parametrize("team", ["ab", "a" * 51, "a b", "a/b", "é" * 5, ""])
def test_refuses_what_is_no_teams_name(team: str) -> None:
    with pytest.raises(InvalidBackend, match="team"):
        from_kwargs({}, [team])


names = st.from_regex(r"[ab]{1,3}([/_.-]{1,2}[ab]{1,3}){0,2}", fullmatch=True)
prefixes = st.one_of(names, st.sampled_from(["", None]))
separators = st.sampled_from(["/", "", "-", "__", "."])
teams = st.lists(st.from_regex(r"[ab]{2}(--)?[ab]", fullmatch=True), max_size=3)


@given(
    prefixes,
    prefixes,
    prefixes,
    separators,
    teams,
    st.sampled_from(KIND_NAMES),
    names,
    st.integers(0, 3),
)
@settings(max_examples=200)
def test_reads_back_every_name_that_it_makes(
    connections: str | None,
    variables: str | None,
    config: str | None,
    sep: str,
    configured: list[str],
    kind: str,
    id_: str,
    which: int,
) -> None:
    given_prefixes = {
        "connections_prefix": connections,
        "variables_prefix": variables,
        "config_prefix": config,
    }
    backend = from_kwargs({**given_prefixes, "sep": sep}, configured)
    team = configured[which] if which < len(configured) else None
    try:
        name = backend.secret_name(kind, id_, team)
    except (InvalidId, KindDisabled):
        return
    assert name.startswith(backend.name_prefix(kind))
    assert backend.parse(name, kind) == SecretId(kind, id_, team)
    key = f"{team}--{id_}" if team else id_
    assert backend.split_key(kind, key) == SecretId(kind, id_, team)
