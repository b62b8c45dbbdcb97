"""MCP servers: real ones of the package `mcp`, and one by hand that does what none should."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from playground.core.problem import Failure
from playground.core.tools import Asked, Result, Tool
from playground.tools import mcp_life
from playground.tools.mcp import McpServer
from playground.tools.mcp_values import McpSpec
from playground.tools.shellpath import LoginShell
from tests.loop import PATIENCE, until

SERVERS = Path(__file__).parent / "mcp_servers"


class NoShell(LoginShell):
    """Not asked: what it costs is nothing to most tests."""

    async def path(self) -> str:
        return os.environ["PATH"]


def stdio(
    script: str, *arguments: str, env: Mapping[str, str] = {}, seconds: float = PATIENCE
) -> McpServer:
    spec = McpSpec(
        id=f"id of {script}",
        name=script,
        command=sys.executable,
        args=(str(SERVERS / f"{script}.py"), *arguments),
        env=tuple(env),
        seconds=seconds,
    )
    values = {name: SecretStr(value) for name, value in env.items()}
    return McpServer(spec, values, environment=os.environ, shell=NoShell({}))


async def asked(
    server: McpServer, name: str, progress: Callable[[str], None] = lambda words: None, **given: Any
) -> Result:
    """The result of a call of the tool of that name."""
    tool = next(tool for tool in server.tools() if tool.name == name)
    arguments = json.dumps(given)
    call = Asked("call_1", name, arguments, tool)
    return await server.call(tool, call, arguments, progress)


def done(work: Coroutine[Any, Any, None]) -> None:
    async def within() -> None:
        async with asyncio.timeout(2 * PATIENCE):
            await work

    asyncio.run(within())


def alive(pid: int) -> bool:
    """Also a process that ended and was not fetched yet is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


@contextmanager
def web(log: Path, port: int = 0) -> Iterator[str]:
    """The address of a plain server over HTTP."""
    with subprocess.Popen(
        [sys.executable, str(SERVERS / "plain.py"), "http", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PLAIN_LOG": str(log)},
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/mcp"
        finally:
            process.kill()


def over_http(url: str, **more: Any) -> McpServer:
    spec = McpSpec(id="web", name="plain", transport="http", url=url, seconds=PATIENCE, **more)
    return McpServer(spec, environment=os.environ)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the plain server writes what cannot be seen from outside."""
    return tmp_path_factory.mktemp("plain") / "log"


@pytest.fixture(scope="module", params=["stdio", "http"])
def plain(request: pytest.FixtureRequest, log: Path) -> Iterator[McpServer]:
    """The plain server, started; whoever changes it minds the others."""
    with ExitStack() as stack:
        if request.param == "http":
            server = over_http(stack.enter_context(web(log)))
        else:
            server = stdio("plain", env={"PLAIN_LOG": str(log)})
        done(server.start())
        yield server
        done(server.close())


@pytest.fixture(scope="module")
def hostile() -> Iterator[McpServer]:
    server = stdio("hostile")
    done(server.start())
    yield server
    done(server.close())


def test_what_it_offers(plain: McpServer) -> None:
    status = plain.status
    assert status.state == "ready"
    assert (status.offer.server, status.offer.instructions) == ("plain 1.2", "Ask away.")
    assert status.words.startswith("plain 1.2 is ready: ")
    assert [(one.name, one.uri) for one in plain.resources()] == [("today", "note://today")]
    assert [(one.name, one.description) for one in plain.prompts()] == [("greet", "A greeting")]
    tools = {tool.name: tool for tool in plain.tools()}
    echo, add = tools["echo"], tools["add"]
    assert (echo.source, echo.description, echo.output) == ("plain", "Say it again.", None)
    assert echo.parameters["properties"]["text"]["description"] == "What to say"
    assert json.loads(echo.origin["hints"]) == {"openWorldHint": False, "readOnlyHint": True}
    assert add.output["required"] == ["total", "of"]
    assert {tool.origin["mcp"] for tool in tools.values()} == {plain.id}


def test_calls(plain: McpServer) -> None:
    async def go() -> None:
        heard: list[str] = []
        echo, add, picture, failed, counted = await asyncio.gather(
            asked(plain, "echo", text="hé"),
            asked(plain, "add", a=1, b=2),
            asked(plain, "picture"),
            asked(plain, "fail", why="the moon"),
            asked(plain, "count", heard.append, to=3),
        )
        assert echo == Result("hé")
        assert (json.loads(add.output), add.state) == ({"total": 3, "of": [1, 2]}, "done")
        assert json.loads(picture.output) == {
            "type": "image",
            "mimeType": "image/png",
            "bytes": 100,
        }
        assert picture.notes == ("An image of 100 bytes is only named to the model.",)
        assert (failed.output, failed.state) == ("Error executing tool fail", "failed")
        assert json.loads(counted.output) == {"result": "counted"}
        assert heard == ["1 of 3: at 1", "2 of 3: at 2", "3 of 3: at 3"]

    done(go())


def test_wrong_arguments_and_names(plain: McpServer) -> None:
    async def go() -> None:
        tool = plain.tools()[0]
        call = Asked("c", tool.name, "", tool)
        for text, words in (("{", "not JSON"), ("[1]", "no JSON object"), ('"\\ud800"', "halves")):
            result = await plain.call(tool, call, text, print)
            assert result.state == "failed"
            assert words in result.output or "not a JSON object" in result.output
        result = await asked(plain, "add", a="one")
        assert result.state == "failed"
        assert "int" in result.output
        gone = Tool(source="plain", name="gone", origin={"mcp": plain.id})
        result = await plain.call(gone, call, "", print)
        assert (result.state, "gone" in result.output) == ("failed", True)

    done(go())


def test_a_big_output_is_cut(plain: McpServer) -> None:
    async def go() -> None:
        result = await asked(plain, "big", size=700_000)
        assert result.state == "done"
        assert result.notes == ("Cut: these are the first 1 of 1.4 MB.",)
        assert len(result.output.encode()) < 1_000_100
        assert result.output.endswith(f"ä\n[{result.notes[0]}]")

    done(go())


def test_an_answer_that_is_too_long(plain: McpServer) -> None:
    async def go() -> None:
        result = await asked(plain, "big", size=3_000_000)
        assert result.state == "failed"
        assert "4,000,000" in result.output or "exceed" in result.output
        assert (await asked(plain, "echo", text="still there")).output == "still there"

    done(go())


def test_cancelling_tells_the_server(plain: McpServer, log: Path) -> None:
    async def go() -> None:
        log.unlink(missing_ok=True)
        call = asyncio.create_task(asked(plain, "wait"))
        await until(lambda: log.exists() and log.read_text() == "waiting")
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await until(lambda: log.read_text() == "cancelled")
        assert (await asked(plain, "echo", text="still there")).output == "still there"

    done(go())


def test_a_list_that_changes(plain: McpServer) -> None:
    async def go() -> None:
        name = f"learnt_{plain.spec.transport}"
        seen: list[int] = []
        plain._tell = lambda: seen.append(len(plain.tools()))
        before = len(plain.tools())
        plain._loop = asyncio.get_running_loop()
        assert (await asked(plain, "learn", word=name)).ok
        await until(lambda: name in [tool.name for tool in plain.tools()])
        assert json.loads((await asked(plain, name)).output) == {"result": name}
        await until(lambda: seen[-1:] == [before + 1])
        await plain.refresh()
        assert len(plain.tools()) == before + 1

    done(go())


@pytest.mark.parametrize("plain", ["stdio"], indirect=True)
def test_a_server_that_crashes_is_started_again(plain: McpServer) -> None:
    async def go() -> None:
        result = await asked(plain, "crash", status=3)
        assert result.state == "failed"
        assert result.output == "The server of crash did not answer. It ended with status 3."
        assert result.facts["stderr"].endswith("I cannot go on.")
        assert (plain.state, plain.status.words) == ("crashed", "It ended with status 3.")
        assert plain.tools()
        again, other = await asyncio.gather(
            asked(plain, "echo", text="again"), asked(plain, "echo", text="other")
        )
        assert (again.output, other.output) == ("again", "other")
        assert again.notes == ("The server was started again. It ended with status 3.",)
        assert other.notes == ()
        assert (await asked(plain, "echo", text="more")).notes == ()

    done(go())


@pytest.mark.parametrize("plain", ["stdio"], indirect=True)
def test_values_are_handed_over_and_blotted_out(plain: McpServer) -> None:
    async def go() -> None:
        seen = json.loads((await asked(plain, "environment")).output)
        assert set(seen["PLAIN_LOG"]) == {"*"}  # it was handed over as a secret
        assert not {"PLAYGROUND_HOME", "PYTHON_KEYRING_BACKEND", "PYTEST_CURRENT_TEST"} & set(seen)

    done(go())


@pytest.mark.parametrize(
    ("what", "state", "words"),
    [
        ("rubbish", "done", "after rubbish"),
        ("no result", "failed", 'no result of a tool: {"something": "else"}'),
        ("no object", "failed", "cannot be read"),
        ("unreadable", "failed", "cannot be read"),
        ("half a character", "failed", "cannot be read"),
        ("half a character, raw", "failed", "cannot be read"),
        ("whole characters", "done", "\U0001f600"),
        ("deep", "failed", "cannot be read"),
        ("new kinds", "done", '{"type": "hologram", "z": 1}\n!'),
        ("broken kinds", "done", '{"type": "text"}\n7\nnull\n{"type": "image", "data": 3}'),
        ("against its schema", "done", json.dumps({"any": "a" * 40 + "!"})),
        ("100 MB", "failed", "bytes, and none of more than 4,000,000 is read"),
        ("100 MB, id last", "failed", "bytes, and none of more than 4,000,000 is read"),
    ],
)
def test_what_no_server_should_answer(
    hostile: McpServer, what: str, state: str, words: str
) -> None:
    async def go() -> None:
        result = await asked(hostile, "do", what=what)
        assert (result.state, words in result.output) == (state, True), result.output[:1_000]
        assert hostile.state == "ready"

    done(go())
    if what == "rubbish":
        assert {"Debugging, line 1", "{not json}", "[1, 2"} <= set(hostile.noise)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("half", "It ended with status 9."),
        ("killed", "It was ended by SIGKILL."),
        ("close output", "It ended with status 0."),
        ("flood", "It was ended: it wrote "),
    ],
)
def test_a_server_that_is_lost_in_a_call(hostile: McpServer, what: str, words: str) -> None:
    async def go() -> None:
        other = asyncio.create_task(asked(hostile, "do", what="nothing"))
        await asked(hostile, "do", what="rubbish")  # the other is on its way
        result = await asked(hostile, "do", what=what)
        assert result.state == "failed"
        assert words in result.output
        assert words in (await other).output
        assert hostile.state == "crashed"
        assert (await asked(hostile, "do", what="rubbish")).output == "after rubbish"

    done(go())


def test_an_answer_after_cancelling_is_dropped(hostile: McpServer) -> None:
    async def go() -> None:
        call = asyncio.create_task(asked(hostile, "do", what="nothing"))
        await asked(hostile, "do", what="rubbish")
        call.cancel()
        await until(lambda: "cancelled" in hostile.stderr)
        assert (await asked(hostile, "do", what="rubbish")).output == "after rubbish"
        with pytest.raises(asyncio.CancelledError):
            await call

    done(go())


def test_bad_entries_are_named(hostile: McpServer) -> None:
    assert [tool.name for tool in hostile.tools()] == ["do", "files_read_all"]
    assert hostile.tools()[0].output == {"type": "banana", "pattern": "(a+)+$"}
    assert hostile.tools()[1].origin["tool"] == "files/read.all"
    assert hostile.status.offer.notes == (
        "no schema: its input schema is not a JSON object.",
        "text: its input schema is not a JSON object.",
        "Entry 3 of its tools has no name.",
        "files/read.all: its output schema is not a JSON object, and is left away.",
        "files/read.all is called files_read_all here: models take no such name.",
        "Entry 5 of its tools has no name.",
        "Entry 6 of its tools has no name.",
        "Its prompts are not known: no prompts.",
    )


def test_a_call_that_takes_too_long() -> None:
    async def go() -> None:
        server = stdio("hostile", seconds=0.2)
        await server.start()
        try:
            result = await asked(server, "do", what="nothing")
            assert (result.state, result.output) == ("failed", "do did not answer within 0.2 s.")
            await until(lambda: "cancelled" in server.stderr)
            assert server.state == "ready"
        finally:
            await server.close()

    done(go())


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("dies", "It ended with status 4."),
        ("old", "Unsupported protocol version from the server: 1999-01-01"),
    ],
)
def test_a_server_that_does_not_start(mode: str, words: str) -> None:
    async def go() -> None:
        server = stdio("hostile", mode)
        said: list[str] = []
        trial = await server.test_start(said.append)
        assert not trial.ok
        assert words in trial.words
        assert trial.words.startswith("The MCP server hostile could not be started. ")
        assert f"Starting as {mode}." in trial.diagnostics
        assert f"Starting as {mode}." in said
        assert trial.status.state == "crashed"
        assert trial.status.command.endswith(f"hostile.py {mode}")
        assert server.state == "stopped"

    done(go())


def test_one_that_leaves_as_soon_as_it_is_ready() -> None:
    async def go() -> None:
        server = stdio("hostile", "leaves")
        with suppress(Failure):
            await server.start()
        await until(lambda: server.state == "crashed")
        await server.close()

    done(go())


def test_one_that_never_says_hello(monkeypatch: pytest.MonkeyPatch) -> None:
    async def go() -> None:
        server = stdio("hostile", "silent")
        monkeypatch.setattr(mcp_life, "START", 0.5)
        with pytest.raises(Failure) as failure:
            await server.start()
        assert failure.value.problem.title.endswith("was not ready within 0.5 s.")
        monkeypatch.undo()
        start = asyncio.create_task(server.start())
        await until(lambda: server.state == "starting")
        await server.close()
        with pytest.raises(Failure, match="was stopped"):
            await start
        start = asyncio.create_task(server.start())
        await until(lambda: server.state == "starting" and server.stderr)
        start.cancel()
        with pytest.raises(asyncio.CancelledError):
            await start
        await until(lambda: server.state == "stopped")
        await server.close()

    done(go())


def test_lists_without_end_and_the_newer_handshake() -> None:
    async def go() -> None:
        server = stdio("hostile", "endless")
        trial = await server.test_start()
        assert trial.ok
        assert len(trial.status.offer.tools) == 100
        server = stdio("hostile", "modern")
        await server.start()
        assert server.status.offer.protocol == "2026-07-28"
        assert (await asked(server, "do", what="rubbish")).output == "after rubbish"
        await server.close()

    done(go())


def test_nothing_of_a_stubborn_server_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    async def go() -> None:
        server = stdio("hostile", "stubborn")
        await server.start()
        call = asyncio.create_task(asked(server, "do", what="nothing"))
        await asked(server, "do", what="rubbish")
        await until(lambda: "pids" in server.stderr)
        pids = [int(one) for one in server.stderr.partition("pids ")[2].split()[:2]]
        assert all(alive(pid) for pid in pids)
        monkeypatch.setattr("playground.tools.mcp_process.GENTLE", 0.2)
        await server.close()
        assert "did not answer" in (await call).output
        await until(lambda: not any(alive(pid) for pid in pids))
        assert server.state == "stopped"
        with pytest.raises(Failure, match="is not started"):
            await asked_of_none(server)

    done(go())


async def asked_of_none(server: McpServer) -> None:
    tool = Tool(source="hostile", name="do")
    await server.call(tool, Asked("c", "do", "{}", tool), "{}", print)


def test_complaints_are_bounded() -> None:
    async def go() -> None:
        server = stdio("hostile", "complains")
        trial = await server.test_start()
        assert trial.ok
        lines = trial.diagnostics.split("\n")
        assert len(lines) == 200
        assert lines[-1].endswith("… (1,000,000 bytes)")
        assert lines[-2].startswith("warning 99999 ")

    done(go())


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    async def go() -> None:
        for spec, words in (
            (McpSpec(id="a", name="A", command="no-such-program"), "no program 'no-such-program'"),
            (McpSpec(id="a", name="A"), "no program ''"),
            (McpSpec(id="a", name="A", command=sys.executable, cwd="nowhere"), "nowhere"),
            (McpSpec(id="a", name="A", command=sys.executable, args=("\0",)), "null byte"),
            (McpSpec(id="a", name="A", command=sys.executable, env=("A", "B")), "A, B"),
            (McpSpec(id="a", name="A", transport="http", url="ftp://x"), "ftp://x"),
            (McpSpec(id="a", name="A", transport="http", url="http://127.0.0.1:1/mcp"), "connect"),
        ):
            server = McpServer(spec, environment=os.environ, shell=NoShell({}))
            trial = await server.test_start()
            assert not trial.ok
            assert words in trial.words
            assert server.state == "stopped"

    done(go())


def test_a_server_that_was_started_again_by_others(log: Path) -> None:
    async def go() -> None:
        with web(log) as url:
            server = over_http(url)
            await server.start()
        port = int(url.rpartition(":")[2].removesuffix("/mcp"))
        with web(log, port):
            assert (await asked(server, "echo", text="back")).output == "back"
        result = await asked(server, "echo", text="gone")
        assert result.state == "failed"
        assert "did not answer. It was lost: " in result.output
        assert server.state == "crashed"
        with pytest.raises(Failure, match="could not be reached"):
            await asked(server, "echo", text="gone")
        await server.close()

    done(go())


def test_headers_and_what_a_gate_says() -> None:
    """A port that wants a header, and says so with 401."""

    async def gate(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append((await reader.readuntil(b"\r\n\r\n")).decode().lower())
        writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    heard: list[str] = []

    async def go() -> None:
        async with await asyncio.start_server(gate, "127.0.0.1", 0) as listening:
            url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/mcp"
            spec = McpSpec(id="w", name="W", transport="http", url=url, headers=("X-Key",))
            server = McpServer(spec, {"X-Key": SecretStr("very secret")}, environment={})
            with pytest.raises(Failure, match="HTTP 401 Unauthorized") as failure:
                await server.start()
            assert failure.value.problem.remedy == "add_key"
            await server.close()
        assert "x-key: very secret\r\n" in heard[0]

    done(go())


def test_the_path_is_that_of_the_shell(tmp_path: Path) -> None:
    home, tools = tmp_path / "the home", tmp_path / "tools"
    home.mkdir()
    tools.mkdir()
    (home / ".bash_profile").write_text(
        f'echo "Welcome!"; set -o noclobber; PATH="{tools}:$PATH"\n'
    )
    program = tools / "my-server"
    script = SERVERS / "hostile.py"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
    program.chmod(0o755)

    async def go() -> None:
        environment = {"HOME": str(home), "SHELL": "/bin/bash", "PATH": "/usr/bin:/bin"}
        server = McpServer(McpSpec(id="a", name="A", command="my-server"), environment=environment)
        trial = await server.test_start()
        assert trial.ok, trial
        assert trial.status.command == str(program)
        assert trial.status.path == "The PATH is that of /bin/bash."

    done(go())


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("exit 7", "it ended with status 7"),
        ("while :; do sleep 1000; done", "it took longer than 0.3 s"),
        (None, "No such file"),
    ],
)
def test_a_shell_that_does_not_tell(tmp_path: Path, script: str | None, words: str) -> None:
    path = tmp_path / "shell"
    if script is not None:
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    async def go() -> None:
        limit = 0.3 if "0.3" in words else PATIENCE
        shell = LoginShell({"SHELL": str(path), "PATH": "/own"}, limit)
        assert await shell.path() == "/own"
        assert shell.words.startswith(f"The PATH is our own: {path} did not tell its: ")
        assert words in shell.words

    done(go())


async def test_in_the_loop_of_the_window(loop: asyncio.AbstractEventLoop) -> None:
    server = stdio("hostile")
    try:
        await server.start()
        assert (await asked(server, "do", what="rubbish")).output == "after rubbish"
    finally:
        await server.close()


def test_nothing_is_imported_or_started_before_its_time() -> None:
    code = (
        "import sys, os, threading; from playground.tools.mcp import McpServer, McpSpec;"
        "McpServer(McpSpec(id='a', name='A', command='true', on=True), environment=os.environ);"
        "assert not {'mcp', 'mcp_types', 'anyio', 'httpx2'} & set(sys.modules);"
        "assert threading.active_count() == 1"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
