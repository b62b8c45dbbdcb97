"""MCP servers that we did not write: one over stdio, fetched by `npx` as a user would have it, one
over HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from playground.core.problem import Failure
from playground.core.tools import Asked, Result
from playground.tools.mcp import McpServer
from playground.tools.mcp_values import McpSpec, touches
from tests.loop import PATIENCE, until
from tests.schemas.node import installed, needs_node

pytestmark = [pytest.mark.external, needs_node]

MEMORY = "@modelcontextprotocol/server-memory"
EVERYTHING = "@modelcontextprotocol/server-everything"


async def asked(
    server: McpServer, name: str, progress: Callable[[str], None] = lambda words: None, **given: Any
) -> Result:
    tool = next(tool for tool in server.tools() if tool.name == name)
    arguments = json.dumps(given)
    return await server.call(tool, Asked("c", name, arguments, tool), arguments, progress)


def environment(home: Path, **more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home), "SHELL": "/bin/sh", **more}


def processes(said: str) -> list[int]:
    """The processes whose command line has this in it."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if said.encode() in line:
                found.append(int(entry.name))
    return found


def test_memory_over_stdio_by_npx(tmp_path: Path) -> None:
    async def go() -> None:
        cache = tmp_path / "cache of npx"
        spec = McpSpec(
            id="memory",
            name="memory",
            command="npx",
            args=("--yes", f"--cache={cache}", MEMORY),
            seconds=PATIENCE,
        )
        server = McpServer(spec, environment=environment(tmp_path))
        heard: list[str] = []
        await server.start(heard.append)
        try:
            assert server.status.command.startswith(f"{shutil.which('npx')} --yes ")
            assert heard[0] == "Asking the shell for its PATH"
            assert server.status.offer.server.startswith("memory-server ")
            tools = {tool.name: tool for tool in server.tools()}
            assert {"create_entities", "read_graph", "delete_entities"} <= set(tools)
            assert "it only reads" in touches(tools["read_graph"])
            assert tools["read_graph"].output is not None
            ada = {"name": "Ada", "entityType": "person", "observations": ["counts"]}
            assert (await asked(server, "create_entities", entities=[ada])).ok
            graph = await asked(server, "read_graph")
            assert json.loads(graph.output) == {"entities": [ada], "relations": []}
            wrong = await asked(server, "create_entities", entities="Ada")
            assert wrong.state == "failed"
            assert "nvalid" in wrong.output
            both = await asyncio.gather(
                asked(server, "search_nodes", query="count"),
                asked(server, "search_nodes", query="nobody"),
            )
            assert [len(json.loads(one.output)["entities"]) for one in both] == [1, 0]
            assert processes(str(cache))
        finally:
            await server.close()
        await until(lambda: not processes(str(cache)))

    asyncio.run(go())


@contextmanager
def everything(folder: Path, port: int = 0) -> Iterator[str]:
    """Its address. Its port has to be chosen before it is started."""
    if not port:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
    script = folder / "node_modules" / EVERYTHING / "dist" / "index.js"
    with subprocess.Popen(
        ["node", str(script), "streamableHttp"],
        env={"PATH": os.environ["PATH"], "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            said = ""
            while "listening" not in said:
                said = process.stderr.readline()
                assert said, process.wait()
            rest = threading.Thread(target=process.stderr.read, daemon=True)
            rest.start()
            yield f"http://127.0.0.1:{port}/mcp"
        finally:
            process.kill()
            rest.join()


def test_everything_over_http(tmp_path: Path) -> None:
    folder = installed(EVERYTHING, tmp_path)

    async def go() -> None:
        with everything(folder) as url:
            spec = McpSpec(id="all", name="everything", transport="http", url=url, seconds=PATIENCE)
            server = McpServer(spec, environment=environment(tmp_path))
            await server.start()
            offer = server.status.offer
            assert offer.server.startswith("mcp-servers/everything ")
            assert offer.resources
            assert offer.prompts
            heard: list[str] = []
            echo, total, image, structured, long = await asyncio.gather(
                asked(server, "echo", message="hé"),
                asked(server, "get-sum", a=2, b=40),
                asked(server, "get-tiny-image"),
                asked(server, "get-structured-content", location="New York"),
                asked(server, "trigger-long-running-operation", heard.append, duration=1, steps=4),
            )
            assert echo.output == "Echo: hé"
            assert "42" in total.output
            assert '"image/png"' in image.output
            assert image.notes
            assert set(json.loads(structured.output)) == {"temperature", "conditions", "humidity"}
            assert long.ok
            assert heard == [f"{number} of 4" for number in range(1, 5)]
            call = asyncio.create_task(
                asked(
                    server, "trigger-long-running-operation", heard.append, duration=100, steps=400
                )
            )
            await until(lambda: len(heard) > 5)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            wrong = await asked(server, "get-sum", a="two")
            assert wrong.state == "failed"
        port = int(re.findall(r":(\d+)/", url)[0])
        with everything(folder, port):
            # Another process at the same address, which knows nothing of our session.
            assert (await asked(server, "echo", message="again")).output == "Echo: again"
        assert (await asked(server, "echo", message="lost")).state == "failed"
        with pytest.raises(Failure, match="could not be reached"):
            await asked(server, "echo", message="lost")
        await server.close()

    asyncio.run(go())
