"""What goes into the image, which may be handed on, and what stays on this machine."""

from __future__ import annotations

import pytest

from clipping.settings import CHECKOUT
from tests.test_compose import SERVICES


def _ignored(name: str) -> set[str]:
    return {line.strip("/") for line in (CHECKOUT / name).read_text(encoding="utf-8").split()}


@pytest.mark.parametrize("secret", [".env", ".env.*", ".clipper", ".git"])
def test_no_password_is_copied_into_the_image(secret: str) -> None:
    assert "COPY . ." in (CHECKOUT / "deployments/Dockerfile").read_text(encoding="utf-8")
    assert secret in _ignored(".dockerignore")


def test_the_videos_that_the_containers_are_shown_are_not_copied_into_the_image() -> None:
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", ())]
    shown = {mount.partition(":")[0].removeprefix("./") for mount in mounts if mount[0] == "."}
    assert shown
    assert shown <= _ignored(".dockerignore")


def test_the_passwords_are_not_committed() -> None:
    assert ".env" in _ignored(".gitignore")
