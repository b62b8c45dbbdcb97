"""HAR 1.2: the exchanges of a run as a browser's developer tools open them.

One entry for each request that went out, retries included. What was recorded has no secrets, and
neither has this. Times that nobody took are -1. Beside what the standard knows an entry of a
stream has `_events`: for each of its blocks the time since the request left in milliseconds, the
network chunk that completed it, the name of the event, and how many bytes of the content it is.
"""

from __future__ import annotations

import base64
import ipaddress
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playground import __version__
from playground.core.recording import SSE, WIRE, Event, Recording
from playground.export.base import Exported, Exporter, Pieces

VERSION = "1.2"
ENDS = frozenset(("eof", "cut", "timeout", "failed", "stopped", "interrupted"))
"""Facts with which an exchange is over."""
STEP = 1000
"""Events in a piece."""
LONGEST, LATEST = 1e12, 2e11
"""Milliseconds of a time and seconds of a date that are believed: a file may have been edited."""

Json = dict[str, Any]


@dataclass(slots=True)
class _Exchange:
    """One request, and what came of it."""

    request: Event
    connection: Event | None = None
    head: Event | None = None
    body: list[int] = field(default_factory=list)
    """Numbers of the events of the answer."""
    end: Event | None = None
    read: int = 0
    """Events of the recording up to here."""


def write(exported: Exported) -> bytes:
    return b"".join(piece for _, piece in pieces(exported))


def pieces(exported: Exported) -> Pieces:
    """The file, entry by entry."""
    run, began = exported.run, exported.run.recording.began
    page = {
        "startedDateTime": _date(began),
        "id": run.id,
        "title": f"{run.call.model} {run.id}".strip(),
        "pageTimings": {"onContentLoad": -1, "onLoad": -1},
    }
    creator = {"name": "Playground", "version": __version__}
    log = _text({"version": VERSION, "creator": creator, "pages": [page]})
    yield 0, f'{{"log":{log[:-1]},"entries":['.encode()
    comma = ""
    for exchange in _exchanges(exported):
        entry = _text(_entry(exchange, run.recording, run.id))
        yield exchange.read - len(exchange.body), f"{comma}\n{entry[:-1]}".encode()
        stream = [number for number in exchange.body if run.recording.kinds[number] == SSE]
        if stream:
            yield from _events(stream, exchange.request.t, run.recording)
        yield exchange.read, b"}"
        comma = ","
    yield len(run.recording), b"\n]}}\n"


def _exchanges(exported: Exported) -> Iterator[_Exchange]:
    current: _Exchange | None = None
    for number, event in enumerate(exported.run.recording, 1):
        if event.kind in ("request", "reused"):
            if current is not None:
                yield current
            # What answers the second kind was never sent for.
            current = _Exchange(event) if event.kind == "request" else None
        if current is None:
            continue
        if event.kind in WIRE:
            current.body.append(number - 1)
        elif event.kind == "connection":
            current.connection = event
        elif event.kind == "head":
            current.head = event
        elif event.kind in ENDS and current.end is None:
            current.end = event
        current.read = number
    if current is not None:
        yield current


def _entry(exchange: _Exchange, recording: Recording, page: str) -> Json:
    asked, answered = _said(exchange.request), _said(exchange.head)
    connection, timings = _said(exchange.connection), _timings(exchange, recording)
    entry: Json = {
        "pageref": page,
        "startedDateTime": _date(recording.began + exchange.request.t / 1e9),
        "time": round(sum(ms for ms in timings.values() if ms > 0) - max(timings["ssl"], 0), 3),
        "request": _request(asked, answered),
        "response": _response(answered, [recording.raws[number] for number in exchange.body]),
        "cache": {},
        "timings": timings,
    }
    if _is_ip(host := str(connection.get("host", ""))):
        entry["serverIPAddress"] = host
    if (port := connection.get("port")) is not None:
        entry["connection"] = str(port)
    problem = _said(exchange.end).get("problem")
    if isinstance(problem, dict):
        entry["response"]["_error"] = str(problem.get("title", ""))
    return entry


def _request(asked: Json, answered: Json) -> Json:
    url = str(asked.get("url", ""))
    headers, body = _pairs(asked), str(asked.get("body", ""))
    request: Json = {
        "method": str(asked.get("method", "")),
        "url": url,
        # A client says what it speaks in the request line; the answer came over the same.
        "httpVersion": str(answered.get("version", "")),
        "cookies": [],
        "headers": headers,
        "queryString": [
            {"name": name, "value": value}
            for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True)
        ],
        "headersSize": -1,
        "bodySize": len(body.encode("utf-8", "replace")),
    }
    if body:
        request["postData"] = {"mimeType": _value(headers, "content-type"), "text": body}
    return request


def _response(answered: Json, body: list[bytes]) -> Json:
    headers = _pairs(answered)
    data = b"".join(body)
    content: Json = {"size": len(data), "mimeType": _value(headers, "content-type")}
    try:
        content["text"] = data.decode()
    except UnicodeDecodeError:
        content |= {"text": base64.b64encode(data).decode(), "encoding": "base64"}
    status = answered.get("status")
    return {
        "status": status if isinstance(status, int) else 0,
        "statusText": str(answered.get("reason", "")),
        "httpVersion": str(answered.get("version", "")),
        "cookies": [],
        "headers": headers,
        "content": content,
        "redirectURL": _value(headers, "location"),
        "headersSize": -1,
        # What is recorded was decompressed.
        "bodySize": -1 if _value(headers, "content-encoding") else len(data),
    }


def _timings(exchange: _Exchange, recording: Recording) -> dict[str, float]:
    """In milliseconds. `connect` holds `ssl`, as the standard has it; sending is not told from
    waiting for the answer."""
    connection = _said(exchange.connection)
    ready, tcp, tls = (_ms(connection.get(name)) for name in ("ready_ms", "tcp_ms", "tls_ms"))
    connect = -1.0 if tcp < 0 and tls < 0 else max(tcp, 0.0) + max(tls, 0.0)
    begin, head, end = exchange.request.t, exchange.head, exchange.end
    last = end or (recording[exchange.body[-1]] if exchange.body else head)
    answered = head or last
    waited = receiving = -1.0
    if answered is not None:
        before = max(ready, 0.0) + max(connect, 0.0)
        waited = max((answered.t - begin) / 1e6 - before, 0.0)
    if head is not None and last is not None:
        receiving = max(last.t - head.t, 0) / 1e6
    return {
        "blocked": round(ready, 3),
        "dns": -1,
        "connect": round(connect, 3),
        "ssl": round(tls, 3),
        "send": 0,
        "wait": round(waited, 3),
        "receive": round(receiving, 3),
    }


def _events(stream: list[int], start: int, recording: Recording) -> Pieces:
    for at in range(0, len(stream), STEP):
        numbers = stream[at : at + STEP]
        rows = ",\n".join(_text(_timed(recording[number], start)) for number in numbers)
        yield numbers[-1], (("," if at else ',"_events":[') + rows).encode()
    yield stream[-1], b"]"


def _timed(event: Event, start: int) -> Json:
    return {
        "time": (event.t - start) / 1e6,
        "chunk": event.chunk,
        "event": event.frame().name,
        "size": len(event.raw),
    }


def _said(event: Event | None) -> Json:
    """What one of our own facts says."""
    data = event.json()[0] if event is not None else None
    return data if isinstance(data, dict) else {}


def _pairs(said: Json) -> list[Json]:
    headers = said.get("headers")
    return [
        {"name": str(one[0]), "value": str(one[1])}
        for one in (headers if isinstance(headers, list) else ())
        if isinstance(one, list) and len(one) == 2
    ]


def _value(headers: list[Json], name: str) -> str:
    return next((str(one["value"]) for one in headers if one["name"].lower() == name), "")


def _ms(value: Any) -> float:
    """-1 for what is no time, as the format has it."""
    return float(value) if isinstance(value, int | float) and 0 <= value <= LONGEST else -1.0


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _date(seconds: float) -> str:
    moment = datetime.fromtimestamp(min(max(seconds, 0), LATEST), UTC).isoformat(
        timespec="milliseconds"
    )
    return moment.replace("+00:00", "Z")


def _text(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace").decode()  # half a surrogate pair: \ud83d


EXPORT = Exporter("har", "HTTP archive (HAR)", ".har", write, pieces=pieces)
