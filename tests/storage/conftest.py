"""Every kind of media store, for tests that run over all of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from botocore.loaders import create_loader

from clipping.storage import LocalStore, MediaStore, source_key
from tests.support.s3 import S3

CONTENT = bytes(range(256)) * 2_600
"""Three parts of an upload, the last of them short."""


@dataclass(frozen=True)
class Kind:
    """A store, what it really keeps, and the same store as another machine sees it."""

    store: MediaStore
    elsewhere: MediaStore
    keys: Callable[[], list[str]]
    leftovers: Callable[[], list[Path]]


@pytest.fixture(scope="package", autouse=True)
def _descriptions_are_read_once() -> Iterator[None]:
    """Those of S3, a megabyte of JSON, which botocore would read anew for each client."""
    loader = create_loader()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.session.create_loader", lambda *_: loader)
        yield


@pytest.fixture(params=["local", "s3"])
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Kind:
    if request.param == "local":
        return _local(tmp_path / "store")
    return _s3(request.getfixturevalue("s3"))


@pytest.fixture
def store(kind: Kind) -> MediaStore:
    return kind.store


@pytest.fixture
def original(tmp_path: Path) -> Path:
    path = tmp_path / "talk.mp4"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture(autouse=True)
def in_use_until_the_end_of_the_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Not of the process, which runs other tests too."""
    descriptors: dict[Path, int] = {}
    monkeypatch.setattr("clipping.storage.in_use._until_the_end", descriptors)
    yield
    for descriptor in descriptors.values():
        os.close(descriptor)


def key_of(sha256: str) -> str:
    return source_key("acme", sha256, ".mp4")


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _local(root: Path) -> Kind:
    def keys() -> list[str]:
        return [str(path.relative_to(root)) for path in files_below(root)]

    return Kind(
        LocalStore(root),
        LocalStore(root),
        keys,
        lambda: [path for path in files_below(root) if path.suffix == ".part"],
    )


def _s3(s3: S3) -> Kind:
    def keys() -> list[str]:
        found = s3.keys()
        assert all(name.startswith("of/us/") for name in found)
        return [name.removeprefix("of/us/") for name in found]

    return Kind(
        s3.store(),
        s3.store("elsewhere"),
        keys,
        lambda: [path for path in files_below(s3.folder / "cache") if path.suffix == ".part"],
    )
