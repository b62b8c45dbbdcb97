"""cURL: the last request of a run as a shell command, exact to the byte."""

from __future__ import annotations

import re
import shlex

from playground.core.problem import Failure, Problem
from playground.export.base import Exported, Exporter
from playground.export.request import Request, Value, Variable, sent

LONGEST = 100_000
"""Bytes of one argument. Linux refuses to start a program with one of 128 KiB."""

HARMLESS = re.compile(r"[\w:/.,;?&=%+~ -]*", re.A)
"""What means itself between double quotes."""


def write(exported: Exported) -> str:
    return code(sent(exported.run, exported.profile))


def code(request: Request) -> str:
    """Raises Failure when the request holds NUL, as one that somebody edited may."""
    pairs = [text for pair in (*request.query, *request.headers) for text in pair]
    if any("\0" in text for text in (request.url, request.body, *pairs) if isinstance(text, str)):
        raise Failure(
            Problem(title="The request holds the character NUL, which a shell cannot say.")
        )
    body = shlex.quote(request.body)
    piped = len(body.encode("utf-8", "replace")) > LONGEST
    query = [
        part
        for number, (name, value) in enumerate(request.query)
        for part in (f"{'&' if number else '?'}{name}=", value)
    ]
    words = ["curl -sS" + (" -N" if request.streamed else "")]
    if re.search(r"[\[\]{}]", request.url + "".join(map(str, query))):
        words[0] += " -g"  # or curl reads brackets as a pattern of many addresses
    words[0] += f" {_word(request.url, *query)}"
    if request.method != ("POST" if request.body else "GET"):
        words.append(f"-X {shlex.quote(request.method)}")
    words += [f"-H {_header(name, value)}" for name, value in request.headers]
    if piped:
        words.append("--data-binary @-")
    elif request.body:
        words.append(f"--data-raw {body}")
    command = " \\\n  ".join(words) + "\n"
    # printf is part of the shell itself, so it takes an argument of any length.
    return f"printf %s {body} |\n{command}" if piped else command


def _header(name: str, value: Value) -> str:
    if value == "":
        return _word(f"{name};")  # a colon would mean: leave this header out
    return _word(f"{name}: ", value)


def _word(*parts: Value) -> str:
    """One word of the shell, with its variables left to expand."""
    pieces: list[Value] = []
    for part in parts:
        pieces += [part.before, part] if isinstance(part, Variable) else [part]
    plain = "".join(piece for piece in pieces if isinstance(piece, str))
    if all(isinstance(piece, str) for piece in pieces):
        return shlex.quote(plain)
    if HARMLESS.fullmatch(plain):
        inner = (piece if isinstance(piece, str) else f"${piece.name}" for piece in pieces)
        return f'"{"".join(inner)}"'
    return "".join(
        shlex.quote(piece) if isinstance(piece, str) else f'"${piece.name}"'
        for piece in pieces
        if piece
    )


EXPORT = Exporter("curl", "cURL", ".sh", write, code)
