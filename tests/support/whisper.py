"""A real Whisper for CTranslate2 that hears always the same words: tiny, and made in a second.

All its layers add nothing. At each place of its answer the position itself says which token comes
next, and the attention between text and sound says when. So everything that the libraries do is
done, and what comes out is known.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WIDTH = 64
_TOKENS = 48
"""So many of the dimensions say which token comes next, the rest when it is heard."""
_MELS = 80
_AUDIO_PLACES = 1_500
_TEXT_PLACES = 448
_TEXT_TOKENS = 50_257
_LANGUAGES = (
    "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta "
    "no th ur hr bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk "
    "sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb "
    "my bo tl mg as tt haw ln ha ba jw su "
).split()
_SPECIAL = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    *(f"<|{language}|>" for language in _LANGUAGES),
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
    *(f"<|{place * 0.02:.2f}|>" for place in range(1_501)),
)


def make_whisper(folder: Path, words: Sequence[str], *, language: str = "en") -> Path:
    """A model that hears ``words`` in every 30 seconds of sound, at :func:`heard_at_s`.

    :param words: Written as they follow one another, without spaces: ``["Hello", "there."]``.
    :param language: What it takes every sound for.
    """
    from ctranslate2.specs import whisper_spec

    folder.mkdir(parents=True)
    tokens = _tokens(words)
    ids = {token: number for number, token in enumerate(tokens)}
    end = heard_at_s(len(words))
    names = ["<|0.00|>", *(f"\u0120{word}" for word in words), f"<|{end:.2f}|>", "<|endoftext|>"]
    spec: Any = whisper_spec.WhisperSpec(1, 1, 1, 1)
    _fill(spec, _directions(len(tokens)), [ids[name] for name in names], ids[f"<|{language}|>"])
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = [ids[f"<|{name}|>"] for name in _LANGUAGES]
    spec.config.alignment_heads = [(0, 0)]
    spec.validate()
    spec.save(str(folder))
    _write_tokenizer(folder / "tokenizer.json", tokens)
    return folder


def heard_at_s(place: int) -> float:
    """When the model says that a word is spoken, by its place; its ear is what says so."""
    return 0.2 + 0.4 * place


def _bytes() -> list[str]:
    """The 256 letters by which byte-level tokenizers write bytes."""
    from tokenizers.pre_tokenizers import ByteLevel

    return sorted(ByteLevel.alphabet())


def _tokens(words: Sequence[str]) -> list[str]:
    text = [*_bytes(), *dict.fromkeys(f"\u0120{word}" for word in words)]
    unused = [f"<unused{number}>" for number in range(_TEXT_TOKENS - len(text) - 1)]
    # By the empty token CTranslate2 knows a model of many languages.
    return [*text, *unused, "", *_SPECIAL]


def _write_tokenizer(path: Path, tokens: Sequence[str]) -> None:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    vocabulary = {token: number for number, token in enumerate(tokens[:_TEXT_TOKENS])}
    tokenizer: Any = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(list(tokens[_TEXT_TOKENS:]))
    assert tokenizer.get_vocab_size() == len(tokens)
    path.write_text(tokenizer.to_str(), encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8"))


def _directions(count: int) -> NDArray[np.float32]:
    """A direction for every token, each far from all others; no mean, so that a norm keeps it."""
    drawn = np.random.default_rng(1).standard_normal((count, _WIDTH)).astype(np.float32)
    drawn[:, _TOKENS:] = 0
    drawn[:, :_TOKENS] -= drawn[:, :_TOKENS].mean(axis=1, keepdims=True)
    lengths: NDArray[np.float32] = np.linalg.norm(drawn, axis=1, keepdims=True)
    return np.divide(drawn, lengths, dtype=np.float32)


def _moments(seconds: NDArray[Any]) -> NDArray[np.float32]:
    """A direction for every time: the nearer two times, the more alike they are."""
    turns = np.outer(seconds, 2 * np.pi / np.geomspace(1.0, 60.0, (_WIDTH - _TOKENS) // 2))
    directions = np.zeros((len(seconds), _WIDTH), np.float32)
    directions[:, _TOKENS:] = np.concatenate([np.cos(turns), np.sin(turns)], axis=1)
    return np.divide(directions, np.sqrt((_WIDTH - _TOKENS) / 2), dtype=np.float32)


def _fill(spec: Any, directions: NDArray[np.float32], script: Sequence[int], language: int) -> None:
    encoder, decoder = spec.encoder, spec.decoder
    encoder.conv1.weight = _zeros(_WIDTH, _MELS, 3)
    encoder.conv2.weight = _zeros(_WIDTH, _WIDTH, 3)
    encoder.conv1.bias = encoder.conv2.bias = _zeros(_WIDTH)
    encoder.position_encodings.encodings = _moments(np.arange(_AUDIO_PLACES) * 0.02)
    for layer in (encoder.layer[0], decoder.layer[0]):
        _silence(layer)
    for norm in (encoder.layer_norm, decoder.layer_norm):
        norm.gamma, norm.beta = 5 * np.ones(_WIDTH, np.float32), _zeros(_WIDTH)
    decoder.embeddings.weight = _zeros(len(directions), _WIDTH)
    decoder.projection.weight = directions
    places = _zeros(_TEXT_PLACES, _WIDTH)
    # What comes after the beginning is the language; after a prompt of three, or of four when no
    # times are wanted, the first word comes at the same place.
    places[0] = directions[language]
    for place, token in enumerate(script, 2):
        places[place] = directions[token]
    times = np.array([heard_at_s(place - 3) for place in range(_TEXT_PLACES)])
    places += _moments(np.clip(times, 0, 30))
    decoder.position_encodings.encodings = places
    # The ear: the text's moment asks for the sound's moment.
    queries, keys_and_values, _ = decoder.layer[0].attention.linear
    ear = np.arange(_TOKENS, _WIDTH)
    queries.weight[ear, ear] = 8.0
    keys_and_values.weight[ear, ear] = 1.0


def _silence(layer: Any) -> None:
    """A layer that adds nothing."""
    for part in (layer.self_attention, getattr(layer, "attention", None), layer.ffn):
        if part is None:
            continue
        part.layer_norm.gamma, part.layer_norm.beta = np.ones(_WIDTH, np.float32), _zeros(_WIDTH)
    sizes = {2: (3 * _WIDTH, _WIDTH), 3: (_WIDTH, 2 * _WIDTH, _WIDTH)}
    for attention in (layer.self_attention, getattr(layer, "attention", None)):
        for part, size in zip(
            attention.linear if attention else (),
            sizes[len(attention.linear)] if attention else (),
            strict=True,
        ):
            part.weight, part.bias = _zeros(size, _WIDTH), _zeros(size)
    layer.ffn.linear_0.weight, layer.ffn.linear_0.bias = _zeros(_WIDTH, _WIDTH), _zeros(_WIDTH)
    layer.ffn.linear_1.weight, layer.ffn.linear_1.bias = _zeros(_WIDTH, _WIDTH), _zeros(_WIDTH)


def _zeros(*shape: int) -> NDArray[np.float32]:
    return np.zeros(shape, np.float32)
