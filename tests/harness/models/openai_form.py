"""A server on loopback that speaks OpenAI's chat form and answers what a test tells it to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Answer:
    """One answer: a status with a text or an error's message; `held` is waited for before it is sent."""

    text: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    held: threading.Event | None = None
    usage: dict[str, Any] = field(
        default_factory=lambda: {"prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16}
    )
    tool: tuple[str, dict[str, Any]] | None = None

    def body(self) -> bytes:
        if self.status != 200:
            return json.dumps({"error": {"message": self.text, "type": "x", "code": None}}).encode()
        message: dict[str, Any] = {"role": "assistant", "content": self.text}
        if self.tool is not None:
            function = {"name": self.tool[0], "arguments": json.dumps(self.tool[1])}
            message["tool_calls"] = [{"id": "call_1", "type": "function", "function": function}]
        choice = {"index": 0, "message": message, "finish_reason": "stop" if self.tool is None else "tool_calls"}
        whole = {"id": "c1", "object": "chat.completion", "created": 1, "model": "told", "choices": [choice]}
        return json.dumps({**whole, "usage": self.usage}).encode()


@dataclass
class Teller:
    """What was asked, and what will be answered: in order, the last answer for ever."""

    url: str
    answers: list[Answer]
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


@contextmanager
def serving(*answers: Answer) -> Iterator[Teller]:
    """A server for the time of a `with`."""
    teller = Teller("", list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            teller.asked.append(asked)
            teller.keys.append(self.headers.get("authorization", ""))
            answer = teller.answers.pop(0) if len(teller.answers) > 1 else teller.answers[0]
            if answer.held is not None:
                answer.held.wait(30)
            body = answer.body()
            try:
                self.send_response(answer.status)
                for name, value in {"content-type": "application/json", **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the one who asked has gone

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    teller.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield teller
    finally:
        for answer in answers:
            if answer.held is not None:
                answer.held.set()
        server.shutdown()
        server.server_close()
