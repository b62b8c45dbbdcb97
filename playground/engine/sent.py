"""Sent: what was set for a request, what went out for it, and why the two differ.

A request is made again in the steps that make one, the last of them with all that its run and its
server had to say; each step is known to have changed what it changed. What is then still another
than what went out was written by hand, or refused by a server before; or nothing here explains it,
and the row says so. Profiles are those of now: what they said then is not on record.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from playground.core import negotiate
from playground.core.call import Call
from playground.core.endpoint import Endpoint
from playground.core.items import Item, ToolOutput
from playground.core.profile import Profile, is_secret
from playground.core.recording import WIRE, Recording, parse
from playground.core.session import Run
from playground.engine.history import STATES
from playground.engine.sent_rows import ABSENT, Ledger, Row, Why, always, is_masked, leaves
from playground.engine.sent_steps import Steps, fields_set
from playground.engine.sent_turns import Conversation

SHOWN = 160
"""Characters of a value that are said."""


def explain(
    run: Run,
    number: int,
    history: Sequence[Item],
    profile: Profile,
    endpoint: Endpoint,
    siblings: Sequence[Run] = (),
) -> list[Row]:
    """The rows of one request of a run: of the event `number`, the first attempt at it.

    `history` is the conversation up to and including the run's own input; `siblings` are other
    versions of the run, among them perhaps one that was refused. Without rows where the body is no
    JSON object, as that of a request that only fetches more of an answer.
    """
    event = run.recording[number]
    fact, _ = event.json()
    if not isinstance(fact, dict):
        return []
    body, _ = parse(str(fact.get("body") or ""))
    if not isinstance(body, dict):
        return []
    said = [*history, *_before(run, event.leg, event.t)]
    rest = _rest(run, number, body, siblings)
    steps = Steps(run.call, endpoint, profile)
    ledger = Ledger(fields_set(run.call))
    for why, fields, renamed in steps.fields():
        ledger.move(leaves(fields), always(why), renamed)
    spoken = Conversation(steps, said)
    if run.call.instructions:
        spoken.settle(ledger, run.call.instructions)
    sent = {name: value for name, value in body.items() if name != endpoint.turns}
    if rest.hand is not BY_HAND and run.call.state != "history":
        ledger.add({name: body[name] for name in STATES if name in body}, KEPT)
    ledger.move(leaves(sent), rest.why, masked=event.masked)
    rest.add(ledger)
    rows = [*spoken.rows(body, rest.why, masked=event.masked), *ledger.rows()]
    return [*_in_order(rows, run.call, endpoint), *_headers(run.call, profile, fact)]


def shown(value: Any) -> str:
    """A value in a few words: as JSON, and of a list of objects what they are."""
    if value is ABSENT:
        return ""
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        names = ", ".join(_named(one) for one in value)
        text = f"{len(value)} {'item' if len(value) == 1 else 'items'}: {names}"
    else:
        text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _named(row: dict[str, Any]) -> str:
    inner = row.get(str(row.get("type")))
    name = (inner if isinstance(inner, dict) else row).get("name")
    return str(name or row.get("role") or row.get("type") or "…")


KEPT = Why("state", "The server keeps the conversation, and is told here which one goes on.")
BY_HAND = Why("hand", "It was written by hand.")
AT_BREAKPOINT = Why("hand", "It was changed by hand where the run stood before this request.")
UNKNOWN = Why(
    "unexplained",
    "Nothing that is known here explains it. The profile may have been another one then.",
)


def _before(run: Run, leg: int, t: int) -> list[Item]:
    """What the run had come to before a request: earlier answers, and what was said to them."""
    return [
        item
        for item in run.transcript.items
        if item.leg < leg or (item.leg == leg and item.t0 < t and _is_ours(item))
    ]


def _is_ours(item: Item) -> bool:
    return isinstance(item, ToolOutput) or getattr(item, "ours", False)


# What no step explains.


@dataclass(frozen=True, slots=True)
class _Rest:
    """Why a request is not as its run and its server would have made it."""

    hand: Why | None = None
    refusal: Why | None = None
    offer: negotiate.Offer | None = None
    """With which it was sent again after that."""
    refused: dict[str, Any] = field(default_factory=dict)
    """The body that was refused."""
    exact: bool = False
    """The offer makes all the difference between that one and what went out."""

    def why(self, path: str, value: Any) -> Why:
        offered = () if self.offer is None else (self.offer.path, self.offer.to)
        if self.refusal is not None and path in offered:
            return self.refusal
        return self.hand or (self.refusal if self.exact else None) or UNKNOWN

    def add(self, ledger: Ledger) -> None:
        """What the call does not say any more, because it was refused."""
        offer = self.offer
        if offer is None or self.refusal is None or offer.path == negotiate.ROLE:
            return
        value = leaves(self.refused).get(offer.path, ABSENT)
        if value is not ABSENT:
            to = offer.to if offer.kind == "rename" else offer.path
            ledger.put(offer.path, value, to, self.refusal)


def by_hand(run: Run, number: int) -> Why | None:
    """Where somebody changed a request, the first attempt at which is the event `number`; None:
    nobody did."""
    if _edited(run.recording, number):
        return AT_BREAKPOINT
    written = run.call.body is not None and run.recording[number].leg == 0
    return BY_HAND if written else None


def _rest(run: Run, number: int, body: dict[str, Any], siblings: Sequence[Run]) -> _Rest:
    hand = by_hand(run, number)
    if run.recording[number].leg:
        return _Rest(hand)
    for sibling in siblings:
        problem = sibling.transcript.problem
        if sibling is run or problem is None or sibling.created > run.created:
            continue
        refused = negotiate.sent(sibling.recording) or negotiate.wanted(sibling.call)
        for offer in negotiate.offers(problem, refused):
            changed = negotiate.applied(sibling.call, offer)
            exact = negotiate.amended(refused, offer) == body
            if changed == run.call and (exact or changed != sibling.call):
                words = f"It was refused before: “{problem.title}” Sent again {offer.words}."
                return _Rest(hand, Why("refusal", words), offer, refused, exact)
    return _Rest(hand)


def _edited(recording: Recording, number: int) -> bool:
    """Whether a request was changed at the breakpoint before it."""
    for at in range(number - 1, -1, -1):
        kind = recording.kinds[at]
        if kind in WIRE or kind in ("request", "reused"):
            break
        if kind == "resumed":
            data, _ = recording[at].json()
            if isinstance(data, dict) and data.get("place") == "before_send":
                return data.get("edited") is True
    return False


# Headers.


def _headers(call: Call, profile: Profile, fact: dict[str, Any]) -> list[Row]:
    """Those that somebody set, and the one that carries the key."""
    pairs = fact.get("headers")
    pairs = pairs if isinstance(pairs, list) else []
    pairs = [row for row in pairs if isinstance(row, list) and len(row) == 2]
    went = {str(name).lower(): str(value) for name, value in pairs}
    fixed = {"OpenAI-Organization": profile.organization, "OpenAI-Project": profile.project}
    wanted = {name.lower(): (name, value) for name, value in fixed.items() if value}
    wanted |= {name.lower(): (name, value) for name, value in profile.headers.items()}
    rows: list[Row] = []
    for name, value in call.headers.items():
        lower, whys = name.lower(), list[Why]()
        was = wanted.pop(lower, None)
        if was is not None and was[1] != value:
            whys = [Why("header", "That of the call goes out in the place of the profile's.")]
        rows.append(_header(name, value, went, whys))
    rows = [*(_header(name, value, went, []) for name, value in wanted.values()), *rows]
    key = profile.key_header or "Authorization"
    if key.lower() in went and not any(row.path.lower() == f"header {key.lower()}" for row in rows):
        words = "The key of the profile goes in here; it is never kept."
        path = f"header {key}"
        rows.append(Row(path, ABSENT, path, went[key.lower()], (Why("header", words),)))
    return rows


def _header(name: str, value: str, went: dict[str, str], whys: list[Why]) -> Row:
    path, value = f"header {name}", value.strip()
    sent: Any = went.get(name.lower(), ABSENT)
    secret = is_secret(name)
    if not (secret and sent is not ABSENT) and sent != value and not is_masked(value, sent):
        whys = [*whys, UNKNOWN]
    return Row(path, "*" * len(value) if secret else value, path, sent, tuple(whys))


def _in_order(rows: list[Row], call: Call, endpoint: Endpoint) -> list[Row]:
    """The model, what was said, how; then all else as it was set."""
    first = {"model": 0, "instructions": 1}

    def place(row: Row) -> int:
        if row.path.partition("[")[0] == endpoint.turns:
            return 2
        return first.get(row.path, 3)

    return sorted(rows, key=place)
