"""Whom to trust, and who issued what we do not trust."""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path

from playground.core.problem import Failure, Problem

FILE = "SSL_CERT_FILE"
FOLDER = "SSL_CERT_DIR"

_COMMON_NAME = b"\x55\x04\x03"
_ORGANIZATION = b"\x55\x04\x0a"


def context() -> ssl.SSLContext:
    """The system's trust store, so that a company's own certificates are accepted.

    `SSL_CERT_FILE` and `SSL_CERT_DIR` count on every platform; where the system has no store, the
    list of certifi does. Takes about 50 ms. Raises Failure when a file that was named is no good.
    """
    file, folder = os.environ.get(FILE) or None, os.environ.get(FOLDER) or None
    made = _system_context()
    try:
        if file or folder:
            made.load_verify_locations(cafile=file, capath=folder)
        elif not _system_has_store():
            import certifi

            made.load_verify_locations(cafile=certifi.where())
    except OSError as error:  # ssl.SSLError is one
        raise Failure(
            Problem(
                title=f"The certificates that {FILE if file else FOLDER} names cannot be read.",
                detail=str(error),
                remedy="edit_profile",
                facts={name: value for name, value in ((FILE, file), (FOLDER, folder)) if value},
            )
        ) from error
    return made


def unverified() -> ssl.SSLContext:
    """Accepts any certificate. Only for looking at one that was refused: nothing may be sent."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


def issuer(certificate: bytes) -> str:
    """Who issued a certificate (DER): its organization and common name; empty if unreadable."""
    try:
        _, whole, _ = next(_values(certificate))
        _, signed, _ = next(_values(whole))
        # Version (optional), serial number, algorithm, issuer: RFC 5280, 4.1.
        fields = [(tag, value) for tag, value, _ in _values(signed)]
        name = fields[3 if fields[0][0] == 0xA0 else 2][1]
        found = dict(_attributes(name))
    except (StopIteration, IndexError, ValueError):
        return ""
    parts = [found[key] for key in (_ORGANIZATION, _COMMON_NAME) if key in found]
    return ", ".join(dict.fromkeys(parts))


def _system_context() -> ssl.SSLContext:
    try:
        import truststore
    except ImportError:
        return ssl.create_default_context()
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _system_has_store() -> bool:
    """macOS and Windows have one without files."""
    if sys.platform in ("darwin", "win32"):
        return True
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile or (paths.capath and any(Path(paths.capath).iterdir())))


def _attributes(name: bytes) -> Iterator[tuple[bytes, str]]:
    """(object identifier, text) of a distinguished name."""
    for _, row, _ in _values(name):
        for _, pair, _ in _values(row):
            (_, key, _), (_, text, _) = _values(pair)
            yield key, text.decode("utf-8", "replace")


def _values(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """(tag, content, where it ends) of each DER value in a row."""
    at = 0
    while at < len(data):
        tag, size, at = data[at], data[at + 1], at + 2
        if size & 0x80:
            digits = size & 0x7F
            size, at = int.from_bytes(data[at : at + digits], "big"), at + digits
        if at + size > len(data):
            raise ValueError("a certificate that ends too early")
        yield tag, data[at : at + size], at + size
        at += size
