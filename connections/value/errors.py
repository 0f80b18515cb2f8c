"""What can be wrong with a connection. Each error names a field, and none quotes a value.

FieldError
├── UnreadableSecret   reading: Airflow can't read the text, or could never use what it reads
│   └── InvalidConnectionString
└── NotRepresentable   writing: no text would be read back as these fields
"""


class FieldError(Exception):
    """Something is wrong with one field; the sentence says what."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class UnreadableSecret(FieldError):
    """The field is one of FIELDS, or "secret" where the text as a whole can't be read.

    `coarse` is the sentence for people who may not see what is masked. The whole sentence may tell
    them a place, and with it how many characters of a password stand before it.
    """

    def __init__(self, field: str, sentence: str, coarse: str = "") -> None:
        super().__init__(field, sentence)
        self.coarse = coarse or sentence


class InvalidConnectionString(UnreadableSecret):
    """Airflow quotes the whole text in its own error, and Airflow 2 logs that."""


class NotRepresentable(FieldError):
    """No text reads back whole, or none of the format that was asked for.

    The field is one of FIELDS.
    """
