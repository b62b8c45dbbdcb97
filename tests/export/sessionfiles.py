"""Sessions for tests of session files: everything that one can hold, and made-up ones."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from playground.core.call import Call
from playground.core.comparison import Column, Comparison
from playground.core.items import Message, Reasoning, Text, ToolCall, ToolOutput
from playground.core.output import Output
from playground.core.patterns import Patterns
from playground.core.prompts import folder_of
from playground.core.recording import FACTS, Event, Recording, fact
from playground.core.session import Run, Session
from playground.core.tools import Tool
from playground.core.usage import Cost, Line
from playground.core.variables import Variable
from playground.endpoints import BY_ID
from playground.export.sessionblobs import LONG
from playground.export.sessionlines import pieces
from playground.store.shelving import tag_of

PICTURE = "iVBORw0KGgo" + "A" * LONG + "=="
"""Base64 that is cut out."""

TEXTS = st.sampled_from(
    ["", "Hello", "مرحبا 東京 😀", "a\x02b\x03\0", "\ud83d", "\ud83d\ude00", "\u2028\n", PICTURE]
) | st.text(max_size=12)
PLAIN = TEXTS.map(lambda text: text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
"""Without halves of letters, which models of ours do not take."""
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
NAMES = st.sampled_from(["temperature", "tool_choice", "metadata", "max_tool_calls"]) | PLAIN
HOSTED = st.sampled_from(
    [
        {"type": "web_search"},
        {
            "type": "mcp",
            "server_url": "https://a:b@x.test/?token=s3cret",
            "require_approval": "never",
        },
        {"type": "mcp", "headers": {"Authorization": "Bearer abcdefgh"}, "authorization": "x"},
    ]
)
FIELDS = st.builds(
    lambda plain, tools: {**plain, **({"tools": tools} if tools else {})},
    st.dictionaries(NAMES, VALUES, max_size=3),
    st.lists(HOSTED, max_size=2),
)
TOOLS = st.builds(
    Tool,
    source=st.sampled_from(["", "demo", "files/a.py"]),
    name=st.sampled_from(["find", "weather", "tell"]),
    kind=st.sampled_from(["function", "custom", "hosted"]),
    description=PLAIN,
    parameters=VALUES,
    mode=st.sampled_from(["mock", "real", "replay", "human"]),
    origin=st.sampled_from([{}, {"python": "/home/me/a.py", "function": "find"}]),
    hosted=HOSTED | st.just({}),
)
CALLS = st.builds(
    Call,
    api=st.sampled_from(["responses", "chat"]),
    model=PLAIN,
    instructions=PLAIN,
    fields=FIELDS,
    extra=FIELDS,
    headers=st.dictionaries(st.sampled_from(["x-a", "authorization", "X-B"]), PLAIN, max_size=2),
    output=st.builds(Output, mode=st.sampled_from(["text", "json_schema"]), json_schema=VALUES),
    tools=st.lists(TOOLS, max_size=2, unique_by=lambda tool: tool.id),
    variables=st.lists(st.builds(Variable, name=PLAIN, default=VALUES), max_size=1),
    values=st.dictionaries(PLAIN, VALUES, max_size=2),
    stream=st.booleans(),
    steps=st.integers(1, 50),
    patterns=st.just(Patterns()),
)
BODIES = st.none() | FIELDS
PARTS = st.sampled_from(
    [{"type": "input_image", "image_url": f"data:image/png;base64,{PICTURE}", "detail": "auto"}]
)
ITEMS = (
    st.builds(
        lambda role, text, parts: Message(key="in:0", role=role, text=Text(text), parts=parts),
        st.sampled_from(["user", "developer", "assistant"]), TEXTS, st.lists(PARTS, max_size=1),
    )
    | st.builds(lambda text: Reasoning(key="in:1", summary=Text(text)), TEXTS)
    | st.builds(lambda text: ToolCall(key="in:2", call_id="c", arguments=Text(text)), TEXTS)
    | st.builds(lambda text: ToolOutput(key="in:3", call_id="c", output=text), TEXTS)
)  # fmt: skip
RAWS = st.binary(max_size=20) | TEXTS.map(lambda text: text.encode("utf-8", "replace"))
REQUEST = {
    "url": "http://x.test",
    "headers": [["Authorization", "Bearer in-the-clear"], ["x-a", "b"]],
    "body": json.dumps({"image": PICTURE}),
}
BLOCKS = st.builds(
    Event,
    t=st.integers(0, 2**40),
    kind=st.sampled_from(["sse", "rest", "body"]),
    raw=RAWS,
    leg=st.integers(0, 3),
    attempt=st.integers(0, 3),
    chunk=st.integers(-1, 2**20),
    masked=st.booleans(),
)
OWN = st.builds(fact, st.integers(0, 2**40), st.sampled_from(sorted(FACTS - {"request"})))
SENT = st.builds(fact, st.integers(0, 2**40), st.just("request"), st.just(REQUEST))
EVENTS = st.lists(BLOCKS | OWN | SENT, max_size=6)
COSTS = st.none() | st.builds(
    Cost,
    basis=st.just("calculated"),
    usd=st.none() | st.decimals(0, 10, places=9),
    lines=st.lists(
        st.builds(Line, what=PLAIN, tokens=st.integers(0), per_million=st.just(Decimal("0.25")),
                  usd=st.decimals(0, 1, places=9)), max_size=1,
    ).map(tuple),
    copied=st.booleans(),
)  # fmt: skip
TIMES = st.floats(0, 2e9, allow_nan=False)


@st.composite
def runs(draw: st.DrawFn, run_id: str, session: str, parents: list[str]) -> Run:
    call = draw(CALLS)
    return Run(
        id=run_id,
        session=session,
        parent=draw(st.none() | st.sampled_from(parents)) if parents else None,
        call=call.model_copy(update={"body": draw(BODIES)}),
        profile=draw(st.sampled_from(["local", "mine", ""])),
        input=draw(st.lists(ITEMS, max_size=2)),
        reduce=BY_ID[call.api].reduce,
        created=draw(TIMES),
        recording=Recording(draw(EVENTS), began=draw(TIMES)),
        cost=draw(COSTS),
        trashed=draw(st.booleans()),
    )


@st.composite
def sessions(draw: st.DrawFn, number: int = 0) -> Session:
    session_id = f"ses_{number}"
    made: list[Run] = []
    for at in range(draw(st.integers(0, 4))):
        made.append(draw(runs(f"run_{number}_{at}", session_id, [one.id for one in made])))
    ids = [run.id for run in made]
    leaf = draw(st.none() | st.sampled_from(ids)) if ids else None
    column = Column(profile="mine", call=draw(CALLS), leaf=leaf, draft=draw(PLAIN))
    return Session(
        session_id,
        title=draw(PLAIN),
        created=draw(TIMES),
        changed=draw(TIMES),
        profile=draw(st.sampled_from(["local", "mine"])),
        call=draw(CALLS),
        draft=draw(PLAIN),
        attached=draw(st.lists(PARTS, max_size=1)),
        leaf=leaf,
        named=draw(st.booleans()),
        trashed=draw(st.booleans()),
        folder=draw(PLAIN.map(folder_of)),
        tags=draw(st.lists(PLAIN.map(tag_of).filter(bool), max_size=2, unique_by=str.casefold)),
        pinned=draw(st.booleans()),
        archived=draw(st.booleans()),
        comparison=Comparison(columns=draw(st.sampled_from([[], [column]])), draft=draw(PLAIN)),
        runs={run.id: run for run in made},
    )


FILES = st.integers(0, 2).flatmap(lambda n: st.tuples(*(sessions(at) for at in range(n)))).map(list)


def data(*made: Session) -> bytes:
    return b"".join(pieces(list(made)))


def lines(file: bytes) -> list[Any]:
    return [json.loads(line) for line in file.splitlines()]
