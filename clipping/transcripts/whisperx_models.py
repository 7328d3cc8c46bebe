"""The models that WhisperX works with: loaded together, kept per process, freed together."""

from __future__ import annotations

import gc
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from clipping.errors import ClippingError, NotInstalled, ServiceUnavailable
from clipping.settings import settings
from clipping.transcripts.weights import (
    WhisperWeights,
    check_allowed,
    with_progress,
)
from clipping.transcripts.whisperx_library import Machine, machine, prepare, quiet

_SPEAKERS = "pyannote/speaker-diarization-community-1"
_LARGEST_BATCH = 24
_BATCH_BYTES = 400_000_000
"""Of a GPU, for each 30 seconds that large-v3 hears side by side."""
_KEPT_FREE_BYTES = 2_000_000_000
_CPU_BATCH = 4


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
    return _token() is not None or (model is not None and Path(model).exists())


def _token() -> str | None:
    """The hub's token; a variable that is set to nothing is none."""
    token = settings().hub_token
    return (token.get_secret_value().strip() or None) if token is not None else None


def load(weights: WhisperWeights) -> Models:
    """Load Whisper for this machine.

    :raises NotInstalled: Something is not here and may not be fetched, or cannot be loaded.
    :raises ServiceUnavailable: The hub that has the weights cannot be reached.
    """
    folder = weights.fetched()
    prepare()
    import torch
    import whisperx

    here = machine()
    if here.has_gpu and not torch.cuda.is_available():
        raise NotInstalled(
            "This machine has a CUDA GPU, but the PyTorch beside WhisperX was made without CUDA."
        )
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
        if is_out_of_memory(error):
            raise no_memory() from error
        raise NotInstalled(f"The Whisper model in {folder} cannot be loaded: {error}.") from error
    return Models(here, whisper)


def is_out_of_memory(error: Exception) -> bool:
    """Whether it was the GPU's memory; CTranslate2 and PyTorch both say so in words only."""
    said = str(error).lower()
    return "out of memory" in said or "alloc_failed" in said


def no_memory() -> ServiceUnavailable:
    """The error for a GPU that has not even room for the least."""
    return ServiceUnavailable(
        "The GPU has not enough free memory for WhisperX; free some, or name a smaller model in "
        "CLIPPER_WHISPER_MODEL."
    )


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
        if is_out_of_memory(error):
            raise no_memory() from error
        raise NotInstalled(f"{name}, {what}, cannot be loaded: {error}.") from error
    return model, facts


def _fetch_aligner(name: str, target: Path, what: str) -> None:
    """Have the weights in ``target``, where WhisperX then finds them."""
    import huggingface_hub
    import torchaudio

    cached = target / f"models--{name.replace('/', '--')}"
    if name in torchaudio.pipelines.__all__:
        # Loads them too, which takes a second.
        bundle = getattr(torchaudio.pipelines, name)
        options = {"model_dir": str(target), "progress": False}
        if not _has_bundle(bundle, target):
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


def _has_bundle(bundle: Any, target: Path) -> bool:
    """Whether this language's weights are here; those of another one are called otherwise."""
    path = getattr(bundle, "_path", None)
    return isinstance(path, str) and (target / Path(path).name).is_file()


def _load_speakers(device: str) -> Any:
    from whisperx.diarize import DiarizationPipeline

    name = settings().speaker_model or _SPEAKERS
    cached = settings().models_dir / f"models--{name.replace('/', '--')}"
    is_here = Path(name).exists() or any(cached.glob("snapshots/*/config.yaml"))
    if not is_here:
        check_allowed("the models that tell speakers apart")
    found: list[Any] = []

    def get() -> None:
        with quiet():
            found.append(
                DiarizationPipeline(
                    model_name=name,
                    token=_token(),
                    device=device,
                    cache_dir=str(settings().models_dir),
                )
            )

    try:
        if is_here:
            get()
        else:
            with_progress("the models that tell speakers apart", cached, 0, get)
    except ClippingError:
        raise
    except Exception as error:  # noqa: BLE001 - refused, pyannote prints advice and goes on without a pipeline
        if is_out_of_memory(error):
            raise no_memory() from None
        # Not "from" it: what a library says of a request may hold its token.
        raise NotInstalled(
            f"{name}, which tells speakers apart, cannot be loaded; accept its terms on the "
            "Hugging Face hub with the account of CLIPPER_HUB_TOKEN, or unset the token to go "
            "without speakers."
        ) from None
    return found[0]
