"""Process settings, read from the environment once, by the first caller that needs them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from clipping.errors import NeedsPerson

CHECKOUT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What a process needs to know about its machine. Editorial policy does not live here.

    Every field is an environment variable of the same name in capitals with the prefix
    ``CLIPPER_``; only ``DATABASE_URL`` has none.
    """

    model_config = SettingsConfigDict(env_prefix="CLIPPER_", extra="ignore")

    home: Path = CHECKOUT / ".clipper"
    """What the program keeps: media store, embedded Postgres, Prefect's database, logs."""

    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    """A Postgres server; without it the embedded one is used."""

    store: Path | None = None
    """Folder of the media store; ``<home>/store`` unless set."""

    scratch: Path | None = None
    """Folder for files of a run in progress; ``<home>/scratch`` unless set."""

    ffmpeg: Path | None = None
    """The ffmpeg binary; the static one of imageio-ffmpeg unless set."""

    max_source_bytes: int = 10 * 1024**3
    """Larger sources are refused."""

    max_source_minutes: int = Field(default=12 * 60, gt=0)
    """Longer videos behind links are refused."""

    link_hosts: str = ""
    """Further domains whose links may be fetched, with commas: ``example.org,example.net``.

    YouTube, TikTok, Instagram, X, Twitch and Vimeo are always allowed."""

    link_proxy: SecretStr | None = None
    """An egress proxy for links (``http://``, ``https://`` or ``socks5h://``); else none is used.

    With one, names are looked up by the proxy, so it is the proxy that must refuse to connect to
    internal addresses."""

    encoder: str = "auto"
    """``auto`` (NVENC when it works, else x264), ``libx264`` or ``h264_nvenc``."""

    render_workers: int = 0
    """Clips rendered side by side; 0 decides by the number of cores."""

    @property
    def store_dir(self) -> Path:
        """Folder of the media store."""
        return self.store or self.home / "store"

    @property
    def scratch_dir(self) -> Path:
        """Folder for files of a run in progress."""
        return self.scratch or self.home / "scratch"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process; ``settings.cache_clear()`` reads the environment again.

    Raises NeedsPerson when a variable holds what it may not; the value is not repeated.
    """
    try:
        return Settings()
    except ValidationError as error:
        names = sorted({_variable(str(item["loc"][0])) for item in error.errors()})
        raise NeedsPerson(
            f"The setting {', '.join(names)} has a value that cannot be used."
        ) from None


def _variable(field: str) -> str:
    return field if field == "DATABASE_URL" else f"CLIPPER_{field.upper()}"
