"""Problem: a failure as a sentence, its cause in the server's own words, and what to do.

The world's failures are Problems with a remedy. Ours are Problems with `bug` set, which carry a
traceback and are shown as a report.
"""

from __future__ import annotations

import json
import re
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
    "fill_in",
    "raise_limit",
    "raise_budget",
    "set_price",
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
    "fill_in": "Fill in the variables",
    "raise_limit": "Raise the limit",
    "raise_budget": "Change the budget…",
    "set_price": "Give it a price…",
    "switch_profile": "Choose another profile",
    "open_folder": "Open the folder",
    "update": "Update Playground",
    "free_space": "Free some space, then retry",
    "report": "Copy the report",
}
"""What each remedy is called on a button."""


Titled = tuple[str, Remedy]

NO_CREDIT: Titled = ("The account behind this key has no credit left.", "switch_profile")
TOO_LONG: Titled = ("The conversation is longer than this model can read.", "change_request")
NO_MODEL: Titled = ("The server does not have this model.", "choose_model")
BAD_KEY: Titled = ("The server does not accept this key.", "add_key")
FILTERED: Titled = ("The server's content filter refused this.", "change_request")
TOO_MANY: Titled = ("The server asks for a pause: too many requests.", "wait")
BUSY: Titled = ("The server is busy or still loading.", "wait")
FAILED: Titled = ("The server failed.", "retry")
NO_RESPONSE: Titled = (
    "The server has no such response to continue; send the whole conversation.",
    "change_request",
)

CODES: Mapping[str, Titled] = {
    "insufficient_quota": NO_CREDIT,
    "billing_not_active": NO_CREDIT,
    "billing_hard_limit_reached": NO_CREDIT,
    "context_length_exceeded": TOO_LONG,
    "exceed_context_size_error": TOO_LONG,  # llama.cpp
    "model_not_found": NO_MODEL,
    "DeploymentNotFound": NO_MODEL,  # Azure
    "invalid_api_key": BAD_KEY,
    "content_filter": FILTERED,
    "content_policy_violation": FILTERED,
    "rate_limit_exceeded": TOO_MANY,
    "rate_limit_error": TOO_MANY,
    "overloaded": BUSY,
    "overloaded_error": BUSY,
    "unavailable_error": BUSY,
    "server_error": FAILED,
    "internal_server_error": FAILED,
    "previous_response_not_found": NO_RESPONSE,
    "invalid_json_schema": ("The server does not accept this JSON Schema.", "change_request"),
    "tool_use_failed": ("The model wrote a call of a tool that nobody can read.", "retry"),  # Groq
}
"""Codes that say more than the status beside them, or than none: errors inside a stream."""

CONTEXT = re.compile(
    r"maximum context length|(?:exceeds?|greater than|longer than|larger than)[^.]{0,60}\bcontext\b"
    r"|(?:prompt|input|conversation) is too long|input token count[^.]{0,40}exceeds",
    re.IGNORECASE,
)
"""Words for a conversation that is too long, of servers that have no code for it."""


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
    title, remedy = _title(status, code, "" if param else words)
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
    title, remedy = _title(status or 0, code, "" if param else words)
    return Problem(
        title=title
        if code or status or title == TOO_LONG[0]
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


def _title(status: int, code: str | None, words: str = "") -> tuple[str, Remedy]:
    """What to call an error: by its code where that says more than its status."""
    told = CODES.get(code or "")
    # Of a request that can never fit (413) Groq says that it comes too fast.
    if told is not None and (told is not TOO_MANY or status in (0, 429)):
        return told
    if CONTEXT.search(words[:SHOWN]):
        return TOO_LONG
    match status:
        case 400 | 422:
            return "The server does not accept the request as it was sent.", "change_request"
        case 401:
            return "The server does not accept this key.", "add_key"
        case 402:
            return NO_CREDIT
        case 403:
            return "This key may not do that here.", "edit_profile"
        case 404:
            return "There is nothing at this address, or no such model.", "choose_model"
        case 408:
            return "The server gave up waiting.", "retry"
        case 413:
            return "The request is too large for this server.", "change_request"
        case 429:
            return TOO_MANY
        case 503:
            return BUSY
        case _ if status >= 500:
            return FAILED
        case _ if status >= 400:
            return f"The server answered with an error ({status}).", "change_request"
        case _:
            return "The server reported an error.", "retry"
