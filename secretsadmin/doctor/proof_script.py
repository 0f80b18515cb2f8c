"""Proves from Airflow's side that Airflow reads what Secrets Admin writes. It prints no value.

Run it where Airflow runs, with the Python that runs Airflow. Its last line is the first cause.
"""
import difflib, json, logging, os, re, sys
from importlib import import_module, metadata

EXPECTED = json.loads(r"""
{"environment": "example", "region": "eu-central-1", "account": "",
 "kind": "variables", "probe": "secretsadmin-probe-0123abcd",
 "text": "Secrets Admin wrote this to prove that Airflow reads it.",
 "kwargs": {
  "connections_prefix": "airflow/connections", "connections_lookup_pattern": null,
  "variables_prefix": "airflow/variables", "variables_lookup_pattern": null,
  "config_prefix": "airflow/config", "config_lookup_pattern": null, "sep": "/", "extra_conn_words": {}}}
""")
KIND, PROBE = EXPECTED["kind"], EXPECTED["probe"]
KNOWN = [*EXPECTED["kwargs"], *"""region_name profile_name role_arn assume_role_method assume_role_kwargs endpoint_url
verify config_kwargs aws_access_key_id aws_secret_access_key aws_session_token api_version use_ssl""".split()]
CAUSES = {
    "AccessDeniedException": "{who} may not read {name}: allow it secretsmanager:GetSecretValue on that secret.",
    "ResourceNotFoundException": "{name} isn't in the account and region where Airflow asks.",
    "InvalidRequestException": "{name} is scheduled for deletion, so Airflow doesn't find it.",
    "DecryptionFailure": "{name} can't be decrypted: its KMS key is off, or {who} may not use it.",
    "NoRegionError": "Airflow knows no region: add region_name to backend_kwargs.",
    "NoCredentialsError": "Airflow has no AWS credentials here.",
    "ProfileNotFound": "The profile that profile_name names isn't in the AWS files here.",
    "EndpointConnectionError": "AWS can't be reached from here: look at the network, or the VPC's endpoint.",
}

class Wrong(Exception):
    """What is wrong, in one sentence, where nothing after it can be right."""

def say(word, text):
    print(f"{word:<6}{text}", flush=True)

def loaded():
    """Airflow's configuration, which loads the back ends when it is imported."""
    try:
        return import_module("airflow.configuration")
    except Exception as error:
        missing = [str(e.name) for e in (error, error.__cause__, error.__context__) if isinstance(e, ImportError)]
        if "airflow.configuration" in missing:
            return import_module("airflow.sdk.configuration")
        wrong = f"Airflow doesn't start here ({type(error).__name__})."
        if '"secrets" section' in str(error):
            wrong = "Airflow can't load the class that [secrets] backend names: look for a typo, or quotes around it."
        if "alternative secrets backend" in str(error):
            wrong = "Airflow doesn't start, because it can't ask AWS for an option below config_prefix."
        if any(name.startswith("airflow.providers.amazon") for name in missing):
            wrong = "The provider apache-airflow-providers-amazon can't be imported here."
        raise Wrong(wrong) from None

def check_options(conf, section, option):
    """Whether the section names a back end, and its kwargs are JSON."""
    start, given = f"AIRFLOW__{section.upper()}__", set(conf.getsection(section) or ())
    given |= {name[len(start):].lower() for name in os.environ if name.startswith(start)}
    if not conf.get(section, option, fallback=""):
        typos = difflib.get_close_matches(option, given - {option, f"{option}_kwargs"}, n=1, cutoff=0.85)
        reason = f"the option {typos[0]} is called {option}" if typos else f"{option} is empty here"
        raise Wrong(f"No secrets back end is configured: in [{section}] {reason}.")
    try:
        kwargs = json.loads(conf.get(section, f"{option}_kwargs", fallback="") or "{}")
    except Exception:
        kwargs = None
    if not isinstance(kwargs, dict):
        raise Wrong(f"[{section}] {option}_kwargs is no JSON object, so Airflow goes by its default prefixes and no region.")

def check_kwargs(backend):
    """Whether none means nothing, and none says otherwise than this environment's."""
    for name in sorted(set(getattr(backend, "kwargs", ())) - set(KNOWN)):
        for likely in difflib.get_close_matches(name, KNOWN, n=1, cutoff=0.7):
            raise Wrong(f"The kwarg {name} means nothing to Airflow: the right one is called {likely}.")
    for name, expected in EXPECTED["kwargs"].items():
        value, may_lack = getattr(backend, name, None), name.endswith(("_pattern", "_words"))
        value = {field: sorted(set(words)) for field, words in value.items()} if isinstance(value, dict) else value
        if name == f"{KIND}_lookup_pattern" and value and not re.match(value, PROBE, re.IGNORECASE):
            raise Wrong(f"{name} in Airflow excludes {PROBE}, so Airflow never asks for it.")
        if value is None and expected is not None and not may_lack:
            raise Wrong(f"{name} is null in Airflow, so Airflow never looks there.")
        if value != expected and (value or expected or not may_lack):
            raise Wrong(f"{name} is {json.dumps(value)} in Airflow, and {json.dumps(expected)} in Secrets Admin.")

def signed_in(client):
    """As whom, and in which account, as far as STS says."""
    try:
        keys = client._request_signer._credentials.get_frozen_credentials()
        quick = import_module("botocore.config").Config(connect_timeout=5, read_timeout=5)
        caller = import_module("boto3").client(
            "sts", region_name=client.meta.region_name, config=quick, aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key, aws_session_token=keys.token).get_caller_identity()
        return caller["Arn"], caller["Account"]
    except Exception as error:
        say("note", f"STS doesn't say as whom Airflow signs in ({type(error).__name__}).")
        return "Airflow's role", EXPECTED["account"]

def check_probe(backend):
    """Whether it is read, by a call that tells why not, and then as Airflow reads."""
    prefix, who = getattr(backend, f"{KIND}_prefix"), "Airflow's role"
    name = f"{prefix}{backend.sep}{PROBE}" if prefix else PROBE
    try:
        (who, account), region = signed_in(backend.client), backend.client.meta.region_name
        say("ok", f"Airflow signs in as {who}, and asks in {region}")
        for what, value in (("region", region), ("account", account)):
            if EXPECTED[what] not in ("", value):
                raise Wrong(f"Airflow asks in the {what} {value}, and Secrets Admin writes in {EXPECTED[what]}.")
        text = backend.client.get_secret_value(SecretId=name).get("SecretString")
    except Wrong:
        raise
    except Exception as error:
        code = getattr(error, "response", {}).get("Error", {}).get("Code") or type(error).__name__
        code = "DecryptionFailure" if " KMS " in str(error) else code
        raise Wrong(CAUSES.get(code, "Airflow can't ask AWS ({code}).").format(who=who, name=name, code=code)) from None
    read = backend.get_variable if KIND == "variables" else backend.get_conn_value
    if text != EXPECTED["text"] or read(PROBE) != text:
        raise Wrong(f"{name} holds something else than Secrets Admin wrote there.")
    say("ok", f"Airflow reads {name}")

def check(airflow, section, option):
    """All of a section: [secrets] counts everywhere, and [workers] for the tasks of Airflow 3."""
    check_options(airflow.conf, section, option)
    backends = [airflow.get_custom_secret_backend(True)] if section == "workers" else airflow.ensure_secrets_loaded()
    say("ok", f"[{section}] back ends, in order: " + ", ".join(type(backend).__name__ for backend in backends))
    if "SecretsManagerBackend" not in [base.__name__ for base in type(backends[0]).__mro__]:
        raise Wrong(f"[{section}] {option} names a class that doesn't read Secrets Manager.")
    check_kwargs(backends[0])
    say("ok", f"[{section}] has the kwargs of {EXPECTED['environment']}")
    check_probe(backends[0])

def prove():
    releases = {package.metadata["Name"]: package.version for package in metadata.distributions()}
    airflow, provider = (releases.get(f"apache-airflow{end}") for end in ("", "-providers-amazon"))
    airflow = airflow or releases.get("apache-airflow-core") or releases.get("apache-airflow-task-sdk")
    if not airflow:
        raise Wrong("This Python has no Airflow: run the script with the Python that runs Airflow.")
    if not provider:
        raise Wrong("The provider apache-airflow-providers-amazon isn't installed here.")
    say("ok", f"Airflow {airflow}, with the provider amazon {provider}")
    configuration = loaded()
    if configuration.conf.getboolean("secrets", "use_cache", fallback=False):
        say("note", "[secrets] use_cache is on: DAG files may read what was there some minutes ago.")
    for name in sorted(name for name in os.environ if name.startswith(("AIRFLOW_CONN_", "AIRFLOW_VAR_"))):
        say("note", f"{name} is set here, and counts only where Secrets Manager has no such id.")
    check(configuration, "secrets", "backend")
    if configuration.conf.get("workers", "secrets_backend", fallback=""):
        check(configuration, "workers", "secrets_backend")

def main():
    """0 where all is right, and 1 where something is wrong."""
    for name in ("boto3", "botocore", "urllib3"):
        logging.getLogger(name).setLevel(logging.INFO)
    try:
        prove()
    except Exception as error:
        # The text of any other error may quote a value.
        wrong = str(error) if isinstance(error, Wrong) else f"The script broke off ({type(error).__name__})."
        print(f"wrong {wrong}\nFirst cause: {wrong}", flush=True)
        return 1
    print("All right: Airflow reads what Secrets Admin writes.", flush=True)
    return 0

if __name__ == "__main__":
    sys.exit(main())
