"""Where the lines of the audit log go beside the database, as AUDIT_STREAM says."""

from dataclasses import dataclass
from pathlib import Path

NONE, STDOUT, FILE, SYSLOG = "none", "stdout", "file", "syslog"
_MOST_PORTS = 65_535


@dataclass(frozen=True)
class Stream:
    """Standard output, a file, or a syslog daemon at a socket in the file system or at a port."""

    kind: str
    path: Path | None = None
    host: str = ""
    port: int = 0
    # Without it, lines go to the port as datagrams.
    is_tcp: bool = False


def stream_of(text: str) -> Stream | None:
    """What the setting means; None for a text that means nothing."""
    kind, _, rest = text.partition(":")
    if kind in (NONE, STDOUT) and text == kind:
        return Stream(kind)
    if kind not in (FILE, SYSLOG):
        return None
    if rest.startswith("/"):
        return Stream(kind, Path(rest))
    if kind == SYSLOG:
        return _at_port(rest)
    return None


def _at_port(text: str) -> Stream | None:
    """`host:port`, or `tcp:host:port`; an IPv6 address is in brackets."""
    address = text.removeprefix("tcp:")
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port[:6]) <= _MOST_PORTS:
        return None
    return Stream(SYSLOG, host=host.strip("[]"), port=int(port), is_tcp=address != text)
