"""Process settings, read from the environment once, by the first caller that needs them."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from clipping.errors import NeedsPerson
from clipping.settings.claude import Claude
from clipping.settings.dashboard import Dashboard
from clipping.settings.hearing import Hearing
from clipping.settings.intake import Intake
from clipping.settings.keeping import Keeping
from clipping.settings.places import CHECKOUT, Places
from clipping.settings.posting import Posting
from clipping.settings.rendering import Rendering

__all__ = ["CHECKOUT", "Settings", "settings"]


class Settings(
    Places, Keeping, Intake, Hearing, Claude, Posting, Dashboard, Rendering, BaseSettings
):
    """What a process needs to know about its machine. Editorial policy does not live here.

    Every field is an environment variable of the same name in capitals with the prefix
    ``CLIPPER_``; only ``DATABASE_URL``, ``ANTHROPIC_API_KEY`` and Prefect's own have none.
    """

    model_config = SettingsConfigDict(env_prefix="CLIPPER_", extra="ignore")

    log: Literal["plain", "json"] = "plain"
    """How log lines look: for people, or a JSON document each."""


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
