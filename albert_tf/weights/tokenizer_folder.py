"""The tokenizer of a Hugging Face folder, read and written, and one that somebody names by its file."""

import json
from pathlib import Path

from albert_tf.errors import CheckpointError
from albert_tf.tokenizer.engines import WORDPIECE_NAME, parse_vocabulary
from albert_tf.tokenizer.huggingface import Tokenization, read_tokenizer_json, with_added_tokens
from albert_tf.tokenizer.wordpiece.vocabulary_file import (
    UNKNOWN_PIECE,
    WordPieces,
    write_word_pieces,
)
from albert_tf.weights.added_tokens import (
    TOKENIZER_CONFIG_FILE,
    TOKENIZER_FILE,
    read_added_tokens,
)
from albert_tf.weights.checkpoint import Checkpoint
from albert_tf.weights.foreign import check_only_default, read_json
from albert_tf.weights.tokenizer_file import (
    FoundTokenizer,
    find_sentencepiece,
    found_tokenizer,
    has_capitals,
    read_bytes,
    read_tokenizer,
)

SENTENCEPIECE_FILE = "spiece.model"
BERT_CLASSES = ("BertTokenizer", "BertTokenizerFast")
SENTENCEPIECE_CLASSES = ("AlbertTokenizer", "AlbertTokenizerFast")

DEFAULT_SETTINGS = {"do_lower_case": True, "keep_accents": False}
"""What transformers assumes of a SentencePiece model without a `tokenizer_config.json`."""

WORDPIECE_SETTINGS = {
    "tokenize_chinese_chars": (True, None),
    "do_basic_tokenize": (True, None),
    "unk_token": (UNKNOWN_PIECE, None),
}
"""Settings of transformers' `BertTokenizer` with which it does what google-research/bert does."""


def read_folder_tokenizer(folder: Path) -> FoundTokenizer:
    """Returns the tokenizer that `save_pretrained` wrote.

    Slow ones are `spiece.model` and `vocab.txt`, fast ones `tokenizer.json`; where there are several, the class
    that the configuration names decides, and else a slow one before a fast one.

    Raises:
        CheckpointError: when a file is damaged, or this package cannot give the same ids.
    """
    settings = _settings(folder)
    kind = settings.get("tokenizer_class")
    places = {
        SENTENCEPIECE_FILE: _read_sentencepiece,
        WORDPIECE_NAME: _read_wordpiece,
        TOKENIZER_FILE: _read_fast,
    }
    names = [name for name in places if (folder / name).is_file()]
    if kind in BERT_CLASSES and SENTENCEPIECE_FILE in names and len(names) > 1:
        names.remove(SENTENCEPIECE_FILE)
    if names:
        return places[names[0]](folder / names[0], settings)
    other = find_sentencepiece(folder)
    return FoundTokenizer() if other is None else _read_sentencepiece(other, settings)


def _settings(folder: Path) -> dict:
    """The `tokenizer_config.json`, with the class that `config.json` names where it names none."""
    settings = {}
    for name in ("config.json", TOKENIZER_CONFIG_FILE):
        values = read_json(folder / name) if (folder / name).is_file() else {}
        if name == TOKENIZER_CONFIG_FILE:
            settings |= values
        elif values.get("tokenizer_class"):
            settings["tokenizer_class"] = values["tokenizer_class"]
    return settings


def _read_sentencepiece(path: Path, settings: dict) -> FoundTokenizer:
    content = read_bytes(path)
    stated = DEFAULT_SETTINGS | settings
    if path.name != SENTENCEPIECE_FILE and not (path.parent / TOKENIZER_CONFIG_FILE).is_file():
        # No default of transformers' holds for it.
        stated["do_lower_case"] = not has_capitals(content, str(path))
    content = with_added_tokens(content, read_added_tokens(path.parent), str(path))
    return FoundTokenizer(content, bool(stated["do_lower_case"]), not stated["keep_accents"])


def _read_wordpiece(path: Path, settings: dict) -> FoundTokenizer:
    kind = settings.get("tokenizer_class")
    if kind not in (None, *BERT_CLASSES, *SENTENCEPIECE_CLASSES):
        raise CheckpointError(
            f"{path.parent} names the tokenizer_class {kind!r}, which divides texts otherwise than BertTokenizer does; "
            "import it with --no-tokenizer for token ids"
        )
    if isinstance(settings.get("unk_token"), dict):
        settings = settings | {"unk_token": settings["unk_token"].get("content")}
    check_only_default(settings, WORDPIECE_SETTINGS, str(path.parent / TOKENIZER_CONFIG_FILE))
    content = with_added_tokens(read_bytes(path), read_added_tokens(path.parent), str(path))
    lowercase, strips = settings.get("do_lower_case", True), settings.get("strip_accents")
    return found_tokenizer(Tokenization(content, bool(lowercase), strips), str(path))


def _read_fast(path: Path, settings: dict) -> FoundTokenizer:
    found = read_tokenizer_json(read_bytes(path), str(path))
    content = with_added_tokens(found.content, read_added_tokens(path.parent), str(path))
    return found_tokenizer(found._replace(content=content), str(path))


def read_tokenizer_file(path: str | Path) -> FoundTokenizer:
    """Returns the tokenizer of a file, or of a folder of Hugging Face's.

    Args:
        path: a SentencePiece model or a `vocab.txt`, whose texts are lower-cased when its vocabulary has no capitals; a
            `tokenizer.json`; or a folder with one of them.

    Raises:
        CheckpointError: when it is missing, damaged, or not a tokenizer of these kinds.
    """
    path = Path(path)
    expected = f"a SentencePiece model such as {SENTENCEPIECE_FILE}, a {WORDPIECE_NAME} or a {TOKENIZER_FILE}"
    if path.is_dir():
        found = read_folder_tokenizer(path)
        if found.tokenizer_model is None:
            raise CheckpointError(f"{path} holds no tokenizer; expected {expected} in it")
        return found
    if not path.is_file():
        raise CheckpointError(f"there is no tokenizer {path}; expected {expected}")
    return read_tokenizer(path)


def tokenizer_files(checkpoint: Checkpoint) -> dict[str, bytes | str]:
    """Returns the files of a checkpoint's tokenizer as transformers reads them; by name.

    The class is `AlbertTokenizer` for a SentencePiece model and `BertTokenizer` for WordPieces.
    """
    vocabulary = parse_vocabulary(checkpoint.tokenizer_model, checkpoint.source)
    settings = {
        "do_lower_case": checkpoint.lowercase,
        "model_max_length": checkpoint.config.max_position_embeddings,
    }
    if isinstance(vocabulary, WordPieces):
        # transformers takes a byte-order mark or a carriage return for a part of a piece.
        name, content = WORDPIECE_NAME, write_word_pieces(vocabulary.pieces)
        settings |= {
            "strip_accents": checkpoint.strip_accents,
            "tokenize_chinese_chars": True,
            "tokenizer_class": BERT_CLASSES[0],
        }
    else:
        name, content = SENTENCEPIECE_FILE, checkpoint.tokenizer_model
        settings |= {
            "keep_accents": not checkpoint.strip_accents,
            "tokenizer_class": SENTENCEPIECE_CLASSES[0],
        }
    return {name: content, TOKENIZER_CONFIG_FILE: json.dumps(settings, indent=2) + "\n"}
