"""Route: a method, a path, and what answers it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

Route = tuple[str, re.Pattern[str], Callable[..., Awaitable[None]]]
"""Method, path behind /v1, and what answers; the groups of the path are its arguments."""
