"""Bars that our own facts make: requests and answers, calls that were asked for and run, pauses.

What a fact says is read once, when it comes; the lanes are laid from what is kept here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from playground.core.recording import Event, parse
from playground.engine.timeline_bars import Bar, Kind, Mark

Data = dict[str, Any]


@dataclass(slots=True)
class Called:
    """What became of one call. Its bars have neither label nor key yet."""

    call_id: str
    item: str = ""
    """Key of the item; empty: it stands in the run before."""
    title: str = ""
    """As whoever asked for its approval was told; empty: nobody was."""
    human: bool = False
    """Somebody here answers it."""
    bars: list[Bar] = field(default_factory=list)

    def begin(self, kind: Kind, t: int, number: int) -> None:
        self.end(t)
        self.bars.append(Bar(kind, t, None, "", event=number))

    def end(self, t: int, kind: Kind | None = None) -> None:
        """Close the bar that is open, if one is; it may turn out to be of another kind."""
        if self.bars and (bar := self.bars[-1]).end is None:
            self.bars[-1] = replace(bar, end=t, kind=kind or bar.kind)

    def mark(self, kind: Kind, t: int, number: int) -> None:
        self.bars.append(Bar(kind, t, t, "", event=number))


class Facts:
    """The facts of one run, as bars."""

    def __init__(self) -> None:
        self.requests: list[Bar] = []
        """And what kept them from being sent: starting a server, waiting to try again."""
        self.broken: list[Bar] = []
        """What went wrong while no request was waiting for its answer; at once."""
        self.answers: list[Bar] = []
        self.held: list[Bar] = []
        """Pauses that belong to no call."""
        self.steps: list[Bar] = []
        """What was done here, at once."""
        self.calls: dict[str, Called] = {}
        self.marks: list[Mark] = []

    def take(self, number: int, event: Event) -> None:
        """Read one of our facts, the `number`th event."""
        found, _ = parse(event.raw.decode("utf-8", "replace"))
        data: Data = found if isinstance(found, dict) else {}
        t = event.t
        match event.kind:
            case "starting":
                self._waits(t, number, str(data.get("text", "")))
            case "request":
                self._request_ends(t)
                self._answer_ends(t)
                again = f", attempt {event.attempt + 1}" if event.attempt else ""
                words = f"Request {event.leg + 1}{again}"
                self.requests.append(Bar("network", t, None, words, event=number))
            case "head":
                self._answer(t, number, event.leg, data)
            case "eof":
                self._answer_ends(t)
            case "retry":
                why = str(data.get("why", ""))
                self.marks.append(Mark("retry", t, ": ".join(filter(None, (AGAIN, why))), number))
                self._waits(t, number, AGAIN, why)
            case "queued":
                self._waits(t, number, str(data.get("words", "")) or "Waiting")
            case "routed":
                self._request_ends(t)
                self._step(t, number, "Sent elsewhere", str(data.get("words", "")))
            case "fallback":
                self._request_ends(t)
                words = str(data.get("words", ""))
                self.marks.append(Mark("retry", t, f"Asked elsewhere: {words}", number))
                self._step(t, number, "Asked elsewhere", words)
            case "reused":
                self._request_ends(t)
                self._answer_ends(t)
                self._step(t, number, "Recorded answer", str(data.get("words", "")))
            case "cut" | "timeout" | "failed":
                self._trouble(t, number, event.kind, data)
            case "stopped" | "interrupted":
                words = "Stopped" if event.kind == "stopped" else "The program ended"
                self.marks.append(Mark("stopped", t, words, number))
                self._over(t)
                self._step(t, number, words)
            case "ended":
                self._over(t)
            case "limited":
                self._step(t, number, "No further request", str(data.get("words", "")))
            case "said":
                self._step(t, number, "Asked again", str(data.get("text", "")))
            case "paused" | "resumed" if not data.get("call_id"):
                self._pause(t, number, event.kind, data)
            case _ if "call_id" in data:
                self._call(t, number, event.kind, data)

    # Requests and answers.

    def _request_ends(self, t: int, detail: str = "", kind: Kind | None = None) -> None:
        if self.requests and (bar := self.requests[-1]).end is None:
            self.requests[-1] = replace(
                bar, end=t, detail=detail or bar.detail, kind=kind or bar.kind
            )

    def _answer_ends(self, t: int) -> None:
        if self.answers:
            self.answers[-1] = self.answers[-1].ended(t)

    def _waits(self, t: int, number: int, label: str, detail: str = "") -> None:
        self._request_ends(t)
        self.requests.append(Bar("idle", t, None, label, detail, event=number))

    def _answer(self, t: int, number: int, leg: int, data: Data) -> None:
        status = data.get("status")
        words = f"{status or ''} {data.get('reason', '')}".strip()
        failed = isinstance(status, int) and status >= 400
        self._request_ends(t, words, "failed" if failed else None)
        self._answer_ends(t)
        self.answers.append(Bar("receiving", t, None, f"Answer {leg + 1}", words, event=number))
        if failed:
            self.marks.append(Mark("failed", t, words, number))

    def _trouble(self, t: int, number: int, kind: str, data: Data) -> None:
        problem = data.get("problem")
        title = str(problem.get("title", "")) if isinstance(problem, dict) else ""
        label = {"cut": "The connection broke", "timeout": "Timed out"}.get(kind, "Failed")
        self.marks.append(Mark("failed", t, title or label, number))
        self._answer_ends(t)
        if self.requests and self.requests[-1].end is None:
            self._request_ends(t, title, "failed")
        else:
            self.broken.append(Bar("failed", t, t, label, title, event=number))

    def _over(self, t: int) -> None:
        self._request_ends(t)
        self._answer_ends(t)
        self.held = [bar.ended(t) for bar in self.held]
        for call in self.calls.values():
            running = bool(call.bars) and call.bars[-1].kind == "running"
            call.end(t, "failed" if running else None)

    # What is done here.

    def _step(self, t: int, number: int, label: str, detail: str = "", key: str = "") -> None:
        self.steps.append(Bar("step", t, t, label, detail, key, number))

    def _pause(self, t: int, number: int, kind: str, data: Data) -> None:
        if kind == "paused":
            words = "before a request" if data.get("place") == "before_send" else ""
            self.held.append(Bar("paused", t, None, "Paused", words, event=number))
        else:
            self.held = [bar.ended(t) for bar in self.held]

    def _call(self, t: int, number: int, kind: str, data: Data) -> None:
        key = data.get("item")
        item = key if isinstance(key, str) else ""
        call_id = str(data["call_id"])
        call = self.calls.setdefault(item or call_id, Called(call_id, item))
        match kind:
            case "tool.asked":
                call.title = str(data.get("tool", ""))
                call.begin("waiting", t, number)
            case "approval" | "resumed":
                call.end(t)
            case "paused":
                call.begin("paused", t, number)
            case "tool.started":
                call.begin("running", t, number)
                call.human = call.human or data.get("mode") == "human"
            case "tool.ended":
                _call_ended(call, t, number, str(data.get("state", "")))
            case "tool.result":
                self._step(t, number, "A result is given back", key=item)


AGAIN = "Trying again"


def _call_ended(call: Called, t: int, number: int, state: str) -> None:
    ran = bool(call.bars) and call.bars[-1].end is None
    kind: Kind | None = None
    if state == "failed":
        kind = "failed"
    elif state == "denied":
        kind = "denied"
    if ran:
        call.end(t, kind)
    elif kind is not None:  # nothing was run: what it came to is still something to see
        call.mark(kind, t, number)
