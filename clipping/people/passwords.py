"""Passwords: argon2id, as the second choice of RFC 9106 has it (64 MiB, 3 passes, 4 lanes)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import SecretStr

from clipping.errors import Rejected, ServiceUnavailable

SHORTEST = 12
LONGEST = 1024
"""Bytes of a password; what is longer is not read, since reading it takes time."""
_AT_A_TIME = BoundedSemaphore(2)
"""Each takes 64 MiB and a core: a crowd at the door must not take them all."""
_PATIENCE_S = 3.0
"""Nor the threads in which everybody else is answered."""


@lru_cache(maxsize=1)
def hasher() -> PasswordHasher:
    """What hashes and checks; tests put a cheaper one in its place."""
    return PasswordHasher()


def hash_password(password: SecretStr) -> str:
    """The password as it is stored.

    :raises Rejected: It is too short, or too long to be one.
    :raises ServiceUnavailable: Too many others are at it.
    """
    text = password.get_secret_value()
    if len(text) < SHORTEST:
        raise Rejected(f"A password has at least {SHORTEST} characters.")
    if len(text.encode()) > LONGEST:
        raise Rejected(f"A password has at most {LONGEST} bytes.")
    with _turn():
        return hasher().hash(text)


def is_password(stored: str | None, password: SecretStr) -> bool:
    """Whether it is the one that was stored; takes as long where none was.

    :raises ServiceUnavailable: Too many others are at it.
    """
    text = password.get_secret_value()
    if len(text.encode(errors="replace")) > LONGEST:
        return False
    with _turn():
        try:
            return hasher().verify(stored or _nobodys(), text) and stored is not None
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False


def is_outdated(stored: str) -> bool:
    """Whether it was hashed more cheaply than passwords are now."""
    return hasher().check_needs_rehash(stored)


@contextmanager
def _turn() -> Iterator[None]:
    if not _AT_A_TIME.acquire(timeout=_PATIENCE_S):
        raise ServiceUnavailable("Too many people sign in just now: please try again.")
    try:
        yield
    finally:
        _AT_A_TIME.release()


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return hasher().hash("nobody's password, so that names cannot be told by time")
