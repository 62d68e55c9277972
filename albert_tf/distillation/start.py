"""The student before training: as much of the teacher as fits into an ALBERT."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from albert_tf.config import AlbertConfig
from albert_tf.distillation.teacher import SentenceTeacher
from albert_tf.distillation.teacher_tokenizer import special_id
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.wordpiece.characters import is_chinese
from albert_tf.tokenizer.wordpiece.vocabulary_file import CONTINUATION
from albert_tf.weights import Checkpoint

SAMPLED_PAIRS = 60_000
POSITIONS = 48
"""Tokens at the first positions, on which the projection is fitted: where short texts have theirs."""

RIDGE = 1e-3


def student_config(
    teacher: SentenceTeacher,
    tokenizer: AlbertTokenizer,
    *,
    num_hidden_groups: int,
    embedding_size: int = 128,
) -> AlbertConfig:
    """Returns the configuration of an ALBERT of the teacher's shape.

    Args:
        teacher: gives depth, widths, heads and activation.
        tokenizer: gives the vocabulary.
        num_hidden_groups: blocks with weights of their own, 1 to the teacher's depth.
        embedding_size: width E of the word table.

    Raises:
        ConfigError: when the numbers do not go together.
    """
    return AlbertConfig.from_dict(
        {
            **teacher.config.to_dict(),
            "vocab_size": tokenizer.vocab_size,
            "embedding_size": embedding_size,
            "num_hidden_groups": num_hidden_groups,
            "hidden_dropout_prob": 0.0,  # ALBERT v2 has none either; targets are dense
            "attention_probs_dropout_prob": 0.0,
            "pad_token_id": tokenizer.pad_id,
        }
    )


def student_checkpoint(
    config: AlbertConfig,
    teacher: SentenceTeacher,
    tokenizer: AlbertTokenizer,
    *,
    texts: Sequence[str] = (),
    seed: int = 0,
) -> Checkpoint:
    """Returns the student's weights before training.

    Each piece starts as the mean of the teacher's pieces for its text, behind the
    teacher's embedding LayerNorm; a principal component analysis cuts that to E dimensions, and a
    least-squares fit sets the projection back to H. Each group starts as the teacher's layer in the
    middle of the layers that it stands for. The pooler starts at random.

    Args:
        config: as from `student_config`.
        teacher: the teacher.
        tokenizer: the student's.
        texts: in which the student's pieces are counted where its vocabulary does not tell how frequent they are:
            WordPieces. Without texts all are equally so.
        seed: of the sample of the fit, and of the pooler.

    Returns:
        A `Checkpoint` without a head.
    """
    random = np.random.default_rng(seed)
    arrays = {
        **_embeddings(config, teacher, tokenizer, _probabilities(tokenizer, texts), random),
        **_blocks(config, teacher.arrays),
        "pooler/kernel": random.normal(
            0, config.initializer_range, (config.hidden_size,) * 2
        ).astype("float32"),
        "pooler/bias": np.zeros(config.hidden_size, "float32"),
    }
    return Checkpoint(config, arrays, source=f"the start of a student of {teacher.folder.name}")


def group_ends(config: AlbertConfig) -> tuple[int, ...]:
    """The layers, counted from 1, after which each group has been applied for the last time."""
    groups = config.application_groups
    return tuple(
        layer + 1
        for layer, group in enumerate(groups)
        if layer + 1 == len(groups) or groups[layer + 1] != group
    )


# === Blocks ===


def _blocks(config, teacher_arrays):
    arrays = {}
    for group in range(config.num_hidden_groups):
        layers = [i for i, g in enumerate(config.application_groups) if g == group]
        source = f"encoder/group_{layers[len(layers) // 2]}_inner_0/"
        for name, array in teacher_arrays.items():
            if name.startswith(source):
                arrays[f"encoder/group_{group}_inner_0/{name.removeprefix(source)}"] = array.copy()
    return arrays


# === Embeddings ===


@dataclasses.dataclass
class _TeacherEmbedding:
    """The teacher's embedding layer, in numpy."""

    words: np.ndarray  # [V, H]
    positions: np.ndarray  # [P, H]
    segment: np.ndarray  # [H]
    gamma: np.ndarray
    beta: np.ndarray
    epsilon: float

    @classmethod
    def of(cls, teacher):
        arrays = {
            name.removeprefix("embeddings/"): array
            for name, array in teacher.arrays.items()
            if name.startswith("embeddings/")
        }
        return cls(
            arrays["word_embeddings"],
            arrays["position_embeddings"],
            arrays["token_type_embeddings"][0],
            arrays["layer_norm/gamma"],
            arrays["layer_norm/beta"],
            teacher.config.layer_norm_eps,
        )

    def __call__(self, words, positions):
        return _layer_norm(words + positions + self.segment, self.epsilon) * self.gamma + self.beta

    def mean_deviation(self, words, position):
        """What LayerNorm divides by, averaged over words."""
        return float(np.mean(np.std(words + position + self.segment, axis=-1)))


def _embeddings(config, teacher, tokenizer, probability, random):
    embed = _TeacherEmbedding.of(teacher)
    piece_words = _piece_words(teacher, tokenizer, embed.words)  # [V, H]
    usual = embed.positions[1:POSITIONS].mean(axis=0)
    embedded = embed(piece_words, usual)  # [V, H]
    # Frequent pieces count more, but not so much that the others count for nothing.
    weights = np.sqrt(probability)[:, None]
    weights /= weights.sum()
    center = (weights * embedded).sum(axis=0)
    covariance = (weights * (embedded - center)).T @ (embedded - center)
    _, vectors = np.linalg.eigh(covariance.astype("float64"))
    axes = vectors[:, ::-1][:, : config.embedding_size].astype("float32")  # [H, E]
    # A random rotation spreads the components: LayerNorm takes their mean away, which would
    # otherwise be mostly that of the first few.
    axes = axes @ np.linalg.qr(random.normal(size=(axes.shape[1],) * 2))[0].astype("float32")
    table = (embedded - center) @ axes  # [V, E]
    deviation = embed.mean_deviation(piece_words, usual)
    positions = ((embed.positions - usual) / deviation * embed.gamma) @ axes  # [P, E]
    kernel, bias = _fit_projection(
        config, embed, piece_words, table, positions, probability, random
    )
    return {
        "embeddings/word_embeddings": table,
        "embeddings/position_embeddings": positions[: config.max_position_embeddings],
        "embeddings/token_type_embeddings": np.zeros(
            (config.type_vocab_size, config.embedding_size), "float32"
        ),
        "embeddings/layer_norm/gamma": np.ones(config.embedding_size, "float32"),
        "embeddings/layer_norm/beta": np.zeros(config.embedding_size, "float32"),
        "embeddings/projection/kernel": kernel,
        "embeddings/projection/bias": bias,
    }


def _fit_projection(config, embed, piece_words, table, positions, probability, random):
    """Least squares from the student's normalized embedding to the teacher's."""
    pieces = random.choice(len(table), SAMPLED_PAIRS, p=probability)
    places = random.integers(0, POSITIONS, SAMPLED_PAIRS)
    inputs = _layer_norm(table[pieces] + positions[places], config.layer_norm_eps)
    inputs = np.concatenate([inputs, np.ones((SAMPLED_PAIRS, 1))], axis=1)  # [N, E + 1]
    targets = embed(piece_words[pieces], embed.positions[places])  # [N, H]
    gram = inputs.T @ inputs + RIDGE * SAMPLED_PAIRS * np.eye(inputs.shape[1])
    solution = np.linalg.solve(gram, inputs.T @ targets).astype("float32")
    return solution[:-1], solution[-1]


def _piece_words(teacher, tokenizer, words):
    """The mean of the teacher's word vectors over its pieces for each piece of the student."""
    special = {
        tokenizer.cls_id: "cls",
        tokenizer.sep_id: "sep",
        tokenizer.pad_id: "pad",
        tokenizer.mask_id: "mask",
        tokenizer.unk_id: "unk",
    }
    result = np.empty((tokenizer.vocab_size, words.shape[1]), "float32")
    for index, piece in enumerate(tokenizer.pieces):
        role = special.get(index)
        ids = (
            [special_id(teacher.vocabulary, role)]
            if role
            else _teacher_pieces(teacher, tokenizer, piece)
        )
        result[index] = words[ids].mean(axis=0)
    return result


def _teacher_pieces(teacher, tokenizer, piece):
    text = piece.replace("▁", " ").strip()
    if tokenizer.kind == "wordpiece":
        text = piece.removeprefix(CONTINUATION) or piece
    goes_on = not tokenizer.begins_word(piece) and not (text and is_chinese(ord(text[0])))
    if goes_on and f"{CONTINUATION}{text}" in teacher.vocabulary:
        return [teacher.vocabulary[f"{CONTINUATION}{text}"]]  # a piece that goes on with a word
    return teacher.word_pieces(text) or [special_id(teacher.vocabulary, "unk")]


def _probabilities(tokenizer, texts):
    """The probability of each piece: the unigram model's, special pieces being as rare as the rarest, or counted."""
    if tokenizer.kind == "wordpiece":
        ids = [index for row in tokenizer.encode_batch(list(texts)) for index in row]
        counts = 1.0 + np.bincount(np.asarray(ids, "int64"), minlength=tokenizer.vocab_size)
        return counts / counts.sum()
    scores = np.asarray(tokenizer.scores, "float64")
    special = sorted(tokenizer.special_ids)
    ordinary = np.setdiff1d(np.arange(len(scores)), special)
    scores[special] = scores[ordinary].min()
    probability = np.exp(scores - scores.max())
    return probability / probability.sum()


def _layer_norm(x, epsilon):
    centered = x - x.mean(axis=-1, keepdims=True)
    return centered / np.sqrt((centered**2).mean(axis=-1, keepdims=True) + epsilon)
