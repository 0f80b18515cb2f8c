"""Where an environment's secrets are, as AWS says it where the configuration doesn't."""

from typing import NamedTuple

from secretsadmin.actions import DIAGNOSE
from secretsadmin.audit import recording
from secretsadmin.audit.recording import Actor, NotRecorded, recording_at
from secretsadmin.config.environments import Environment
from secretsadmin.doctor.faults import fault_of_identity
from secretsadmin.iam.policies import NO_ACCOUNT, NO_REGION, Place, place_of
from secretsadmin.store import probing
from secretsadmin.store.errors import StoreError

OF_THE_MACHINE = (
    "The kwargs name no region_name, so the region is that of the dashboard's own machine. "
    "Airflow takes that of its."
)
NOT_RECORDED = (
    "Who the dashboard is for AWS isn't asked, because the audit log takes no record of it."
)


class Located(NamedTuple):
    """A place, and what to know of how it was found."""

    place: Place
    notes: tuple[str, ...] = ()


def locate(
    environment: Environment, *, actor: Actor, account: str = "", partition: str = ""
) -> Located:
    """The place, with placeholders for what nobody says.

    What is given wins. AWS is asked only for what the configuration leaves open, as one act of the
    record. Raises nothing that AWS or the audit log does.
    """
    configured = place_of(environment, account=account, partition=partition)
    if configured.is_known:
        return Located(configured)
    try:
        with recording_at(recording.Place(environment.name), DIAGNOSE, actor=actor):
            return _asked(environment, configured, partition)
    except NotRecorded:
        return Located(configured, (NOT_RECORDED,))


def _asked(environment: Environment, place: Place, partition: str) -> Located:
    notes = []
    account = "" if place.account == NO_ACCOUNT else place.account
    try:
        if place.region == NO_REGION:
            region = probing.place(environment).region
            place = place_of(environment, account=account, partition=partition, region=region)
            notes.append(OF_THE_MACHINE)
        if not account:
            identity = probing.identity(environment)
            its_partition = identity.arn.split(":")[1]
            place = Place(partition or its_partition, place.region, identity.account)
    except StoreError as error:
        notes.append(fault_of_identity(error, environment).sentence)
    return Located(place, tuple(notes))
