"""Overwriting secrets in a body that arrives in pieces.

Not seen here: a secret that a server spells over several events of a stream. No event holds it, and
to find it the wire would have to read what each one says, and hold it back until the next. Where
the pieces are put together, in what is kept of the text, it is overwritten by the store.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from playground.core.recording import mask


def spellings(secrets: Iterable[bytes]) -> tuple[bytes, ...]:
    """The secrets, and how JSON writes those that it has to escape."""
    found: dict[bytes, None] = {}
    for secret in secrets:
        found[secret] = None
        found[json.dumps(secret.decode("utf-8", "replace"))[1:-1].encode()] = None
    return tuple(found)


class Mask:
    """Like `core.recording.mask`, for a body whose pieces may cut a secret in two.

    The end of a piece is held back while it could be the beginning of a secret.
    """

    def __init__(self, secrets: Sequence[bytes]) -> None:
        self._secrets = [secret for secret in secrets if len(secret) >= 8]
        self._held = b""

    def feed(self, data: bytes) -> tuple[bytes, bool]:
        """(what can be shown now, whether a secret was overwritten in it)."""
        data, masked = mask(self._held + data, self._secrets)
        clear = len(data) - max((_begun(data, secret) for secret in self._secrets), default=0)
        self._held = data[clear:]
        return data[:clear], masked

    def rest(self) -> bytes:
        rest, self._held = self._held, b""
        return rest


def _begun(data: bytes, secret: bytes) -> int:
    """How many of the last bytes of `data` are the beginning of `secret`."""
    at = data.find(secret[:1], max(0, len(data) - len(secret) + 1))
    while at >= 0:
        if secret.startswith(data[at:]):
            return len(data) - at
        at = data.find(secret[:1], at + 1)
    return 0
