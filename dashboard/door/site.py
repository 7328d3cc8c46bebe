"""Where the dashboard is found, and what every answer of it tells the browser: pure."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}
_INLINE: Final = re.compile(
    r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE
)
_FEATURES: Final = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
FORM_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""Of the door's own pages, which have no script."""

FRAME_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
"""Of the one page that our own pages show in a frame."""


@dataclass(frozen=True)
class Site:
    """Where browsers may look for us; any other name could be pointed here by a stranger's page.

    :param public: Address of ours beyond this machine, such as ``https://clips.example.com``.
    """

    public: str | None = None

    def origin(self, scheme: str, host: str) -> str | None:
        """Of a request by its scheme and ``Host``; None for one that was not meant for us."""
        try:
            parts = urlsplit(f"//{host}")
            name, _ = parts.hostname, parts.port
        except ValueError:
            return None
        if name is None or parts.netloc != host or parts.username is not None:
            return None
        if self.public is not None and host.lower() == urlsplit(self.public).netloc.lower():
            # Whoever ends TLS before us need not say so.
            return self.public.rstrip("/").lower()
        if name.lower() not in _LOOPBACK:
            return None
        return f"{'https' if scheme in {'https', 'wss'} else 'http'}://{host.lower()}"

    @property
    def hosts(self) -> list[str]:
        """Names without ports."""
        public = urlsplit(self.public).hostname if self.public else None
        return [*sorted(_LOOPBACK), *([public] if public else [])]


def script_hashes(page: str) -> list[str]:
    """Of a page's inline scripts, as a policy names them."""
    return [
        "'sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'"
        for script in _INLINE.findall(page)
    ]


def page_policy(hashes: list[str], origin: str) -> str:
    """What Streamlit's pages may load and run: nothing that is not ours.

    ``'unsafe-inline'`` is of styles alone, which its components write by themselves.
    """
    socket = re.sub(r"^http", "ws", origin)
    scripts = " ".join(("'self'", "'wasm-unsafe-eval'", *hashes))
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "font-src 'self' data:",
            f"connect-src 'self' {socket}",
            "worker-src 'self' blob:",
            "form-action 'self'",
            "base-uri 'self'",
            "object-src 'none'",
            "frame-ancestors 'none'",
        )
    )


def security_headers(policy: str, origin: str) -> list[tuple[bytes, bytes]]:
    """What stands in every answer."""
    told = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "x-frame-options": "SAMEORIGIN" if policy == FRAME_POLICY else "DENY",
        # Not no-referrer: with that, browsers do not tell the origin of a form either.
        "referrer-policy": "same-origin",
        "permissions-policy": ", ".join(f"{name}=()" for name in _FEATURES),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "x-permitted-cross-domain-policies": "none",
        "x-robots-tag": "noindex, nofollow",
    }
    if origin.startswith("https://"):
        told["strict-transport-security"] = "max-age=31536000"
    return [(name.encode(), value.encode("latin-1")) for name, value in told.items()]
