"""Transcript and Reader: what a recording says so far, and the fold that makes it.

A reducer is a plain function over dicts: it never blocks, ignores what it does not know, and may
raise on nonsense, which marks the event as misread. Live and replayed runs go through the same
Reader, so they cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from playground.core import toolfacts
from playground.core.items import Item, Message, Notice, Reasoning, Text, ToolCall
from playground.core.patterns import Detour
from playground.core.problem import Problem, from_response
from playground.core.recording import BODY, REST, WIRE, Event, frame, parse, payload, usual
from playground.core.usage import Usage

Outcome = Literal[
    "completed",
    "incomplete",
    "refused",
    "truncated",
    "failed",
    "timed_out",
    "limited",
    "stopped",
    "interrupted",
]
Phase = Literal[
    "queued", "starting", "connecting", "waiting", "retrying", "reasoning", "writing", "calling"
]
Terminal = Literal["completed", "incomplete", "failed"]

PICKING = -1
"""Where the usage of the model stands that picked who answers: it belongs to no leg. Below it stand
those of requests in whose place somebody else was asked."""
_MOST = 10**9
"""Seconds or tokens: more of them is nonsense."""
_LATEST = 1e12
"""Unix seconds that are believed."""


@dataclass(slots=True)
class Timing:
    """Moments of the last leg, in nanoseconds of the run; None until they come."""

    request: int | None = None
    head: int | None = None
    first_event: int | None = None
    first_token: int | None = None
    last_token: int | None = None
    end: int | None = None


@dataclass(slots=True)
class Transcript:
    """What a run's recording says so far."""

    items: list[Item] = field(default_factory=list)
    rev: int = 0
    now: int = 0
    """Time of the event being read."""
    number: int = -1
    """Which event of the recording that is."""
    leg: int = 0
    legs: int = 0
    """Requests begun, without retries."""
    requests: int = 0
    retries: int = 0
    events: int = 0
    phase: Phase = "queued"
    progress: str = ""
    """What is being started, or waited for, while it is."""
    terminal: Terminal | None = None
    """The server said that the answer is over, and how."""
    outcome: Outcome | None = None
    """None while running."""
    finish_reason: str | None = None
    """The server's own word."""
    problem: Problem | None = None
    response_id: str | None = None
    request_id: str | None = None
    model: str | None = None
    """As the server names it."""
    service_tier: str | None = None
    stored: bool | None = None
    """Whether the server says that it keeps the answer; None: it does not say."""
    conversation: str | None = None
    """The conversation of the server that the answer belongs to."""
    sequence: int | None = None
    """The last `sequence_number`, from which a broken stream can be taken up again."""
    pending: str | None = None
    """`queued` or `in_progress`: a response in the background, of which more can be asked."""
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    """Of the last answer, names in lower case."""
    usages: dict[int, Usage] = field(default_factory=dict)
    """By leg; the last one a server sends for a leg wins."""
    timing: Timing = field(default_factory=Timing)
    first: Timing = field(default_factory=Timing)
    """Moments of the first leg."""
    retry_at: int | None = None
    """When the next attempt is due, while waiting for one."""
    paused: list[str] = field(default_factory=list)
    """At which breakpoints the run stands, the oldest first; see `engine.debugger.Place`."""
    limit: str = ""
    """What our side goes no further for, though the model would: see `engine.loop.Limit`."""
    limited: str = ""
    """The same in a sentence."""
    detours: list[Detour] = field(default_factory=list)
    """What patterns did with its requests, in order."""
    malformed: int = 0
    misread: dict[int, str] = field(default_factory=dict)
    """Events (by number) that could not be read, and why."""
    repairs: list[str] = field(default_factory=list)
    """What had to be assumed to make sense of the stream, each once."""
    repaired: dict[int, str] = field(default_factory=dict)
    """Events (by number) at which something had to be assumed, and what."""
    scratch: dict[str, Any] = field(default_factory=dict)
    """Private to the reducer: what it must remember between events."""
    _by_key: dict[str, Item] = field(default_factory=dict)

    @property
    def usage(self) -> Usage | None:
        """What was used: not what a recorded answer had used when it was made."""
        reused = self.reused
        return Usage.add(one for leg, one in self.usages.items() if leg not in reused)

    @property
    def reused(self) -> frozenset[int]:
        """Legs whose answer had been recorded before, so that nothing was sent."""
        return frozenset(one.leg for one in self.detours if one.kind == "reused")

    @property
    def asked_since(self) -> int:
        """The leg from which on the server that the run belongs to was asked."""
        return max((one.leg for one in self.detours if one.crossed), default=0)

    def open(self, item: Item) -> None:
        """Add an item; its key is made unique to this leg by the caller."""
        item.leg, item.t0 = self.leg, self.now
        self.items.append(item)
        self._by_key[item.key] = item
        self.touch(item)

    def find(self, key: str) -> Item | None:
        return self._by_key.get(key)

    def touch(self, item: Item) -> None:
        """The item changed: whoever asks `since` an older revision will hear of it."""
        self.rev += 1
        item.rev = self.rev

    def close(self, item: Item) -> None:
        if item.t1 is None:
            item.t1 = self.now
        self.touch(item)

    def swap(self, old: Item, new: Item) -> None:
        """Put another item in the place of one (its kind turned out to be different)."""
        new.leg, new.t0 = old.leg, old.t0
        self.items[self.items.index(old)] = new
        self._by_key.pop(old.key, None)
        self._by_key[new.key] = new
        self.touch(new)

    def since(self, rev: int) -> list[Item]:
        """Items that changed after revision `rev`, in order."""
        return [item for item in self.items if item.rev > rev]

    def token(self, phase: Phase) -> None:
        """Something of the answer arrived."""
        timing = self.timing
        if timing.first_token is None:
            timing.first_token = self.now
        timing.last_token = self.now
        self.phase = phase

    def grew(self, item: Item, phase: Phase) -> None:
        """What arrived is of this item: `token` and `touch`, as nearly every event needs them."""
        now, timing = self.now, self.timing
        if timing.first_token is None:
            timing.first_token = now
        timing.last_token = now
        self.phase = phase
        self.rev = item.rev = self.rev + 1

    def repair(self, words: str) -> None:
        if words not in self.repairs:
            self.repairs.append(words)
        self.repaired.setdefault(self.number, words)

    # What came of it, put together. Where several choices were asked for, the first is the answer.

    def messages(self, role: str = "assistant") -> list[Message]:
        return [item for item in self.items if isinstance(item, Message) and item.role == role]

    def _last(self) -> list[Message]:
        """What the model said when it was last asked, of the first choice."""
        return [row for row in self.messages() if row.leg == self.leg and not row.choice]

    @property
    def text(self) -> str:
        """The answer: the final one where the server tells commentary apart."""
        rows = self._last()
        final = [row for row in rows if row.phase != "commentary"] or rows
        return "\n\n".join(filter(None, map(_said, final)))

    @property
    def reasoning(self) -> str:
        rows = [one for one in self.items if isinstance(one, Reasoning) and not one.choice]
        return "\n\n".join(str(row.text or row.summary) for row in rows if row.text or row.summary)

    @property
    def refusal(self) -> str | None:
        rows = [row for row in self._last() if row.refusal]
        return "\n\n".join(str(row.refusal) for row in rows) or None

    @property
    def exhausted(self) -> bool:
        """The whole budget went to reasoning: cut off before any of the answer came."""
        return (
            self.outcome in ("incomplete", None)
            and self.terminal == "incomplete"
            and (self.finish_reason or "").lower() in ("max_output_tokens", "length", "max_tokens")
            and not (self.text or self.refusal)
            and not any(call.leg == self.leg for call in self.tool_calls)
        )

    @property
    def tool_calls(self) -> list[ToolCall]:
        return [item for item in self.items if isinstance(item, ToolCall) and not item.choice]


def _said(message: Message) -> str:
    """What a message says, spoken or written."""
    return str(message.text) or str(message.audio.get("transcript") or "")


Reducer = Callable[[Transcript, str, Any], None]
"""(transcript, kind, data): `kind` is the event's name for stream events, `body` for a whole answer
that was not streamed; `data` is parsed JSON, anything a server may send."""


class Reader:
    """Folds events into a transcript, one at a time."""

    def __init__(self, reduce: Reducer, transcript: Transcript | None = None) -> None:
        """`transcript`: an empty one to fold into, of the caller's own kind."""
        self.transcript = Transcript() if transcript is None else transcript
        self._reduce = reduce
        self._body: list[bytes] = []
        self.count = 0
        """Events taken."""

    def take(self, events: Iterable[Event]) -> None:
        transcript = self.transcript
        for event in events:
            transcript.number = number = self.count
            self.count = number + 1
            transcript.now, kind, raw, transcript.leg = event[:4]
            if kind not in WIRE:
                self._fact(number, event)
                continue
            transcript.events += 1
            if transcript.timing.first_event is None:
                transcript.timing.first_event = transcript.now
            if kind == BODY:
                self._body.append(raw)
            elif (quick := usual(raw)) is not None:
                name, data = quick
                self._feed(number, name, data)
            else:
                self._block(number, event)
        if transcript.outcome is None:
            transcript.rev += 1

    def _block(self, number: int, event: Event) -> None:
        """A block of a stream that is not the usual one."""
        name, _, text, _ = frame(event.raw)
        if text is None:
            return
        data, wrong = payload(text)
        if wrong:
            if event.kind == REST:
                self.transcript.repair("The stream ended in the middle of an event.")
            self._misread(number, wrong)
        if data is not None:
            self._feed(number, name, data)
        elif not wrong and text.lstrip().startswith("[DONE]"):
            self._feed(number, "[DONE]", None)

    def _feed(self, number: int, kind: str, data: Any) -> None:
        """An event without a name says in its data what it is."""
        if not kind and isinstance(data, dict):
            said = data.get("type")
            kind = said if isinstance(said, str) else ""
        try:
            self._reduce(self.transcript, kind, data)
        except Exception as error:
            # A server may send anything: whatever a reducer trips over is this event's fault.
            self._misread(number, f"{type(error).__name__}: {error}")

    def _misread(self, number: int, why: str) -> None:
        self.transcript.malformed += 1
        self.transcript.misread[number] = why

    def _fact(self, number: int, event: Event) -> None:
        transcript, timing = self.transcript, self.transcript.timing
        data, _ = parse(event.raw.decode("utf-8", "replace"))
        data = data if isinstance(data, dict) else {}
        match event.kind:
            case "starting":
                transcript.phase = "starting"
                transcript.progress = str(data.get("text", ""))
            case "notice":
                transcript.open(Notice(key=f"notice:{number}", text=str(data.get("text", ""))))
            case "estimate":
                if transcript.leg not in transcript.usages:
                    transcript.usages[transcript.leg] = Usage(
                        input=round(_amount(data, "input")),
                        output=round(_amount(data, "output")),
                        basis="estimated",
                    )
            case "request":
                transcript.requests += 1
                self._asks(event)
            case "routed":
                transcript.detours.append(_detour("routed", event, data))
                if (used := Usage.read(data.get("usage"))) is not None:
                    basis = "estimated" if data.get("estimated") is True else "reported"
                    transcript.usages[PICKING] = used.model_copy(update={"basis": basis})
            case "queued":
                transcript.phase = "queued"
                transcript.progress = str(data.get("words", ""))
                wait = round(_amount(data, "seconds") * 1e9)
                transcript.retry_at = event.t + wait if wait else None
            case "reused":
                transcript.detours.append(_detour("reused", event, data))
                self._asks(event)
            case "fallback":
                self._turns(event, data)
            case "head":
                timing.head = event.t
                status = data.get("status")
                transcript.status = status if isinstance(status, int) else None
                transcript.headers = _headers(data.get("headers"))
                transcript.request_id = (
                    transcript.headers.get("x-request-id") or transcript.request_id
                )
                transcript.phase = "waiting"
            case "eof":
                self._whole_body(number)
            case "retry":
                transcript.retries += 1
                transcript.problem = None
                transcript.terminal = None
                transcript.scratch.pop("broken", None)
                transcript.phase = "retrying"
                transcript.retry_at = event.t + round(_amount(data, "after") * 1e9)
            case "cut" | "failed" | "timeout":
                self._whole_body(number, broken=True)
                if transcript.scratch.pop("acting", None):
                    transcript.terminal = None  # the answer was over, what we did about it was not
                if transcript.terminal is None:
                    transcript.problem = _problem(data)
                    transcript.scratch["broken"] = event.kind
            case "ended":
                outcome = _outcome(transcript)
                if (problem := transcript.problem) is not None and transcript.detours:
                    transcript.problem = _after_others(problem, transcript.detours)
                self._settle(outcome)
            case "stopped":
                self._settle("stopped")
            case "interrupted":
                self._settle("interrupted")
            case "deleted":
                transcript.stored = False
                transcript.rev += 1
            case "said":
                role, text = str(data.get("role", "user")), Text(str(data.get("text", "")))
                message = Message(key=f"said:{number}", role=role, text=text)
                transcript.open(message)
                transcript.close(message)
                transcript.scratch["acting"] = True
            case _:
                toolfacts.take(transcript, event.kind, number, data)

    def _asks(self, event: Event) -> None:
        """A request leaves, or what was answered to it before stands for that."""
        transcript = self.transcript
        self._body = []
        transcript.retry_at = None
        transcript.phase = "connecting"
        turned = transcript.scratch.pop("turned", None)
        if event.attempt == 0 or turned:
            transcript.legs += event.attempt == 0
            transcript.terminal = None
            transcript.timing = Timing(request=event.t)
            transcript.scratch = {}
            if transcript.legs == 1:
                transcript.first = transcript.timing
        elif transcript.scratch.pop("broken", None):
            transcript.problem = None  # the rest of the answer is being asked for
        transcript.status = None

    def _turns(self, event: Event, data: dict[str, Any]) -> None:
        """The request failed; another one is asked, and nothing of that failure is its fault."""
        transcript = self.transcript
        transcript.detours.append(_detour("fallback", event, data))
        transcript.problem = transcript.terminal = transcript.retry_at = None
        transcript.response_id = transcript.request_id = transcript.conversation = None
        transcript.model = transcript.service_tier = transcript.finish_reason = None
        transcript.stored = transcript.sequence = transcript.pending = transcript.status = None
        self._body = []
        if (used := transcript.usages.pop(event.leg, None)) is not None and used.total:
            # Read and paid for, though nothing came of it: it belongs to no leg any more.
            transcript.usages[min([PICKING, *transcript.usages]) - 1] = used
        transcript.scratch = {"turned": True}
        transcript.phase = "queued"
        transcript.progress = ""

    def _whole_body(self, number: int, *, broken: bool = False) -> None:
        """The body of an answer that was not an event stream is complete, or broken: read it."""
        transcript = self.transcript
        body, self._body = b"".join(self._body), []
        status = transcript.status or 0
        if status >= 400:
            transcript.problem = from_response(status, transcript.headers, body)
            transcript.terminal = "failed"
            transcript.finish_reason = transcript.problem.code
            return
        if not body:
            return
        text = body.decode("utf-8-sig", "replace").strip()
        data, wrong = parse(text)
        if wrong and self._lines(number, text):
            return
        if wrong and broken:
            return  # that the connection broke says more than that half of an answer is no JSON
        if wrong or not isinstance(data, dict | list):
            kind = transcript.headers.get("content-type", "no content type").split(";")[0]
            transcript.problem = Problem(
                title=f"The server answered with something else than the API's JSON ({kind}).",
                detail=body[:2048].decode("utf-8", "replace"),
                remedy="edit_profile",
                status=status or None,
                request_id=transcript.request_id,
            )
            transcript.terminal = "failed"
            return
        self._feed(number, "body", data)

    def _lines(self, number: int, text: str) -> bool:
        """Read a stream that came as lines of JSON instead of events; whether it is one."""
        first, _, rest = text.partition("\n")
        data, wrong = parse(first)
        if wrong or not rest or not isinstance(data, dict):
            return False
        self.transcript.repair("The stream came as lines of JSON instead of events.")
        for line in text.split("\n"):
            data, wrong = payload(line)
            if wrong:
                self._misread(number, wrong)
            elif data is not None:
                self._feed(number, "", data)
        return True

    def _settle(self, outcome: Outcome) -> None:
        transcript = self.transcript
        if transcript.outcome is not None:
            return
        transcript.outcome = outcome
        transcript.timing.end = transcript.now
        transcript.retry_at = None
        toolfacts.settle(transcript)
        for item in transcript.items:
            if item.t1 is None:
                transcript.close(item)
        transcript.rev += 1


# What facts say, whoever wrote them: a recording may have been edited by hand.


def _amount(data: dict[str, Any], name: str) -> float:
    """A number from 0 to `_MOST`; 0 where it is none."""
    value = data.get(name)
    return min(max(value, 0), _MOST) if isinstance(value, int | float) and value == value else 0


def _headers(pairs: Any) -> dict[str, str]:
    rows = pairs if isinstance(pairs, list) else []
    named = [row for row in rows if isinstance(row, list) and len(row) == 2]
    return {str(name).lower(): str(value) for name, value in named}


def _detour(
    kind: Literal["routed", "fallback", "reused"], event: Event, data: dict[str, Any]
) -> Detour:
    created = data.get("created")
    created = created if isinstance(created, int | float) and created == created else 0.0
    return Detour(
        kind=kind,
        leg=event.leg,
        t=event.t,
        profile=str(data.get("profile", "")),
        model=str(data.get("model", "")),
        words=str(data.get("words", "")),
        crossed=kind == "fallback" and data.get("crossed") is not False,
        run=str(data.get("run", "")),
        created=min(max(created, 0.0), _LATEST),
    )


def _after_others(problem: Problem, detours: Iterable[Detour]) -> Problem:
    """What went wrong last, with who had been asked before in vain."""
    told = " ".join(one.words for one in detours if one.kind == "fallback")
    if not told:
        return problem
    return problem.model_copy(update={"facts": {**problem.facts, "before": told}})


def _problem(data: dict[str, Any]) -> Problem:
    try:
        return Problem.model_validate(data.get("problem"))
    except ValueError:
        return Problem(title="The request failed.", remedy="retry")


def _outcome(transcript: Transcript) -> Outcome:
    broken = transcript.scratch.get("broken")
    if transcript.limit and transcript.problem is None:
        return "limited"
    if transcript.terminal == "failed":
        return "failed"
    if transcript.terminal is None:
        if broken == "timeout":
            return "timed_out"
        if broken == "failed" or (transcript.problem is not None and broken is None):
            return "failed"
        if transcript.problem is None:
            transcript.problem = Problem(
                title="The answer stopped before the server said that it was over.",
                detail="The stream ended without a terminal marker.",
                remedy="retry",
                request_id=transcript.request_id,
            )
        return "truncated"
    if transcript.terminal == "incomplete":
        return "incomplete"
    return "refused" if transcript.refusal and not transcript.text else "completed"


def replay(events: Iterable[Event], reduce: Reducer) -> Transcript:
    """The transcript of a recording."""
    reader = Reader(reduce)
    reader.take(events)
    return reader.transcript
