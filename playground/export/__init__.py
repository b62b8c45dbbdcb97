"""Ways a recorded run leaves the program: one file per format."""

from playground.export import (
    curl,
    har,
    html,
    javascript,
    jsonl,
    markdown,
    python,
    python_httpx,
    sse,
)
from playground.export.base import Exporter

EXPORTERS: tuple[Exporter, ...] = (
    jsonl.EXPORT,
    sse.EXPORT,
    har.EXPORT,
    markdown.EXPORT,
    html.EXPORT,
    curl.EXPORT,
    python.EXPORT,
    python_httpx.EXPORT,
    javascript.EXPORT,
)
