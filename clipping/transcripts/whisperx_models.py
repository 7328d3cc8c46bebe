"""The models that WhisperX works with: loaded together, kept per process, freed together."""

from __future__ import annotations

import contextlib
import gc
import io
import logging
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from clipping.errors import ClippingError, NotInstalled
from clipping.settings import settings
from clipping.transcripts.weights import (
    WhisperWeights,
    check_allowed,
    quiet_hub,
    with_progress,
)

_PUNKT_FILES = ("collocations.tab", "sent_starters.txt", "abbrev_types.txt", "ortho_context.tab")
_SPEAKERS = "pyannote/speaker-diarization-community-1"
_LARGEST_BATCH = 24
_BATCH_BYTES = 400_000_000
"""Of a GPU, for each 30 seconds that large-v3 hears side by side."""
_KEPT_FREE_BYTES = 2_000_000_000
_CPU_BATCH = 4


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

        gpus = int(ctranslate2.get_cuda_device_count())
    except (ImportError, RuntimeError):  # a driver without a card
        gpus = 0
    return Machine("cuda", "float16") if gpus else Machine("cpu", "int8")


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


@dataclass
class Models:
    """What was loaded: Whisper with its voice detector, and as they are needed the others."""

    machine: Machine
    whisper: Any
    _aligners: dict[str, tuple[Any, dict[str, Any]]] = field(default_factory=dict)
    _speakers: Any = None

    def free(self) -> None:
        """Give back all memory, also the GPU's."""
        self.whisper.model.model.unload_model()
        self.whisper = self._speakers = None
        self._aligners.clear()
        gc.collect()
        self.forget_cached()

    def forget_cached(self) -> None:
        """Give back the GPU's memory that is kept for the next use only."""
        if self.machine.has_gpu:
            import torch

            torch.cuda.empty_cache()

    def batch_size(self) -> int:
        """How much the GPU's free memory lets Whisper hear side by side."""
        if not self.machine.has_gpu:
            return _CPU_BATCH
        import torch

        free, _ = torch.cuda.mem_get_info()
        return int(np.clip((free - _KEPT_FREE_BYTES) // _BATCH_BYTES, 1, _LARGEST_BATCH))

    def aligner(self, language: str) -> tuple[Any, dict[str, Any]] | None:
        """The model that times words of a language, with what it says of itself; None for none.

        :raises NotInstalled: It is not here and may not be fetched, or cannot be loaded.
        :raises ServiceUnavailable: The hub that has it cannot be reached.
        """
        name = settings().align_model or _align_model(language)
        if name is None:
            return None
        if language not in self._aligners:
            self._aligners[language] = _load_aligner(name, language, self.machine.device)
        return self._aligners[language]

    def speakers(self) -> Any | None:
        """The pipeline that tells speakers apart; None when nobody gave what it needs.

        :raises NotInstalled: It cannot be loaded.
        """
        if self._speakers is None and wants_speakers():
            self._speakers = _load_speakers(self.machine.device)
        return self._speakers


def wants_speakers() -> bool:
    """Whether a token, or a folder with the models, was given."""
    model = settings().speaker_model
    return settings().hub_token is not None or (model is not None and Path(model).exists())


def load(weights: WhisperWeights) -> Models:
    """Load Whisper for this machine.

    :raises NotInstalled: Something is not here and may not be fetched, or cannot be loaded.
    :raises ServiceUnavailable: The hub that has the weights cannot be reached.
    """
    folder = weights.fetched()
    prepare()
    import whisperx

    here = machine()
    try:
        with quiet():
            whisper = whisperx.load_model(
                str(folder),
                here.device,
                compute_type=here.compute_type,
                threads=os.cpu_count() or 1,
                local_files_only=True,
            )
    except Exception as error:  # what is wrong with a file is told by many classes
        raise NotInstalled(f"The Whisper model in {folder} cannot be loaded: {error}.") from error
    return Models(here, whisper)


def _align_model(language: str) -> str | None:
    from whisperx import alignment

    known = {**alignment.DEFAULT_ALIGN_MODELS_TORCH, **alignment.DEFAULT_ALIGN_MODELS_HF}
    return known.get(language)


def _load_aligner(name: str, language: str, device: str) -> tuple[Any, dict[str, Any]]:
    import whisperx

    target = settings().models_dir
    what = f"the model that times words in {language}"
    try:
        if not Path(name).is_dir():
            _fetch_aligner(name, target, what)
        with quiet():
            model, facts = whisperx.load_align_model(
                language, device, model_name=name, model_dir=str(target), model_cache_only=True
            )
    except ClippingError:
        raise
    except Exception as error:  # as above
        raise NotInstalled(f"{name}, {what}, cannot be loaded: {error}.") from error
    return model, facts


def _fetch_aligner(name: str, target: Path, what: str) -> None:
    """Have the weights in ``target``, where WhisperX then finds them."""
    import huggingface_hub
    import torchaudio

    cached = target / f"models--{name.replace('/', '--')}"
    if name in torchaudio.pipelines.__all__:
        # Loads them too, which takes a second; only that knows what the file is called.
        bundle = getattr(torchaudio.pipelines, name)
        options = {"model_dir": str(target), "progress": False}
        if not any(target.glob("*.pt*")):
            check_allowed(what)
        with_progress(what, target, 0, lambda: bundle.get_model(dl_kwargs=options))
    elif not any(cached.glob("snapshots/*/config.json")):
        check_allowed(what)
        kinds = ["*.json", "*.txt", "*.bin", "*.safetensors"]
        with_progress(
            what,
            cached,
            0,
            lambda: huggingface_hub.snapshot_download(
                name,
                cache_dir=target,
                allow_patterns=kinds,
                token=False,
                endpoint=os.environ.get("HF_ENDPOINT"),
            ),
        )


def _load_speakers(device: str) -> Any:
    from whisperx.diarize import DiarizationPipeline

    name = settings().speaker_model or _SPEAKERS
    token = settings().hub_token
    found: list[Any] = []

    def get() -> None:
        with quiet():
            found.append(
                DiarizationPipeline(
                    model_name=name,
                    token=token.get_secret_value() if token else None,
                    device=device,
                    cache_dir=str(settings().models_dir),
                )
            )

    cached = settings().models_dir / f"models--{name.replace('/', '--')}"
    if not Path(name).exists() and not any(cached.glob("snapshots/*/config.yaml")):
        check_allowed("the models that tell speakers apart")
    try:
        with_progress("the models that tell speakers apart", cached, 0, get)
    except ClippingError:
        raise
    except Exception:  # noqa: BLE001 - refused, pyannote prints advice and goes on without a pipeline
        # Not "from" it: what a library says of a request may hold its token.
        raise NotInstalled(
            f"{name}, which tells speakers apart, cannot be loaded; accept its terms on the "
            "Hugging Face hub with the account of CLIPPER_HUB_TOKEN, or unset the token to go "
            "without speakers."
        ) from None
    return found[0]
