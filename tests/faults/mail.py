"""A mail server for one test: takes what it is given, and can do something just before it says so."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message


class PostOffice(socketserver.ThreadingTCPServer):
    """Listens on a port of its own; `got` is every message that came in whole."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Counter)
        self.got: list[Message] = []
        self.before_answer: Callable[[], None] = lambda: None

    @property
    def environment(self) -> dict[str, str]:
        """What a process has to know to send by it."""
        host, port = self.server_address[:2]
        return {"TONGXIN_SMTP_HOST": str(host), "TONGXIN_SMTP_PORT": str(port), "TONGXIN_MAIL_FROM": "tongxin@yx.example.invalid"}


class _Counter(socketserver.StreamRequestHandler):
    server: PostOffice

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self._say("354 go on")
                self.server.got.append(message_from_bytes(b"".join(iter(self.rfile.readline, b".\r\n"))))
                self.server.before_answer()
            self._say("221 bye" if word == b"QUIT" else "250 ok")
            if word == b"QUIT":
                return

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """Run one until the end of a test."""
    with PostOffice() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
