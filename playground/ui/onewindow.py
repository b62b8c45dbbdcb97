"""One window a home: a second start brings the first window to the front.

Imported before the first paint: nothing but Qt here, and Qt's network only when there is somebody
to talk to.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCryptographicHash, QDir, QObject

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer

PATIENCE = 500
"""Milliseconds in which a first window on the same home must answer."""


class OneWindow(QObject):
    def __init__(self, home: Path) -> None:
        super().__init__()
        # Qt's digest: to import Python's takes 3 ms.
        sha256 = QCryptographicHash.Algorithm.Sha256
        digest = QCryptographicHash.hash(os.fsencode(home.absolute()), sha256).toHex().data()
        user = os.getuid() if hasattr(os, "getuid") else 0
        self.name = f"playground-{user}-{bytes(digest[:16]).decode()}"
        self._server: QLocalServer | None = None

    def another(self) -> bool:
        """Whether there is one already; it was asked to come to the front."""
        if os.name == "posix" and not Path(QDir.tempPath(), self.name).exists():
            return False  # the socket is a file there: without it nobody listens
        from PySide6.QtNetwork import QLocalSocket

        socket = QLocalSocket()
        socket.connectToServer(self.name)
        if not socket.waitForConnected(PATIENCE):
            return False
        socket.write(b"show\n")
        socket.waitForBytesWritten(PATIENCE)
        socket.disconnectFromServer()
        return True

    def listen(self, show: Callable[[], None]) -> None:
        """Be the first window. What a killed one left behind is swept away."""
        from PySide6.QtNetwork import QLocalServer

        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        if not server.listen(self.name):
            QLocalServer.removeServer(self.name)
            server.listen(self.name)

        def connected() -> None:
            if (socket := server.nextPendingConnection()) is not None:
                socket.disconnected.connect(socket.deleteLater)
            show()

        server.newConnection.connect(connected)
        self._server = server

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
