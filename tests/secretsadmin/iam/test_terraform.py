"""The data source of Terraform ... (each test finishes the sentence)."""

from secretsadmin.iam.policies import place_of, policy_for
from secretsadmin.iam.terraform import policy_document
from tests.secretsadmin.iam.test_policies import KEY, SECRETS, environment, policy


def test_says_what_the_policy_says() -> None:
    made = policy("airflow", kms_key=KEY, variables_prefix=None, config_prefix=None)

    assert (
        policy_document(made, "dev-airflow")
        == f"""\
data "aws_iam_policy_document" "dev_airflow" {{
  statement {{
    sid       = "Secrets"
    effect    = "Allow"
    actions   = [
      "secretsmanager:GetSecretValue",
    ]
    resources = [
      "{SECRETS}:airflow/connections/*",
    ]
  }}

  statement {{
    sid       = "Key"
    effect    = "Allow"
    actions   = [
      "kms:Decrypt",
    ]
    resources = [
      "{KEY}",
    ]

    condition {{
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.eu-central-1.amazonaws.com"]
    }}
  }}
}}
"""
    )


def test_takes_terraforms_own_account_and_region_where_none_is_known() -> None:
    text = policy_document(policy("airflow", account="", region_name=None, kms_key=KEY), "dev")

    assert 'data "aws_caller_identity" "current" {}' in text
    assert 'data "aws_region" "current" {}' in text
    assert (
        '"arn:aws:secretsmanager:${data.aws_region.current.name}:'
        '${data.aws_caller_identity.current.account_id}:secret:airflow/config/*"'
    ) in text
    assert '"secretsmanager.${data.aws_region.current.name}.amazonaws.com"' in text
    assert "REGION" not in text
    assert "ACCOUNT" not in text


def test_takes_nothing_of_a_prefix_for_a_template() -> None:
    given = environment(connections_prefix='${file("/etc/passwd")}', variables_prefix="%{if}*")

    text = policy_document(policy_for(given, "airflow", place_of(given)), "1 dev")

    assert 'secret:$${$}{file(\\"/etc/passwd\\")}/*"' in text
    assert 'secret:%%{if}$${*}/*"' in text
    assert text.startswith('data "aws_iam_policy_document" "_1_dev" {')
