"""A small MCP server with a tool for everything that a server can do, over stdio or HTTP.

    python plain.py [http [PORT]]

Over HTTP it prints the port on which it listens, a free one where none is given.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Annotated, Any

import anyio
import uvicorn
from mcp.server.mcpserver import Context, Image, MCPServer
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel, Field

server = MCPServer("plain", version="1.2", instructions="Ask away.")

LOG = Path(os.environ.get("PLAIN_LOG", os.devnull))
"""Where it writes what cannot be seen from outside."""


class Sum(BaseModel):
    total: int
    of: list[int]


@server.tool(annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False))
def echo(text: Annotated[str, Field(description="What to say")]) -> CallToolResult:
    """Say it again."""
    return CallToolResult(content=[TextContent(type="text", text=text)])


@server.tool()
def add(a: int, b: int) -> Sum:
    return Sum(total=a + b, of=[a, b])


@server.tool()
def picture() -> Image:
    return Image(data=b"\x89PNG" + bytes(96), format="png")


@server.tool()
def fail(why: str) -> str:
    raise ValueError(why)


@server.tool()
async def count(to: int, context: Context[Any, Any]) -> str:
    for number in range(1, to + 1):
        await context.report_progress(number, to, f"at {number}")
    return "counted"


@server.tool()
async def wait() -> str:
    LOG.write_text("waiting")
    try:
        await anyio.sleep_forever()
    except BaseException:
        LOG.write_text("cancelled")
        raise
    return ""


@server.tool()
def big(size: int) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text="ä" * size)])


@server.tool()
def environment() -> dict[str, str]:
    return dict(os.environ)


@server.tool()
def crash(status: int) -> str:
    print("I cannot go on.", file=sys.stderr, flush=True)
    os._exit(status)


@server.tool()
async def learn(word: str, context: Context[Any, Any]) -> str:
    def told() -> str:
        return word

    server.add_tool(told, name=word)
    await context.session.send_tool_list_changed()
    return "learnt"


@server.resource("note://today", description="What to do")
def today() -> str:
    return "Nothing."


@server.prompt(description="A greeting")
def greet(name: str) -> str:
    return f"Hello {name}"


def main() -> None:
    if sys.argv[1:2] != ["http"]:
        server.run("stdio")
        return
    listening = socket.create_server(("127.0.0.1", int(sys.argv[2]) if sys.argv[2:] else 0))
    print(listening.getsockname()[1], flush=True)
    app = server.streamable_http_app()
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])


if __name__ == "__main__":
    main()
