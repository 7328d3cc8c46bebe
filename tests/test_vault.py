"""Secrets are sealed for one place, opened by any key, and kept out of logs."""

from __future__ import annotations

import io
import logging

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from clipping.errors import NeedsPerson
from clipping.settings import settings
from clipping.vault import Redaction, Vault, new_key, open_vault, redact, remember

PLACE = "account_tokens.access of account_1"


def _vault(*keys: SecretStr) -> Vault:
    return Vault(keys or [new_key()])


def test_what_was_sealed_comes_back_and_looks_different_each_time() -> None:
    vault = _vault()
    secret = SecretStr("tök\0en CANARY")
    sealed = {vault.seal(secret, PLACE) for _ in range(2)}
    assert len(sealed) == 2
    assert all("CANARY" not in one for one in sealed)
    assert {vault.open(one, PLACE) for one in sealed} == {secret}


def test_older_keys_open_and_the_newest_seals() -> None:
    old, new = new_key(), new_key()
    sealed = _vault(old).seal(SecretStr("secret"), PLACE)
    both = _vault(new, old)
    assert both.open(sealed, PLACE) == SecretStr("secret")
    anew = both.sealed_anew(sealed, PLACE)
    assert anew is not None
    assert _vault(new).open(anew, PLACE) == SecretStr("secret")
    assert both.sealed_anew(anew, PLACE) is None


def test_a_key_that_is_not_there_is_told_without_the_secret() -> None:
    sealed = _vault().seal(SecretStr("secret"), PLACE)
    with pytest.raises(NeedsPerson, match=f"No key in CLIPPER_VAULT_KEYS opens .* {PLACE}"):
        _vault().open(sealed, PLACE)


def test_what_was_changed_is_not_opened() -> None:
    vault = _vault()
    sealed = vault.seal(SecretStr("secret"), PLACE)
    for wrong in (sealed[:-5] + "AAAA=", "gAAAAA", "", "ü"):
        with pytest.raises(NeedsPerson):
            vault.open(wrong, PLACE)


def test_a_secret_in_another_row_is_not_opened() -> None:
    vault = _vault()
    sealed = vault.seal(SecretStr("secret"), PLACE)
    with pytest.raises(NeedsPerson, match="sealed for another row"):
        vault.open(sealed, PLACE.replace("1", "2"))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param("", "has no key: make one with `clipper vault new-key`", id="none"),
        pytest.param("hunter2", "What stands in CLIPPER_VAULT_KEYS is no key", id="no key"),
        pytest.param(
            f"{Fernet.generate_key().decode()}, hunter2", "number 2 of 2 in .* is no key", id="one"
        ),
    ],
)
def test_wrong_keys_are_told_and_not_repeated(
    given: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIPPER_VAULT_KEYS", given)
    settings.cache_clear()
    try:
        with pytest.raises(NeedsPerson, match=told) as caught:
            open_vault()
    finally:
        settings.cache_clear()
    assert "hunter2" not in f"{caught.value!r} {caught.value.__cause__}"


def test_keys_stand_one_after_another_however_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = new_key(), new_key()
    sealed = Vault([old]).seal(SecretStr("secret"), PLACE)
    text = f"{new.get_secret_value()},\n {old.get_secret_value()}"
    monkeypatch.setenv("CLIPPER_VAULT_KEYS", text)
    settings.cache_clear()
    try:
        vault = open_vault()
        assert new.get_secret_value() not in repr(settings())
    finally:
        settings.cache_clear()
    assert vault.open(sealed, PLACE) == SecretStr("secret")
    assert vault.sealed_anew(sealed, PLACE) is not None


@pytest.mark.parametrize(
    "text",
    [
        "GET https://graph.example/access_token?grant_type=x&client_secret=CANARY&access_token=CANARY",
        "Location: http://127.0.0.1:1/callback/?code=CANARY&state=CANARY",
        "{'Authorization': 'Bearer CANARYCANARYCANARY'}",
        "Authorization: OAuth CANARYCANARYCANARY",
        '{"refresh_token": "CANARY", "expires_in": 1}',
        "through http://user:CANARY@proxy.example:3128 we go",
        "upload_token=CANARY; token rft.CANARYCANARY!x and act.CANARYCANARY",
        "code_verifier='CANARY'",
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str) -> None:
    assert "CANARY" not in redact(text)
    assert "***" in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "exit code: 3, 12 input tokens, token budget 5",
        "The state of the account at https://example.org/@acme?page=2 is active.",
        "Bearer of bad news",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert redact(text) == text


def test_what_the_vault_has_seen_is_masked_wherever_it_stands() -> None:
    vault = _vault()
    vault.seal(SecretStr("pa/ss word-7"), PLACE)
    assert redact("the pa/ss word-7 or pa%2Fss%20word-7") == "the *** or ***"


def test_log_lines_lose_secrets_whoever_writes_them_tracebacks_too() -> None:
    remember(SecretStr("hidden-in-plain-sight"))
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    log = logging.getLogger("somebody.elses.library")
    log.addHandler(handler)
    log.propagate = False
    try:
        log.warning("sent %s to %s", "hidden-in-plain-sight", "them")
        try:
            raise ValueError("with " + "-".join(("hidden", "in", "plain", "sight")))
        except ValueError:
            log.warning("failed", exc_info=True)
    finally:
        log.removeHandler(handler)
        log.propagate = True
    said = stream.getvalue()
    assert said.startswith("sent *** to them\nfailed\nTraceback")
    assert "ValueError: with ***" in said


def test_a_record_with_wrong_arguments_passes_for_its_handler_to_tell() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "%d and %d", ("one",), None)
    assert Redaction().filter(record)


def test_the_vault_prints_nothing_and_a_key_is_new_each_time() -> None:
    key = new_key()
    assert key.get_secret_value() not in repr(_vault(key))
    assert new_key() != new_key()


def test_of_a_secret_that_holds_another_nothing_is_left() -> None:
    remember(SecretStr("holdsme-inside"), SecretStr("outer-holdsme-inside-CANARY"))
    assert redact("it was outer-holdsme-inside-CANARY there") == "it was *** there"
