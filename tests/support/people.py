"""Users that are there when a test begins, without a line of the record about their making."""

from django.contrib.auth.models import Group, User


def somebody(name: str, *groups: str, is_superuser: bool = False) -> User:
    """The user of this name; made with these groups if nobody has the name."""
    user = User.objects.filter(username=name).first()
    if user is not None:
        return user
    user = User(username=name, is_superuser=is_superuser)
    User.objects.bulk_create([user])
    for group in groups:
        add_to(user, group)
    return user


def add_to(user: User, group_name: str) -> None:
    group = Group.objects.filter(name=group_name).first()
    if group is None:
        group = Group(name=group_name)
        Group.objects.bulk_create([group])
    User.groups.through.objects.bulk_create([User.groups.through(user=user, group=group)])
