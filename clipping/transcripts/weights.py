"""The weights of speech models: where they lie on this machine, and how they come there.

They are kept as the Hugging Face hub's own client keeps them, in a folder of ours. Nothing is
fetched, and no token sent, unless :func:`fetched` is called.
"""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from clipping.errors import ClippingError, DiskFull, NotInstalled, ServiceUnavailable
from clipping.settings import settings
from clipping.transcripts import stage

_POLL_S = 0.5
_UNWRITABLE = frozenset({errno.ENOTDIR, errno.EROFS, errno.EIO})
_CLIENTS = frozenset(
    "httpx httpx2 httpcore requests urllib urllib3 socket ssl huggingface_hub hf_xet".split()
)
_PARTS, _PART_BYTES = 64, 64 * 1024
"""What is looked at of a file of weights: tuned ones differ from others in all layers, not at the
beginning, and all of 3 GB would take longer than to load them."""
_FILES = ("config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*")
_NEEDED = ("config.json", "model.bin", "tokenizer.json")

_KNOWN: dict[str, tuple[str, int]] = {
    "tiny": ("Systran/faster-whisper-tiny", 78),
    "tiny.en": ("Systran/faster-whisper-tiny.en", 78),
    "base": ("Systran/faster-whisper-base", 148),
    "base.en": ("Systran/faster-whisper-base.en", 148),
    "small": ("Systran/faster-whisper-small", 486),
    "small.en": ("Systran/faster-whisper-small.en", 486),
    "medium": ("Systran/faster-whisper-medium", 1_530),
    "medium.en": ("Systran/faster-whisper-medium.en", 1_530),
    "large-v2": ("Systran/faster-whisper-large-v2", 3_090),
    "large-v3": ("Systran/faster-whisper-large-v3", 3_090),
    "large-v3-turbo": ("mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1_620),
    "distil-large-v3": ("Systran/faster-distil-whisper-large-v3", 1_510),
}
"""Repository on the hub, and about how many MB it has, by the name people use."""


@dataclass(frozen=True)
class WhisperWeights:
    """A Whisper model by the name an operator gives it; see ``Settings.whisper_model``."""

    name: str

    @property
    def folder(self) -> Path | None:
        """Where it lies on this machine, complete; None when it does not."""
        named = Path(self.name).expanduser()
        if self._is_folder:
            return named if _is_complete(named) else None
        cached = settings().models_dir / f"models--{self._repository.replace('/', '--')}"
        try:
            commit = (cached / "refs" / "main").read_text(encoding="ascii").strip()
        except OSError:
            return None
        found = cached / "snapshots" / commit
        return found if _is_complete(found) else None

    @property
    def missing(self) -> str | None:
        """None when it is here, or may be fetched unasked, else one clause saying what to do."""
        if self.folder is not None:
            return None
        if settings().model_downloads == "on" and not self._is_folder and not _forbidden_by():
            return None
        if self._is_folder:
            return f"the folder {self.name} does not hold {', '.join(_NEEDED)}"
        return (
            f"its model {self.described} is not on this machine, and is fetched only for an engine "
            "asked for by name or with CLIPPER_MODEL_DOWNLOADS=on"
        )

    @property
    def described(self) -> str:
        """The name, with the size where it is known."""
        _, size_mb = _KNOWN.get(self.name, ("", 0))
        return f"{self.name} ({size_mb} MB)" if size_mb else self.name

    @property
    def identity(self) -> str:
        """What tells these weights from others; a folder is known by what is in it."""
        if not self._is_folder:
            return self.name
        digest = hashlib.sha256()
        folder = Path(self.name).expanduser()
        # What else lies there (the hub's client keeps a folder of its own) changes no word.
        for file in sorted(found for kind in _FILES for found in folder.glob(kind)):
            digest.update(f"{file.name}:{file.stat().st_size}\n".encode())
            for part in _sampled(file):
                digest.update(part)
        return f"{Path(self.name).name}.{digest.hexdigest()[:8]}"

    def fetched(self) -> Path:
        """The folder of the weights, fetched from the hub when they are not here yet.

        :raises NotInstalled: They are not here and may not be fetched, or the hub has none.
        :raises ServiceUnavailable: The hub cannot be reached.
        :raises DiskFull: There is no space for them.
        """
        folder = self.folder
        if folder is not None:
            return folder
        if self._is_folder:
            raise NotInstalled(f"The Whisper model cannot be loaded: {self.missing}.")
        check_allowed(f"the model {self.described}")
        target = settings().models_dir
        cached = target / f"models--{self._repository.replace('/', '--')}"
        with_progress(
            f"the model {self.name}",
            cached,
            _KNOWN.get(self.name, ("", 0))[1],
            lambda: _download(self._repository, target),
        )
        folder = self.folder
        if folder is None:
            raise NotInstalled(
                f"{self._repository} on the Hugging Face hub does not hold {', '.join(_NEEDED)}: "
                "it is no Whisper model for CTranslate2; see CLIPPER_WHISPER_MODEL."
            )
        return folder

    @property
    def _is_folder(self) -> bool:
        if self.name in _KNOWN:
            return False
        path = Path(self.name).expanduser()
        return path.is_absolute() or self.name.startswith(".") or path.is_dir()

    @property
    def _repository(self) -> str:
        if self.name in _KNOWN:
            return _KNOWN[self.name][0]
        if self.name.count("/") == 1:
            return self.name
        raise NotInstalled(
            f"There is no Whisper model called {self.name!r}; name one of {', '.join(_KNOWN)}, "
            "owner/name on the Hugging Face hub, or a folder in CLIPPER_WHISPER_MODEL."
        )


def _forbidden_by() -> str | None:
    """The setting that forbids to fetch anything, None when none does."""
    if settings().model_downloads == "off":
        return "CLIPPER_MODEL_DOWNLOADS=off"
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}:
        return "HF_HUB_OFFLINE"
    return None


def check_allowed(what: str) -> None:
    """Refuse to fetch anything when the operator does not want that.

    :raises NotInstalled: So it is.
    """
    off = _forbidden_by()
    if off is not None:
        raise NotInstalled(
            f"{what[0].upper()}{what[1:]} is not on this machine, and {off} forbids to fetch it."
        )


def _sampled(file: Path) -> Iterator[bytes]:
    """All of a small file, and parts from everywhere of a large one."""
    size = file.stat().st_size
    with file.open("rb") as opened:
        for at in range(0, size, max(_PART_BYTES, size // _PARTS)):
            opened.seek(at)
            yield opened.read(_PART_BYTES)


def _is_complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in _NEEDED)


def quiet_hub() -> None:
    """Let the hub's client send nothing of its own accord, and draw nothing on the terminal.

    Read when it is imported, so this comes first.
    """
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    os.environ["HF_HUB_DISABLE_UPDATE_CHECK"] = "1"


def _download(repository: str, target: Path) -> None:
    quiet_hub()
    import huggingface_hub

    # No token: the models are free, and a person's own one is nobody's business here.
    try:
        huggingface_hub.snapshot_download(
            repository,
            cache_dir=target,
            allow_patterns=list(_FILES),
            token=False,
            endpoint=os.environ.get("HF_ENDPOINT"),
        )
    except RuntimeError as error:  # how hf_xet, which fetches large files, says all that it says
        full = "os error 28" in str(error) or "No space left" in str(error)
        raise (OSError(errno.ENOSPC, "full") if full else ConnectionError("hf_xet")) from None


def with_progress(what: str, folder: Path, total_mb: int, act: Callable[[], object]) -> None:
    """Fetch something from the hub into a folder, and say how much of it is there.

    What ``act`` raises is raised here; what went wrong on the way to the hub as an error of ours.

    :raises NotInstalled: The hub does not give it.
    :raises ServiceUnavailable: The hub cannot be reached.
    :raises DiskFull: There is no space for it.
    """
    failed: list[Exception] = []

    def run() -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001 - raised again below, as one of ours
            failed.append(error)

    # A thread that does not hold up the end of the process: what is there is used next time.
    thread = threading.Thread(target=run, name="fetch model", daemon=True)
    thread.start()
    while thread.is_alive():
        stage.remark(f"fetching {what}: {_mb(folder)}{_of(total_mb)} MB")
        thread.join(_POLL_S)
    if failed:
        known = hub_error(what, failed[0])
        if known is None:
            raise failed[0]
        # Not "from" it: what a library says of a request may hold its token.
        raise known from None


def _mb(folder: Path) -> int:
    size = 0
    for path in folder.rglob("*"):
        try:
            size += 0 if path.is_symlink() or not path.is_file() else path.stat().st_size
        except OSError:  # renamed under us
            continue
    return size // 1_000_000


def _of(total_mb: int) -> str:
    return f" of {total_mb}" if total_mb else ""


def _status(error: BaseException | None) -> int | None:
    """What the hub answered; its client may have given up on it in another error since."""
    while error is not None:
        status = getattr(getattr(error, "response", None), "status_code", None)
        if isinstance(status, int):
            return status
        error = error.__cause__ or error.__context__
    return None


def hub_error(what: str, error: Exception) -> ClippingError | None:
    """The error for what went wrong on the way to the hub; None when it was not on that way."""
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull(f"No space left for {what} in {settings().models_dir}.")
    status = _status(error)
    if status in {401, 403, 404}:
        return NotInstalled(
            f"The Hugging Face hub does not give {what} ({status}): there is none of that name, "
            "or it wants to be asked for with an access token."
        )
    if isinstance(error, PermissionError) or getattr(error, "errno", None) in _UNWRITABLE:
        return NotInstalled(f"{what[0].upper()}{what[1:]} cannot be stored: {error}.")
    library = type(error).__module__.split(".")[0]
    if library not in _CLIENTS and not isinstance(error, ConnectionError | TimeoutError):
        return None
    return ServiceUnavailable(
        f"The Hugging Face hub cannot be reached for {what}; check the network, or name a folder "
        "that holds a model in CLIPPER_WHISPER_MODEL."
    )
