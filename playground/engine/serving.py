"""Serving: a profile that is ready to be talked to; and who makes it so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import SecretStr

from playground.core.profile import Profile

Progress = Callable[[str], None]
"""Told, in a few words, what is being started."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A server with its address and key."""

    profile: Profile
    """With a base URL. Another profile than was asked for when that one could not be had."""
    key: SecretStr | None = None
    notice: str = ""
    """Why it is another one, for the person who waits."""


Serve = Callable[[Profile, Progress], Awaitable[Serving]]
"""Finds the key of a profile and starts its server when it is one of ours. Raises Failure."""
