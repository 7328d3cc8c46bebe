"""An authority of TLS that nobody asks."""

from __future__ import annotations

from pathlib import Path

import certifi

_LAST_LINE = "-----END CERTIFICATE-----"


def one_authority() -> str:
    """The first of those that browsers know, as text."""
    known = Path(certifi.where()).read_text(encoding="ascii", errors="ignore")
    return known[known.index("-----BEGIN") : known.index(_LAST_LINE)] + _LAST_LINE
