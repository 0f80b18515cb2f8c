"""SQLAlchemy's dialects, and drivers, of which some part has another place for Airflow's hook."""

from collections.abc import Callable, Mapping

from connections.pasting.url import Url


def _snowflake(url: Url) -> None:
    path_database, _, path_schema = url.path.partition("/")
    account = url.host.lower().removesuffix(".snowflakecomputing.com")
    account = url.take("account") or account
    database = url.take("db") or path_database
    moved = []
    for key, value in (("account", account), ("database", database)):
        if value:
            url.extra[key] = value
            moved.append(key)
    url.host, url.port, url.path = "", None, url.take("schema") or path_schema
    if moved:
        url.say(f"For Airflow's Snowflake hook, these go into the extra: {', '.join(moved)}.")


def _bigquery(url: Url) -> None:
    if url.host:
        url.extra["project"] = url.host
    url.move("projectid", "project")
    url.move("credentials_path", "key_path")
    if url.path or url.login:
        url.say(
            "Left out: the dataset, and whatever else stands beside the project. A task names "
            "its dataset itself."
        )
    url.host, url.port, url.path, url.login, url.password = "", None, "", "", ""


def _catalog_and_schema(url: Url) -> None:
    catalog, _, schema = url.path.partition("/")
    if catalog:
        url.extra["catalog"] = catalog
        url.say(
            "The first part of the path is the catalog, which Airflow's hook reads in the extra."
        )
    url.path = url.take("schema") or schema
    url.move("http_scheme", "protocol")
    if url.take("ssl").lower() == "true":
        url.extra["protocol"] = "https"


def _oracle(url: Url) -> None:
    """Oracle's dialect takes the database of a URL for a SID."""
    url.move("service_name", "service_name")
    if url.path and "service_name" not in url.extra:
        url.extra["sid"] = url.path
        url.say("The path is Oracle's SID, which Airflow's hook reads in the extra.")
    url.path = ""


def _databricks(url: Url) -> None:
    url.move("httppath", "http_path")
    url.move("http_path", "http_path")
    url.move("conncatalog", "catalog")
    url.move("catalog", "catalog")
    url.path = url.take("connschema", "schema") or url.path
    url.password = url.take("auth_accesstoken") or url.password
    if client_secret := url.take("oauth2secret"):
        url.login, url.password = url.take("oauth2clientid"), client_secret
        url.extra["service_principal_oauth"] = True
    if url.login == "token":
        url.login = ""
        url.say(
            "The login was left out: Airflow's hook takes a password without a login for an "
            "access token."
        )


def _athena(url: Url) -> None:
    _, _, region = url.host.removesuffix(".amazonaws.com").rpartition("athena.")
    if region and "." not in region:
        url.extra["region_name"] = region
        url.say("The region in the host's name goes into the extra.")
    url.move("catalog_name", "catalog")
    url.host, url.port = "", None


def _file(url: Url) -> None:
    """Airflow's hooks take the host for the path of the file."""
    url.host, url.path = url.path, ""
    url.say("The path is in the host, where Airflow's hook looks for it.")


def _https(url: Url) -> None:
    """The hook takes a host with a protocol as it stands, but puts a port behind all of it."""
    path = ""
    if url.path and url.port is None:
        path = f"/{url.path}"
    elif url.path:
        url.say("The path behind the port was left out: a task names its endpoint itself.")
    url.host, url.path = f"https://{url.host}{path}", ""
    url.say("Airflow has one type for http and https. The host says which.")


# By the types of Airflow. A URL of another type has each part where its hook looks for it.
MOVES: Mapping[str, Callable[[Url], None]] = {
    "athena": _athena,
    "databricks": _databricks,
    "duckdb": _file,
    "gcpbigquery": _bigquery,
    "http": _https,
    "oracle": _oracle,
    "presto": _catalog_and_schema,
    "snowflake": _snowflake,
    "sqlite": _file,
    "trino": _catalog_and_schema,
}


def _names_host_alone(url: Url) -> bool:
    """Whether the account is the host: Airflow's hook reads account and database in the extra.

    It reads both under an older name, too.
    """
    names = {name.removeprefix("extra__snowflake__") for name in url.options}
    return bool(url.host) and names.isdisjoint(("account", "database"))


def _has_no_host(url: Url) -> bool:
    return not url.host


def _has_two_parts_in_its_path(url: Url) -> bool:
    return "/" in url.path


def _logs_in_by_token(url: Url) -> bool:
    return url.login == "token"


# Types of Airflow whose URL, although it names no driver, isn't Airflow's when this holds.
PECULIAR: Mapping[str, Callable[[Url], bool]] = {
    "databricks": _logs_in_by_token,
    "duckdb": _has_no_host,
    "presto": _has_two_parts_in_its_path,
    "snowflake": _names_host_alone,
    "sqlite": _has_no_host,
    "trino": _has_two_parts_in_its_path,
}
