"""An internet on loopback: sites with real certificates, and a machine that nobody may reach.

The child that plays along is :mod:`tests.sources.site_child`.
"""

from __future__ import annotations

import datetime
import json
import re
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.sources.places import INSIDE, MEDIA, OUTSIDE, SITE

PROMISED = "Content-Length"
"""Among an answer's headers, how long it claims to be: more is promised than is sent."""

Answer = tuple[int, dict[str, str], bytes]
Page = Answer | Callable[["Asked"], Answer]


@dataclass
class Asked:
    """One request that arrived."""

    host: str
    path: str
    headers: dict[str, str]

    @property
    def begin(self) -> int:
        """The first byte that was asked for."""
        found = re.match(r"bytes=(\d+)-", self.headers.get("range", ""))
        return int(found[1]) if found else 0


@dataclass
class FakeInternet:
    """Sites by what they answer; every request is kept in ``asked``."""

    folder: Path
    port: int = 0
    ca: Path = Path()
    pages: dict[str, Page] = field(default_factory=dict)
    """By ``host/path``."""
    asked: list[Asked] = field(default_factory=list)
    sent: dict[str, int] = field(default_factory=dict)
    """Bytes of bodies, by ``host/path``."""
    pace: dict[str, float] = field(default_factory=dict)
    """Seconds to wait after every 64 KiB, by ``host/path``."""
    hits: dict[str, int] = field(default_factory=dict)
    """Connections that machines of the inside got, by their name."""
    _inside: list[socket.socket] = field(default_factory=list)

    def inside(self, name: str, address: str = INSIDE) -> int:
        """The port of a machine of the inside, which counts who connects and hangs up."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        listener = socket.create_server((address, 0), family=family)
        threading.Thread(target=self._hang_up, args=(name, listener), daemon=True).start()
        self._inside.append(listener)
        return int(listener.getsockname()[1])

    def _hang_up(self, name: str, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self.hits[name] = self.hits.get(name, 0) + 1
                connection.close()

    def page(self, path: str, content: Any, host: str = SITE) -> str:
        """A page of JSON, which the fake site's extractor reads; returns its address."""
        self.pages[f"{host}{path}"] = (200, {}, json.dumps(content).encode())
        return f"https://{host}{path}"

    def file(self, path: str, content: bytes, host: str = MEDIA) -> str:
        """A file that can be asked for in parts; returns its address."""
        self.pages[f"{host}{path}"] = (200, {}, content)
        return f"https://{host}{path}"

    def redirect(self, path: str, target: str, host: str = SITE, status: int = 302) -> str:
        self.pages[f"{host}{path}"] = (status, {"Location": target}, b"")
        return f"https://{host}{path}"

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def forget(self) -> None:
        """Begin to count anew."""
        self.asked.clear()
        self.sent.clear()

    def command(self, **config: Any) -> tuple[str, ...]:
        """What to put in the place of the real child; ``config`` is site_child's."""
        path = self.folder / f"child-{len(list(self.folder.iterdir()))}.json"
        path.write_text(json.dumps({"port": self.port, **config}))
        return (sys.executable, "-s", "-m", "tests.sources.site_child", str(path))


@contextmanager
def fake_internet(folder: Path) -> Iterator[FakeInternet]:
    """Servers that run while the block does."""
    net = FakeInternet(folder)
    net.ca, certificate = _certificates(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with _serving(net, context):
        yield net
    for listener in net._inside:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # wakes who waits for the next one
        listener.close()


@contextmanager
def _serving(net: FakeInternet, context: ssl.SSLContext) -> Iterator[None]:
    handler = type("Handler", (_Handler,), {"net": net})
    server = _Server((OUTSIDE, 0), handler)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    net.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    net: FakeInternet
    protocol_version = "HTTP/1.1"
    # Or a body waits 40 ms for the client to acknowledge the headers.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def _answer(self, *, body: bool) -> None:
        host = self.headers.get("Host", "").partition(":")[0]
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(host, self.path, headers)
        self.net.asked.append(asked)
        key = f"{host}{self.path.partition('?')[0]}"
        found = self.net.pages.get(key, (404, {}, b"nothing here"))
        status, more, content = found(asked) if callable(found) else found
        more = dict(more)
        if status == 200 and "range" in headers and content:
            status, more, content = _part(asked, headers["range"], more, content)
        promised = more.pop(PROMISED, str(len(content)))
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("Content-Length", promised)
        self.end_headers()
        if body:
            self._send(key, content)
            self.close_connection = promised != str(len(content))

    def _send(self, key: str, content: bytes) -> None:
        pause = threading.Event()
        try:
            for first in range(0, len(content), 1 << 16):
                piece = content[first : first + (1 << 16)]
                self.wfile.write(piece)
                self.net.sent[key] = self.net.sent.get(key, 0) + len(piece)
                if key in self.net.pace:
                    pause.wait(self.net.pace[key])
        finally:
            # Whoever asked may be gone before the first piece.
            self.net.sent.setdefault(key, 0)


def _part(asked: Asked, wanted: str, more: dict[str, str], content: bytes) -> Answer:
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    begin, end = int(first), min(int(last or len(content)), len(content) - 1)
    if begin >= len(content):
        return 416, {"Content-Range": f"bytes */{len(content)}"}, b""
    more["Content-Range"] = f"bytes {begin}-{end}/{len(content)}"
    return 206, more, content[begin : end + 1]


@dataclass
class FakeProxy:
    """An egress proxy: tunnels to the outside whatever name it is asked for."""

    port: int = 0
    targets: list[str] = field(default_factory=list)


@contextmanager
def fake_proxy(net: FakeInternet) -> Iterator[FakeProxy]:
    """A proxy on an address of the inside, which runs while the block does."""
    proxy = FakeProxy()
    with socket.create_server((INSIDE, 0)) as listener:
        proxy.port = int(listener.getsockname()[1])
        thread = threading.Thread(target=_accept, args=(net, proxy, listener), daemon=True)
        thread.start()
        yield proxy
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _accept(net: FakeInternet, proxy: FakeProxy, listener: socket.socket) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_tunnel, args=(net, proxy, client), daemon=True).start()


def _tunnel(net: FakeInternet, proxy: FakeProxy, client: socket.socket) -> None:
    with client, suppress(OSError):
        asked = b""
        while b"\r\n\r\n" not in asked:
            asked += client.recv(4096)
        proxy.targets.append(asked.split()[1].decode())
        with socket.create_connection((OUTSIDE, net.port)) as server:
            client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            back = threading.Thread(target=_pump, args=(server, client), daemon=True)
            back.start()
            _pump(client, server)
            back.join(5)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(1 << 16):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)


def _certificates(folder: Path) -> tuple[Path, Path]:
    """A certificate authority, and a key with the certificate of all names of this internet."""
    names = [SITE, f"*.{SITE}", "fakemedia.net", "*.fakemedia.net", "othersite.net"]
    key = ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fake authority")])
    site = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SITE)])
    root = _signed(authority, authority, key, x509.BasicConstraints(ca=True, path_length=None))
    alternative = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    own = _signed(site, authority, key, alternative)
    ca, certificate = folder / "ca.pem", folder / "site.pem"
    ca.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    certificate.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + own.public_bytes(serialization.Encoding.PEM)
    )
    return ca, certificate


def _signed(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(extension, critical=False)
        .sign(key, hashes.SHA256())
    )
