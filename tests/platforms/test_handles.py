"""What no account can be called is refused, and nothing else."""

from __future__ import annotations

import pytest

from clipping.errors import Rejected
from clipping.models import Account, PlatformName
from clipping.platforms.choices import chosen
from clipping.platforms.handles import why_no_handle


@pytest.mark.parametrize(
    ("platform", "handle"),
    [
        (PlatformName.TIKTOK, "acme.clips_1"),
        (PlatformName.INSTAGRAM, "a"),
        (PlatformName.YOUTUBE, "Acme – the best of"),
        (PlatformName.YOUTUBE, "アクメ"),
        (PlatformName.X, "Acme_Clips"),
    ],
)
def test_a_name_that_a_platform_gives_is_taken(platform: PlatformName, handle: str) -> None:
    assert why_no_handle(platform, handle) == ""


@pytest.mark.parametrize(
    ("platform", "handle"),
    [
        (PlatformName.TIKTOK, "acme clips"),
        (PlatformName.TIKTOK, "a"),
        (PlatformName.INSTAGRAM, "acme!"),
        (PlatformName.YOUTUBE, "a\nb"),
        (PlatformName.X, "bad name!"),
        (PlatformName.X, "acme.clips"),
        (PlatformName.X, "a" * 16),
    ],
)
def test_a_name_that_no_account_has_is_told_so(platform: PlatformName, handle: str) -> None:
    assert why_no_handle(platform, handle).startswith(f"@{handle} is no name that {platform} gives")


def test_an_account_keeps_an_odd_name_that_it_has_and_gets_none() -> None:
    odd = Account(account_id="account_1", client="acme", platform=PlatformName.X, handle="a b")
    assert chosen(odd, ["angle=jokes"], ()).handle == "a b"
    with pytest.raises(Rejected, match="no name that x gives"):
        chosen(odd, ["handle=c d"], ())
