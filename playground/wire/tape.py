"""Tape: where one exchange writes its events."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from playground.core.problem import Problem
from playground.core.recording import SSE, Event, blocks, fact, mask
from playground.wire.masking import spellings


class Tape:
    """Events in order, each with its time, leg and attempt, and with every secret overwritten.

    Whatever an exchange reports goes through here, so no other place has to think of secrets,
    except that a body which is no event stream may cut one in two (see `masking.Mask`).
    """

    def __init__(
        self,
        put: Callable[[list[Event]], None],
        *,
        leg: int,
        t0: int,
        secrets: Sequence[bytes],
        earlier: int = 0,
    ) -> None:
        self.attempt = 0
        """Of this exchange, from 0."""
        self._earlier = earlier
        self.secrets = spellings(secrets)
        self._put = put
        self._leg = leg
        self._t0 = t0

    def now(self) -> int:
        """Nanoseconds since the run began."""
        return time.monotonic_ns() - self._t0

    def fact(self, kind: str, data: dict[str, Any] | None = None) -> None:
        event = fact(self.now(), kind, data, self._leg, self._earlier + self.attempt)
        raw, masked = mask(event.raw, self.secrets)
        self._put([event._replace(raw=raw, masked=masked)])

    def failure(self, kind: str, problem: Problem, **more: Any) -> None:
        """A fact that carries a Problem."""
        self.fact(kind, {**more, "problem": problem.model_dump(mode="json", exclude_defaults=True)})

    def stream(self, raws: Sequence[bytes], t: int, chunk: int) -> None:
        """Blocks of an event stream, all that a chunk completed."""
        if self.secrets and mask(b"".join(raws), self.secrets)[1]:
            for raw in raws:
                self.wire(SSE, raw, t, chunk)
            return
        # What is nowhere in all of them is in none: one look is enough, nearly always.
        self._put(blocks(raws, t, self._leg, self._earlier + self.attempt, chunk))

    def wire(self, kind: str, raw: bytes, t: int, chunk: int, *, masked: bool = False) -> None:
        """Bytes of the body; `masked` when a secret in them was overwritten before."""
        if self.secrets:
            raw, found = mask(raw, self.secrets)
            masked = masked or found
        attempt = self._earlier + self.attempt
        self._put([Event(t, kind, raw, self._leg, attempt, chunk, masked)])
