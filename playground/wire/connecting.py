"""Connecting: what the requests of one attempt go out on, as the transport's trace tells it."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

from playground.wire import problems


class Connecting:
    """An attempt is one request, or several where it is redirected. Looking up a name is a part of
    opening the connection, and so is asking a proxy for a tunnel."""

    def __init__(self, now: Callable[[], int], through: MutableMapping[Any, str]) -> None:
        """`now`: nanoseconds. `through`: for each socket that is open, whoever opened it, the
        host:port of the proxy that it leads to, or nothing."""
        self.opened: list[Any] = []
        """The sockets of this attempt."""
        self.proxy = ""
        """host:port of what stands between, where the last connection was not to the server."""
        self._now = now
        self._through = through
        self._began = now()
        self._host, self._port = "", 0
        self._ready: int | None = None
        self._tcp: int | None = None
        self._tls: int | None = None
        self._since = 0
        self.tunnel = False
        """A proxy was asked for one: that is still a part of connecting."""
        self._sent = False
        self._streams: list[Any] = []
        """The same, and with their encryption, in order."""
        self._here = 0
        """How many of them are of an earlier request."""

    def to(self, host: str, port: int) -> None:
        """The next request is for this server."""
        self._host, self._port, self.proxy = host, port, ""
        self._sent, self._here = False, len(self._streams)

    def see(self, name: str, info: dict[str, Any]) -> None:
        """Take note of an event of the trace."""
        match name:
            case "connection.connect_tcp.started":
                self._starts()
                called = (info["host"], info["port"])
                direct = called == (self._host, self._port)
                self.proxy = "" if direct else problems.join(*called)
            case "connection.connect_tcp.complete":
                self._tcp = (self._tcp or 0) + self._took()
                self.opened.append(info["return_value"])
                self._keep(info["return_value"])
            case "http11.send_request_headers.started":
                self._starts()
                self._sent = True
                self.tunnel = info["request"].method == b"CONNECT"
            case "connection.start_tls.started" | "proxy.start_tls.started":
                if self.tunnel:
                    self._tcp = (self._tcp or 0) + self._took()
                    self.tunnel = False
                self._since = self._now()
            case "connection.start_tls.complete" | "proxy.start_tls.complete":
                self._tls = (self._tls or 0) + self._took()
                self._keep(info["return_value"])
            case _:
                pass

    @property
    def made(self) -> bool:
        """There is, or was, a connection for the last request."""
        return self._sent or len(self._streams) > self._here

    def facts(self, stream: Any = None, http: str | None = None) -> dict[str, Any]:
        """What there is to say of the connection: `stream` is that of the answer, if one came."""
        if stream is None and len(self._streams) > self._here:
            stream = self._streams[-1]
        fresh = any(stream is one for one in self._streams)
        proxy = self.proxy if stream is None else self._through.get(stream, self.proxy)
        secure = stream.get_extra_info("ssl_object") if stream is not None else None
        cipher = secure.cipher() if secure is not None else None
        return {
            "host": self._host,
            "port": self._port,
            "proxy": proxy or None,
            "reused": not fresh,
            "ready_ms": _ms(self._ready),
            "tcp_ms": _ms(self._tcp),
            "tls_ms": _ms(self._tls),
            "tls": secure.version() if secure is not None else None,
            "cipher": cipher[0] if cipher else None,
            "http": http,
        }

    def _keep(self, stream: Any) -> None:
        self._streams.append(stream)
        self._through[stream] = self.proxy

    def _starts(self) -> None:
        self._since = self._now()
        if self._ready is None:
            self._ready = self._since - self._began

    def _took(self) -> int:
        return self._now() - self._since


def _ms(nanoseconds: int | None) -> float | None:
    return None if nanoseconds is None else round(nanoseconds / 1e6, 3)
