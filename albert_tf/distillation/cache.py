"""What the teacher says of each text, computed once and kept on disk."""

import dataclasses
import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from albert_tf.atomic_files import write_files
from albert_tf.distillation.alignment import (
    shared_words,
    word_means,
    words_of_characters,
    words_of_tokens,
)
from albert_tf.distillation.teacher import SentenceTeacher, unit
from albert_tf.errors import CheckpointError, DataError
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.weights.safetensors_file import read_safetensors

FORMAT_VERSION = 1
TOKENS_FILE = "tokens.safetensors"
STATES_FILE = "states.npy"
VECTORS_FILE = "vectors.npy"
PROGRESS_FILE = "progress.json"
CHUNK = 2048
"""Texts between two records of the progress: what a stopped run loses at most."""


@dataclasses.dataclass(frozen=True, eq=False)
class TeacherCache:
    """The texts as the student reads them, and the teacher's answers.

    Attributes:
        token_ids: `(tokens,)` int32, all rows `[CLS] text [SEP]` after each other.
        words: `(tokens,)` int32, the word of each token within its row, or -1 where the teacher
            has no token of that word.
        row_splits: `(texts + 1,)` int64, where each row begins.
        word_splits: `(texts + 1,)` int64, where the words of each row begin in `states`.
        states: `(words, layers, hidden_size)` float16 on disk: means of the teacher's hidden
            states over the tokens of each word.
        vectors: `(texts, hidden_size)` float16 on disk: the teacher's sentence vectors.
        layers: the teacher's layers that `states` holds, counted from 1.
        fingerprint: changes with the texts, the teacher and the settings.
    """

    token_ids: np.ndarray
    words: np.ndarray
    row_splits: np.ndarray
    word_splits: np.ndarray
    states: np.ndarray
    vectors: np.ndarray
    layers: tuple[int, ...]
    fingerprint: str

    def __len__(self) -> int:
        return len(self.row_splits) - 1

    def column(self, layer: int) -> int:
        """Where `states` holds a layer, counted from 1; DataError when it does not."""
        if layer not in self.layers:
            raise DataError(
                f"the teacher cache holds the layers {', '.join(map(str, self.layers))}, not {layer}; "
                "build one that does"
            )
        return self.layers.index(layer)

    def state_scales(self, layers: tuple[int, ...], words: int = 20_000) -> np.ndarray:
        """Standard deviation of each component of the teacher's states, over the first words.

        Returns:
            float32 `(layers, hidden_size)`, at least a tenth of each layer's median.
        """
        columns = [self.column(layer) for layer in layers]
        sample = np.asarray(self.states[:words, columns], "float32")
        deviations = sample.std(axis=0)
        return np.maximum(deviations, 0.1 * np.median(deviations, axis=1, keepdims=True))


def read_cache(folder: str | Path) -> TeacherCache:
    """Opens a cache that `build_cache` has finished; the large arrays stay on disk.

    Raises:
        CheckpointError: when a file is missing or damaged, or the cache is not finished.
    """
    folder = Path(folder)
    progress = _read_progress(folder)
    if progress is None:
        raise CheckpointError(f"there is no teacher cache in {folder}; build it first")
    texts = progress["texts"]
    if progress["done"] < texts:
        raise CheckpointError(
            f"the teacher cache in {folder} holds {progress['done']} of {texts} texts; run the "
            "same command again to finish it"
        )
    tokens = _read_tokens(folder)
    try:
        states = np.load(folder / STATES_FILE, mmap_mode="r")
        vectors = np.load(folder / VECTORS_FILE, mmap_mode="r")
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"the teacher cache in {folder} is damaged: {error}; delete it and build it again"
        ) from error
    return TeacherCache(
        **tokens,
        states=states,
        vectors=vectors,
        layers=tuple(progress["layers"]),
        fingerprint=progress["fingerprint"],
    )


def build_cache(
    texts: list[str],
    teacher: SentenceTeacher,
    tokenizer: AlbertTokenizer,
    folder: str | Path,
    *,
    layers: tuple[int, ...],
    sequence_length: int = 64,
    batch_size: int = 64,
    progress: Callable[[int, int, float], None] = lambda done, total, tokens_per_second: None,
) -> TeacherCache:
    """Has the teacher read all texts; a run that was stopped goes on where it was.

    The teacher reads as much of each text as the student does, whose tokens are cut at
    `sequence_length`.

    Args:
        texts: one text each; none of them empty.
        teacher: whose hidden states and sentence vectors are kept.
        tokenizer: the student's.
        folder: created when missing. It takes 2 bytes for each word, layer and hidden unit.
        layers: the teacher's layers to keep, counted from 1.
        sequence_length: longest row of the student in tokens, special ones included.
        batch_size: texts that the teacher reads at a time.
        progress: called with texts done, texts in all, and the teacher's tokens a second.

    Returns:
        The finished cache.

    Raises:
        DataError: when there are no texts, a layer does not exist, or the folder holds a cache of
            other texts, another teacher or other settings.
        CheckpointError: when a file cannot be written.
    """
    folder = Path(folder)
    _check(texts, layers, teacher)
    settings = {
        "format_version": FORMAT_VERSION,
        "teacher": teacher.sha256,
        "tokenizer": hashlib.sha256(tokenizer.model_bytes).hexdigest(),
        "texts_sha256": hashlib.sha256(
            "\n".join(texts).encode("utf-8", "surrogatepass")
        ).hexdigest(),
        "texts": len(texts),
        "layers": list(layers),
        "sequence_length": sequence_length,
    }
    if not (tokenizer.lowercase and tokenizer.strip_accents):
        settings["casing"] = [tokenizer.lowercase, tokenizer.strip_accents]
    fingerprint = hashlib.sha256(json.dumps(settings).encode()).hexdigest()
    state = _read_progress(folder)
    if state is not None and state["fingerprint"] != fingerprint:
        raise DataError(
            f"{folder} holds the teacher's answers to other texts, of another teacher or with "
            "other settings; choose another folder, or delete it"
        )
    if state is not None and state["done"] == state["texts"]:
        return read_cache(folder)
    rows = _Rows(texts, teacher, tokenizer, sequence_length)
    if state is None:
        state = {**settings, "fingerprint": fingerprint, "done": 0}
        _create(folder, rows, len(layers), teacher.config.hidden_size, state)
    elif not np.array_equal(rows.word_splits, _read_tokens(folder)["word_splits"]):
        raise DataError(
            f"{folder} was begun by an earlier release, which aligned words of Chinese and other texts without blanks "
            "otherwise; delete it, or finish it with that release"
        )
    _fill(folder, rows, teacher, state, batch_size, progress)
    return read_cache(folder)


def _check(texts, layers, teacher):
    if not texts:
        raise DataError("there are no texts to distill on; expected at least one")
    depth = teacher.config.num_hidden_layers
    for layer in layers:
        if not 1 <= layer <= depth:
            raise DataError(f"the teacher has no layer {layer}; it has layers 1 to {depth}")


class _Rows:
    """Both sides' tokens of all texts, and which of them belong to the same word."""

    def __init__(self, texts, teacher, tokenizer, sequence_length):
        ids, spans = tokenizer.encode_batch(texts, offsets=True)
        room = sequence_length - 2
        self.student_ids, self.student_words = [], []
        self.teacher_ids, self.teacher_words = [], []
        read = [
            text if len(s) <= room else text[: s[room - 1][1]]
            for text, s in zip(texts, spans, strict=True)
        ]
        theirs = teacher.tokenize(read)
        for text, row, span, (their_ids, their_spans) in zip(read, ids, spans, theirs, strict=True):
            my_span, their_span = span[:room], their_spans[1:-1]
            words = words_of_characters(text, my_span, their_span)
            mine, other = shared_words(
                words_of_tokens(my_span, words), words_of_tokens(their_span, words)
            )
            self.student_ids.append([tokenizer.cls_id, *row[:room], tokenizer.sep_id])
            self.student_words.append(mine)
            self.teacher_ids.append(their_ids)
            self.teacher_words.append(other)
        self.word_splits = _splits([words.max() + 1 for words in self.teacher_words])

    def student_arrays(self) -> dict[str, np.ndarray]:
        return {
            "token_ids": np.concatenate(self.student_ids).astype("int32"),
            "words": np.concatenate(self.student_words).astype("int32"),
            "row_splits": _splits([len(row) for row in self.student_ids]),
            "word_splits": self.word_splits,
        }


def _splits(lengths) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(lengths)]).astype("int64")


def _create(folder, rows, num_layers, hidden_size, state):
    arrays = rows.student_arrays()
    write_files(folder, {TOKENS_FILE: lambda path: save_file(arrays, path)})
    shapes = {
        STATES_FILE: (int(rows.word_splits[-1]), num_layers, hidden_size),
        VECTORS_FILE: (len(rows.teacher_ids), hidden_size),
    }
    for name, shape in shapes.items():
        np.lib.format.open_memmap(folder / name, "w+", "float16", shape).flush()
    _write_progress(folder, state)


def _fill(folder, rows, teacher, state, batch_size, progress):
    total, begun = state["texts"], time.monotonic()
    states = np.lib.format.open_memmap(folder / STATES_FILE, "r+")
    vectors = np.lib.format.open_memmap(folder / VECTORS_FILE, "r+")
    tokens = 0
    for start in range(state["done"], total, CHUNK):
        chunk = np.arange(start, min(start + CHUNK, total))
        lengths = [len(rows.teacher_ids[i]) for i in chunk]
        by_length = chunk[np.argsort(lengths, kind="stable")]
        for batch in np.split(by_length, range(batch_size, len(chunk), batch_size)):
            outputs = teacher.hidden_states([rows.teacher_ids[i] for i in batch])
            for row, text in enumerate(batch):
                length = len(rows.teacher_ids[text])
                kept = np.stack([outputs[layer - 1][row, :length] for layer in state["layers"]], 1)
                means = word_means(kept.reshape(length, -1), rows.teacher_words[text])
                place = slice(rows.word_splits[text], rows.word_splits[text + 1])
                states[place] = means.reshape(-1, *kept.shape[1:])
                vectors[text] = unit(outputs[-1][row, :length].mean(axis=0))
        tokens += sum(lengths)
        states.flush()
        vectors.flush()
        state["done"] = int(chunk[-1]) + 1
        _write_progress(folder, state)
        progress(state["done"], total, tokens / (time.monotonic() - begun))


def _read_tokens(folder: Path) -> dict[str, np.ndarray]:
    return read_safetensors(folder / TOKENS_FILE)


def _read_progress(folder: Path) -> dict | None:
    path = folder / PROGRESS_FILE
    if not path.is_file():
        return None
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"cannot read {path}: {error}; delete the folder") from error


def _write_progress(folder: Path, state: dict) -> None:
    write_files(folder, {PROGRESS_FILE: json.dumps(state, indent=2) + "\n"})
