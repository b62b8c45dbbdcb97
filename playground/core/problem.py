"""Problem: a failure as a sentence, its cause in the server's own words, and what to do.

The world's failures are Problems with a remedy. Ours are Problems with `bug` set, which carry a
traceback and are shown as a report.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

SHOWN = 2048
"""Bytes of a raw error body that are shown; the recording has all of it."""

Remedy = Literal[
    "",
    "wait",
    "retry",
    "continue",
    "add_key",
    "choose_model",
    "edit_profile",
    "change_request",
    "raise_limit",
    "switch_profile",
    "open_folder",
    "update",
    "free_space",
    "report",
]

REMEDIES: Mapping[str, str] = {
    "": "",
    "wait": "Wait and try again",
    "retry": "Retry",
    "continue": "Continue",
    "add_key": "Add a key",
    "choose_model": "Choose a model",
    "edit_profile": "Edit the profile",
    "change_request": "Change the request",
    "raise_limit": "Raise the limit",
    "switch_profile": "Choose another profile",
    "open_folder": "Open the folder",
    "update": "Update Playground",
    "free_space": "Free some space, then retry",
    "report": "Copy the report",
}
"""What each remedy is called on a button."""


class Problem(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    title: str
    """One sentence without jargon."""
    detail: str = ""
    """The server's, the parser's or the system's own words."""
    remedy: Remedy = ""
    """The one next action."""
    status: int | None = None
    code: str | None = None
    param: str | None = None
    request_id: str | None = None
    retry_after: float | None = None
    """Seconds the server asks us to wait."""
    bug: bool = False
    facts: dict[str, str] = Field(default_factory=dict)
    """Further things worth showing: the address, the limit, the raw body."""


class Failure(Exception):  # noqa: N818  the word for it everywhere in the program
    """A Problem on its way to whoever can show it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.title} {problem.detail}".strip())
        self.problem = problem


def from_exception(error: BaseException) -> Problem:
    """The one place where exceptions become Problems."""
    if isinstance(error, Failure):
        return error.problem
    if isinstance(error, OSError) and error.errno == 28:
        return Problem(
            title="The disk is full.", detail=str(error), remedy="free_space", code="ENOSPC"
        )
    report = "".join(traceback.format_exception(error))
    return Problem(
        title="Playground itself made a mistake. Nothing that arrived is lost.",
        detail=f"{type(error).__name__}: {error}",
        remedy="report",
        bug=True,
        facts={"traceback": report},
    )


def from_response(status: int, headers: Mapping[str, str], body: bytes) -> Problem:
    """An HTTP answer that is an error, in whatever shape the server wrote it.

    `headers` has lower-case names. Any body is accepted: OpenAI's object, a bare string, FastAPI's
    `detail`, a list, HTML, nothing.
    """
    words, code, param = error_words(body)
    request_id = headers.get("x-request-id") or None
    title, remedy = _title(status, code)
    raw = body[:SHOWN].decode("utf-8", "replace")
    return Problem(
        title=title,
        detail=words or raw.strip(),
        remedy=remedy,
        status=status,
        code=code,
        param=param,
        request_id=request_id,
        retry_after=retry_after(headers),
        facts={"body": raw} if raw and raw.strip() != words else {},
    )


def from_error(data: Any, status: int | None = None) -> Problem:
    """An error that came inside a stream that had begun well."""
    words, code, param = _dig(data)
    title, remedy = _title(status or 0, code)
    return Problem(
        title=title
        if code or status
        else "The server reported an error in the middle of the answer.",
        detail=words or json.dumps(data, ensure_ascii=False)[:SHOWN],
        remedy=remedy,
        status=status,
        code=code,
        param=param,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks us to wait, from `retry-after-ms` or `retry-after`.

    A date is read against the server's own clock, the header `date`; without one it is the wire's
    business, which has a clock.
    """
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) / scale
        except (KeyError, ValueError):
            continue
        if 0 < seconds < float("inf"):
            return seconds
    until, sent = (moment(headers.get(name, "")) for name in ("retry-after", "date"))
    return until - sent if until is not None and sent is not None and until > sent else None


def moment(date: str) -> float | None:
    """Unix seconds of a date as HTTP writes it; None when it is none."""
    if not date:
        return None
    from email.utils import mktime_tz, parsedate_tz  # slow, and hardly ever needed

    try:
        found = parsedate_tz(date)
        return float(mktime_tz(found)) if found is not None else None
    except (ValueError, OverflowError):
        return None


def error_words(body: bytes) -> tuple[str, str | None, str | None]:
    """(message, code, param) of an error body; empty when it is not JSON."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return "", None, None
    return _dig(data)


def _dig(data: Any) -> tuple[str, str | None, str | None]:
    if isinstance(data, list) and data:
        return _dig(data[0])
    if isinstance(data, str):
        return data, None, None
    if not isinstance(data, dict):
        return "", None, None
    inner = data.get("error")
    if isinstance(inner, dict | str) and inner:
        words, code, param = _dig(inner)
        return words, code or _text(data.get("code")), param
    said: Any = data.get("message") or data.get("detail") or data.get("title") or ""
    if isinstance(said, dict):  # Mistral puts those of FastAPI into its message
        said = _dig(said)[0] or str(said)
    if isinstance(said, list):  # FastAPI's validation errors
        said = "; ".join(
            f"{_place(row.get('loc'))}: {row.get('msg', '')}" if isinstance(row, dict) else str(row)
            for row in said
        )
    code = _text(data.get("code"))
    if code is None or code.isdigit():
        code = _text(data.get("type")) or code
    if code == "error":  # the name of the flat event, not a code
        code = None
    return str(said), code, _text(data.get("param"))


def _place(loc: Any) -> str:
    """Where in a request FastAPI found an error: `body.messages.0.role`."""
    return ".".join(map(str, loc)) if isinstance(loc, list) else str(loc)


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int) and value not in ("", 0) else None


def _title(status: int, code: str | None) -> tuple[str, Remedy]:
    match code:
        case "insufficient_quota":
            return "The account behind this key has no credit left.", "switch_profile"
        case "context_length_exceeded":
            return "The conversation is longer than this model can read.", "change_request"
        case "model_not_found":
            return "The server does not have this model.", "choose_model"
        case "invalid_api_key":
            return "The server does not accept this key.", "add_key"
        case "content_filter" | "content_policy_violation":
            return "The server's content filter refused this.", "change_request"
        case _:
            pass
    match status:
        case 400 | 422:
            return "The server does not accept the request as it was sent.", "change_request"
        case 401:
            return "The server does not accept this key.", "add_key"
        case 403:
            return "This key may not do that here.", "edit_profile"
        case 404:
            return "There is nothing at this address, or no such model.", "choose_model"
        case 408:
            return "The server gave up waiting.", "retry"
        case 413:
            return "The request is too large for this server.", "change_request"
        case 429:
            return "The server asks for a pause: too many requests.", "wait"
        case 503:
            return "The server is busy or still loading.", "wait"
        case _ if status >= 500:
            return "The server failed.", "retry"
        case _ if status >= 400:
            return f"The server answered with an error ({status}).", "change_request"
        case _:
            return "The server reported an error.", "retry"
