"""Exported code is run against the sandbox and gets the answer that the recorded run got."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from playground.core.items import Message, Text
from playground.core.profile import Address, Profile
from playground.core.session import Call, Run
from playground.core.transcript import replay
from playground.endpoints import BY_ID
from playground.export import curl, python
from playground.export.base import Exported
from playground.export.request import Variable, sent
from playground.export.sse import read
from playground.providers.openai import OpenAI
from playground.wire.http import Limits, Wire

MARKER = "sk-test-MARKER-123"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a sandbox of our own."""
    command = [sys.executable, "-m", "playground", "sandbox", "--port", "0", "--until-eof"]
    home = str(tmp_path_factory.mktemp("home"))
    server = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PLAYGROUND_HOME": home},
    )
    assert server.stdin is not None
    assert server.stdout is not None
    announced = json.loads(server.stdout.readline())
    yield announced["base_url"]
    server.stdin.close()
    server.wait(timeout=200)
    server.stdout.close()


async def go(run: Run, address: Address) -> None:
    wire = Wire()
    try:
        async for batch in wire.exchange(address, Limits(), leg=0, t0=run.t0):
            run.take(batch)
        run.note("ended")
    finally:
        await wire.close()


def recorded(base_url: str, api: str, stream: bool) -> tuple[Run, Profile]:
    """A run at the sandbox, sent and recorded by the wire."""
    profile = Profile(id="p", name="P", base_url=base_url)
    call = Call(api=api, model="sandbox", instructions='It\'s "brief", $HOME.', stream=stream,
                fields={"sandbox": {"per_second": 0}})  # fmt: skip
    said = [Message(key="in:0", role="user", text=Text("Grüße, 世界! It's `two`\nlines 🌍"))]
    endpoint = BY_ID[api]
    body = endpoint.body(call, said, profile.quirks)
    address = OpenAI().address(profile, endpoint.path, SecretStr(MARKER), body, stream=stream)
    run = Run("run_1", "ses_1", None, call, "p", list(said), endpoint.reduce)
    asyncio.run(go(run, address))
    assert run.transcript.outcome == "completed"
    assert run.transcript.text
    return run, profile


def run_code(command: list[str], tmp_path: Path) -> str:
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "OPENAI_API_KEY": MARKER}
    done = subprocess.run(command, capture_output=True, env=env, timeout=200, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return done.stdout.decode()


@pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("bash")), reason="curl or bash is not installed"
)
@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("api", ["chat", "responses"])
def test_curl_gets_the_same_answer(api: str, stream: bool, sandbox: str, tmp_path: Path) -> None:
    run, profile = recorded(sandbox, api, stream)
    assert dict(sent(run, profile).headers) == {
        "Accept": "text/event-stream, application/json" if stream else "application/json",
        "Content-Type": "application/json",
        "Authorization": Variable("OPENAI_API_KEY", "Bearer "),
    }
    path = tmp_path / "request.sh"
    code = curl.write(Exported(run, profile))
    assert MARKER not in code
    path.write_bytes(code.encode())
    printed = run_code(["bash", str(path)], tmp_path)
    seen = replay(read(printed.encode()), BY_ID[api].reduce)
    assert (seen.text, seen.outcome) == (run.transcript.text, "completed")
    assert seen.usage is not None
    assert run.transcript.usage is not None
    assert seen.usage.total == run.transcript.usage.total


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("api", ["chat", "responses"])
def test_python_gets_the_same_answer(api: str, stream: bool, sandbox: str, tmp_path: Path) -> None:
    run, profile = recorded(sandbox, api, stream)
    path = tmp_path / "request.py"
    code = python.write(Exported(run, profile))
    assert MARKER not in code
    path.write_bytes(code.encode())
    printed = run_code([sys.executable, "-X", "utf8", str(path)], tmp_path)
    assert printed == f"{run.transcript.text}\n"
