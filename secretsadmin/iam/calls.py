"""What IAM asks for where actions ask AWS for something; actions.py says what each of them asks."""

from collections.abc import Iterable

from secretsadmin.actions import BY_VERB

# Calls that IAM checks without a resource.
WITHOUT_RESOURCE = frozenset(
    {
        "secretsmanager:ListSecrets",
        # IAM checks GetSecretValue for each of its secrets beside it.
        "secretsmanager:BatchGetSecretValue",
        "cloudtrail:LookupEvents",
    }
)
# Calls for which Secrets Manager asks KMS to decrypt, and those for which it asks for a data key.
DECRYPTING = frozenset(
    {
        "secretsmanager:GetSecretValue",
        "secretsmanager:CreateSecret",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecret",
    }
)
ENCRYPTING = DECRYPTING - {"secretsmanager:GetSecretValue"}


def calls_of(verbs: Iterable[str]) -> frozenset[str]:
    """The IAM actions that these actions need together."""
    return frozenset().union(*(BY_VERB[verb].calls for verb in verbs))
