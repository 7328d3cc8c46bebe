from __future__ import annotations

from threading import BoundedSemaphore

import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr

from clipping.errors import Rejected, ServiceUnavailable
from clipping.people import passwords

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", lambda: CHEAP)


def test_what_is_stored_is_argon2id_and_knows_its_password_alone() -> None:
    stored = passwords.hash_password(SecretStr("a long enough one"))
    assert stored.startswith("$argon2id$")
    assert "long" not in stored
    assert stored != passwords.hash_password(SecretStr("a long enough one"))
    assert passwords.is_password(stored, SecretStr("a long enough one"))
    assert not passwords.is_password(stored, SecretStr("a long enough One"))


def test_real_passwords_cost_what_the_rfc_recommends() -> None:
    real = PasswordHasher()
    assert (real.time_cost, real.memory_cost, real.parallelism) == (3, 65536, 4)
    stored = CHEAP.hash("a long enough one")
    assert real.check_needs_rehash(stored)
    assert not passwords.is_outdated(stored)


def test_who_has_no_password_is_not_let_in_by_any() -> None:
    for text in ("", "nobody's password, so that names cannot be told by time"):
        assert not passwords.is_password(None, SecretStr(text))


@pytest.mark.parametrize(
    "text", [pytest.param("x" * 1025, id="long"), pytest.param("\udcff" * 20, id="no text")]
)
def test_what_is_no_password_is_wrong_and_nothing_worse(text: str) -> None:
    stored = passwords.hash_password(SecretStr("a long enough one"))
    assert not passwords.is_password(stored, SecretStr(text))


def test_short_passwords_and_endless_ones_are_not_taken() -> None:
    with pytest.raises(Rejected, match="at least 12"):
        passwords.hash_password(SecretStr("eleven char"))
    with pytest.raises(Rejected, match="at most 1024"):
        passwords.hash_password(SecretStr("é" * 600))


def test_a_crowd_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_AT_A_TIME", BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "_PATIENCE_S", 0.01)
    assert passwords._AT_A_TIME.acquire()
    with pytest.raises(ServiceUnavailable, match="try again"):
        passwords.is_password(None, SecretStr("whatever it is"))
    passwords._AT_A_TIME.release()
    assert not passwords.is_password(None, SecretStr("whatever it is"))
    assert not passwords.is_password(None, SecretStr("and once more"))
