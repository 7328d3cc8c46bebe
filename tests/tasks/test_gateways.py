"""Platforms that are asked at another address than their own."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from clipping.models import Account, PlatformName
from clipping.platforms.oauth import OAUTH
from clipping.platforms.oauth.base import OAuth
from clipping.rehearsal.instagram import FakeInstagram
from clipping.rehearsal.tiktok import FakeTikTok
from clipping.rehearsal.x import FakeX
from clipping.rehearsal.youtube import FakeYouTube
from clipping.settings import Settings, settings
from tasks.apps import oauth_of
from tasks.posting import all_platforms
from tests.platforms.cases import CASES, Case
from tests.tasks import post_place
from tests.tasks.post_place import place_at

FAKES = {
    PlatformName.TIKTOK: FakeTikTok,
    PlatformName.INSTAGRAM: FakeInstagram,
    PlatformName.YOUTUBE: FakeYouTube,
    PlatformName.X: FakeX,
}
SECRETS = {
    "CLIPPER_TIKTOK_CLIENT_KEY": "key",
    "CLIPPER_TIKTOK_CLIENT_SECRET": "secret",
    "CLIPPER_INSTAGRAM_CLIENT_ID": "id",
    "CLIPPER_INSTAGRAM_CLIENT_SECRET": "secret",
    "CLIPPER_YOUTUBE_CLIENT_ID": "id",
    "CLIPPER_YOUTUBE_CLIENT_SECRET": "secret",
    "CLIPPER_X_CLIENT_ID": "id",
}


# Instagram's own login takes a file from the open web only.
@pytest.mark.parametrize(
    "case", [one for one in CASES if one.login_path != "instagram"], ids=lambda case: case.name
)
def test_a_post_goes_out_by_the_address_that_is_set(
    case: Case, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = dataclasses.replace(case, fake=FAKES[case.platform])
    monkeypatch.setitem(post_place.BY_NAME, case.name, true)
    with place_at(case.name, database_url, tmp_path / "home", monkeypatch) as place:
        monkeypatch.setenv(f"CLIPPER_{case.platform.value.upper()}_URL", f"{place.fake.url}/")
        settings.cache_clear()
        account = place.account("1784")
        post = place.post(account)
        publisher = place.publisher()
        publisher.platforms = all_platforms()
        place.run(publisher)
        assert place.wrongs(account, post) == []


@pytest.mark.parametrize("kind", OAUTH.values(), ids=lambda kind: kind.__name__)
def test_tokens_are_renewed_at_the_address_that_is_set_and_owners_agree_at_the_platforms(
    kind: type[OAuth], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    monkeypatch.setenv(f"CLIPPER_{kind.platform.value.upper()}_URL", "https://gateway.example/")
    settings.cache_clear()
    account = Account(
        account_id="acc",
        client="acme",
        platform=kind.platform,
        handle="ada",
        login_path=kind.login_path,
    )
    at = oauth_of(account, SecretStr("http://127.0.0.1:1")).at
    settings.cache_clear()
    assert at.pop("pages") == kind.hosts["pages"]
    assert at
    for name, url in at.items():
        rest = url.removeprefix("https://gateway.example").strip("/")
        host = kind.hosts[name].removeprefix("https://")
        assert rest == (host if kind.platform is PlatformName.INSTAGRAM else "")


def test_tokens_are_sent_to_nobody_by_an_open_connection() -> None:
    with pytest.raises(ValidationError, match="neither https nor on this machine"):
        Settings(tiktok_url="http://gateway.example")
    assert Settings(x_url="").x_url is None
