"""How much is kept, and how long."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Keeping(BaseModel):
    """Fields of :class:`~clipping.settings.Settings`."""

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

    backups_kept: int = Field(default=14, ge=1)
    """How many backups are kept; the oldest go first."""

    cache_bytes: int = Field(default=50 * 1024**3, ge=0)
    """The longest unused copies are removed above this; what is in use stays."""
