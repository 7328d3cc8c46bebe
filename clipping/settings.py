"""Process settings, read from the environment once, by the first caller that needs them."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from clipping.errors import NeedsPerson

CHECKOUT = Path(__file__).resolve().parent.parent

BUCKET_URL = re.compile(
    r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?P<prefix>(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)/?"
)
_ENDPOINT = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?/?")
_PRIVATE = re.compile(
    r"(https://([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])|http://(127\.0\.0\.1|localhost|\[::1\]))"
    r"(:\d{1,5})?(/[A-Za-z0-9._/-]*)?"
)


class Settings(BaseSettings):
    """What a process needs to know about its machine. Editorial policy does not live here.

    Every field is an environment variable of the same name in capitals with the prefix
    ``CLIPPER_``; only ``DATABASE_URL``, ``ANTHROPIC_API_KEY`` and Prefect's own have none.
    """

    model_config = SettingsConfigDict(env_prefix="CLIPPER_", extra="ignore")

    home: Path = CHECKOUT / ".clipper"
    """What the program keeps: media store, embedded Postgres, Prefect's database, logs."""

    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    """A Postgres server; without it the embedded one is used."""

    store: str | None = None
    """Folder of the media store, or ``s3://bucket/prefix``; ``<home>/store`` unless set."""

    store_endpoint: str | None = None
    """Address of an S3-compatible store, such as ``https://minio.example:9000``; else AWS."""

    store_region: str | None = None
    """Region of the bucket; else what AWS's own settings say."""

    store_path_style: bool | None = None
    """Whether the bucket is named in the path, not in the host; with an endpoint unless set."""

    store_block: str | None = None
    """Name of the Prefect block with the object store's keys; else AWS's own chain finds them."""

    archive: str | None = None
    """Where what is old goes: a folder, or ``s3://bucket/prefix``; nothing goes without one."""

    archive_endpoint: str | None = None
    """Address of the archive's S3-compatible store; else AWS."""

    archive_region: str | None = None
    """Region of the archive's bucket; else what AWS's own settings say."""

    archive_path_style: bool | None = None
    """As ``store_path_style``, of the archive."""

    archive_block: str | None = None
    """Name of the Prefect block with the archive's keys; else AWS's own chain finds them."""

    keep_original_days: int = Field(default=7, ge=0)
    """After so many days an original goes to the archive, and from the store."""

    keep_posted_days: int = Field(default=30, ge=1)
    """So many days after its last post a clip goes from the store."""

    archive_posted_days: int = Field(default=365, ge=1)
    """So many days after its last post a clip goes from the archive, too."""

    disk_warn_bytes: int = Field(default=20 * 1024**3, ge=0)
    """Below so many free bytes an alarm is raised."""

    disk_stop_bytes: int = Field(default=5 * 1024**3, ge=0)
    """So many bytes stay free: nothing is taken in that would leave less."""

    backups: Path | None = None
    """Folder of the database's backups, better on another disk; ``<home>/backups`` unless set."""

    backups_kept: int = Field(default=14, ge=1)
    """How many backups are kept; the oldest go first."""

    log: Literal["plain", "json"] = "plain"
    """How log lines look: for people, or a JSON document each."""

    uploads: Path | None = None
    """Folder for files that arrive on the dashboard; ``<home>/uploads`` unless set."""

    cache: Path | None = None
    """Folder for copies of an object store's files; ``<home>/cache`` unless set."""

    cache_bytes: int = Field(default=50 * 1024**3, ge=0)
    """The longest unused copies are removed above this; what is in use stays."""

    scratch: Path | None = None
    """Folder for files of a run in progress; ``<home>/scratch`` unless set."""

    ffmpeg: Path | None = None
    """The ffmpeg binary; the static one of imageio-ffmpeg unless set."""

    models: Path | None = None
    """Folder of the speech models' weights; ``<home>/models`` unless set."""

    whisper_model: str | None = None
    """Which Whisper the engines load: its name (``small``, ``large-v3``), ``owner/name`` on the
    hub, or a folder; each engine has its own choice unless set."""

    model_downloads: Literal["on", "asked", "off"] = "asked"
    """Whether weights may be fetched from the hub: always, only for an engine that was asked for
    by name, or never."""

    align_model: str | None = None
    """The wav2vec 2.0 model by which WhisperX times words: ``owner/name`` on the hub or a folder;
    its own choice for each language unless set."""

    speaker_model: str | None = None
    """The pyannote pipeline that tells speakers apart: a name on the hub or a folder; pyannote's
    community one unless set."""

    hub_token: SecretStr | None = None
    """Access token of the Hugging Face hub: pyannote's models are given to people by name, so
    speakers are told apart only with one, or with a folder as ``speaker_model``."""

    max_concurrent_transcriptions: int = Field(default=1, ge=1)
    """How many sources are transcribed at a time, by all workers of a Prefect server together."""

    max_publishers: int = Field(default=2, ge=1)
    """How many runs of deployments may ask one platform at a time, by all workers of a Prefect
    server together: one that publishes and one that looks what became of posts."""

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

    cookies: Path | None = None
    """Folder of the clients' cookies files for links; ``<home>/cookies`` unless set."""

    watch_settle_seconds: float = Field(default=30, gt=0)
    """A file in a watched folder is taken for whole when it did not change for so long."""

    watch_first: int = Field(default=10, ge=0)
    """How many of a channel's videos are taken in when its watch begins, the newest ones."""

    claude_scout_model: str = "claude-haiku-5-5"
    """The model that reads whole talks and proposes moments: a cheap one."""

    claude_judge_model: str = "claude-sonnet-5-5"
    """The model that compares the proposals, ranks them, writes hooks and checks them."""

    claude_complex_model: str = "claude-opus-5-5"
    """The judge of sources that are marked as complex."""

    claude_writer_model: str = "claude-haiku-5-5"
    """The model that writes titles, captions and hashtags, and checks them: a cheap one."""

    anthropic_api_key: SecretStr | None = Field(default=None, validation_alias="ANTHROPIC_API_KEY")
    """The key of the Claude API; without one moments are chosen on this machine alone."""

    claude_block: str | None = None
    """Name of the Prefect block that holds the key instead."""

    claude_url: str | None = None
    """Address of the Claude API, such as a gateway's; the vendor's own unless set."""

    claude_patience_seconds: float = Field(default=120, ge=0)
    """How long a question waits for an API that is down before the run goes on without it."""

    claude_batch_patience_seconds: float = Field(default=300, ge=0)
    """How long a scheduled run waits for a batch before it goes on with what else there is to do;
    a later one finds what came meanwhile."""

    vault_keys: SecretStr | None = None
    """Keys that the secrets of accounts are sealed under, with commas, the newest first; made by
    ``clipper vault new-key``."""

    tiktok_client_key: SecretStr | None = None
    """The app at TikTok that asks accounts' owners; see docs/accounts.md for all of these."""

    tiktok_client_secret: SecretStr | None = None
    """Its secret."""

    tiktok_accounts: int | None = Field(default=None, ge=0)
    """How many accounts an app at TikTok may post for within 24 hours, such as the 5 of one that is
    not audited; any number unless set."""

    instagram_client_id: SecretStr | None = None
    """The app at Meta: of Facebook Login, or of Instagram Login where accounts use that."""

    instagram_client_secret: SecretStr | None = None
    """Its secret."""

    youtube_client_id: SecretStr | None = None
    """The OAuth client at Google."""

    youtube_client_secret: SecretStr | None = None
    """Its secret."""

    x_client_id: SecretStr | None = None
    """The app at X."""

    x_client_secret: SecretStr | None = None
    """Its secret; a public client has none."""

    tiktok_url: str | None = None
    """Where TikTok's API is asked instead, such as a gateway; its own address unless set."""

    instagram_url: str | None = None
    """The same for Instagram, whose three hosts are asked below it, each by its name."""

    youtube_url: str | None = None
    """The same for YouTube."""

    x_url: str | None = None
    """The same for X."""

    browser: Path | None = None
    """The Chromium that posts are made with where an account's method is ``browser``; the system's
    own, or Playwright's, unless set."""

    dashboard_url: str | None = None
    """Where people find the dashboard beyond this machine, such as ``https://clips.example.com``:
    a reverse proxy ends TLS there and passes the ``Host`` on. This machine alone unless set."""

    prefect_api_url: str | None = Field(default=None, validation_alias="PREFECT_API_URL")
    """Prefect's server, as Prefect itself is told; the dashboard asks it for runs."""

    prefect_api_auth_string: SecretStr | None = Field(
        default=None, validation_alias="PREFECT_API_AUTH_STRING"
    )
    """``user:password`` of that server, where it asks for one."""

    prefect_ui_url: str | None = Field(default=None, validation_alias="PREFECT_UI_URL")
    """Where browsers find Prefect's pages; where its server is, if that is this machine."""

    oidc_issuer: str | None = None
    """An identity provider through which people may sign in, as it calls itself; see
    docs/dashboard.md."""

    oidc_client_id: str | None = None
    """The dashboard's own id there."""

    oidc_client_secret: SecretStr | None = None
    """Its secret; a public client has none."""

    oidc_title: str = "single sign-on"
    """What the provider is called in the form."""

    encoder: str = "auto"
    """``auto`` (NVENC when it works, else x264), ``libx264`` or ``h264_nvenc``."""

    x264_preset: Literal[
        "ultrafast",
        "superfast",
        "veryfast",
        "faster",
        "fast",
        "medium",
        "slow",
        "slower",
        "veryslow",
    ] = "veryfast"
    """Speed against size, where x264 encodes; the quality is the same."""

    render_workers: int = 0
    """Clips rendered side by side; 0 decides by the number of cores."""

    @field_validator("store", "archive")
    @classmethod
    def _is_folder_or_bucket(cls, value: str | None) -> str | None:
        if value and "://" in value and not BUCKET_URL.fullmatch(value):
            raise ValueError("neither a folder nor s3://bucket/prefix")
        return value or None

    @field_validator("store_endpoint", "archive_endpoint")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        # No user and password: what is in a URL is logged.
        if value and not _ENDPOINT.fullmatch(value):
            raise ValueError("not the address of a server")
        return value or None

    @field_validator(
        "anthropic_api_key",
        "claude_block",
        "vault_keys",
        "tiktok_client_key",
        "tiktok_client_secret",
        "tiktok_accounts",
        "instagram_client_id",
        "instagram_client_secret",
        "youtube_client_id",
        "youtube_client_secret",
        "x_client_id",
        "x_client_secret",
        "dashboard_url",
        "prefect_api_url",
        "prefect_api_auth_string",
        "prefect_ui_url",
        "oidc_issuer",
        "oidc_client_id",
        "oidc_client_secret",
        mode="before",
    )
    @classmethod
    def _is_given(cls, value: SecretStr | str | int | None) -> SecretStr | str | int | None:
        # An empty variable, as compose files pass on, is none.
        return None if value == "" else value

    @field_validator("dashboard_url")
    @classmethod
    def _is_origin(cls, value: str | None) -> str | None:
        if value and not (_ENDPOINT.fullmatch(value) and _PRIVATE.fullmatch(value)):
            raise ValueError("not an https address without a path")
        return value.rstrip("/") if value else value

    @field_validator(
        "claude_url", "oidc_issuer", "tiktok_url", "instagram_url", "youtube_url", "x_url"
    )
    @classmethod
    def _is_private(cls, value: str | None) -> str | None:
        # Keys and tokens go there with every question, and who somebody is comes from there.
        if value and not _PRIVATE.fullmatch(value):
            raise ValueError("neither https nor on this machine")
        return value or None

    @property
    def store_dir(self) -> Path:
        """Folder of the media store, where it is one."""
        return Path(self.store) if self.store else self.home / "store"

    @property
    def archive_dir(self) -> Path | None:
        """Folder of the archive, where it is one."""
        return Path(self.archive) if self.archive and "://" not in self.archive else None

    @property
    def backups_dir(self) -> Path:
        """Folder of the database's backups."""
        return self.backups or self.home / "backups"

    @property
    def cache_dir(self) -> Path:
        """Folder for copies of an object store's files."""
        return self.cache or self.home / "cache"

    @property
    def cookies_dir(self) -> Path:
        """Folder of cookies files, one for each client that gives one."""
        return self.cookies or self.home / "cookies"

    @property
    def own_dirs(self) -> tuple[Path, ...]:
        """Folders in which the program keeps files of all clients: no place for videos."""
        store = () if self.store and "://" in self.store else (self.store_dir,)
        return (
            self.home,
            *store,
            *((self.archive_dir,) if self.archive_dir else ()),
            self.backups_dir,
            self.cache_dir,
            self.scratch_dir,
            self.uploads_dir,
            self.cookies_dir,
            self.models_dir,
        )

    @property
    def models_dir(self) -> Path:
        """Folder of the speech models' weights."""
        return self.models or self.home / "models"

    @property
    def uploads_dir(self) -> Path:
        """Folder for files that arrive on the dashboard."""
        return self.uploads or self.home / "uploads"

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
    return field if field.isupper() else f"CLIPPER_{field.upper()}"
