"""Agreement: how far the answers of the same request, asked many times, say the same.

Texts are the same word for word, or alike: the same but for case, spaces and punctuation at the
ends. Answers in JSON are compared value by value, by their paths; calls of tools by the order of
their names, and by that with their arguments. What was cut off by a stop or a failure is no answer:
it says less than what the model would have said.
"""

from __future__ import annotations

import json
import re
import string
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from math import ceil
from typing import Any, Generic, TypeVar

from playground.core.session import Run
from playground.core.transcript import Outcome
from playground.engine.ledger_speed import ANSWERED

Number = TypeVar("Number", int, float, Decimal)

ABSENT = "—"
"""What a field says in an answer that has none."""
DEEPEST = 40
"""Levels of JSON that are taken apart; what is deeper is one value."""
MOST_FIELDS = 2_000
_FENCED = re.compile(r"```[\w-]*\n(.*)\n```", re.DOTALL)
"""JSON as models write it that were not asked for anything else."""


@dataclass(frozen=True, slots=True)
class Group:
    """Runs that say the same."""

    said: str
    """What they say, as the first of them says it."""
    runs: tuple[str, ...]
    """Their ids."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The same question, answered several times; `groups` are the largest first."""

    groups: tuple[Group, ...]

    @property
    def of(self) -> int:
        """How many answers there are."""
        return sum(len(group.runs) for group in self.groups)

    @property
    def most(self) -> int:
        """How many of them say the most frequent."""
        return len(self.groups[0].runs) if self.groups else 0

    @property
    def per_cent(self) -> int | None:
        """Answers in a hundred that say the most frequent, rounded down: 100 are all of them. None
        of fewer than two."""
        return 100 * self.most // self.of if self.of > 1 else None


@dataclass(frozen=True, slots=True)
class Field:
    """One place in answers in JSON."""

    path: str
    """As in `city.days[0]`; empty: the whole."""
    values: Agreement


@dataclass(frozen=True, slots=True)
class Range(Generic[Number]):
    """How numbers are spread; quantiles are the smallest number that so many do not exceed."""

    count: int
    least: Number
    median: Number
    p95: Number
    most: Number


@dataclass(frozen=True, slots=True)
class Repeated:
    """What came of all of them."""

    runs: int
    over: int
    answered: int
    """Those that are compared: they ended as they should, or at the limit of their length."""
    outcomes: tuple[tuple[Outcome, int], ...]
    """How they ended, the most frequent first."""
    texts: Agreement
    """Of answers word for word."""
    alike: Agreement
    """As one would read them; those in JSON as the values they have, whatever the order of their
    fields."""
    fields: tuple[Field, ...]
    """Of answers in JSON, in the order of the first one; empty where no two are."""
    documents: Agreement
    """The same of those in JSON alone."""
    called: Agreement
    """The names of tools in the order of their calls; `said` is empty for none."""
    arguments: Agreement
    """The same with what they were called with."""
    took_ms: Range[float] | None
    first_token_ms: Range[float] | None
    output: Range[int] | None
    """Tokens."""
    usd: Range[Decimal] | None
    """Of runs whose cost is wholly known."""
    unpriced: int
    """Runs that cost something that nobody told us."""


@dataclass(frozen=True, slots=True)
class Read:
    """What the answer of a run says."""

    said: str | None
    """None where tools were called instead."""
    alike: str = ""
    """The same for answers that one would read as the same."""
    whole: str | None = None
    """What it says as JSON, in one spelling; None where it is none."""
    leaves: tuple[tuple[str, str], ...] = ()
    """Its values by their paths."""


def read(run: Run) -> Read:
    if (text := _said(run)) is None:
        return Read(None)
    if (value := _document(text, run.call.output.asked)) is ...:
        return Read(text, _bare(text))
    whole = _key(value)
    rows = tuple((path, _key(one)) for path, one in islice(leaves(value), MOST_FIELDS))
    return Read(text, whole, whole, rows)


def repeated(runs: Sequence[Run], known: dict[str, Read] | None = None) -> Repeated:
    """Compare the runs that are over. Takes as long as reading their answers, but for those that
    are `known`, by their ids; the others come to stand there."""
    known = {} if known is None else known
    over = [run for run in runs if run.transcript.outcome is not None]
    done = [run for run in over if run.transcript.outcome in ANSWERED]
    for run in done:
        if run.id not in known:
            known[run.id] = read(run)
    found = [(run, known[run.id]) for run in done if known[run.id].said is not None]
    documents = [(run.id, one) for run, one in found if one.whole is not None]
    endings: dict[Outcome, int] = {}
    for run in over:
        if (outcome := run.transcript.outcome) is not None:
            endings[outcome] = endings.get(outcome, 0) + 1
    spent = [run.cost for run in over if run.cost is not None]
    amounts = [cost.usd for cost in spent if cost.usd is not None and not cost.at_least]
    return Repeated(
        runs=len(runs),
        over=len(over),
        answered=len(done),
        outcomes=tuple(sorted(endings.items(), key=lambda row: -row[1])),
        texts=_grouped((run.id, one.said or "", one.said or "") for run, one in found),
        alike=_grouped((run.id, one.alike, one.whole or one.said or "") for run, one in found),
        fields=_fields(documents),
        documents=_grouped((run, one.alike, one.alike) for run, one in documents),
        called=_grouped((run.id, names, names) for run in done for names in [_called(run)]),
        arguments=_grouped(
            (run.id, calls, calls) for run in done for calls in [_called(run, arguments=True)]
        ),
        took_ms=spread(_ms(run, run.transcript.timing.end) for run in done),
        first_token_ms=spread(_ms(run, run.transcript.first.first_token) for run in done),
        output=spread(
            run.transcript.usage.output if run.transcript.usage is not None else None
            for run in done
        ),
        usd=spread(amounts),
        unpriced=len(spent) - len(amounts),
    )


def spread(numbers: Iterable[Number | None]) -> Range[Number] | None:
    """Of those that are there; None when none is."""
    rows = sorted(number for number in numbers if number is not None)
    if not rows:
        return None

    def at(share: float) -> Number:
        return rows[max(ceil(share * len(rows)), 1) - 1]

    return Range(len(rows), rows[0], at(0.5), at(0.95), rows[-1])


def leaves(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """The values of a document that hold no others, by their paths."""
    match value:
        case dict() if value and depth < DEEPEST:
            for name, inner in value.items():
                dot = "." if path else ""
                step = f"{dot}{name}" if name.isidentifier() else f"[{json.dumps(name)}]"
                yield from leaves(inner, path + step, depth + 1)
        case list() if value and depth < DEEPEST:
            for number, inner in enumerate(value):
                yield from leaves(inner, f"{path}[{number}]", depth + 1)
        case _:
            yield path, value


def _fields(documents: Sequence[tuple[str, Read]]) -> tuple[Field, ...]:
    if len(documents) < 2:
        return ()
    flat = [(run, dict(one.leaves)) for run, one in documents]
    paths = list(dict.fromkeys(path for _, row in flat for path in row))[:MOST_FIELDS]
    return tuple(
        Field(
            path,
            _grouped((run, said, said) for run, row in flat for said in [row.get(path, ABSENT)]),
        )
        for path in paths
    )


def _grouped(rows: Iterable[tuple[str, str, str]]) -> Agreement:
    """Of (run, what makes it the same, what it says)."""
    found: dict[str, tuple[str, list[str]]] = {}
    for run, key, said in rows:
        found.setdefault(key, (said, []))[1].append(run)
    groups = [Group(said, tuple(runs)) for said, runs in found.values()]
    return Agreement(tuple(sorted(groups, key=lambda group: -len(group.runs))))


def _said(run: Run) -> str | None:
    """The answer, or the words with which it was refused; None where tools were called instead."""
    seen, output = run.transcript, run.call.output
    if output.mode == "tool":
        mine = [call for call in seen.tool_calls if call.name == output.name]
        if mine:
            return str(mine[-1].arguments)
    text = run.answer or seen.refusal or ""
    return None if not text and seen.tool_calls else text


def _document(text: str, asked: bool) -> Any:
    """An answer as JSON, where that is what was asked for, or what it is; else `...`."""
    text = text.strip()
    if fenced := _FENCED.fullmatch(text):
        text = fenced[1].strip()
    if not asked and text[:1] not in ("{", "["):
        return ...
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return ...


def _key(value: Any) -> str:
    """The same for values that are the same; 1 and 1.0 are, 1 and true are not."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, dict | list):
        value = _settled(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _settled(value: Any, depth: int = 0) -> Any:
    if depth > DEEPEST:
        return value
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {name: _settled(inner, depth + 1) for name, inner in value.items()}
        case list():
            return [_settled(inner, depth + 1) for inner in value]
        case _:
            return value


def _called(run: Run, *, arguments: bool = False) -> str:
    output = run.call.output
    form = output.name if output.mode == "tool" else None  # that call is the answer
    calls = [call for call in run.transcript.tool_calls if call.name != form]
    if not arguments:
        return " → ".join(call.name for call in calls)
    return " → ".join(f"{call.name}({_arguments(str(call.arguments))})" for call in calls)


def _arguments(text: str) -> str:
    try:
        return _key(json.loads(text))
    except (ValueError, RecursionError):
        return text


def _bare(text: str) -> str:
    words = text.casefold().split()
    bare = " ".join(words).strip(string.punctuation + string.whitespace + "…“”„’‘«»。、")
    return bare or text


def _ms(run: Run, end: int | None) -> float | None:
    begin = run.transcript.first.request
    return None if begin is None or end is None else (end - begin) / 1e6
