"""One HTML file that replays a run: its stream, its time and its cost, with no network.

Everything is in the file, and a policy in it forbids it to load or send anything. The run is a
block of JSON that is never markup; the page sets all of it as text. Where no scripts run, the
conversation stands there as a plain text.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html import escape
from typing import Any

from playground.core.items import Item, Message, Text, texts_of
from playground.core.plain import visible, whole
from playground.core.problem import Failure, Problem
from playground.core.resources import resource
from playground.core.session import Run
from playground.core.transcript import Transcript
from playground.export import html_words as words
from playground.export.base import Exported, Exporter, Pieces
from playground.export.html_events import columns
from playground.export.html_faces import Face, Names, shortened
from playground.export.html_states import Course, Slot, standing
from playground.export.html_times import Times

SCRIPTS = ("tape.js", "ink.js", "cards.js", "panes.js", "player.js")
"""One after another they are the script of the page."""
VERSION = 1

_SLOT = re.compile(r"\{\{(\w+)\}\}")
_ESCAPED = re.compile("[<\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
"""What may stand in JSON and yet ends a script, breaks or turns a line, or is no UTF-8."""


def write(exported: Exported) -> str:
    """The file. Raises Failure for a run that was never sent: there is nothing to replay."""
    return b"".join(piece for _, piece in pieces(exported)).decode()


def pieces(exported: Exported) -> Pieces:
    """The file. It is made of all that was read: before its one piece there are empty ones."""
    if not len(exported.run.recording):
        raise Failure(Problem(title="Nothing was sent in this run: there is no replay of it."))
    names = Names({tool.name: tool.title for tool in exported.run.call.tools})
    before = [_slot(item, names) for item in _earlier(exported)]
    asked = [_slot(item, names) for item in exported.run.input]
    course = Course(exported.run, names)
    for count in course.read():
        yield count // 2, b""
    times = Times(exported.run, course)
    for count in times.read():
        yield (len(exported.run.recording) + count) // 2, b""
    head = words.heading(exported)
    style = _read("replay.css")
    script = "".join(map(_read, SCRIPTS))
    values = {
        "policy": f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'",
        "title": escape(visible(head["title"])),
        "style": style,
        "static": _static(exported.run, [*before, *asked, *course.standing()], course, head),
        "recording": _json(_recording(exported.run, before, asked, course, times, head)),
        "script": script,
    }
    text = _SLOT.sub(lambda slot: values[slot[1]], _read("replay.html"))
    for secret in _overwritten(exported.run.transcript, course.transcript):
        text = text.replace(secret, "*" * len(secret))
    yield len(exported.run.recording), text.encode("utf-8", "replace")


def _overwritten(kept: Transcript, read: Transcript) -> set[str]:
    """What is asterisks in the texts that were kept: a secret that no event holds as a whole."""
    found: set[str] = set()
    for item in read.items:
        there = kept.find(item.key)
        for name in texts_of(item) if type(there) is type(item) else ():
            masked, text = str(getattr(there, name)), str(getattr(item, name))
            if masked != text and len(masked) == len(text):
                found |= {
                    text[stars.start() : stars.end()]
                    for stars in re.finditer(r"\*{8,}", masked)
                    if stars[0] != text[stars.start() : stars.end()]
                }
    return found


def _recording(
    run: Run,
    before: list[Slot],
    asked: list[Slot],
    course: Course,
    times: Times,
    head: dict[str, str],
) -> dict[str, Any]:
    """All that the page is told; `tape.js` reads it."""
    seen = course.transcript
    return {
        "version": VERSION,
        "head": head,
        "before": [slot.row() for slot in before],
        "asked": [slot.row() for slot in asked],
        "slots": [slot.row() for slot in course.slots],
        "orders": course.orders,
        "states": course.states,
        "usages": [[at, words.chip(one), words.used(one)] for at, one in course.usages],
        "cost": words.priced(run.cost),
        "timed": words.timed(run, seen.usage),
        "ids": words.identified(run),
        "lanes": times.lanes(),
        "spent": times.spent(),
        "end": times.end // 1000,
        "events": columns(run.recording, seen, course.touched),
    }


def _earlier(exported: Exported) -> list[Item]:
    """What stood there before the run's own input."""
    told = exported.run.call.instructions
    said = [Message(role="developer", text=Text(told))] if told else []
    return [*said, *exported.history]


def _slot(item: Item, names: Names) -> Slot:
    """An item that stood there before the first event."""
    slot = Slot(item, -1)
    slot.look(-1, names)
    return slot


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _static(run: Run, slots: list[Slot], course: Course, head: dict[str, str]) -> str:
    """All that was said, for where no scripts run."""
    seen = course.transcript
    parts = [f"{head['model']} · {head['server']} · {head['date']} · {standing(seen)[0]}"]
    for slot in slots:
        parts += _told(slot.item, slot.faces[-1][1])
    if seen.problem is not None:
        parts += [seen.problem.title, seen.problem.detail]
    if (usage := seen.usage) is not None:
        cost = words.priced(run.cost)
        parts.append(words.chip(usage) + (f" · {cost['chip']}" if cost else ""))
    return "\n".join(f"<p>{escape(whole(visible(part)))}</p>" for part in parts if part)


def _told(item: Item, shown: Face) -> list[str]:
    texts = [str(getattr(item, name)) for name in texts_of(item)]
    badge = shown.get("badge", ("", ""))[0]
    boxes = [text for _, text, _ in shown.get("boxes", ())]
    name = f"{shown['name']} ({badge})" if badge else str(shown["name"])
    return [name, *map(shortened, texts), *shown.get("notes", ()), *boxes]


def _read(name: str) -> str:
    return resource("export", name).read_text(encoding="utf-8")


def _hash(source: str) -> str:
    """By which the policy knows the only style and the only script that it lets through."""
    digest = hashlib.sha256(source.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


EXPORT = Exporter("html", "HTML replay", ".html", write, pieces=pieces)
