"""What goes wrong between us and a server, in sentences with the system's own words.

Knows the standard library's errors; the HTTP client's are sorted out in `client`.
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from playground.core.problem import Problem
from playground.core.profile import is_loopback
from playground.wire.limits import Which


def place(url: str) -> str:
    """host:port of a URL, as a person would look for it; the URL when it has none."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return url
    return join(parts.hostname, port) if parts.hostname and port else url


def join(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what led to it. Of several connections tried, the first one counts."""
    step: BaseException | None = error
    while step is not None:
        yield step
        if isinstance(step, BaseExceptionGroup):
            step = step.exceptions[0]
        else:
            step = step.__cause__ or step.__context__


def words(error: BaseException) -> str:
    """What the system says: the deepest cause that says anything, which is the real one."""
    said = [text for cause in causes(error) if (text := _words(cause))]
    return said[-1] if said else type(error).__name__


def _words(error: BaseException) -> str:
    text = str(error).strip()
    if isinstance(error, OSError) and error.errno and text.startswith("[Errno"):
        # asyncio puts "Connect call failed" in the place of the system's words.
        return f"{os.strerror(error.errno)} ({error.errno})"
    return text


def bad_address(url: str, error: BaseException) -> Problem:
    return Problem(
        title="This is not an address that can be called.",
        detail=words(error),
        remedy="edit_profile",
        facts={"address": url},
    )


def bad_header(url: str, error: BaseException) -> Problem:
    return Problem(
        title="A header or the key holds a character that HTTP does not allow.",
        detail=words(error),
        remedy="edit_profile",
        facts={"address": place(url)},
    )


def no_connection(url: str, error: BaseException) -> Problem:
    """The name, the connection or TLS failed."""
    where = place(url)
    facts = {"address": where}
    for cause in causes(error):
        match cause:
            case ssl.SSLError():
                return Problem(
                    title=f"{where} does not speak TLS (https) as it should.",
                    detail=str(cause),
                    remedy="edit_profile",
                    facts=facts,
                )
            case socket.gaierror():
                known = cause.errno != socket.EAI_AGAIN
                host = urlsplit(url).hostname
                return Problem(
                    title=f"There is no server called {host}."
                    if known
                    else f"The name {host} cannot be looked up; is this computer online?",
                    detail=str(cause),
                    remedy="edit_profile" if known else "retry",
                    facts=facts,
                )
            case ConnectionRefusedError():
                ours = "; is the server running?" if is_loopback(url) else "."
                return Problem(
                    title=f"Nothing answers at {where}{ours}",
                    detail=_words(cause),
                    remedy="retry",
                    facts=facts,
                )
            case _:
                pass
    return Problem(
        title=f"{where} cannot be reached.", detail=words(error), remedy="retry", facts=facts
    )


def bad_certificate(url: str, error: ssl.SSLCertVerificationError, issuer: str = "") -> Problem:
    host = urlsplit(url).hostname
    facts = {"address": place(url)}
    by = ""
    if issuer:
        facts["issuer"] = issuer
        by = f" It was issued by {issuer}."
    return Problem(
        title=f"The certificate of {host} is not trusted here.",
        detail=f"{error.verify_message or error}.{by} If it is your organization's, add it to the "
        "system's trusted certificates or name its file in SSL_CERT_FILE.",
        remedy="edit_profile",
        facts=facts,
    )


def bad_proxy(detail: str, proxy: str = "") -> Problem:
    return Problem(
        title=f"The proxy {proxy} does not let us through."
        if proxy
        else "The proxy that the environment names cannot be used.",
        detail=detail,
        remedy="edit_profile",
        facts={"proxy": proxy} if proxy else {},
    )


def hung_up(url: str, error: BaseException) -> Problem:
    where = place(url)
    return Problem(
        title=f"{where} closed the connection without an answer.",
        detail=words(error),
        remedy="retry",
        facts={"address": where},
    )


def not_http(url: str, error: BaseException) -> Problem:
    where = place(url)
    return Problem(
        title=f"What {where} answered is not HTTP as it should be.",
        detail=words(error),
        remedy="edit_profile",
        facts={"address": where},
    )


def cut_off(url: str, error: BaseException) -> Problem:
    where = place(url)
    return Problem(
        title="The connection broke in the middle of the answer.",
        detail=words(error),
        remedy="retry",
        facts={"address": where},
    )


def damaged(url: str, words: str) -> Problem:
    return Problem(
        title="The answer came compressed, and the compression is damaged.",
        detail=words,
        remedy="retry",
        facts={"address": place(url)},
    )


def bad_redirect(url: str, target: str, why: str) -> Problem:
    return Problem(
        title=f"{place(url)} sends us elsewhere, {why}.",
        detail=f"It points to {target}",
        remedy="edit_profile",
        facts={"address": place(url), "target": target},
    )


def timed_out(url: str, which: Which, seconds: float) -> Problem:
    where = place(url)
    limit = f"{seconds:g} s"
    facts = {"address": where, "limit": limit}
    match which:
        case "connect":
            return Problem(
                title=f"No connection to {where} within {limit}.", remedy="retry", facts=facts
            )
        case "first_token":
            return Problem(
                title=f"{where} has not begun to answer within {limit}.",
                remedy="raise_limit",
                facts=facts,
            )
        case "idle":
            return Problem(
                title=f"{where} has been silent for {limit} in the middle of the answer.",
                remedy="raise_limit",
                facts=facts,
            )
