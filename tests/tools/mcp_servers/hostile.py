"""An MCP server over stdio, written by hand, that does what no server should.

    python hostile.py MODE

Its one tool `do` takes what to do; MODE is about how it starts.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

MODE = sys.argv[1] if len(sys.argv) > 1 else ""

SCHEMA = {"type": "object", "properties": {"what": {"type": "string"}}}

TOOLS: list[Any] = [
    {"name": "do", "inputSchema": SCHEMA, "outputSchema": {"type": "banana", "pattern": "(a+)+$"}},
    {"name": "no schema"},
    {"name": "text", "inputSchema": "{}"},
    {"inputSchema": SCHEMA},
    {"name": "files/read.all", "inputSchema": {"type": 7}, "outputSchema": 3, "description": 9},
    "rubbish",
    None,
]


def say(message: Any) -> None:
    print(json.dumps(message), flush=True)


def answer(to: Any, result: Any) -> None:
    say({"jsonrpc": "2.0", "id": to, "result": result})


def text(words: str) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": words}]}


def do(what: str, to: Any) -> None:
    match what:
        case "nothing":
            return
        case "rubbish":
            print("Debugging, line 1\n\n{not json}\n[1, 2", flush=True)
            sys.stdout.buffer.write(b"\xff\xfe\x00 bytes\n")
            say({"jsonrpc": "1.0", "hello": "there"})
            say({"jsonrpc": "2.0", "id": 99_999, "result": {}})
            say({"jsonrpc": "2.0", "method": "notifications/unheard_of"})
            say({"jsonrpc": "2.0", "id": "q", "method": "sampling/createMessage", "params": 3})
            answer(to, text("after rubbish"))
        case "100 MB":
            sys.stdout.write(f'{{"jsonrpc":"2.0","id":{to},"result":{{"content":[')
            for _ in range(1600):
                sys.stdout.write('{"type":"text","text":"' + "x" * 65_536 + '"},')
            sys.stdout.write('{"type":"text","text":""}]}}\n')
            sys.stdout.flush()
        case "100 MB, id last":
            sys.stdout.write('{"result":{"content":[{"type":"text","text":"')
            for _ in range(1600):
                sys.stdout.write("x" * 65_536)
            sys.stdout.write(f'"}}]}},"jsonrpc":"2.0","id":{to}}}\n')
            sys.stdout.flush()
        case "flood":
            while True:
                say({"jsonrpc": "2.0", "method": "notifications/message",
                     "params": {"level": "info", "data": "x" * 60_000}})  # fmt: skip
        case "no result":
            answer(to, {"something": "else"})
        case "no object":
            answer(to, [1, 2])
        case "unreadable":
            print(f'{{"jsonrpc":"2.0","id":{to},"result":{{"content":\x00}}}}', flush=True)
        case "half a character":
            answer(to, text("\ud800"))
        case "half a character, raw":
            line = json.dumps({"jsonrpc": "2.0", "id": to, "result": text("\ud800")},
                              ensure_ascii=False)  # fmt: skip
            sys.stdout.buffer.write(line.encode("utf-8", "surrogatepass") + b"\n")
            sys.stdout.flush()
        case "whole characters":
            answer(to, text("\U0001f600"))
        case "deep":
            sys.stdout.write(f'{{"jsonrpc":"2.0","id":{to},"result":')
            print("[" * 100_000 + "]" * 100_000 + "}", flush=True)
        case "new kinds":
            answer(to, {"content": [{"type": "hologram", "z": 1}, {"type": "text", "text": "!"}]})
        case "broken kinds":
            answer(to, {"content": [{"type": "text"}, 7, None, {"type": "image", "data": 3}]})
        case "against its schema":
            answer(to, text("a" * 40 + "!") | {"structuredContent": {"any": "a" * 40 + "!"}})
        case "half":
            sys.stdout.write(f'{{"jsonrpc":"2.0","id":{to},"result":{{"cont')
            sys.stdout.flush()
            os._exit(9)
        case "close output":
            os.close(1)
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)


def start() -> None:
    """What it does instead of starting as it should."""
    print(f"Starting as {MODE or 'usual'}.", file=sys.stderr, flush=True)
    match MODE:
        case "dies":
            print("No such database.", file=sys.stderr, flush=True)
            sys.exit(4)
        case "stubborn":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            child = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(1e6)"]
            other = subprocess.Popen(child, stdout=subprocess.PIPE)
            assert other.stdout is not None
            other.stdout.readline()
            print(f"pids {os.getpid()} {other.pid}", file=sys.stderr, flush=True)
        case "complains":
            for number in range(100_000):
                print(f"warning {number} " + "y" * 100, file=sys.stderr)
            print("z" * 1_000_000, file=sys.stderr, flush=True)


def main() -> None:
    start()
    for line in sys.stdin:
        message = json.loads(line)
        to, method = message.get("id"), message.get("method")
        match method:
            case "initialize" if MODE == "silent":
                continue
            case "initialize" if MODE == "old":
                answer(to, {"protocolVersion": "1999-01-01", "capabilities": {},
                            "serverInfo": {"name": "old", "version": "0"}})  # fmt: skip
            case "initialize" if MODE == "modern":
                error = {"code": -32601, "message": "no such method"}
                say({"jsonrpc": "2.0", "id": to, "error": error})
            case "server/discover" if MODE == "modern":
                answer(to, {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}},
                            "resultType": "complete", "ttlMs": 0,
                            "cacheScope": "public"})  # fmt: skip
            case "initialize":
                answer(to, {"protocolVersion": "2025-06-18",
                            "capabilities": {"tools": {"listChanged": True}, "prompts": {}},
                            "serverInfo": {"name": "hostile", "version": "0"}})  # fmt: skip
            case "tools/list" if MODE == "endless":
                answer(to, {"tools": TOOLS[:1], "nextCursor": "again"})
            case "tools/list":
                answer(to, {"tools": TOOLS})
            case "prompts/list":
                say({"jsonrpc": "2.0", "id": to, "error": {"code": -1, "message": "no prompts"}})
                if MODE == "leaves":
                    sys.exit(5)
            case "tools/call":
                do(message["params"]["arguments"].get("what", ""), to)
            case "notifications/cancelled":
                late = message["params"]["requestId"]
                print(f"cancelled {late}", file=sys.stderr, flush=True)
                answer(late, text("late"))
    if MODE == "stubborn":
        time.sleep(1e6)


if __name__ == "__main__":
    main()
