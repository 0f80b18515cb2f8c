"""The settings of the site as a whole, by its system checks."""

from collections.abc import Callable, Iterator

from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured

from secretsadmin.config import checks, sign_in_checks
from secretsadmin.config.site import configured_site, problem_of_file
from secretsadmin.doctor.configuration import of_check
from secretsadmin.doctor.line import Line

Check = Callable[[], list[CheckMessage]]
CHECKS: dict[str, tuple[Check, str]] = {
    "site.keys": (checks.check_keys, "SECRET_KEY and AUDIT_KEY are long enough, and differ."),
    "site.address": (checks.check_public_url, "PUBLIC_URL is an address that can be used."),
    "site.proxies": (checks.check_proxies, "TRUSTED_PROXIES names addresses alone."),
    "site.times": (checks.check_times, "The settings of times and numbers leave people some."),
    "site.database": (checks.check_database_url, "DATABASE_URL names a database."),
    "site.stream": (checks.check_audit_stream, "AUDIT_STREAM names where lines can go."),
    "site.provider": (sign_in_checks.check_provider, "The identity provider's settings fit."),
    "site.header": (sign_in_checks.check_proxy_header, "The settings of a proxy's header fit."),
    "site.cache": (sign_in_checks.check_cache, "CACHE_URL names a cache, or the database is it."),
}


def site_lines() -> Iterator[Line]:
    for name, (check, sentence) in CHECKS.items():
        problems = check()
        for problem in problems:
            yield of_check(name, problem)
        if not problems:
            yield Line(name, "holds", sentence)


def file_lines() -> Iterator[Line]:
    """The configuration of all environments, and the grants: for whoever may know them all."""
    try:
        site = configured_site()
    except ImproperlyConfigured as error:
        yield Line("configuration.file", "fails", str(error), "Nothing works until it is mended.")
        return
    if not problem_of_file():
        sentence = f"The environments are {', '.join(site.environments)}."
        yield Line("configuration.file", "holds", sentence)
    problems = list(checks.grant_problems(site))
    for problem in problems:
        yield of_check("configuration.grants", problem)
    if not problems:
        yield Line("configuration.grants", "holds", "Every grant fits something.")
