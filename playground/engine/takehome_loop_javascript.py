"""The loop over tools in JavaScript, with the official package, as a whole module."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import indent
from typing import Any

from playground.core.profile import Api
from playground.engine.takehome_javascript import PIECES
from playground.engine.takehome_loop_asked import NAMED, Loop, State
from playground.engine.takehome_loop_javascript_tools import mocked, stub
from playground.export import javascript
from playground.export.literal import literal
from playground.export.sdk import CALLS
from playground.schemas.names import JAVASCRIPT, field_name, unique

TAKEN = JAVASCRIPT | frozenset((
    "OpenAI", "STEPS", "TOOLS", "ask", "asking", "called", "client", "console", "createInterface",
    "isDeepStrictEqual", "items", "lines", "messages", "previous", "process", "resultOf",
    "setTimeout", "step", "terminal", "written",
))  # fmt: skip
"""Names of the module, which no function of a tool may have."""

ASK = """\
const terminal = createInterface({ input: process.stdin });
const lines = terminal[Symbol.asyncIterator]();
let asking = Promise.resolve();

/** The answer of whoever sits there: one call after the other. */
function ask(tool, given) {
    const answer = asking.then(async () => {
        process.stdout.write(`What does ${tool} answer to ${written(given)}? `);
        const { value, done } = await lines.next();
        if (done) {
            throw new Error("Nobody answers.");
        }
        return value;
    });
    asking = answer.catch(() => {});
    return answer;
}
"""
RESULT_OF = """\
/** A result as the model gets it: text as it is, everything else as JSON. */
function written(value) {
    return typeof value === "string" ? value : (JSON.stringify(value) ?? "null");
}

/** The result of a call. */
async function resultOf(call) {
TOLD
    console.log(`${name}(${given})`);
    const result = await called(GIVEN);
    console.log(`${name}(${given}) = ${result}`);
    return result;
}

/** What a tool returns, or what went wrong: the model is told that as well. */
async function called(GIVEN) {
    const tool = TOOLS.get(name);
    if (!tool) {
        const names = [...TOOLS.keys()].join(", ");
        return `There is no tool ${name}. Those that there are: ${names}.`;
    }
    try {
BY_TEXT        const read = JSON.parse(given || "{}");
        if (read === null || typeof read !== "object" || Array.isArray(read)) {
            return "The arguments are not a JSON object.";
        }
        return written(await tool(read));
    } catch (error) {
        return String(error);
    }
}
"""
BY_TEXT = """\
        if (isText) {
            return written(await tool(given));
        }
"""
TOLD: Mapping[tuple[Api, bool], str] = {
    ("responses", False): "    const { name, arguments: given } = call;",
    ("responses", True): """\
    const isText = call.type === "custom_tool_call";
    const name = call.name;
    const given = isText ? call.input : call.arguments;""",
    ("chat", False): "    const { name, arguments: given } = call.function;",
    ("chat", True): """\
    const isText = call.type === "custom";
    const name = isText ? call.custom.name : call.function.name;
    const given = isText ? call.custom.input : call.function.arguments;""",
}
"""What is in a call, by whether there are tools that take text."""
ENDED = """\
if (!calls.length) {
    console.log(ANSWER);
    break;
}
if (step === STEPS) {
    throw new Error(`The model still calls tools after ${STEPS} requests.`);
}
"""
RESULTS = """\
const results = await Promise.all(calls.map(resultOf));
calls.forEach((call, place) => {
    HISTORY.push(ROW);
});
"""
WAITING = """\
while (["queued", "in_progress"].includes(response.status)) {
    await new Promise((done) => setTimeout(done, 2000));
    response = await client.responses.retrieve(RETRIEVED);
}
"""
CALLS_OF: Mapping[Api, str] = {
    "responses": """\
const calls = response.output.filter((item) =>
    ["function_call", "custom_tool_call"].includes(item.type),
);
""",
    "chat": "const calls = message.tool_calls ?? [];\n",
}
ANSWER: Mapping[Api, str] = {"responses": "response.output_text", "chat": 'message.content ?? ""'}
AFTER: Mapping[tuple[Api, State], str] = {
    ("responses", "history"): "items.push(...response.output);\n",
    ("responses", "response"): "previous = response.id;\nitems = [];\n",
    ("responses", "conversation"): "items = []; // the conversation has the others\n",
    ("chat", "history"): "messages.push(message);\n",
}
"""What the next request has of what was said before the results."""
ROW: Mapping[Api, str] = {
    "responses": "{\n        type: `${call.type}_output`,\n        call_id: call.call_id,\n"
    "        output: results[place],\n    }",
    "chat": '{ role: "tool", tool_call_id: call.id, content: results[place] }',
}


def program(loop: Loop) -> str:
    taken = set(TAKEN)
    functions: list[str] = []
    rows: list[str] = []
    for tool in loop.tools:
        way = loop.way(tool, runs_files=False)
        if way == "human":
            function = f"(given) => ask({_literal(tool.name)}, given)"
        else:
            function = unique(field_name(tool.name), taken)
            taken.add(function)
            made = mocked(function, tool, loop.rules) if way == "mock" else stub(function, tool)
            functions.append(made)
        rows.append(f"    [{_literal(tool.name)}, {function}],\n")
    asks = any(loop.way(tool, runs_files=False) == "human" for tool in loop.tools)
    steps = "// Requests after which it goes no further, whatever the model wants to call.\n"
    parts = [
        f"{steps}const STEPS = {loop.steps};\n\n{javascript.opening(loop.client)}",
        *([ASK] if asks else []),
        *functions,
        f"const TOOLS = new Map([\n{''.join(rows)}]);\n",
        _result_of(loop),
        _main(loop) + ("terminal.close();\n" if asks else ""),
    ]
    code = "\n".join(parts)
    imports = 'import OpenAI from "openai";\n'
    if asks:
        imports += 'import { createInterface } from "node:readline";\n'
    if any("isDeepStrictEqual(" in one for one in functions):
        imports += 'import { isDeepStrictEqual } from "node:util";\n'
    return f"{imports}\n{code}"


def _main(loop: Loop) -> str:
    api, history = loop.api, NAMED[loop.api]
    kept = "const" if loop.state == "history" else "let"
    begin = f"{kept} {history} = {_literal(loop.history)};\n"
    if loop.previous:
        begin += f"let previous = {_literal(loop.previous)};\n"
    call = javascript.call(CALLS[api], loop.fields, loop.client)
    waiting = ""
    if loop.in_background:
        headers = loop.client.extra_headers
        beside = f", {{}}, {_literal({'headers': headers})}" if headers else ""
        waiting = WAITING.replace("RETRIEVED", f"response.id{beside}")
    body = "".join((
        f"{'let' if waiting else 'const'} response = await {call};\n",
        waiting,
        PIECES.whole if api == "chat" else "",
        PIECES.begun[api],
        CALLS_OF[api],
        ENDED.replace("ANSWER", ANSWER[api]),
        AFTER[api, loop.state],
        RESULTS.replace("HISTORY", history).replace("ROW", ROW[api]),
    ))  # fmt: skip
    return f"{begin}for (let step = 1; ; step++) {{\n{indent(body, '    ')}}}\n"


def _result_of(loop: Loop) -> str:
    more = loop.takes_text
    return (
        RESULT_OF.replace("TOLD", TOLD[loop.api, more])
        .replace("GIVEN", "name, given, isText" if more else "name, given")
        .replace("BY_TEXT", BY_TEXT if more else "")
    )


def _literal(value: Any) -> str:
    return literal(value, javascript.SYNTAX)
