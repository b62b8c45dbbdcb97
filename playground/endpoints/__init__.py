"""API areas: one file each, holding what to send, a reducer and an Endpoint record."""

from __future__ import annotations

from collections.abc import Mapping

from playground.core.endpoint import Endpoint
from playground.endpoints.chat import CHAT
from playground.endpoints.completions import COMPLETIONS
from playground.endpoints.responses import RESPONSES

ENDPOINTS: tuple[Endpoint, ...] = (RESPONSES, CHAT, COMPLETIONS)
BY_ID: Mapping[str, Endpoint] = {endpoint.id: endpoint for endpoint in ENDPOINTS}
