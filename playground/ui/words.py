"""How numbers, times and states are said on screen: with the user's locale, short, never vague."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from html import escape

from PySide6.QtCore import QDate, QDateTime, QLocale

from playground.core.plain import visible
from playground.core.session import Run
from playground.core.usage import Cost, Usage


def tip(text: str) -> str:
    """Other people's text for a tooltip: Qt would take anything that looks like HTML for it."""
    return f"<qt>{escape(visible(text))}</qt>"


def number(value: float, digits: int = 0) -> str:
    return QLocale().toString(float(value), "f", digits)


def tokens(count: int) -> str:
    """812, 12.4k, 1.2M."""
    if count < 10_000:
        return QLocale().toString(count)
    if count < 1_000_000:
        return number(count / 1_000, 1) + "k"
    return number(count / 1_000_000, 1) + "M"


LEAST = Decimal("0.000001")
"""Dollars that are written with digits; what is less is not nothing."""


def money(usd: Decimal) -> str:
    """Dollars with as many digits as the amount needs to be told from nothing."""
    digits = 2 if usd >= 1 or usd == 0 else 4 if usd >= Decimal("0.001") else 6
    if 0 < usd < LEAST:
        return f"< ${number(float(LEAST), 6)}"
    if usd.adjusted() < 20:  # rounded as it is written: the float of 0.00225 is a little less
        usd = usd.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return "$" + number(float(usd), digits)


def exact(usd: Decimal) -> str:
    """Dollars with every digit, for arithmetic that can be added up: $0.0375, $5."""
    whole, _, rest = f"{usd:f}".partition(".")
    rest = rest.rstrip("0")
    return f"${whole}{QLocale().decimalPoint()}{rest}" if rest else f"${whole}"


def cost(value: Cost | None) -> str:
    if value is None or value.usd is None:
        return "cost unknown"
    if value.saved and not value.usd:
        return f"$0 · {money(value.saved)} saved"
    if value.at_least:
        return f"≥ {money(value.usd)} {value.basis}"
    return f"{money(value.usd)} {value.basis}" if value.usd else "$0"


def seconds(value: float) -> str:
    """412 ms, 3.1 s, 20 s, 2 min 5 s, 10 min, 6 h 20 min."""
    if value < 0.9995:
        return f"{number(value * 1000)} ms"
    if value < 59.95:
        return f"{number(value, 0 if round(float(value), 1).is_integer() else 1)} s"
    minutes, left = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {left} s" if left else f"{minutes} min"
    hours, left = divmod(round(value / 60), 60)
    return f"{hours} h {left} min" if left else f"{hours} h"


def size(count: int) -> str:
    """812 bytes, 12 kB, 1.2 MB."""
    if count < 1_000:
        return f"{QLocale().toString(count)} byte{'' if count == 1 else 's'}"
    if count < 999_500:
        return f"{number(count / 1_000)} kB"
    return f"{number(count / 1_000_000, 1)} MB"


def clock(value: float) -> str:
    """00:42."""
    whole = max(int(value), 0)
    return f"{whole // 60:02d}:{whole % 60:02d}"


def usage(value: Usage) -> str:
    """812 (500 cached) in / 96 (64 reasoning) out; ≈ where it was counted here."""
    about = "≈ " if value.basis == "estimated" else ""
    cached = f" ({tokens(value.cached)} cached)" if value.cached else ""
    reasoning = f" ({tokens(value.reasoning)} reasoning)" if value.reasoning else ""
    return f"{about}{tokens(value.input)}{cached} in / {tokens(value.output)}{reasoning} out"


def moment(unix: float) -> str:
    return QLocale().toString(
        QDateTime.fromSecsSinceEpoch(int(unix)), QLocale.FormatType.ShortFormat
    )


def day(unix: float) -> str:
    """Today, Yesterday, or the date: the heads of the list of sessions."""
    date, today = QDateTime.fromSecsSinceEpoch(int(unix)).date(), QDate.currentDate()
    if date == today:
        return "Today"
    if date == today.addDays(-1):
        return "Yesterday"
    return _date(date.toJulianDay(), QLocale().name(), near=date > today.addDays(-7))


@lru_cache(1024)
def _date(day: int, locale: str, *, near: bool) -> str:
    """A day of the Julian calendar: its name, or its date. Qt takes a while for either, and a list
    asks for hundreds."""
    date = QDate.fromJulianDay(day)
    if near:
        return QLocale(locale).toString(date, "dddd")
    return QLocale(locale).toString(date, QLocale.FormatType.LongFormat)


@dataclass(frozen=True, slots=True)
class State:
    """How a run stands, for a person."""

    words: str
    token: str
    """The colour token that goes with it; the words say the same."""
    icon: str


INCOMPLETE = {
    "max_output_tokens": "truncated by the limit",
    "max_tokens": "truncated by the limit",
    "length": "truncated by the limit",
    "content_filter": "filtered",
    "max_messages": "truncated: it may write no more messages",
    "max_tool_calls": "truncated: it may call no more tools",
    "steered": "ended by a newer instruction",
    "insufficient_system_resource": "truncated: the server ran short of resources",
    "incomplete": "incomplete",
}
"""Why an answer is not whole, by the server's word for it."""
BACKGROUND = {"queued": "queued in the background", "in_progress": "working in the background"}


PAUSED = {
    "before_send": "paused before the next request",
    "on_call": "paused at a call",
    "on_tool": "paused at a call",
    "on_result": "paused at a result",
    "on_error": "paused at a tool that failed",
    "on_violation": "paused where a schema is broken",
}
"""Where a run stands, by the place of its breakpoint."""


def state(run: Run) -> State | None:
    """None for a message that was never sent."""
    seen = run.transcript
    match seen.outcome:
        case None if run.silent:
            return None
        case None if run.replayed:
            shown = _running(run)
            return State(f"replaying · {shown.words}", shown.token, shown.icon)
        case None:
            return _running(run)
        case "completed":
            return State("done", "ok", "ok")
        case "incomplete" if seen.exhausted:
            return State("the whole limit went to reasoning", "warn", "warning")
        case "incomplete":
            why = seen.finish_reason or ""
            said = INCOMPLETE.get(why, f"incomplete: {visible(why)[:60]}" if why else "incomplete")
            return State(said, "warn", "warning")
        case "refused":
            return State("refused", "warn", "warning")
        case "truncated":
            return State("interrupted by the server", "error", "error")
        case "failed" | "timed_out":
            return State("failed", "error", "error")
        case "limited" if seen.limit == "budget":
            return State("stopped by a budget", "warn", "warning")
        case "limited":
            return State(seen.limited.rstrip(".") or "limited", "warn", "warning")
        case "stopped":
            return State("cancelled", "muted", "stop")
        case "interrupted":
            return State("interrupted", "error", "error")


def _running(run: Run) -> State:
    seen = run.transcript
    if seen.pending in BACKGROUND and seen.phase != "retrying" and seen.timing.first_token is None:
        return State(BACKGROUND[seen.pending], "accent", "clock")
    match seen.phase:
        case "starting":
            return State(seen.progress or "starting the server", "accent", "clock")
        case "connecting":
            return State("connecting", "accent", "clock")
        case "waiting":
            return State("waiting for the first token", "accent", "clock")
        case "retrying":
            left = ((seen.retry_at or 0) - run.now()) / 1e9
            return State(f"trying again in {clock(left + 1)}", "warn", "clock")
        case "reasoning":
            return State("reasoning", "reasoning", "reasoning")
        case "writing":
            return State("writing", "accent", "assistant")
        case "queued" if seen.progress:
            said = f"{seen.progress[:1].lower()}{seen.progress[1:]}"
            if seen.retry_at is not None:
                said += f" {clock((seen.retry_at - run.now()) / 1e9 + 1)}"
            return State(said, "warn", "clock")
        case _ if seen.paused:
            return State(PAUSED.get(seen.paused[0], "paused"), "warn", "pause")
        case "calling" if any(getattr(item, "state", "") == "asked" for item in seen.items):
            return State("waiting for approval", "warn", "clock")
        case "calling":
            return State("calling tools", "tool", "tool")
        case _:
            return State("queued", "muted", "clock")


def waited(run: Run) -> float:
    """Seconds since the request left, while there is no token yet."""
    start = run.transcript.timing.request or 0
    return (run.now() - start) / 1e9


def first_token(run: Run) -> float | None:
    """Seconds from the (last) request to its first token."""
    timing, seen = run.transcript.timing, run.transcript
    if timing.request is None or timing.first_token is None or seen.leg in seen.reused:
        return None  # of what was recorded before nobody waited for anything
    return (timing.first_token - timing.request) / 1e9


def speed(run: Run) -> float | None:
    """Tokens per second between the first and the last token."""
    timing, used = run.transcript.timing, run.transcript.usage
    if used is None or used.output < 2 or timing.first_token is None or timing.last_token is None:
        return None
    span = (timing.last_token - timing.first_token) / 1e9
    return (used.output - 1) / span if span > 0 else None
