"""Tokenizers to import, written by SentencePiece and by transformers themselves."""

import io
from pathlib import Path

import pytest

LICENSE = Path(__file__).resolve().parents[2] / "LICENSE"
"""English enough to learn some pieces from."""

TEXTS = (
    "the film was lovely and the staff could not have been kinder",
    "it broke after a week and nobody answered my letters",
    "well worth the money (about 1999, or so) and not a waste of time",
    "I wanted to like this but it bored me to tears - a pity.",
    "great sound at a fair price, and the cable is long enough",
)


def train_model(path, size, **options):
    """Trains a unigram model, with ALBERT's special tokens in ALBERT's order; returns its path."""
    sentencepiece = pytest.importorskip("sentencepiece")
    model = io.BytesIO()
    texts = [*TEXTS, *LICENSE.read_text("utf-8").splitlines()]
    reserved = {
        "pad_id": 0,
        "unk_id": 1,
        "bos_id": -1,
        "eos_id": -1,
        "control_symbols": ["[CLS]", "[SEP]", "[MASK]"],
        "user_defined_symbols": ["(", ")", "-"],
    }
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([text.lower() for text in texts]),
        model_writer=model,
        vocab_size=size,
        model_type="unigram",
        minloglevel=2,
        **{**reserved, **options},
    )
    path.write_bytes(model.getvalue())
    return path


def save_fast(model, folder, *, slow_too=False, added=(), special=(), **settings):
    """Has transformers write the fast tokenizer of a SentencePiece model; returns it.

    Args:
        model: path of the model.
        folder: to write into.
        slow_too: leave `spiece.model` beside `tokenizer.json`.
        added: tokens to add.
        special: special tokens to add.
        **settings: `do_lower_case`, `keep_accents`.
    """
    transformers = pytest.importorskip("transformers")
    tokenizer = transformers.AlbertTokenizerFast(str(model), **settings)
    tokenizer.add_tokens(list(added))
    if special:
        tokenizer.add_special_tokens({"additional_special_tokens": list(special)})
    tokenizer.save_pretrained(folder)
    if not slow_too:
        (folder / "spiece.model").unlink()
    return tokenizer
