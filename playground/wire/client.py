"""The HTTP client: one request, its redirects, its retries, and all of it on the tape.

The only module that knows httpx. It is imported in the wire thread when the first request is
made: the import and the TLS context cost a tenth of a second that no window should wait for.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import httpx

from playground import __version__
from playground.core.problem import Failure, Problem, from_exception, from_response
from playground.core.profile import Address, is_loopback, is_secret, origin
from playground.wire import problems, retry, tls
from playground.wire.body import Body
from playground.wire.connecting import Connecting
from playground.wire.limits import Limits, Watch
from playground.wire.tape import Tape

PORTS = {"http": 80, "https": 443}
REDIRECTS = 5
KEPT = httpx.Limits(max_connections=None, max_keepalive_connections=10, keepalive_expiry=30)
"""Idle connections that are kept for the next turn, and for how many seconds."""


@dataclass(slots=True)
class Route:
    """How far an attempt has got on its way to an answer."""

    urls: list[str]
    """The request's own, then those it was redirected to."""
    connecting: Connecting

    @property
    def url(self) -> str:
        return self.urls[-1]

    @property
    def proxy(self) -> str:
        return self.connecting.proxy


class Client:
    """Lives in the wire thread. `now` gives wall-clock seconds, `chance` a number from 0 to 1."""

    def __init__(
        self,
        *,
        sleep: Callable[[float], Awaitable[None]],
        now: Callable[[], float],
        chance: Callable[[], float],
    ) -> None:
        self._sleep = sleep
        self._now = now
        self._chance = chance
        self._clients: dict[tuple[bool, bool], httpx.AsyncClient] = {}
        self._through = WeakKeyDictionary[Any, str]()
        """To which proxy the sockets of all of them lead; see `Connecting`."""

    async def exchange(self, address: Address, limits: Limits, tape: Tape) -> None:
        """Send a request until it succeeds or no attempt is left. The tape says what came of it."""
        for made in itertools.count():
            tape.attempt = made
            setback = await self._attempt(address, limits, tape)
            if setback is None or made >= limits.retries:
                return
            after = setback.wait or retry.backoff(made, self._chance())
            coming = {"attempt": made + 1, "attempts": limits.retries}
            tape.fact("retry", {"after": after, "why": setback.why, **coming})
            await self._sleep(after)

    async def close(self) -> None:
        for client in self._clients.values():
            await client.aclose()

    async def _attempt(self, address: Address, limits: Limits, tape: Tape) -> retry.Setback | None:
        """One try, and what speaks for another one.

        Once a success has begun to arrive nothing does: a second answer would be paid for too.
        """
        route = Route([address.url], Connecting(tape.now, self._through))
        status = 0
        headers: dict[str, str] = {}
        said = b""
        watch = Watch(limits)
        try:
            async with watch:
                request = _request(address, tape)
                response = await self._send(request, address.secrets, watch, route)
                async with contextlib.aclosing(response):
                    status, headers = response.status_code, dict(response.headers)
                    tape.fact("connection", _connection(response, route))
                    tape.fact("head", _head(response, route))
                    body = Body(
                        tape,
                        status,
                        headers.get("content-type", ""),
                        headers.get("content-encoding", ""),
                    )
                    try:
                        number = 0
                        async for data in _chunks(response):
                            body.feed(data, tape.now(), number)
                            watch.heard(spoken=body.spoken)
                            number += 1
                    finally:
                        body.end()
                        said = bytes(body.error)
            if body.damage:
                tape.failure("cut", problems.damaged(route.url, body.damage))
            else:
                tape.fact("eof")
        except Exception as error:
            if not status and route.connecting.made:
                tape.fact("connection", route.connecting.facts())
            if watch.expired:
                problem = problems.timed_out(route.url, watch.which, watch.limit)
                tape.failure("timeout", problem, which=watch.which, seconds=watch.limit)
            elif status and isinstance(error, httpx.HTTPError | ssl.SSLError):
                problem = problems.cut_off(route.url, error)
                tape.failure("cut", problem)
            else:
                problem = await self._explain(error, route, limits)
                tape.failure("failed", problem)
            if status == 0 and (watch.expired or problem.remedy == "retry"):
                return retry.Setback(problem.title)
        if status < 400:
            return None
        problem = from_response(status, headers, said)
        return retry.setback(problem, headers, self._now())

    async def _send(
        self, request: httpx.Request, secrets: Iterable[bytes], watch: Watch, route: Route
    ) -> httpx.Response:
        """The head of the answer, after redirects; `route` grows by each. Raises Failure too."""
        connecting = route.connecting

        async def trace(name: str, info: dict[str, Any]) -> None:
            connecting.see(name, info)
            if name == "http11.send_request_headers.started" and not connecting.tunnel:
                watch.begin("first_token")

        try:
            while True:
                watch.begin("connect")
                request.extensions["trace"] = trace
                url = request.url
                connecting.to(url.raw_host.decode(), url.port or PORTS.get(url.scheme, 0))
                response = await self._client(request.url).send(request, stream=True)
                onward = response.next_request
                if onward is None:
                    return response
                await response.aclose()
                if len(route.urls) > REDIRECTS:
                    there = str(onward.url)
                    raise Failure(problems.bad_redirect(route.url, there, "again and again"))
                request = _redirected(response, onward.url, secrets)
                route.urls.append(str(request.url))
        except BaseException:
            # WORKAROUND: httpcore 1.0.9 forgets the socket when it is cancelled in the handshake
            # of TLS (its `start_tls` closes on Exception only). May go when it no longer does.
            for stream in connecting.opened:
                await stream.aclose()
            raise

    def _client(self, url: httpx.URL) -> httpx.AsyncClient:
        """Connections of one sort. Raises Failure when the environment's proxy or certificates
        are no good: those count everywhere but on this computer."""
        if url.port is not None and url.port > 65535:
            raise httpx.InvalidURL(f"There is no port {url.port}.")
        secure, local = url.scheme == "https", is_loopback(str(url))
        client = self._clients.get((secure, local))
        if client is None:
            # Without TLS the context is never used, and an empty one costs nothing.
            trust = tls.context() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            try:
                client = httpx.AsyncClient(
                    verify=trust, trust_env=not local, timeout=None, limits=KEPT
                )
            except (ImportError, ValueError, httpx.InvalidURL) as error:
                raise Failure(problems.bad_proxy(str(error))) from error
            self._clients[secure, local] = client
        return client

    async def _explain(self, error: Exception, route: Route, limits: Limits) -> Problem:
        """Why there is no answer."""
        url = route.url
        match error:
            case httpx.InvalidURL() | httpx.UnsupportedProtocol():
                return problems.bad_address(url, error)
            case httpx.LocalProtocolError() | UnicodeEncodeError():
                return problems.bad_header(url, error)
            case httpx.ProxyError():
                return problems.bad_proxy(problems.words(error), route.proxy)
            case httpx.ConnectError():
                for cause in problems.causes(error):
                    if isinstance(cause, ssl.SSLCertVerificationError):
                        issuer = await self._issuer(url, limits.connect)
                        return problems.bad_certificate(url, cause, issuer)
                if route.proxy:
                    return problems.bad_proxy(problems.words(error), route.proxy)
                return problems.no_connection(url, error)
            case httpx.RemoteProtocolError() if not str(error).startswith("Server disconnected"):
                return problems.not_http(url, error)
            case httpx.TransportError():
                return problems.hung_up(url, error)
            case _:
                return from_exception(error)

    async def _issuer(self, url: str, seconds: float) -> str:
        """Who issued the certificate that was refused: seen by a second handshake, which is
        broken off before anything is sent."""
        found = b""

        async def look(name: str, info: dict[str, Any]) -> None:
            nonlocal found
            if name.endswith("start_tls.complete"):
                stream = info["return_value"]
                found = stream.get_extra_info("ssl_object").getpeercert(binary_form=True)
                await stream.aclose()
                raise _Seen

        stranger = httpx.AsyncClient(verify=tls.unverified(), trust_env=not is_loopback(url))
        with contextlib.suppress(_Seen, httpx.HTTPError, TimeoutError):
            async with asyncio.timeout(seconds), stranger:
                await stranger.head(url, extensions={"trace": look})
        return tls.issuer(found)


class _Seen(Exception):  # noqa: N818  no error: the way out of a handshake
    pass


def _request(address: Address, tape: Tape) -> httpx.Request:
    """The request as it will be sent; it is on the tape even when it cannot be."""
    headers = list(address.headers)
    if not any(name.lower() == "user-agent" for name, _ in headers):
        headers.append(("User-Agent", f"Playground/{__version__}"))
    try:
        request = httpx.Request(
            address.method, address.url, headers=headers, content=address.body or None
        )
        headers = _texts(request.headers)
        return request
    finally:
        tape.fact(
            "request",
            {
                "method": address.method,
                "url": address.url,
                "headers": [
                    [name, _redacted(name, value, address.secrets)] for name, value in headers
                ],
                "body": address.body.decode("utf-8", "replace"),
            },
        )


def _redacted(name: str, value: str, secrets: Iterable[bytes]) -> str:
    """A header's value without what its name says is a secret; nothing of one that is the key,
    whatever its name."""
    if not is_secret(name):
        return "****" if value.encode("latin-1", "replace") in secrets else value
    scheme, blank, _ = value.partition(" ")
    return f"{scheme} ****" if blank and name.lower().endswith("authorization") else "****"


def _connection(response: httpx.Response, route: Route) -> dict[str, Any]:
    stream = response.extensions.get("network_stream")
    return route.connecting.facts(stream, response.http_version)


def _head(response: httpx.Response, route: Route) -> dict[str, Any]:
    head: dict[str, Any] = {
        "status": response.status_code,
        "reason": response.reason_phrase,
        "version": response.http_version,
        # What a server would know us again by is nobody else's business.
        "headers": [
            [name, "****" if name.lower() == "set-cookie" else value]
            for name, value in _texts(response.headers)
        ],
    }
    if len(route.urls) > 1:
        head["redirected"] = route.urls[1:]
    return head


def _texts(headers: httpx.Headers) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw]


def _chunks(response: httpx.Response) -> AsyncIterator[bytes]:
    """The body as it came; compression is undone by `Body`, which loses nothing.

    The transport's own stream: httpx's wrapper around it adds a tenth to the cost of a chunk.
    """
    assert isinstance(response.stream, httpx.AsyncByteStream)
    return aiter(response.stream)


def _redirected(
    response: httpx.Response, url: httpx.URL, secrets: Iterable[bytes]
) -> httpx.Request:
    """The same request to another URL. Raises Failure where it must not go.

    The method is kept, as for every API; only `303 See Other` means a GET. A secret goes to
    nobody but the server it was meant for.
    """
    request = response.request
    here, there = str(request.url), str(url)
    if request.url.scheme == "https" and url.scheme != "https":
        raise Failure(problems.bad_redirect(here, there, "without encryption"))
    dropped = {b"host"}
    if not _same_server(here, there):
        dropped |= {
            name.lower()
            for name, value in request.headers.raw
            if is_secret(name.decode("latin-1")) or any(secret in value for secret in secrets)
        }
    method, content = request.method, request.content
    if response.status_code == httpx.codes.SEE_OTHER:
        method, content = "GET", b""
        dropped |= {b"content-length", b"content-type"}
    headers = [pair for pair in request.headers.raw if pair[0].lower() not in dropped]
    return httpx.Request(method, url, headers=headers, content=content or None)


def _same_server(here: str, there: str) -> bool:
    """One origin, or the encrypted door of the same house."""
    here, there = origin(here), origin(there)
    upgraded = here.removeprefix("http://").removesuffix(":80")
    return here == there or there == f"https://{upgraded}:443"
