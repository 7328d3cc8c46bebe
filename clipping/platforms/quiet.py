"""HTTP libraries that write tokens and upload addresses into the log, kept from doing so."""

from __future__ import annotations

import logging
from typing import Final

_TALKERS: Final = ("httpx", "httpcore", "tweepy", "urllib3", "requests_oauthlib", "oauthlib")
"""httpx logs each address, httpcore and tweepy headers, tweepy and oauthlib tokens as well."""


def hush() -> None:
    """Keep those libraries to warnings, which hold no secrets, whatever the root logger says."""
    for name in _TALKERS:
        logger = logging.getLogger(name)
        if logger.isEnabledFor(logging.INFO):
            logger.setLevel(logging.WARNING)
