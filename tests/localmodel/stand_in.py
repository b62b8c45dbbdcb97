"""A server in the model's place that is as unfit as it is told to be. Run as a program.

Behaviours: `fit`, `slow` (by its own clock), `mute` (never answers a question), `sick` (never
healthy), `odd` (answers without timings), `silent` (never announces itself), `broken` (dies).
"""

from __future__ import annotations

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

behaviour = sys.argv[1]
never = threading.Event()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.reply(503 if behaviour == "sick" else 200, {"status": "whatever"})

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["content-length"])))
        assert question["max_tokens"] > 0
        if self.headers["authorization"] != f"Bearer {os.environ['PLAYGROUND_MODEL_KEY']}":
            self.reply(401, {"error": {"message": "Invalid API Key"}})
        elif behaviour == "mute":
            never.wait()
        elif behaviour == "odd":
            self.reply(200, {})
        else:
            speed = 1.25 if behaviour == "slow" else 40.5
            self.reply(200, {"timings": {"predicted_per_second": speed}})

    def reply(self, status: int, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


if behaviour == "broken":
    sys.exit("the weights are gone")
with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    if behaviour != "silent":
        url = f"http://127.0.0.1:{server.server_port}/v1"
        print(json.dumps({"base_url": url, "pid": os.getpid()}), flush=True)
    sys.stdin.read()
    os._exit(0)
