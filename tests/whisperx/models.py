"""Tiny models for what WhisperX loads beside Whisper: made here, real to the libraries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

_LETTERS = ("<pad>", "<s>", "</s>", "<unk>", "|", *"abcdefghijklmnopqrstuvwxyz'")
_EMBEDDING = 32


def make_aligner(folder: Path) -> Path:
    """A wav2vec 2.0 for letters that knows nothing; what it aligns lies somewhere, in order."""
    import torch
    from transformers import (
        Wav2Vec2Config,
        Wav2Vec2CTCTokenizer,
        Wav2Vec2FeatureExtractor,
        Wav2Vec2ForCTC,
        Wav2Vec2Processor,
    )

    folder.mkdir(parents=True)
    vocabulary = folder / "vocab.json"
    vocabulary.write_text(json.dumps({letter: n for n, letter in enumerate(_LETTERS)}))
    torch.manual_seed(1)
    config = Wav2Vec2Config(
        vocab_size=len(_LETTERS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        conv_dim=(8,) * 7,
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=2,
        pad_token_id=0,
    )
    Wav2Vec2ForCTC(config).save_pretrained(folder)
    Wav2Vec2Processor(
        feature_extractor=Wav2Vec2FeatureExtractor(),
        tokenizer=Wav2Vec2CTCTokenizer(str(vocabulary), word_delimiter_token="|"),
    ).save_pretrained(folder)
    return folder


def make_speakers(folder: Path) -> Path:
    """A pyannote pipeline to which everything is one speaker."""
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.embedding import XVectorSincNet
    from pyannote.audio.models.segmentation import PyanNet

    folder.mkdir(parents=True)
    segmentation = PyanNet(
        lstm={"hidden_size": 8, "num_layers": 1, "bidirectional": True},
        linear={"hidden_size": 8, "num_layers": 1},
    )
    segmentation.specifications = Specifications(
        problem=Problem.MONO_LABEL_CLASSIFICATION,
        resolution=Resolution.FRAME,
        duration=5.0,
        classes=["one", "two", "three"],
        powerset_max_classes=2,
        permutation_invariant=True,
    )
    segmentation.build()
    bias = segmentation.classifier.bias.data
    bias[:] = 0
    bias[1] = 20
    _save(segmentation, folder / "segmentation" / "pytorch_model.bin")
    embedding = XVectorSincNet(dimension=_EMBEDDING)
    embedding.specifications = Specifications(
        problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=5.0
    )
    embedding.build()
    _save(embedding, folder / "embedding" / "pytorch_model.bin")
    _make_plda(folder / "plda")
    (folder / "config.yaml").write_text(_CONFIG)
    return folder


_CONFIG = """
pipeline:
  name: pyannote.audio.pipelines.SpeakerDiarization
  params:
    segmentation: $model/segmentation
    embedding: $model/embedding
    plda: $model/plda
    clustering: AgglomerativeClustering
    segmentation_step: 0.5
params:
  segmentation: {min_duration_off: 0.0}
  clustering: {method: centroid, min_cluster_size: 1, threshold: 1.9}
"""


def _save(model: Any, path: Path) -> None:
    """As Lightning's trainer would."""
    import pytorch_lightning
    import torch

    path.parent.mkdir()
    checkpoint: dict[str, Any] = {
        "epoch": 0,
        "global_step": 0,
        "pytorch-lightning_version": pytorch_lightning.__version__,
        "state_dict": model.state_dict(),
        "hyper_parameters": dict(model.hparams),
    }
    model.on_save_checkpoint(checkpoint)
    torch.save(checkpoint, path)


def _make_plda(folder: Path) -> None:
    folder.mkdir()
    one = np.eye(_EMBEDDING)
    nothing = np.zeros(_EMBEDDING)
    np.savez(folder / "xvec_transform.npz", mean1=nothing, mean2=nothing, lda=one)
    np.savez(folder / "plda.npz", mu=nothing, tr=one, psi=np.ones(_EMBEDDING))
