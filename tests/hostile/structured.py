"""JSON that was asked for and is none, or not the right one, and streams that end inside it.

What counts here is that every character of it comes through, whoever reads it later.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import partial

from playground.core.transcript import Outcome
from tests.hostile.case import CHAT, RESPONSES, STREAM, Case, Dialect, both, spoken
from tests.hostile.framing import DONE

RIGHT = '{"name": "Zoë \\"Z\\" \\ud83d\\ude00", "n": [1, -2.5e3, null], "ok": true}'
"""With what JSON has to escape."""
TEXTS = {
    "the right JSON": RIGHT,
    "JSON of the wrong kind": f"[{RIGHT}]",
    "a bare string": '"{}"',
    "a wrong type in the middle": '{"name": "x", "n": "about 3", "ok": true}',
    "NaN and infinity": '{"name": "x", "n": [NaN, -Infinity], "ok": true}',
    "the same key twice": '{"name": "x", "ok": true, "name": null}',
    "keys that only look alike": '{"name": 1, "Name": 2, "name ": 3, "n\\u0061me": 4}',
    "prose and a fence around it": f"Sure:\n\n```json\n{RIGHT}\n```\n\nAnything else?",
    "a fence that is never closed": f"```json\n{RIGHT}",
    "two documents": f"{RIGHT}\n{RIGHT}",
    "words behind the end": f"{RIGHT} (done)",
    "a trailing comma": '{"name": "x", "n": [1, 2,], }',
    "single quotes": "{'name': 'x', 'ok': True}",
    "comments": '{"name": "x" /* who */, // and\n "ok": true}',
    "half a pair of surrogates": '{"name": "\\ud83d"}',
    "a raw line break in a string": '{"name": "x\ny"}',
    "a control character": '{"name": "\x01\x7f\u2028"}',
    "blanks without end": "{" + " \n\t" * 2_000,
    "lists without end": "[" * 5_000,
    "objects without end": '{"a":' * 2_000,
    "a number of 4,000 digits": '{"n": ' + "7" * 4_000 + "}",
    "2,000 rows": json.dumps({"rows": [{"n": n, "s": f"row {n}"} for n in range(2_000)]}),
}
CUTS = {
    "in a key": '{"na',
    "in a string": '{"name": "Zo',
    "in an escape": '{"name": "Zo\\u00',
    "behind a backslash": '{"name": "Zo\\',
    "between the halves of a pair": '{"name": "\\ud83d',
    "in a number": '{"n": [1, -2.5e',
    "in a word": '{"ok": tr',
    "behind a colon": '{"name":',
    "before anything": "",
}
SIZES = (1, 7)


def pieces(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)] or [""]


def cases() -> Iterator[Case]:
    yield from whole()
    yield from cuts()
    yield from calls()
    yield from refusals()
    yield from remarks()


def streamed(dialect: Dialect, words: Iterable[str], *, ended: bool = True) -> bytes:
    over = dialect.over if ended else b""
    return b"".join([dialect.start, *map(dialect.word, words), over])


def whole() -> Iterator[Case]:
    for name, text in TEXTS.items():
        size = 400 if len(text) > 2_000 else 3
        yield from both(
            f"structured: {name}",
            partial(streamed, words=pieces(text, size)),
            "completed",
            text,
        )


def cuts() -> Iterator[Case]:
    for name, text in CUTS.items():
        for size in SIZES:
            label = f"structured: cut {name}, by {size}"
            yield from both(
                label,
                partial(streamed, words=pieces(text, size), ended=False),
                "truncated",
                text,
                end="cut",
            )
        yield Case(
            name=f"structured: out of tokens {name}",
            api="chat",
            body=b"".join([CHAT.start, CHAT.word(text), CHAT.chunk({}, "length"), DONE]),
            outcome="incomplete",
            text=text,
        )
        reason = {"reason": "max_output_tokens"}
        output = [{**RESPONSES.message(text), "status": "incomplete"}]
        yield Case(
            name=f"structured: out of tokens {name}",
            api="responses",
            body=b"".join([
                *spoken(RESPONSES, text),
                RESPONSES.final(output, "incomplete", incomplete_details=reason),
            ]),
            outcome="incomplete",
            text=text,
        )  # fmt: skip


def calls() -> Iterator[Case]:
    """The schema as a tool that has to be called: whatever the arguments are, it came whole."""
    for name, text in TEXTS.items():
        if len(text) > 2_000:
            continue
        parts = [
            {"index": 0, "id": "call_1", "type": "function",
             "function": {"name": "answer", "arguments": ""}},
            *({"index": 0, "function": {"arguments": piece}} for piece in pieces(text, 3)),
        ]  # fmt: skip
        body = b"".join([
            CHAT.start, *(CHAT.chunk({"tool_calls": [part]}) for part in parts),
            CHAT.chunk({}, "tool_calls"), DONE,
        ])  # fmt: skip
        yield Case(
            name=f"structured call: {name}",
            api="chat",
            body=body,
            outcome="completed",
            calls=(("answer", text),),
        )
        item = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "answer"}
        place = {"item_id": "fc_1", "output_index": 0}
        kind = "response.function_call_arguments"
        done = {**item, "arguments": text, "status": "completed"}
        yield Case(
            name=f"structured call: {name}",
            api="responses",
            body=b"".join([
                RESPONSES.event("response.created", response={"id": "resp_1", "model": "m",
                                                              "status": "in_progress"}),
                RESPONSES.event("response.output_item.added", output_index=0,
                                item={**item, "arguments": ""}),
                *(RESPONSES.event(f"{kind}.delta", **place, delta=piece)
                  for piece in pieces(text, 3)),
                RESPONSES.event(f"{kind}.done", **place, arguments=text),
                RESPONSES.event("response.output_item.done", output_index=0, item=done),
                RESPONSES.final([done]),
            ]),
            outcome="completed",
            calls=(("answer", text),),
        )  # fmt: skip


def refusals() -> Iterator[Case]:
    """A refusal in place of JSON, and behind its beginning: there text was said, and it is kept."""
    words = ("I can't ", "do that.")
    told = {"refusal": "".join(words)}
    rows: tuple[tuple[str, str, Outcome], ...] = (
        ("at once", "", "refused"),
        ("behind a beginning", '{"name": "', "completed"),
    )
    for name, before, outcome in rows:
        said = [CHAT.word(before)] if before else []
        deltas = [CHAT.chunk({"refusal": word}) for word in words]
        yield Case(
            name=f"structured: a refusal {name}",
            api="chat",
            body=b"".join([CHAT.start, *said, *deltas, CHAT.over, DONE]),
            outcome=outcome,
            text=before,
            seen=told,
        )
        place = {"item_id": "msg_1", "output_index": 0, "content_index": int(bool(before))}
        said = [RESPONSES.word(before)] if before else []
        deltas = [RESPONSES.event("response.refusal.delta", **place, delta=word) for word in words]
        message = RESPONSES.message(before)
        message["content"] = [*message["content"][: len(said)], {"type": "refusal", **told}]
        yield Case(
            name=f"structured: a refusal {name}",
            api="responses",
            body=b"".join([RESPONSES.start, *said, *deltas, RESPONSES.final([message])]),
            outcome=outcome,
            text=before,
            seen=told,
        )


def remarks() -> Iterator[Case]:
    """Commentary first, and the JSON as a message of its own."""
    items = []
    blocks = [RESPONSES.event("response.created", response={"id": "resp_1", "model": "m",
                                                            "status": "in_progress"})]  # fmt: skip
    for index, (text, phase) in enumerate(
        (("Let me look.", "commentary"), (RIGHT, "final_answer"))
    ):
        made = {**RESPONSES.message(text, f"msg_{index}"), "phase": phase}
        place = {"item_id": f"msg_{index}", "output_index": index, "content_index": 0}
        opened = {**made, "content": [], "status": "in_progress"}
        blocks.append(
            RESPONSES.event("response.output_item.added", output_index=index, item=opened)
        )
        blocks += [RESPONSES.word(piece, **place) for piece in pieces(text, 5)]
        blocks.append(RESPONSES.event("response.output_item.done", output_index=index, item=made))
        items.append(made)
    yield Case(
        name="structured: a remark, then the JSON",
        api="responses",
        body=b"".join([*blocks, RESPONSES.final(items)]),
        outcome="completed",
        text=RIGHT,
        content_type=STREAM,
    )
