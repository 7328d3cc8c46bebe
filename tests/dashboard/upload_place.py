"""The door over real HTTP, with people at it who send files."""

from __future__ import annotations

import base64
import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import uvicorn

from clipping.settings import settings
from dashboard.door import admission, passing
from dashboard.door.guard import Door
from dashboard.door.site import Site
from tests.dashboard.door_place import behind

BODY = "application/offset+octet-stream"


@contextmanager
def serving() -> Iterator[str]:
    """The door as a server has it; its address."""
    door = Door(behind, site=Site, hashes=[], rerun=b"anew")
    server = uvicorn.Server(
        uvicorn.Config(door, port=0, log_level="error", ws="none", lifespan="off")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def metadata(**said: str) -> str:
    return ",".join(f"{key} {base64.b64encode(said[key].encode()).decode()}" for key in said)


def checksum(data: bytes, algorithm: str = "sha256") -> str:
    digest = hashlib.new(algorithm, data).digest()
    return f"{algorithm} {base64.b64encode(digest).decode()}"


@dataclass
class Sender:
    """Somebody's browser, with a page of ours open in it."""

    url: str
    user_id: str
    http: httpx.Client = field(init=False)
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        token = admission.let_in(self.user_id, "a browser", "127.0.0.1")
        self.headers = {
            "origin": self.url,
            passing.CSRF: passing.csrf_token(passing.hashed(token)),
            "tus-resumable": "1.0.0",
            "cookie": f"clipper={token}",
        }
        self.http = httpx.Client(base_url=self.url, timeout=30, trust_env=False)

    def ask(
        self, method: str, path: str, content: bytes = b"", **headers: str | None
    ) -> httpx.Response:
        """Ask for it; ``headers`` are with _ for -, and None leaves one out."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in (self.headers | named).items() if value is not None}
        return self.http.request(method, path, content=content, headers=sent)

    def begin(self, size: int, client: str = "acme", **said: str) -> httpx.Response:
        said = {"filename": "talk.mp4", "client": client, **said}
        return self.ask(
            "POST", "/adding/files", upload_length=str(size), upload_metadata=metadata(**said)
        )

    def begun(self, size: int, client: str = "acme", **said: str) -> str:
        """The path of a new upload."""
        answer = self.begin(size, client, **said)
        assert answer.status_code == 201, answer.text
        return answer.headers["location"]

    def go_on(self, path: str, at: int, data: bytes, **headers: str | None) -> httpx.Response:
        told = {"upload_offset": str(at), "content_type": BODY}
        return self.ask("PATCH", path, data, **{**told, **headers})

    @contextmanager
    def half(
        self, path: str, data: bytes, length: int, at: int = 0, check: str = ""
    ) -> Iterator[socket.socket]:
        """A request that says that so many bytes follow, and sends these."""
        place = urlsplit(self.url)
        headers = {
            **self.headers,
            "host": place.netloc,
            "content-type": BODY,
            "upload-offset": str(at),
            "content-length": str(length),
            **({"upload-checksum": check} if check else {}),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        with socket.create_connection((place.hostname or "", place.port or 0)) as line:
            line.sendall(f"PATCH {path} HTTP/1.1\r\n{lines}\r\n".encode() + data)
            yield line

    def endless(self, path: str, pieces: Iterator[bytes]) -> httpx.Response:
        """A request that does not say how much it brings."""
        headers = {**self.headers, "upload-offset": "0", "content-type": BODY}
        return self.http.request("PATCH", path, content=pieces, headers=headers)

    def offset(self, path: str) -> int:
        answer = self.ask("HEAD", path)
        assert answer.status_code == 200, answer.status_code
        return int(answer.headers["upload-offset"])


def kept_here() -> list[Path]:
    """What lies in the folder of uploads."""
    folder = settings().uploads_dir
    return sorted(folder.iterdir()) if folder.exists() else []
