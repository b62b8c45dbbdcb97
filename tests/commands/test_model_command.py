"""`playground model` as a process, with the real model in it."""

from __future__ import annotations

import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openai
import pytest

from playground.localmodel.llama import KEY_VARIABLE
from playground.localmodel.wheels import MODEL, unavailable
from tests.processes import PATIENCE, ended, environment, kill, start

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(unavailable() is not None, reason=str(unavailable())),
]

KEY = "key-of-this-start"

FRANCE: Any = [{"role": "user", "content": "What is the capital of France?"}]
PARIS: Any = [{"role": "user", "content": "What is the weather in Paris?"}]
SUM: Any = [{"role": "user", "content": "Add 3 and 4"}]


def function(name: str, description: str, **properties: dict[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "description": description,
        "parameters": {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        },
        "strict": True,
    }


WEATHER = function("get_weather", "Current weather of a city", city={"type": "string"})
ADD = function("add", "Add two numbers", a={"type": "number"}, b={"type": "number"})


class Model:
    """A running model, and ways to talk to it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self.said: dict[str, Any] = json.loads(process.stdout.readline())
        self.base_url = str(self.said["base_url"])

    def exchange(self, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON of one request from the root, with the key unless headers say else."""
        server = http.client.HTTPConnection(urlsplit(self.base_url).netloc, timeout=PATIENCE)
        method = "GET" if body is None else "POST"
        headers = {"Authorization": f"Bearer {KEY}", **headers}
        server.request(method, path, None if body is None else json.dumps(body), headers)
        answer = server.getresponse()
        found = answer.status, json.loads(answer.read())
        server.close()
        return found

    def prompt(self, messages: list[dict[str, Any]], *functions: dict[str, Any]) -> str:
        """What the chat template makes of a conversation."""
        body: dict[str, Any] = {"messages": messages}
        if functions:
            body["tools"] = [{"type": "function", "function": each} for each in functions]
        status, found = self.exchange("/apply-template", body)
        assert status == 200, found
        return str(found["prompt"])


@contextmanager
def running(tmp_path: Path, *arguments: str) -> Iterator[Model]:
    env = environment(**{KEY_VARIABLE: KEY, "TMPDIR": str(tmp_path)})
    process = start("model", "--port", "0", *arguments, env=env)
    try:
        yield Model(process)
    finally:
        kill(process)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Model]:
    with running(tmp_path_factory.mktemp("model"), "--until-eof") as found:
        yield found


@pytest.fixture(scope="module")
def client(model: Model) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=model.base_url, api_key=KEY, max_retries=0) as found:
        yield found


# The process.


def test_its_announcement(model: Model) -> None:
    assert model.said.keys() == {"base_url", "pid"}
    assert model.said["pid"] == model.process.pid
    assert model.base_url.startswith("http://127.0.0.1:")
    assert model.base_url.endswith("/v1")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_its_key_is_no_argument_and_its_port_is_loopback(model: Model) -> None:
    assert KEY.encode() not in Path(f"/proc/{model.process.pid}/cmdline").read_bytes()
    listening = [
        row.split()[1]
        for table in ("tcp", "tcp6")
        for row in Path(f"/proc/net/{table}").read_text().splitlines()
        if row.split()[1].endswith(f":{urlsplit(model.base_url).port:04X}")
        and row.split()[3] == "0A"
    ]
    assert [address.partition(":")[0] for address in listening] == ["0100007F"]


@pytest.mark.parametrize("key", ["", "Bearer wrong", "Bearer "])
def test_without_its_key_it_answers_nothing(model: Model, key: str) -> None:
    for path, body in (("/v1/models", None), ("/v1/chat/completions", {"messages": FRANCE})):
        status, found = model.exchange(path, body, Authorization=key)
        assert status == 401
        assert found["error"]["message"] == "Invalid API Key"


def test_a_foreign_host_is_refused_even_with_the_key(model: Model) -> None:
    assert model.exchange("/v1/models", Host="evil.example")[0] == 421


def test_nobody_reads_what_others_ask(model: Model) -> None:
    assert model.exchange("/slots")[0] == 501


@pytest.mark.parametrize("deep", [0, 3], ids=["as usual", "a long path"])
def test_the_end_of_its_input_is_its_end(deep: int, tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*["a folder of somebody's own"] * deep)
    folder.mkdir(parents=True, exist_ok=True)
    with running(folder, "--until-eof") as model:
        done = ended(model.process)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(folder.iterdir()) == []


def test_a_signal_ends_it_in_the_middle_of_an_answer(tmp_path: Path) -> None:
    with running(tmp_path) as model, openai.OpenAI(base_url=model.base_url, api_key=KEY) as client:
        stream = client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": "Tell me a long story."}],
            stream=True,
            extra_body={"ignore_eos": True},
        )
        next(iter(stream))
        model.process.send_signal(signal.SIGTERM)
        assert model.process.wait(PATIENCE) == 0
        stream.close()
    assert list(tmp_path.iterdir()) == []


PARENT = """
import os, subprocess, sys
from playground.engine.children import child
from playground.localmodel.bundled import ARGUMENTS
import asyncio

async def main():
    process = child(ARGUMENTS, {}, "The bundled model")
    starting = asyncio.ensure_future(process.start())
    await asyncio.sleep(0)
    if sys.argv[1] == "running":
        await starting
    print(process.pid, flush=True)
    await starting
    await process.died()

asyncio.run(main())
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a stranger's end: Linux only")
@pytest.mark.parametrize("when", ["starting", "running"])
def test_it_does_not_outlive_a_parent_that_was_killed(when: str, tmp_path: Path) -> None:
    argv = [sys.executable, "-c", PARENT, when]
    env = environment(TMPDIR=str(tmp_path))
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env=env) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    try:
        assert select.select([child], [], [], PATIENCE)[0], "the child is still there"
    finally:
        os.close(child)


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = ended(start("model", "--port", str(port)))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Cannot listen on 127.0.0.1 port {port}: ")


@pytest.mark.parametrize("arguments", [("--port", "70000"), ("--port", "-1"), ("--threads", "0")])
def test_nonsense_is_one_sentence(arguments: tuple[str, ...]) -> None:
    done = ended(start("model", *arguments))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "--threads must be 1 or more, and --port 0 to 65535.\n"


# The answers, at temperature 0.


def test_its_models(client: openai.OpenAI) -> None:
    assert [each.id for each in client.models.list()] == [MODEL]


def test_paris_over_chat_completions(client: openai.OpenAI) -> None:
    chunks = list(
        client.chat.completions.create(
            model=MODEL,
            messages=FRANCE,
            temperature=0,
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert "Paris" in text
    assert len(chunks) > 5  # streamed
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    usage = chunks[-1].usage
    assert usage is not None
    assert usage.completion_tokens > 1


def test_paris_over_responses(client: openai.OpenAI) -> None:
    events = list(
        client.responses.create(
            model=MODEL, input="What is the capital of France?", temperature=0, stream=True
        )
    )
    assert events[-1].type == "response.completed"
    assert "Paris" in events[-1].response.output_text
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == events[-1].response.output_text
    assert events[-1].response.usage is not None


def test_a_function_is_called_once_and_its_result_is_told(client: openai.OpenAI) -> None:
    tools: Any = [{"type": "function", "function": WEATHER}]
    asked = client.chat.completions.create(
        model=MODEL, messages=PARIS, tools=tools, temperature=0
    ).choices[0]
    assert asked.finish_reason == "tool_calls"
    assert asked.message.tool_calls is not None
    [call] = asked.message.tool_calls
    assert call.type == "function"
    assert call.function.name == "get_weather"
    assert json.loads(call.function.arguments) == {"city": "Paris"}
    result = {"role": "tool", "tool_call_id": call.id, "content": "18 degrees, light rain"}
    told = client.chat.completions.create(
        model=MODEL,
        messages=[*PARIS, asked.message.to_dict(), result],
        tools=tools,
        temperature=0,
    ).choices[0]
    assert told.finish_reason == "stop"
    assert "rain" in (told.message.content or "")


def test_a_function_is_called_over_responses(client: openai.OpenAI) -> None:
    tools: Any = [{"type": "function", **WEATHER}]
    made = client.responses.create(
        model=MODEL, input="What is the weather in Paris?", tools=tools, temperature=0
    )
    [call] = made.output
    assert call.type == "function_call"
    assert call.name == "get_weather"
    assert json.loads(call.arguments) == {"city": "Paris"}


def test_of_two_functions_the_one_that_fits(client: openai.OpenAI) -> None:
    for question, name in ((PARIS, "get_weather"), (SUM, "add")):
        for order in ((ADD, WEATHER), (WEATHER, ADD)):
            made = client.chat.completions.create(
                model=MODEL,
                messages=question,
                tools=[{"type": "function", "function": each} for each in order],
                temperature=0,
            )
            calls = made.choices[0].message.tool_calls or []
            assert [call.function.name for call in calls if call.type == "function"] == [name]


# The chat template, as llama.cpp reads it.


def test_instructions_of_every_kind_stand_first(model: Model) -> None:
    prompt = model.prompt(
        [
            {"role": "developer", "content": "Be kind."},
            {"role": "user", "content": [{"type": "text", "text": "Hello!"}]},
            {"role": "system", "content": "Be brief."},
        ]
    )
    assert prompt == (
        "<|im_start|>system\nBe kind.\n\nBe brief.<|im_end|>\n"
        "<|im_start|>user\nHello!<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def test_without_instructions_it_is_told_to_speak_plain_english(model: Model) -> None:
    assert "Answer in plain English." in model.prompt(FRANCE)


def called(name: str, arguments: str, identifier: str) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"id": identifier, "type": "function", "function": function}


def test_results_become_one_sentence_and_functions_are_put_away(model: Model) -> None:
    prompt = model.prompt(
        [
            *PARIS,
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    called("get_weather", '{"city": "Paris"}', "1"),
                    called("get_weather", '{"city": "Lyon"}', "2"),
                ],
            },
            {"role": "tool", "tool_call_id": "1", "content": '{"sky": "rain"}'},
            {"role": "tool", "tool_call_id": "2", "content": "sun"},
        ],
        WEATHER,
    )
    assert prompt == (
        "<|im_start|>system\nYou are a helpful assistant. Answer in plain English.<|im_end|>\n"
        "<|im_start|>user\nWhat is the weather in Paris?\n\nThe result is sky: rain, sun.\n\n"
        "Answer in one sentence with this result.<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def test_earlier_calls_stay_in_the_conversation(model: Model) -> None:
    prompt = model.prompt(
        [
            *PARIS,
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [called("get_weather", '{"city": "Paris"}', "1")],
            },
            {"role": "tool", "tool_call_id": "1", "content": "rain"},
            {"role": "assistant", "content": "It rains."},
            {"role": "user", "content": "Thank you."},
        ]
    )
    assert (
        '```json\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n```<|im_end|>\n'
        "<|im_start|>user\nThe result is rain<|im_end|>\n"
        "<|im_start|>assistant\nIt rains.<|im_end|>\n"
        "<|im_start|>user\nThank you.<|im_end|>\n"
    ) in prompt
