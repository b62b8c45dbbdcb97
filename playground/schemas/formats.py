"""The formats that the strict subset knows, each as a check of its own.

`jsonschema` leaves most of them unchecked unless further packages are there. These need none, and
say the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from ipaddress import IPv4Address, IPv6Address
from uuid import UUID

_TIME = re.compile(
    r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(z|[+-]([01]\d|2[0-3]):[0-5]\d)", re.IGNORECASE
)
_DURATION = re.compile(r"P(?=.)(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?)")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOSTNAME = re.compile(rf"{_LABEL}(\.{_LABEL})*", re.IGNORECASE)
_LOCAL = re.compile(r"[^\s.@<>()\[\]\\,;:\"]+(\.[^\s.@<>()\[\]\\,;:\"]+)*")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_date(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) is not None and _reads(
        date.fromisoformat, text
    )


def is_time(text: str) -> bool:
    """With an offset, as RFC 3339 wants it."""
    return _TIME.fullmatch(text) is not None


def is_date_time(text: str) -> bool:
    return len(text) > 10 and text[10] in "Tt " and is_date(text[:10]) and is_time(text[11:])


def is_duration(text: str) -> bool:
    return _DURATION.fullmatch(text) is not None


def is_hostname(text: str) -> bool:
    return len(text) <= 253 and _HOSTNAME.fullmatch(text) is not None


def is_email(text: str) -> bool:
    local, _, host = text.rpartition("@")
    return _LOCAL.fullmatch(local) is not None and is_hostname(host)


def is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None and _reads(UUID, text)


def _reads(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "date": is_date,
    "time": is_time,
    "date-time": is_date_time,
    "duration": is_duration,
    "email": is_email,
    "hostname": is_hostname,
    "ipv4": lambda text: _reads(IPv4Address, text),
    "ipv6": lambda text: _reads(IPv6Address, text),
    "uuid": is_uuid,
}
