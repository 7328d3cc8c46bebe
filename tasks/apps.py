"""Our apps at the platforms: from a Prefect block, or from the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import SecretStr

from clipping.errors import NeedsPerson
from clipping.models import Account, PlatformName
from clipping.settings import settings
from clipping.vault import remember

if TYPE_CHECKING:
    from clipping.platforms.oauth import OAuth


def oauth_of(account: Account, proxy: SecretStr | None = None) -> OAuth:
    """The authorisation server of an account, as its app sees it.

    :raises NeedsPerson: The app's secrets are missing, or the block that holds them.
    :raises ServiceUnavailable: The Prefect server that keeps the block is not to be reached.
    """
    from clipping.platforms.oauth import OAUTH

    app = app_secrets(account.platform, account.app)
    kind = OAUTH[account.platform, account.login_path]
    missing = [name for name in kind.app_fields if name not in app]
    if missing:
        names = " and ".join(_variable(account.platform, name) for name in missing)
        raise NeedsPerson(
            f"Our app at {kind.title} is not known: set {names}, or name a block with --app."
        )
    url = gateway(account.platform)
    return kind(app, proxy=proxy, hosts=kind.hosts_at(url) if url else None)


def gateway(platform: PlatformName) -> str | None:
    """Where the platform is asked in the place of its own address."""
    url: str | None = getattr(settings(), f"{platform.value}_url")
    return url


def app_secrets(platform: PlatformName, block: str) -> Mapping[str, SecretStr]:
    """What is known of our app, by the names of the platform's console; maybe nothing.

    :param block: The Prefect block that holds it; empty for the settings.
    """
    if block:
        from blocks import BLOCKS
        from blocks.loading import load_block

        kind = BLOCKS[f"{platform.value}-app"]
        client: OAuth = load_block(kind, block, "the account's --app").get_client()  # type: ignore[attr-defined]
        return client.app
    held = settings()
    found = {
        name: secret
        for name in ("client_key", "client_id", "client_secret")
        if (secret := getattr(held, f"{platform.value}_{name}", None)) is not None
    }
    remember(*found.values())
    return found


def _variable(platform: PlatformName, name: str) -> str:
    return f"CLIPPER_{platform.value.upper()}_{name.upper()}"
