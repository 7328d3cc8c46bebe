"""The secrets of accounts: sealed before they are stored, and kept out of what is logged.

Sealed is Fernet (AES-128-CBC with HMAC-SHA256) under the newest of the keys in
``CLIPPER_VAULT_KEYS``; the others only open. What is sealed says where it belongs, so that a secret
that got into another row is refused there instead of opening somebody else's account.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote, urlsplit

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from clipping.errors import NeedsPerson, VaultLocked
from clipping.settings import settings

_SETTING = "CLIPPER_VAULT_KEYS"
_MASK = "***"
_SHORTEST = 6
"""Shorter ones would be found in ordinary words."""
_MOST = 20_000
"""Secrets remembered by one process; the oldest are forgotten first."""


class Vault:
    """Seals and opens secrets.

    :param keys: The newest first; it seals, and all of them open.
    :raises VaultLocked: There is none, or one is no key.
    """

    def __init__(self, keys: Sequence[SecretStr]) -> None:
        if not keys:
            raise VaultLocked(
                f"The vault has no key: make one with `clipper vault new-key` and keep it in "
                f"{_SETTING}."
            )
        made = [_fernet(key, number, len(keys)) for number, key in enumerate(keys, 1)]
        self._newest, self._all = made[0], MultiFernet(made)
        self._named = dict(zip(map(fingerprint, keys), made, strict=True))
        remember(*keys)

    def __repr__(self) -> str:
        return "Vault()"

    def seal(self, secret: SecretStr, place: str) -> str:
        """The secret as it may be stored at ``place``: table, column and row."""
        remember(secret)
        return self._newest.encrypt(_bound(secret, place)).decode("ascii")

    def open(self, sealed: str, place: str) -> SecretStr:
        """The secret that was sealed for ``place``.

        :raises VaultLocked: No key opens it.
        :raises NeedsPerson: It belongs elsewhere.
        """
        try:
            text = self._all.decrypt(sealed.encode("ascii", "replace")).decode()
        except InvalidToken:
            raise _locked(place) from None
        stored_at, _, secret = text.partition("\0")
        remember(SecretStr(secret))
        if stored_at != place:
            raise NeedsPerson(
                f"What is stored in {place} was sealed for another row: connect the account again."
            )
        return SecretStr(secret)

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Of its keys, the newest first."""
        return tuple(self._named)

    def opened_by(self, sealed: str) -> str | None:
        """Fingerprint of the key that opens it; None when none does."""
        for name, fernet in self._named.items():
            try:
                fernet.decrypt(sealed.encode("ascii", "replace"))
            except InvalidToken:
                continue
            return name
        return None

    def lock_of(self, sealed: str, place: str) -> VaultLocked | None:
        """Why no key opens what is stored in ``place``; None where one does."""
        return _locked(place) if self.opened_by(sealed) is None else None

    def sealed_anew(self, sealed: str, place: str) -> str | None:
        """The same under the newest key; None when it is under that one already."""
        try:
            self._newest.decrypt(sealed.encode("ascii", "replace"))
        except InvalidToken:
            return self.seal(self.open(sealed, place), place)
        return None


def _locked(place: str) -> VaultLocked:
    return VaultLocked(
        f"No key in {_SETTING} opens what is stored in {place}: add the key that it was sealed "
        "under, or connect the account again."
    )


def _bound(secret: SecretStr, place: str) -> bytes:
    return f"{place}\0{secret.get_secret_value()}".encode()


def _fernet(key: SecretStr, number: int, count: int) -> Fernet:
    try:
        return Fernet(key.get_secret_value())
    except ValueError:
        which = f"number {number} of {count} in " if count > 1 else ""
        raise VaultLocked(
            f"What stands {which or 'in '}{_SETTING} is no key: make one with "
            "`clipper vault new-key`."
        ) from None


def open_vault() -> Vault:
    """The vault of this process, with the keys of its settings.

    :raises VaultLocked: There is no key, or what is given is none.
    """
    return Vault(given_keys())


class LateVault(Vault):
    """The vault of this process, whose keys are read when it first seals or opens something.

    So what needs no secret goes on where there is no key.
    """

    def __init__(self) -> None:
        """Nothing is read yet."""

    def __getattr__(self, name: str) -> Any:
        # Only asked for what is not there: all that a vault has, before it is first used.
        if name not in ("_newest", "_all", "_named"):
            raise AttributeError(name)
        vars(self).update(vars(open_vault()))
        return vars(self)[name]


def given_keys() -> list[SecretStr]:
    """The keys of the settings, the newest first."""
    given = settings().vault_keys
    text = given.get_secret_value() if given else ""
    return [SecretStr(key) for key in re.split(r"[\s,]+", text) if key]


def fingerprint(key: SecretStr) -> str:
    """What a key is called where it must not stand itself: 12 digits that do not give it away."""
    digest = hashlib.sha256(b"clipper vault key\0" + key.get_secret_value().encode())
    return digest.hexdigest()[:12]


def new_key() -> SecretStr:
    """A new key, which nobody has seen."""
    return SecretStr(Fernet.generate_key().decode("ascii"))


_known: dict[str, None] = {}
_ADDRESS: Final = re.compile(r"(?:https?|socks[45]h?)://", re.IGNORECASE)
_LONGEST_ADDRESS: Final = 500
_HERE: Final = ("127.0.0.1", "localhost", "::1")

# What secrets look like where they are not known by heart: in addresses, forms, headers and JSON.
_LOOKS: Final = (
    re.compile(
        r"(?P<kept>\b(?:access_token|refresh_token|upload_token|fb_exchange_token|input_token"
        r"|client_secret|app_secret|client_key|code_verifier|password)\b[\"']?\s*[=:]\s*[\"']?)"
        r"[^\s&\"',;)}\]]+",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<kept>[?&](?:code|token|state)=)[^\s&\"']+"),
    re.compile(r"(?P<kept>\b(?:Bearer|OAuth|Basic)\s+)[A-Za-z0-9._~+/=|-]{16,}"),
    re.compile(r"(?P<kept>\b[a-z][a-z0-9+.-]*://)[^\s/@]+(?=@)"),
    re.compile(r"(?P<kept>\b)(?:act|rft|ya29)\.[A-Za-z0-9!._~-]{8,}"),
    # Where a proxy is, which is an account's own way out.
    re.compile(
        r"(?P<kept>\bproxy\b[\s=:'\"(]{1,4}(?:[a-z][a-z0-9+]*://)?)[\w.\[\]:-]+:\d{2,5}\b",
        re.IGNORECASE,
    ),
)


def remember(*secrets: SecretStr) -> None:
    """Keep these out of every log line of this process from now on."""
    for secret in secrets:
        text = secret.get_secret_value()
        for form in (text, quote(text, safe=""), *_whereabouts(text)):
            if len(form) >= _SHORTEST:
                _known[form] = None
    while len(_known) > _MOST:
        del _known[next(iter(_known))]
    _redact_logs()


def _whereabouts(text: str) -> tuple[str, ...]:
    """Where the server of a secret address is, as libraries say it that cannot reach it."""
    if len(text) > _LONGEST_ADDRESS or not _ADDRESS.match(text):
        return ()
    try:
        parts = urlsplit(text)
        told = bool(parts.port) and parts.hostname not in _HERE
    except ValueError:
        return ()
    place = parts.netloc.rpartition("@")[2]
    host = place.rpartition(":")[0]
    return (place, host, place.lower(), host.lower()) if told else ()


def redact(text: str) -> str:
    """The text without the secrets that this process has seen, or that look like some."""
    for look in _LOOKS:
        text = look.sub(rf"\g<kept>{_MASK}", text)
    # Another thread may add one meanwhile.
    found = [secret for secret in tuple(_known) if secret in text]
    # The longest first: of one that holds another, the rest would stay.
    for secret in sorted(found, key=len, reverse=True):
        text = text.replace(secret, _MASK)
    return text


class Redaction(logging.Filter):
    """Takes secrets out of log records, tracebacks included; lets every record pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record where it has to be."""
        try:
            said = record.getMessage()
        except (TypeError, ValueError):
            # Its handler says so.
            return True
        clean = redact(said)
        if clean != said:
            record.msg, record.args = clean, ()
        if record.exc_info and not record.exc_text:
            trace = logging.Formatter().formatException(record.exc_info)
            if (clean := redact(trace)) != trace:
                record.exc_text = clean
        return True


@lru_cache(maxsize=1)
def _redact_logs() -> None:
    """Put the filter before all loggers and handlers, whoever sets those up, and when."""
    make, filtering = logging.getLogRecordFactory(), Redaction()

    def made(*arguments: Any, **options: Any) -> logging.LogRecord:
        record = make(*arguments, **options)
        filtering.filter(record)
        return record

    logging.setLogRecordFactory(made)
