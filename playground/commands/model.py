"""`playground model`: the bundled small model behind llama.cpp's own server."""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import TextIO

from playground.core.resources import resource
from playground.localmodel import llama
from playground.localmodel.gate import Gate
from playground.localmodel.llama import KEY_VARIABLE
from playground.localmodel.wheels import unavailable, weights

NAME = "model"
HELP = "run the bundled small model behind llama.cpp's server"

PR_SET_PDEATHSIG = 1
PREFIX = "playground-model-"
LONGEST = 100
"""Bytes of the address of a socket; systems take 104 or 108, its end included."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = f"When {KEY_VARIABLE} is set, requests must bring what it holds as their key."
    parser.add_argument(
        "--port",
        type=int,
        default=8902,
        metavar="N",
        help="0 takes a free one; default: %(default)s",
    )
    parser.add_argument(
        "--threads",
        type=int,
        default=1,
        metavar="N",
        help="threads that compute; default: %(default)s, kind to a shared machine",
    )
    parser.add_argument("--until-eof", action="store_true", help="end when standard input closes")


def main(args: argparse.Namespace) -> int:
    """Prints one line of JSON, `{"base_url": …, "pid": …}`, when it is ready."""
    if args.threads < 1 or not 0 <= args.port < 65536:
        print("--threads must be 1 or more, and --port 0 to 65535.", file=sys.stderr)
        return 2
    # Taken out, so that nothing this process starts inherits it.
    key = os.environ.pop(KEY_VARIABLE, "")
    reason = unavailable()
    file = weights()
    if reason is not None or file is None:
        print(reason, file=sys.stderr)
        return 1
    try:
        listener = socket.create_server(("127.0.0.1", args.port))
    except OSError as error:
        print(f"Cannot listen on 127.0.0.1 port {args.port}: {error}", file=sys.stderr)
        return 1
    announcements = _own_stdout()
    if args.until_eof:
        _die_with_parent()
    template = resource("localmodel", "chat_template.jinja").read_text("utf-8")
    with TemporaryDirectory(prefix=PREFIX, dir=_place()) as folder:
        behind = Path(folder, "llama.sock")
        try:
            # It serves for as long as it is held.
            _server = llama.start(file, template, behind, key, args.threads)
        except (RuntimeError, ImportError) as error:  # also a system library that is missing
            print(f"llama.cpp could not start: {error}", file=sys.stderr)
            return 1
        asyncio.run(_serve(listener, behind, announcements, until_eof=args.until_eof))
    # At once: llama.cpp's own ending waits for answers that are still being generated.
    sys.stderr.flush()
    os._exit(0)


def _place() -> str | None:
    """Where the socket goes; None: where temporary files usually do. The address of a socket is
    short, and somebody's own folder for such files may not be."""
    usual = Path(gettempdir(), f"{PREFIX}12345678", "llama.sock")
    return None if len(os.fsencode(usual)) < LONGEST else "/tmp"


async def _serve(
    listener: socket.socket, behind: Path, announcements: TextIO, *, until_eof: bool
) -> None:
    loop = asyncio.get_running_loop()
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    if until_eof:
        threading.Thread(target=_await_eof, args=(loop, end), daemon=True).start()
    gate = Gate(behind)
    await gate.open(listener)
    port = listener.getsockname()[1]
    announcement = {"base_url": f"http://127.0.0.1:{port}/v1", "pid": os.getpid()}
    print(json.dumps(announcement), file=announcements, flush=True)
    await end.wait()
    await gate.close()


def _own_stdout() -> TextIO:
    """Standard output for us alone: whatever native code prints goes to standard error."""
    sys.stdout.flush()
    ours = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return ours


def _die_with_parent() -> None:
    """Ask Linux for a SIGTERM at the parent's death.

    The end of standard input says the same, everywhere, but is not noticed while the model loads.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _await_eof(loop: asyncio.AbstractEventLoop, end: asyncio.Event) -> None:
    while os.read(0, 4096):
        pass
    loop.call_soon_threadsafe(end.set)
