"""Inputs for comparing a file with its model: real texts, or random ids without a tokenizer."""

import dataclasses

import numpy as np

from albert_tf.errors import ExportError
from albert_tf.export.sample_texts import SAMPLE_TEXTS
from albert_tf.models import AlbertMultipleChoice

RANDOM_LENGTHS = (3, 8, 16, 31, 64, 128, 256, 512)
RANDOM_ROWS = 3


@dataclasses.dataclass(frozen=True)
class Example:
    """One unpadded input: int32 arrays `(length,)`, or `(choices, length)` for multiple choice.

    Args:
        token_ids: of the tokens.
        segment_ids: likewise.
        padding_mask: 0 at the padding of short choices, beside longer ones; None where there is none.
    """

    token_ids: np.ndarray
    segment_ids: np.ndarray
    padding_mask: np.ndarray | None = None

    @property
    def length(self) -> int:
        """Number of tokens."""
        return self.token_ids.shape[-1]


def pad(examples: list[Example], length: int, pad_id: int) -> dict[str, np.ndarray]:
    """Returns the three inputs of a batch, int32 `(examples, [choices,] length)`."""
    shape = (len(examples), *examples[0].token_ids.shape[:-1], length)
    inputs = {
        "token_ids": np.full(shape, pad_id, "int32"),
        "segment_ids": np.zeros(shape, "int32"),
        "padding_mask": np.zeros(shape, "int32"),
    }
    for row, example in enumerate(examples):
        inputs["token_ids"][row, ..., : example.length] = example.token_ids
        inputs["segment_ids"][row, ..., : example.length] = example.segment_ids
        mask = 1 if example.padding_mask is None else example.padding_mask
        inputs["padding_mask"][row, ..., : example.length] = mask
    return inputs


def cut(example: Example, length: int) -> Example:
    """Returns an example of at most `length` tokens: the first ones, and in the end its own last, `[SEP]`."""
    if example.length <= length:
        return example
    kept = [*range(length - 1), example.length - 1]
    parts = (example.token_ids, example.segment_ids, example.padding_mask)
    return Example(*(None if part is None else part[..., kept] for part in parts))


def make_examples(
    model, longest: int, choices: int, texts=None, pairs=None
) -> tuple[list[Example], str]:
    """Returns the examples of a parity report and what they are.

    Args:
        model: the model that is exported.
        longest: most tokens that the file takes.
        choices: rows of a multiple-choice example.
        texts: list of `str`, or None for the package's own or random ids.
        pairs: second texts, for a question answerer the contexts, for multiple choice the lists of choices of the
            texts; or None.

    Raises:
        ExportError: when texts are given for a model without preprocessor, or there are none.
    """
    preprocessor = getattr(model, "preprocessor", None)
    if preprocessor is None:
        if texts is not None:
            raise ExportError(
                "texts were given for the parity report, but the model has no preprocessor to "
                "read them; build the model with one, or leave texts out to compare on random ids"
            )
        return _random_examples(model, longest, choices), "random ids"
    if texts is not None and (isinstance(texts, str) or not len(texts)):
        raise ExportError("texts for the parity report must be a list of at least one text")
    source = "sample texts" if texts is None else "given texts"
    texts = list(SAMPLE_TEXTS if texts is None else texts)
    reader = preprocessor.reader
    reader = dataclasses.replace(reader, sequence_length=min(longest, reader.sequence_length))
    if isinstance(model, AlbertMultipleChoice):
        return _of_choices(reader, choices, texts, pairs), source
    if pairs is None and model.head == "question_answerer":
        pairs = [*texts[1:], texts[0]]  # without contexts of their own, other texts stand for them
    packed = reader.pack(reader.columns(texts if pairs is None else (texts, list(pairs))))
    examples = [Example(*row) for row in zip(packed.token_ids, packed.segment_ids, strict=True)]
    return examples, source


def _of_choices(reader, number, questions, choices):
    """Questions with just as many choices as the file takes: it differs in none that is not there.

    Without choices of their own, other questions stand for them.
    """
    if choices is None:
        following = questions * (1 + number)
        choices = [following[n + 1 : n + 1 + number] for n in range(len(questions))]
    questions, choices, _ = reader.columns((questions, choices))
    pieces = [
        (question, ((own[begin : begin + number]) * number)[:number])
        for question, own in zip(questions, choices, strict=True)
        for begin in range(0, len(own), number)
    ]
    packed = reader.pack((*map(list, zip(*pieces, strict=True)), None))
    batches = (packed.batch([row], reader.tokenizer.pad_id) for row in range(len(packed)))
    return [Example(*(rows[0] for rows in batch.values())) for batch in batches]


def _random_examples(model, longest, choices):
    config = model.config
    random = np.random.default_rng(0)
    examples = []
    for length in sorted({min(length, longest) for length in RANDOM_LENGTHS}):
        shape = (choices, length) if isinstance(model, AlbertMultipleChoice) else (length,)
        for _ in range(RANDOM_ROWS):
            token_ids = random.integers(0, config.vocab_size, shape, dtype="int32")
            second = random.integers(1, length + 1)
            segment_ids = np.zeros(shape, "int32")
            segment_ids[..., second:] = min(1, config.type_vocab_size - 1)
            examples.append(Example(token_ids, segment_ids))
    return examples
