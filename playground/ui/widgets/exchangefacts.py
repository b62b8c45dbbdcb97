"""What there is to say of an answer beside its headers, in words: how it went, what it went over,
what its server still allows, and what was tried before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QDateTime, QLocale

from playground.core import rates
from playground.core.rates import Rate
from playground.core.recording import Recording
from playground.ui import words
from playground.ui.widgets.eventpaint import milliseconds
from playground.ui.widgets.exchange import Exchange, fact

Rows = list[tuple[str, str]]
"""Names and values."""


def limits(headers: Sequence[tuple[str, str]], came: float) -> Rows:
    """What the server says of its rate limits, as they were when its answer came (Unix time):
    `requests`, `4,999 of 5,000 left, full again 12 ms later`."""
    found = {name.lower(): value for name, value in headers}
    lines = [(rate.name or "limit", _limit(rate, came)) for rate in rates.read(found, came)]
    for name in ("retry-after", "retry-after-ms"):
        if name in found:
            lines.append((name, found[name]))
    return lines


def _limit(rate: Rate, came: float) -> str:
    if rate.remaining is None:
        text = words.number(rate.limit or 0)
    else:
        of = "" if rate.limit is None else f" of {words.number(rate.limit)}"
        text = f"{words.number(rate.remaining)}{of} left"
    if rate.reset is not None:
        text += f", full again {words.seconds(rate.reset)} later"
        if rate.reset >= 1:
            moment = QDateTime.fromMSecsSinceEpoch(round((came + rate.reset) * 1000))
            text += f", at {QLocale().toString(moment.time(), 'HH:mm:ss')}"
    return text


def connection(data: dict[str, Any]) -> Rows:
    """What a request went out on. Nothing where it was not recorded."""
    rows: Rows = []
    if not data:
        return rows
    host, port = data.get("host"), data.get("port")
    if host:
        rows.append(("host", f"{host}:{port}" if port else str(host)))
    if proxy := data.get("proxy"):
        rows.append(("through", str(proxy)))
    if data.get("reused") is True:
        rows.append(("connection", "was open already"))
    elif data.get("reused") is False:
        taken = [
            f"{name} {_ms(value)}"
            for name, value in (("TCP", data.get("tcp_ms")), ("TLS", data.get("tls_ms")))
            if isinstance(value, int | float)
        ]
        rows.append(("connection", ", ".join(("new", *taken))))
    if tls := data.get("tls"):
        cipher = data.get("cipher")
        rows.append(("encryption", f"{tls}, {cipher}" if cipher else str(tls)))
    elif "tls" in data:
        rows.append(("encryption", "none"))
    if http := data.get("http"):
        rows.append(("protocol", str(http)))
    return rows


def _ms(value: float) -> str:
    return f"{words.number(value, 1 if value < 100 else 0)} ms"


def attempts(recording: Recording, rows: Sequence[Exchange], shown: Exchange) -> Rows:
    """All tries of the request that is shown, and why each was not the last; nothing where there
    was one only."""
    tries = [one for one in rows if one.leg == shown.leg]
    if len(tries) < 2:
        return []
    return [(_try(one, one is shown), _came(recording, one)) for one in tries]


def _try(one: Exchange, shown: bool) -> str:
    name = f"more {one.attempt}" if one.fetched else f"try {one.attempt + 1}"
    return f"▸ {name}" if shown else name


def _came(recording: Recording, one: Exchange) -> str:
    """`429 Too Many Requests after 212 ms · again after 2.5 s: Rate limit reached`."""
    sent = recording[one.request].t
    last = one.end if one.head is None else one.head
    after = "" if last is None else f" after {milliseconds(recording[last].t - sent)} ms"
    text = f"{status(recording, one).rstrip('.')}{after}"
    if one.turned is not None:
        text += " · then asked elsewhere"
    if again := fact(recording, one.retry):
        wait, why = again.get("after"), str(again.get("why") or "")
        moment = f" after {words.seconds(wait)}" if isinstance(wait, int | float) else ""
        text += f" · again{moment}"
        code = fact(recording, one.head).get("status", "")
        why = why.removeprefix(f"{code}: ").rstrip(".")
        if why and why != status(recording, one):
            text += f": {why}"
    return text


def status(recording: Recording, one: Exchange) -> str:
    """`200 OK`, or what there is in the place of it."""
    data, ended = fact(recording, one.head), fact(recording, one.end)
    if data:
        return f"{data.get('status', '')} {data.get('reason', '')}".strip()
    problem = ended.get("problem")
    if isinstance(problem, dict):
        return str(problem.get("title") or "No answer came")
    return "Waiting for the answer" if one.end is None else "No answer came"


def reused(recording: Recording, one: Exchange) -> Rows:
    """Where an answer was recorded that stands for a request; nothing of one that was sent."""
    if not one.reused:
        return []
    said = fact(recording, one.request)
    rows = [("from", f"run {said.get('run', '')}, request {_leg(said)}")]
    created = said.get("created")
    if isinstance(created, int | float) and 0 < created < 1e11:
        rows.append(("whole since", words.moment(created)))
    return rows


def _leg(said: dict[str, Any]) -> str:
    leg = said.get("leg")
    return words.number(leg + 1) if isinstance(leg, int) else "?"


def timing(recording: Recording, one: Exchange, first_token: int | None) -> Rows:
    """Moments after the request left, and how much came."""
    body, sent = one.body, recording[one.request].t
    moments: list[tuple[str, int | None]] = [
        ("headers after", None if one.head is None else recording[one.head].t),
        ("first event after", recording[body[0]].t if body else None),
        ("first token after", first_token),
        ("last event after", recording[body[-1]].t if body else None),
    ]
    rows = [(name, f"{milliseconds(t - sent)} ms") for name, t in moments if t is not None]
    if body:
        size = QLocale().formattedDataSize(one.size, 1, QLocale.DataSizeFormat.DataSizeSIFormat)
        events = "event" if len(body) == 1 else "events"
        rows.append(("body", f"{QLocale().toString(len(body))} {events}, {size}"))
    return rows
