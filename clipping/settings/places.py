"""Where things are kept: the database, the media store, the archive and the folders."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field, SecretStr

from clipping.settings.values import Address, FolderOrBucket

CHECKOUT = Path(__file__).resolve().parents[2]


class Places(BaseModel):
    """Fields of :class:`~clipping.settings.Settings`."""

    home: Path = CHECKOUT / ".clipper"
    """What the program keeps: media store, embedded Postgres, Prefect's database, logs."""

    machine: str = ""
    """What this machine is called where its disks are told of; its host name unless set."""

    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    """A Postgres server; without it the embedded one is used."""

    store: FolderOrBucket = None
    """Folder of the media store, or ``s3://bucket/prefix``; ``<home>/store`` unless set."""

    store_endpoint: Address = None
    """Address of an S3-compatible store, such as ``https://minio.example:9000``; else AWS."""

    store_region: str | None = None
    """Region of the bucket; else what AWS's own settings say."""

    store_path_style: bool | None = None
    """Whether the bucket is named in the path, not in the host; with an endpoint unless set."""

    store_block: str | None = None
    """Name of the Prefect block with the object store's keys; else AWS's own chain finds them."""

    archive: FolderOrBucket = None
    """Where what is old goes: a folder, or ``s3://bucket/prefix``; nothing goes without one."""

    archive_endpoint: Address = None
    """Address of the archive's S3-compatible store; else AWS."""

    archive_region: str | None = None
    """Region of the archive's bucket; else what AWS's own settings say."""

    archive_path_style: bool | None = None
    """As ``store_path_style``, of the archive."""

    archive_block: str | None = None
    """Name of the Prefect block with the archive's keys; else AWS's own chain finds them."""

    backups: Path | None = None
    """Folder of the database's backups, better on another disk; ``<home>/backups`` unless set."""

    uploads: Path | None = None
    """Folder for files that arrive on the dashboard; ``<home>/uploads`` unless set."""

    cache: Path | None = None
    """Folder for copies of an object store's files; ``<home>/cache`` unless set."""

    scratch: Path | None = None
    """Folder for files of a run in progress; ``<home>/scratch`` unless set."""

    models: Path | None = None
    """Folder of the speech models' weights; ``<home>/models`` unless set."""

    cookies: Path | None = None
    """Folder of the clients' cookies files for links; ``<home>/cookies`` unless set."""

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
