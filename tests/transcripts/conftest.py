"""The aligner's scratch folder belongs to the test run, not to the checkout."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clipping.settings import settings


@pytest.fixture(scope="session", autouse=True)
def scratch_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLIPPER_SCRATCH", str(tmp_path_factory.mktemp("scratch")))
        settings.cache_clear()
        yield
    settings.cache_clear()
