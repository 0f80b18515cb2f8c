"""What keeps the dashboard from asking AWS at all, in sentences, each with its mend.

They follow from the codes of errors alone: AWS's own texts may quote what was sent.
"""

from dataclasses import dataclass

from secretsadmin.config.environments import Environment
from secretsadmin.store.errors import (
    BadCredentials,
    Misconfigured,
    NotAllowed,
    NotReached,
    StoreError,
    Throttled,
    Unavailable,
)

ASKING_WHO = "sts:GetCallerIdentity"


@dataclass(frozen=True)
class Fault:
    sentence: str
    mend: str


NO_KEYS = Fault(
    "The dashboard has no AWS credentials.",
    "Give its machine, pod or task a role, or name a profile or keys in the backend kwargs.",
)
NO_PROFILE = Fault(
    "The profile that profile_name names isn't in the AWS configuration of the dashboard.",
    "Correct profile_name, or give the dashboard the file that has the profile.",
)
NOT_FETCHED = Fault(
    "The dashboard's AWS credentials could not be fetched from where its AWS configuration says.",
    "Look at the profile's source of credentials, and whether the dashboard reaches it.",
)
EXPIRED = Fault(
    "The dashboard's AWS credentials have expired.",
    "Renew them, or use a role, whose credentials renew themselves.",
)
UNKNOWN_KEY = Fault(
    "AWS doesn't know the dashboard's access key.",
    "Write a key that is there and active, of this account's partition.",
)
BAD_SIGNATURE = Fault(
    "AWS refuses the dashboard's signature: its secret key is wrong, its clock is, or a proxy "
    "changes requests.",
    "Compare the clock below, then write the secret key anew.",
)
CLOCK = Fault(
    "AWS refuses the dashboard's requests because of their time.",
    "Set the machine's clock, by NTP for example.",
)
NO_REGION = Fault(
    "No region is known, so there is nobody to ask.",
    "Write region_name in the backend kwargs.",
)
NO_ADDRESS = Fault(
    "The region, the endpoint or another AWS setting in the backend kwargs can't be used.",
    "Correct region_name and endpoint_url, and leave out config_kwargs and verify to see whether "
    "it is one of them.",
)
NOBODY_THERE = Fault(
    "Nothing answers at the endpoint: its name isn't known here, or the connection is refused.",
    "Correct region_name and endpoint_url. A private subnet needs a VPC endpoint for Secrets "
    "Manager, or a way out.",
)
NO_WAY = Fault(
    "No connection to the endpoint came about in time.",
    "Open the way: a VPC endpoint for Secrets Manager or a NAT gateway, and security groups that "
    "let port 443 through.",
)
NOT_TRUSTED = Fault(
    "The endpoint's certificate isn't trusted.",
    "Name the authority's file in verify, as a proxy that looks into TLS needs it.",
)
NO_PROXY = Fault(
    "The proxy on the way to AWS doesn't answer.",
    "Correct HTTPS_PROXY, or name the endpoint in NO_PROXY.",
)
NO_FILE = Fault(
    "A file that the AWS settings name can't be read, such as that of verify.",
    "Give the dashboard the file.",
)
NOT_AWS = Fault(
    "Something answers at the endpoint, and it isn't AWS.",
    "Correct endpoint_url, or let the proxy on the way pass requests on.",
)
SILENT = Fault(
    "The endpoint takes the connection and doesn't answer in time.",
    "Try again in a moment; if it stays so, look at what is between the dashboard and AWS.",
)
BUSY = Fault("AWS takes no more requests from this account right now.", "Try again in a moment.")
BROKEN = Fault("AWS answers with an error of its own.", "Try again in a moment.")
OTHER_CREDENTIALS = Fault(
    "AWS doesn't accept the dashboard's credentials.", "Renew them, or use a role."
)
OTHER = Fault("AWS didn't do what was asked.", "Look the error up in the log of AWS's CloudTrail.")
TOO_LATE = Fault(
    "There was no time left to ask AWS.",
    "Run manage.py doctor, which gives each call its own time.",
)
_BY_CODE = {
    "NoCredentialsError": NO_KEYS,
    "ProfileNotFound": NO_PROFILE,
    "PartialCredentialsError": NO_KEYS,
    "CredentialRetrievalError": NOT_FETCHED,
    "TokenRetrievalError": NOT_FETCHED,
    "ExpiredToken": EXPIRED,
    "ExpiredTokenException": EXPIRED,
    "RequestExpired": CLOCK,
    "InvalidClientTokenId": UNKNOWN_KEY,
    "UnrecognizedClientException": UNKNOWN_KEY,
    "IncompleteSignature": BAD_SIGNATURE,
    "InvalidSignatureException": BAD_SIGNATURE,
    "SignatureDoesNotMatch": BAD_SIGNATURE,
    "MissingAuthenticationToken": NO_KEYS,
    "MissingAuthenticationTokenException": NO_KEYS,
    "NoRegionError": NO_REGION,
    "EndpointConnectionError": NOBODY_THERE,
    "ConnectTimeoutError": NO_WAY,
    "ReadTimeoutError": SILENT,
    "ConnectionClosedError": SILENT,
    "SSLError": NOT_TRUSTED,
    "ProxyConnectionError": NO_PROXY,
    "OSError": NO_FILE,
    "FileNotFoundError": NO_FILE,
    "IncompleteReadError": NOT_AWS,
    "ResponseParserError": NOT_AWS,
    "TooLate": TOO_LATE,
}
_BY_SORT: tuple[tuple[type[StoreError], Fault], ...] = (
    (Misconfigured, NO_ADDRESS),
    (BadCredentials, OTHER_CREDENTIALS),
    (Throttled, BUSY),
    (NotReached, NOBODY_THERE),
    (Unavailable, BROKEN),
)


def fault_of(error: StoreError, environment: Environment) -> Fault:
    """What is wrong, for an error that says nothing of a permission in Secrets Manager."""
    if isinstance(error, NotAllowed):
        return _of_role(error.action, environment)
    if error.code in _BY_CODE:
        return _BY_CODE[error.code]
    for sort, fault in _BY_SORT:
        if isinstance(error, sort):
            return fault
    return OTHER


def fault_of_identity(error: StoreError, environment: Environment) -> Fault:
    """Why AWS doesn't say who the dashboard is."""
    unknown = "Who the dashboard is for AWS isn't known, as"
    if isinstance(error, NotAllowed) and error.action == ASKING_WHO:
        return Fault(
            f"{unknown} a policy denies to ask STS.", f"Allow {ASKING_WHO}, to see it here."
        )
    sentence = f"{unknown} STS can't be asked. {fault_of(error, environment).sentence}"
    return Fault(sentence, "Let the dashboard reach STS, to see it here.")


def _of_role(action: str, environment: Environment) -> Fault:
    role = environment.backend.aws.get("role_arn", "")
    if action == "sts:SetSourceIdentity":
        return Fault(
            f"The trust policy of {role} doesn't allow sts:SetSourceIdentity.",
            "Allow it there, or leave out source_identity in the environment's configuration.",
        )
    return Fault(
        f"The role {role} can't be assumed: {action} is denied.",
        "Let the role's trust policy name the dashboard's own identity, with the ExternalId of "
        "assume_role_kwargs if it asks for that, and allow the dashboard sts:AssumeRole on it.",
    )
