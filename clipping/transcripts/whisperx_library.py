"""How WhisperX and what comes with it are imported: silently, sending nothing, fetching nothing."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clipping.errors import NotInstalled
from clipping.settings import settings
from clipping.transcripts.weights import quiet_hub

_PUNKT_FILES = ("collocations.tab", "sent_starters.txt", "abbrev_types.txt", "ortho_context.tab")
_TALKATIVE = ("lightning", "lightning.pytorch", "lightning.fabric", "pytorch_lightning")


@dataclass(frozen=True)
class Machine:
    """What the models run on."""

    device: str
    compute_type: str

    @property
    def has_gpu(self) -> bool:
        """Whether it is a CUDA GPU."""
        return self.device == "cuda"


def machine() -> Machine:
    """A CUDA GPU with 16-bit floats where there is one, else the CPU with 8-bit integers."""
    try:
        import ctranslate2

        if ctranslate2.get_cuda_device_count():
            known = ctranslate2.get_supported_compute_types("cuda")
            return Machine("cuda", "float16" if "float16" in known else "float32")
    except (ImportError, RuntimeError):  # a driver without a card
        pass
    return Machine("cpu", "int8")


@contextlib.contextmanager
def unwarned() -> Iterator[None]:
    """Keep what the libraries warn of out of our output while the block runs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """The same for what they print."""
    with unwarned(), contextlib.redirect_stdout(io.StringIO()):
        yield


def prepare() -> None:
    """Set what the libraries read when they are imported: no telemetry, no log on stdout.

    :raises NotInstalled: WhisperX is missing, or does not fit what is installed beside it.
    """
    quiet_hub()
    os.environ["PYANNOTE_METRICS_ENABLED"] = "false"
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    # WhisperX gives its logger a handler on stdout unless there is one.
    log = logging.getLogger("whisperx")
    if not log.handlers:
        log.addHandler(logging.NullHandler())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        with quiet():
            import nltk
            import whisperx.alignment
            import whisperx.asr
            import whisperx.diarize  # noqa: F401
    except ImportError as error:
        raise NotInstalled(f"WhisperX cannot be loaded: {error}.") from error
    folder = str(_plain_punctuation())
    if folder not in nltk.data.path:
        nltk.data.path.insert(0, folder)


def _plain_punctuation() -> Path:
    """A folder with rules for sentences that know no abbreviations, for every language.

    WhisperX looks for sentences by NLTK's rules, which it would fetch; what it makes of them is
    not used here, only the words are.
    """
    from whisperx.utils import PUNKT_LANGUAGES

    root = settings().models_dir / "nltk"
    for language in {"english", *PUNKT_LANGUAGES.values()}:
        folder = root / "tokenizers" / "punkt_tab" / language
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in _PUNKT_FILES:
            (folder / name).touch()
    return root
