"""cURL: the request of a command that somebody pasted. It is read; nothing is run or fetched, and
no file is looked into. What it logs in with is left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath

from playground.core.keyless import blotted, without_keys, without_login
from playground.core.problem import Failure, Problem
from playground.engine.foreign_shell import Command, commands

DATA = {"-d": True, "--data": True, "--data-ascii": True, "--data-binary": True,
        "--data-raw": False, "--json": True}  # fmt: skip
"""Options that give a body, and whether `@` means a file to them."""
REFUSED = {
    "-F": "It sends a form, which is no conversation.",
    "--form": "It sends a form, which is no conversation.",
    "--form-string": "It sends a form, which is no conversation.",
    "--data-urlencode": "It sends a form, which is no conversation.",
    "--url-query": "It puts the question into the address, which is no conversation.",
    "-G": "It puts the question into the address, which is no conversation.",
    "--get": "It puts the question into the address, which is no conversation.",
    "-T": "It sends a file, which is not looked into: paste the text in its place.",
    "--upload-file": "It sends a file, which is not looked into: paste the text in its place.",
    "-K": "It reads options from a file, which is not looked into: paste them.",
    "--config": "It reads options from a file, which is not looked into: paste them.",
}
LOGINS = frozenset(("-u", "--user", "-b", "--cookie", "--oauth2-bearer", "-U", "--proxy-user",
                    "-E", "--cert", "--key", "--pass", "--aws-sigv4"))  # fmt: skip
WITH_WORD = frozenset((
    "-A", "-C", "-D", "-P", "-Q", "-Y", "-c", "-e", "-m", "-o", "-r", "-t", "-w", "-x", "-y", "-z",
    "--cacert", "--capath", "--ciphers", "--connect-timeout", "--connect-to", "--cookie-jar",
    "--dump-header", "--interface", "--keepalive-time", "--limit-rate", "--max-redirs",
    "--max-time", "--noproxy", "--output", "--output-dir", "--proto", "--proxy", "--referer",
    "--resolve", "--retry", "--retry-delay", "--retry-max-time", "--speed-limit", "--speed-time",
    "--stderr", "--tls-max", "--trace", "--trace-ascii", "--unix-socket", "--user-agent",
    "--write-out",
))  # fmt: skip
"""Options whose word says nothing of the question."""
FLAGS = frozenset((
    "--compressed", "--fail", "--fail-with-body", "--globoff", "--http1.0", "--http1.1", "--http2",
    "--http2-prior-knowledge", "--http3", "--include", "--insecure", "--ipv4", "--ipv6",
    "--location", "--location-trusted", "--no-buffer", "--no-progress-meter", "--parallel",
    "--path-as-is", "--progress-bar", "--raw", "--remote-name", "--show-error", "--silent",
    "--ssl-no-revoke", "--tcp-nodelay", "--tlsv1.2", "--tlsv1.3", "--trace-time", "--verbose",
    "--no-keepalive", "--retry-all-errors", "--retry-connrefused", "--tr-encoding", "--anyauth",
    "--basic", "--digest", "--remove-on-error", "--styled-output", "--no-styled-output",
))  # fmt: skip
SHORT_FLAGS = frozenset("#0123456aBfgiIjJkLlNnOpqRSsvZ")
TRANSPORT = frozenset((
    "accept", "accept-encoding", "connection", "content-length", "content-type", "expect", "host",
    "transfer-encoding", "user-agent",
))  # fmt: skip
"""Headers that every request makes for itself."""


@dataclass(slots=True)
class Sent:
    """What a command would send, without what it logs in with."""

    url: str = ""
    method: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    notices: list[str] = field(default_factory=list)


def is_curl(text: str) -> bool:
    """Whether a text begins like such a command, or like one that has its body from another."""
    lines = (line.strip() for line in text[:4000].split("\n"))
    first = next((line for line in lines if line and not line.startswith("#")), "")
    words = first.removeprefix("$ ").removeprefix("> ").split()
    return bool(words) and (_is_curl(words[0]) or (words[0] == "printf" and "curl" in text))


def read(text: str) -> list[Sent]:
    """All requests of a text. Raises Failure when there is none, or one cannot be read whole."""
    found: list[Sent] = []
    before: Command | None = None
    for command in commands(text):
        words = _bare(command.words)
        if words and _is_curl(words[0]):
            given = command.given
            if given is None and command.piped and before is not None:
                given = _printed(before.words)
            found.append(_sent(words[1:], given))
        before = command
    if not found:
        raise _refused("There is no curl in it.")
    return found


def _bare(words: tuple[str, ...]) -> tuple[str, ...]:
    """Without a prompt, and without variables that are set for it."""
    while words and (words[0] in ("$", ">", "%", "sudo", "time") or _sets(words[0])):
        words = words[1:]
    return words


def _sets(word: str) -> bool:
    name, equals, _ = word.partition("=")
    return bool(equals) and name.isidentifier()


def _is_curl(word: str) -> bool:
    names = (PurePosixPath(word).name, PureWindowsPath(word).name)
    return any(name.lower() in ("curl", "curl.exe") for name in names)


def _printed(words: tuple[str, ...]) -> str | None:
    match words:
        case ("printf", "%s", text) | ("echo", text):
            return text
        case ("printf", "%s\\n", text):
            return f"{text}\n"
        case _:
            return None


def _sent(words: tuple[str, ...], given: str | None) -> Sent:
    sent = Sent()
    data: list[str] = []
    as_json = False
    given_headers: list[str] = []
    secrets: list[str] = []
    for name, word in _options(words):
        if name in REFUSED:
            raise _refused(f"{name}: {REFUSED[name]}")
        if name in DATA:
            data.append(_data(name, word, given))
            as_json = as_json or name == "--json"
        elif name in ("-H", "--header"):
            if word.startswith("@"):
                raise _refused(f"{name} {word}: files are not looked into; paste its headers.")
            given_headers.append(word)
        elif name in ("-X", "--request"):
            sent.method = word.upper()
        elif name in ("", "--url"):
            if sent.url:
                raise _refused(f"It has two addresses: {sent.url[:200]} and {word[:200]}.")
            sent.url = word
        elif name in LOGINS:
            secrets += [word, *word.split(":")[1:]]
            sent.notices.append(f"{name} was left out: what it logs in with is not kept.")
    if not sent.url:
        raise _refused("It has no address.")
    headers = dict(map(_header, given_headers))
    kept = without_keys(headers)
    address = without_login(sent.url)
    secrets += [*kept.secrets, *address.secrets]
    sent.notices += [f"The header {name} was left out: no key is kept." for name in kept.names]
    sent.notices += [f"In the address was left out: {name}." for name in address.names]
    secret = tuple(one for one in secrets if not one.startswith("$"))
    sent.url = blotted(address.value, secret)
    sent.headers = {
        name: blotted(value, secret)
        for name, value in kept.value.items()
        if name.lower() not in TRANSPORT and name
    }
    if data:
        joined = ("" if as_json else "&").join(data)
        sent.body = blotted(joined, secret)
        if sent.body != joined:
            sent.notices.append("A key that stood in the body was overwritten.")
    sent.method = sent.method or ("GET" if sent.body is None else "POST")
    return sent


def _options(words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(option, its word) of each; the address has no option."""
    rest = iter(words)
    for word in rest:
        if word in (">", "<", "2>"):  # where the shell has it written to
            next(rest, "")
        elif not word.startswith("-") or word == "-":
            yield "", word
        elif word.startswith("--"):
            name = word if word != "--next" else ""
            if not name:
                raise _refused("It is several requests in one command; paste them one by one.")
            if _takes(name):
                yield name, _following(name, rest)
            elif name not in FLAGS and name not in REFUSED:
                raise _refused(f"What {name} means is not known here; leave it out.")
            else:
                yield name, ""
        else:
            yield from _letters(word[1:], rest)


def _letters(letters: str, rest: Iterator[str]) -> Iterator[tuple[str, str]]:
    """`-sSN`, `-XPOST`, `-d{}`."""
    for at, letter in enumerate(letters):
        name = f"-{letter}"
        if _takes(name):
            yield name, letters[at + 1 :] or _following(name, rest)
            return
        if letter not in SHORT_FLAGS and name not in REFUSED:
            raise _refused(f"What {name} means is not known here; leave it out.")
        yield name, ""


def _takes(name: str) -> bool:
    if name in ("-G", "--get"):
        return False
    return (
        name in DATA
        or name in REFUSED
        or name in LOGINS
        or name in WITH_WORD
        or name in ("-H", "--header", "-X", "--request", "--url")
    )


def _following(name: str, rest: Iterator[str]) -> str:
    word = next(rest, None)
    if word is None:
        raise _refused(f"{name} has nothing behind it.")
    return word


def _data(name: str, word: str, given: str | None) -> str:
    if not DATA[name] or not word.startswith("@"):
        return word
    if word == "@-" and given is not None:
        return given
    where = "what another command writes" if word == "@-" else f"the file {word[1:][:200]}"
    raise _refused(f"{name} {word[:200]} sends {where}, which is not looked into: paste the text.")


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    return (name.strip(), value.strip()) if colon else (text.rstrip(";").strip(), "")


def _refused(detail: str) -> Failure:
    return Failure(
        Problem(
            title="This cURL command cannot be taken over.",
            detail=detail,
            remedy="change_request",
            code="invalid_command",
        )
    )
