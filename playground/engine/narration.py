"""Narration: what a run says to an audience, as numbered sentences. Pure.

For people who watch a demo: no JSON, no keys, no prices, no names of fields where words will do.
While a run goes on sentences are only added at the end, and only the last ones still change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from playground.core import blocks
from playground.core.items import HostedCall, Item, Message, Reasoning, ToolCall, ToolOutput
from playground.core.markdown_stream import MarkdownStream
from playground.core.plain import visible
from playground.core.recording import parse
from playground.core.session import Run

Kind = Literal["question", "thinking", "asking", "waiting", "result", "answer", "trouble"]

LONG = 1_200
"""Characters of what was said that are told."""
SHORT = 80
"""Characters of one value."""
LINE = 160
"""Characters that still fit into the sentence itself."""
FEW = 5
"""Values of a list, or of an object, that are told."""
READ = 20_000
"""Characters of JSON that are read: what is longer is not for an audience."""

_FETCH = re.compile("fetch|find|get|list|load|look|lookup|read|retrieve|show")
_DO = re.compile(
    "add|ask|book|buy|calculate|call|cancel|check|close|compare|compute|convert|count|create|delete"
    "|draw|execute|make|move|open|order|pay|play|query|remove|rename|reserve|run|save|schedule"
    "|search|sell|send|set|solve|start|stop|summarize|translate|turn|update|write"
)
"""With one of these a name says what is to be done; else it says what is asked for."""
_BEFORE = (
    ("in", re.compile("city|country|destination|location|place|region|town")),
    ("for", re.compile("date|day|month|time|week|when|year")),
    ("of", re.compile("company|person|product|symbol|ticker")),
)
"""What goes before the value of an argument of such a name."""
_UNIT = re.compile("currency|units?")
_SIGNS = {"celsius": "°C", "fahrenheit": "°F", "kmh": "km/h", "percent": "%"}
_NAMES = ("title", "name", "label", "subject", "summary", "id")
"""What an entry of a list is called by, the best first."""

_SECRET = re.compile(r"(^|_)(api_?key|auth|authorization|credentials?|password|secret|token)(_|$)")
_KEYS = re.compile(
    r"\b(?:sk|pk|rk|hf|gsk|ghp|gho|xox[abp])[-_][\w-]{8,}|\bBearer\s+\S{8,}"
    r"|\b(?:AKIA|AIza|eyJ)[\w.-]{12,}|\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{32,}"
)
"""Keys by their usual beginnings, and whatever is as long and as mixed as one."""

_JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*[\[{"\]])')
"""How JSON begins that is more than a number or a word."""

_HOSTED = {
    "apply_patch_call": "wants a file to be changed here",
    "code_interpreter_call": "runs a program of its own",
    "computer_call": "wants a computer to be used",
    "file_search_call": "searches the files it was given",
    "image_generation_call": "draws a picture",
    "local_shell_call": "wants a command to be run here",
    "mcp_approval_request": "asks whether it may use a tool of a server",
    "shell_call": "wants commands to be run here",
    "web_search_call": "searches the web",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    number: int
    """From 1."""
    kind: Kind
    words: str
    text: str = ""
    """What was said, where the sentence only says that something was: plain, of several lines."""
    key: str = ""
    """Of the item that it is about; empty: of none, or of several."""
    over: bool = True
    """Nothing of it changes any more."""


def narrate(run: Run) -> list[Sentence]:
    """All that has happened so far."""
    items = (*run.input, *run.transcript.items)
    telling = _Telling(run.running, _answered(run, items))
    for item in items:
        telling.tell(item)
    telling.end(run)
    return telling.rows


class _Telling:
    def __init__(self, running: bool, answered: set[str]) -> None:
        self.rows: list[Sentence] = []
        self._running = running
        self._answered = answered
        self._open: list[ToolCall] = []
        """Calls that nothing was said of but that they were made, and"""
        self._waited: list[ToolCall] = []
        """those that have no result yet."""
        self._several = False

    def tell(self, item: Item) -> None:
        match item:
            case Message():
                self._message(item)
            case Reasoning(choice=0):
                if not self.rows or self.rows[-1].kind != "thinking":
                    self._say("thinking", "The model thinks it over.", item)
            case ToolCall(choice=0):
                self._asked(item)
            case ToolOutput():
                self._approval()
                self._result(item)
            case HostedCall(ours=True):
                said = "That is answered." if item.status == "completed" else "That is not done."
                self._say("result", said, item)
            case HostedCall():
                does = _HOSTED.get(item.type, "uses a tool of its own")
                self._say("result", f"The model {does}.", item)

    def end(self, run: Run) -> None:
        """How it stands, or how it ended."""
        self._approval()
        seen = run.transcript
        words = ""
        match seen.outcome:
            case "incomplete":
                words = "The answer is cut off at a limit."
            case "limited":
                words = f"It goes no further. {seen.limited}".strip()
            case "stopped":
                words = "It was stopped by hand."
            case "interrupted":
                words = "It was interrupted."
            case "truncated" | "failed" | "timed_out":
                title = seen.problem.title if seen.problem is not None else ""
                words = f"Something goes wrong. {title}".strip()
        if words:
            self._say("trouble", hide(words.replace("`", "")))

    def _say(
        self, kind: Kind, words: str, item: Item | None = None, text: str = "", over: bool = True
    ) -> None:
        over = over and (not self._running or item is None or item.t1 is not None)
        key = item.key if item is not None else ""
        self.rows.append(Sentence(len(self.rows) + 1, kind, visible(words), text, key, over))

    def _message(self, item: Message) -> None:
        if item.role == "assistant":
            if item.choice or not (item.text or item.refusal or item.audio.get("transcript")):
                return
            refused = item.refusal and not item.text
            said = str(item.refusal if refused else item.text)
            text = spoken(said or str(item.audio.get("transcript") or ""))
            words = "The model declines." if refused else "The model answers."
            self._say("answer", words, item, text)
        elif item.role == "user":
            self._approval()
            asked = any(row.kind == "question" for row in self.rows)
            words = "It is asked again." if asked else "The question."
            if item.parts:
                words = words[:-1] + ", with something attached."
            self._say("question", words, text=spoken(str(item.text)))

    def _asked(self, call: ToolCall) -> None:
        if self._open and self._open[-1].leg != call.leg:
            self._approval()
        also = "also " if self._open else ""
        self._open.append(call)
        self._waited.append(call)
        self._several = bool(also)
        whole = call.state != "arriving"
        words = asks(call.name, str(call.arguments)) if whole else asks(call.name, "")
        self._say("asking", f"The model {also}{words}{'.' if whole else ' …'}", call, over=whole)

    def _approval(self) -> None:
        """What somebody here was asked about the calls so far."""
        calls, self._open = self._open, []
        if asked := [call for call in calls if call.asked_at is not None]:
            waits = any(call.state == "asked" for call in asked)
            hand = all(self._by_hand(call) for call in asked)
            words = _awaited(asked) if waits else _decided(asked, hand)
            self._say("waiting", words, asked[0] if len(asked) == 1 else None, over=not waits)
        if any(call.mode == "human" and call.state == "running" for call in calls):
            self._say("waiting", "Waiting for your answer.", over=False)

    def _result(self, item: ToolOutput) -> None:
        call = next((one for one in self._waited if one.call_id == item.call_id), None)
        several = self._several
        if call is not None:
            self._waited.remove(call)
        given = _given(call)
        about = _subject(given) if several else ""
        whom = f" for {about}" if about else ""
        plain = told(item.output, given)
        if call is not None and call.state == "denied":
            self._say("result", f"The model is told that it may not{whom}.", item)
            return
        if call is not None and self._by_hand(call):
            who = "You answer in place of the tool" + ("" if item.ok else ", that it failed")
        elif call is None or item.ok:
            who = "The tool answers"
        elif call.started_at is None:
            who = "That call cannot be made"
            plain = plain.partition("was not run:")[2].lstrip(" •-\n") or plain
        else:
            who = "The tool fails"
        line = " ".join(plain.split())
        if len(line) <= LINE:
            ending = "" if line.endswith((".", "!", "?", "…")) else "."
            self._say("result", f"{who}{whom}: {line}{ending}", item)
        else:
            self._say("result", f"{who}{whom}.", item, plain)

    def _by_hand(self, call: ToolCall) -> bool:
        """Somebody here gave the result, instead of the tool."""
        return call.mode == "human" or call.key in self._answered or call.call_id in self._answered


def _answered(run: Run, items: Sequence[Item]) -> set[str]:
    """Calls whose result somebody gave who was to approve them, by key or `call_id`: only the
    recording knows that one which was never begun did not just fail."""
    if not any(_is_unrun(item) for item in items):
        return set()
    found: set[str] = set()
    for number, kind in enumerate(run.recording.kinds):
        if kind == "approval":
            data, _ = parse(run.recording.raws[number].decode("utf-8", "replace"))
            if isinstance(data, dict) and data.get("decision") == "answer":
                found.add(str(data.get("item") or data.get("call_id")))
    return found


def _is_unrun(item: Item) -> bool:
    return (
        isinstance(item, ToolCall)
        and item.asked_at is not None
        and item.started_at is None
        and item.state in ("done", "failed")
    )


def _awaited(asked: Sequence[ToolCall]) -> str:
    left = sum(call.state == "asked" for call in asked)
    return "Waiting for your approval" + (f" of {left} calls." if left > 1 else ".")


def _decided(asked: Sequence[ToolCall], by_hand: bool) -> str:
    denied = [call for call in asked if call.state == "denied"]
    idle = [call for call in asked if call.state == "not run"]
    changed = next((call for call in asked if call.approved is not None), None)
    if len(idle) == len(asked):
        return "Your approval was asked for, and nobody gave it."
    if len(denied) == len(asked):
        return "You say no."
    if denied or idle:
        return f"You approve {len(asked) - len(denied) - len(idle)} of {len(asked)}."
    if changed is not None:
        return f"You change it: {values(changed.approved or '') or 'to nothing'}. You approve."
    if by_hand:
        return "You answer it yourself."
    return "You approve."


# A call in words.


def asks(name: str, arguments: str) -> str:
    """What a model does that calls a tool: `asks for the weather in Oslo`."""
    words = _words(name.rsplit("__", 1)[-1]) or ["tool"]
    first, rest = words[0], " ".join(words[1:])
    if _DO.fullmatch(first):
        what = rest if not rest or rest.endswith("s") else f"the {rest}"
        said = f"asks to {first} {what}".rstrip()
    else:
        said = f"asks for the {rest if rest and _FETCH.fullmatch(first) else ' '.join(words)}"
    given = _object(arguments)
    if given is None:  # text of a custom tool, or nothing that can be read
        line = _value(arguments)
        return f"{said}: {line}" if line and not arguments.lstrip().startswith(("{", "[")) else said
    inline, beside = [], []
    for key, value in _shown(given):
        word = _words(key)
        if before := _preposition(word):
            inline.append(f"{before} {value}")
        else:
            beside.append((key, value))
    said = " ".join([said, *inline])
    if not beside:
        return said
    if len(beside) == 1 and not inline:
        return f"{said}: {beside[0][1]}"
    listed = ", ".join(f"{' '.join(_words(key))} {value}" for key, value in beside)
    return f"{said} ({listed})"


def _preposition(word: Sequence[str]) -> str:
    """What goes before the value of an argument of this name; empty: it says nothing by itself."""
    if not word:
        return ""
    if word[0] in ("from", "to"):
        return word[0]
    return next((before for before, names in _BEFORE if names.fullmatch(word[-1])), "")


def values(arguments: str) -> str:
    """The values of arguments on a short line, without their names: `Oslo, tomorrow`."""
    given = _object(arguments)
    if given is None:
        return "" if arguments.lstrip().startswith(("{", "[")) else _value(arguments)
    rows = [value for _, value in _shown(given)]
    return ", ".join(rows[:FEW]) + (" …" if len(rows) > FEW else "")


def _given(call: ToolCall | None) -> Mapping[str, Any]:
    if call is None:
        return {}
    return _object(str(call.arguments) if call.approved is None else call.approved) or {}


def _subject(given: Mapping[str, Any]) -> str:
    """The one value by which a call is told from another of the same tool."""
    rows = _shown(given)
    telling = [value for key, value in rows if _preposition(_words(key))]
    return next(iter(telling or [value for _, value in rows]), "")


def _shown(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, value in words) of what may be seen, of what is there at all."""
    return [
        (key, _plain(value))
        for key, value in given.items()
        if value not in (None, "", [], {}) and not _is_secret(key)
    ]


def _object(text: str) -> dict[str, Any] | None:
    value, _ = parse(text) if len(text) <= READ else (None, "")
    return value if isinstance(value, dict) else None


# What a tool gave back, in words.


def told(output: str, given: Mapping[str, Any] | None = None) -> str:
    """What a tool answered; what only repeats what it was `given` is left out."""
    value, wrong = parse(output) if len(output) <= READ else (None, "too long")
    if wrong:
        if output.lstrip().startswith(("{", "[", "<")):
            return "something that is not meant to be read"
        return spoken(output) or "nothing"
    if isinstance(value, dict):
        known = given or {}
        fresh = {
            key: one
            for key, one in value.items()
            if known.get(key) != one or _UNIT.fullmatch(key.lower())
        }
        value = fresh or value
    if isinstance(value, list) and all(isinstance(one, dict) and "text" in one for one in value):
        return spoken("\n\n".join(str(one["text"]) for one in value)) or "nothing"
    return _plain(value, SHORT * 2) or "nothing"


def _plain(value: Any, most: int = SHORT, deep: int = 0) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return (str(value) if isinstance(value, int) else f"{value:.10g}").replace("-", "−")
        case dict() if deep < 2:
            return _fields(value, deep)
        case list() if deep < 3:
            return _listed(value, deep)
        case dict() | list():
            return "details"
        case _:
            return _value(str(value), most)


def _fields(value: Mapping[str, Any], deep: int) -> str:
    columns, table = value.get("columns"), value.get("rows")
    if isinstance(columns, list) and isinstance(table, list):
        if len(table) == 1 and isinstance(table[0], list) and len(table[0]) == len(columns):
            return _fields(dict(zip(map(str, columns), table[0], strict=True)), deep)
        return _counted("row", table, deep)
    units = [key for key in value if _UNIT.fullmatch(key.lower())]
    if not any(_is_number(one) for one in value.values()):
        units = []
    unit = str(value[units[0]]) if units else ""
    rows: list[tuple[str, str]] = []
    for key, one in value.items():
        if one is None or _is_secret(key) or key in units:
            continue
        word = _words(key)
        if isinstance(one, list):
            rows.append(("", _counted(" ".join(word), one, deep)))
            continue
        plain = _plain(one, deep=deep + 1)
        if _is_number(one):
            if len(word) > 1 and word[-1] in _SIGNS:
                plain += f" {_SIGNS[word.pop()]}"
            elif unit:
                plain, unit = f"{plain} {_SIGNS.get(unit.lower(), unit)}", ""
        rows.append((" ".join(word), plain))
    if len(rows) == 1:
        return rows[0][1]
    said = [f"{name} {plain}".strip() for name, plain in rows[:FEW]]
    return ", ".join(said) + (f", and {len(rows) - FEW} more" if len(rows) > FEW else "")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _counted(name: str, value: Sequence[Any], deep: int) -> str:
    """`2 events: Stand-up, Design review`."""
    if not value:
        return f"no {name}"
    one = name[:-1] if name.endswith("s") and not name.endswith("ss") else name
    title = one if len(value) == 1 else one + "s"
    return f"{len(value)} {title}: {_listed(value, deep)}"


def _listed(value: Sequence[Any], deep: int) -> str:
    if not value:
        return "none"
    said: list[str] = []
    for one in value[:FEW]:
        if isinstance(one, dict):
            found = next((one[name] for name in _NAMES if one.get(name)), None)
            said.append(_plain(found if found is not None else one, deep=deep + 1))
        elif isinstance(one, list):
            said.append(" ".join(_plain(cell, deep=deep + 2) for cell in one[:FEW]))
        else:
            said.append(_plain(one, deep=deep + 1))
    more = f", and {len(value) - FEW} more" if len(value) > FEW else ""
    return ", ".join(said) + more


def spoken(markdown: str) -> str:
    """What somebody wrote, as plain text without marks and code; of JSON what it says."""
    text = markdown.strip()
    if _JSON.match(text):
        return _unjsoned(text)
    stream = MarkdownStream()
    stream.feed(text[: 2 * LONG])
    stream.finish()
    said = hide("".join(_pieces(stream.blocks)).strip())
    return visible(said if len(said) <= LONG else said[:LONG].rstrip() + " …")


def _unjsoned(text: str) -> str:
    """What JSON says; of JSON that is not whole, that there is something."""
    return _plain(parse(text)[0]) if _is_json(text) else "…"


def _is_json(text: str) -> bool:
    return len(text) <= READ and not parse(text)[1]


def _pieces(rows: Sequence[blocks.Block]) -> Iterator[str]:
    for block in rows:
        match block:
            case blocks.Paragraph() | blocks.Heading():
                mark = ""
                if block.within and isinstance(last := block.within[-1], blocks.Item):
                    mark = "" if not last.first else f"{last.number}. " if last.number else "• "
                yield ("\n" if block.within else "\n\n") + mark
                said = "".join(span.text for span in block.spans)
                whole = _JSON.match(said) is not None
                lines = [said] if whole and _is_json(said) else said.split("\n")
                yield "\n".join(_unjsoned(line) if _JSON.match(line) else line for line in lines)
            case blocks.Table():
                yield "\n"
                for row in (block.head, *block.rows[:FEW]):
                    cells = ("".join(span.text for span in cell) for cell in row)
                    yield "\n" + " · ".join(filter(None, cells))
            case blocks.Code():
                yield "\n\n(code)"
            case blocks.Rule():
                pass


def hide(text: str) -> str:
    """The text with dots in the place of what looks like a key."""
    return _KEYS.sub("•••", text)


def _value(text: str, most: int = SHORT) -> str:
    line = hide(visible(" ".join(text[: 4 * most].split())))
    return line if len(line) <= most else line[:most].rstrip() + " …"


def _words(name: str) -> list[str]:
    """`get_stockPrice` → get, stock, price."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", visible(name)[:SHORT])
    return [word.lower() for word in re.split(r"[\W_]+", apart) if word]


def _is_secret(name: str) -> bool:
    return _SECRET.search("_".join(_words(name))) is not None
