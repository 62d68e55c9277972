"""Datasets of raw text for heads whose rows Python makes: the same rows as of texts in memory, errors of one line."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from albert_tf import AlbertTokenizer
from albert_tf.answers.readers import TextReader
from albert_tf.errors import AlbertError, DataError
from albert_tf.preprocessing import AlbertPreprocessor, AlbertQuestionAnswererPreprocessor
from albert_tf.preprocessing.graph_errors import one_line_errors
from albert_tf.preprocessing.python_examples import examples_dataset, gives_texts
from albert_tf.preprocessing.span_targets import AnswerSpans
from albert_tf.preprocessing.token_rows import TokenRows

TOKENIZER = AlbertTokenizer()
READER = AlbertQuestionAnswererPreprocessor(TOKENIZER, sequence_length=16, stride=4)
QUESTIONS = ["Where?", "Wer lebt in São Paulo?", ""]
CONTEXTS = [
    "It was in fine \U0001f642 weather, and in São Paulo, where we left it.",
    "Niemand.",
    "",
]
SPANS = [(10, 14), (-1, -1), (-1, -1)]
WEIGHTS = [1.0, 2.0, 0.5]


def dataset(element, batch_size=3):
    return tf.data.Dataset.from_tensor_slices(element).batch(batch_size)


def read(data, preprocessor=READER, rule=None, with_targets=True, length=None):
    made = examples_dataset(data, preprocessor, rule or AnswerSpans(), with_targets, length)
    with one_line_errors():
        return list(made.as_numpy_iterator())


def assert_same(found, expected):
    assert len(found) == len(expected)
    for mine, theirs in zip(found, expected, strict=True):
        tf.nest.map_structure(np.testing.assert_array_equal, mine, theirs)


FORMS = {
    "one after the other": (QUESTIONS, CONTEXTS, SPANS),
    "tuple": ((QUESTIONS, CONTEXTS), SPANS),
    "rows": (np.stack([QUESTIONS, CONTEXTS], 1), SPANS),
    "dict, targets": ({"question": QUESTIONS, "context": CONTEXTS}, SPANS),
    "dict": {"question": QUESTIONS, "context": CONTEXTS, "label": SPANS},
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("weighted", [False, True])
def test_forms_of_elements(form, weighted):
    element = FORMS[form]
    weights = WEIGHTS if weighted else None
    if weighted:
        is_dict = isinstance(element, dict)
        element = {**element, "sample_weight": WEIGHTS} if is_dict else (*element, WEIGHTS)
    data = dataset(element)
    assert gives_texts(data)
    (found,) = read(data)
    assert_same(found, READER((QUESTIONS, CONTEXTS), SPANS, weights))
    (inputs,) = read(data, with_targets=False)
    assert_same(inputs, (READER((QUESTIONS, CONTEXTS)),))


def test_what_the_batches_are_is_known():
    made = examples_dataset(dataset(FORMS["tuple"]), READER, AnswerSpans(), False, 16)
    assert [s.shape.as_list() for s in made.element_spec[0].values()] == [[None, 16]] * 3
    assert {batch["token_ids"].shape[1] for (batch,) in made.as_numpy_iterator()} == {16}
    made = examples_dataset(dataset(FORMS["tuple"], 1), READER, AnswerSpans(), True, None)
    inputs, y = made.element_spec
    assert inputs["token_ids"].shape.as_list() == [None, None]
    assert y["start_logits"] == tf.TensorSpec((None,), tf.int64)
    assert len({batch["token_ids"].shape[1] for batch, _ in made.as_numpy_iterator()}) > 1
    assert int(made.cardinality()) == 3


def test_a_preprocessor_in_a_map():
    data = tf.data.Dataset.from_tensor_slices(((QUESTIONS, CONTEXTS), SPANS, WEIGHTS)).batch(3)
    (found,) = data.map(READER, num_parallel_calls=2).as_numpy_iterator()
    assert_same(found, READER((QUESTIONS, CONTEXTS), SPANS, WEIGHTS))
    (found,) = data.map(lambda x, y, w: READER(x)).as_numpy_iterator()
    assert_same([found], [READER((QUESTIONS, CONTEXTS))])


def test_shapes_that_are_not_known():
    def batches():
        yield QUESTIONS, CONTEXTS, SPANS

    kinds = (tf.string, tf.string, tf.int32)
    data = tf.data.Dataset.from_generator(batches, output_types=kinds)
    (found,) = read(data)
    assert_same(found, READER((QUESTIONS, CONTEXTS), SPANS))


def test_no_texts():
    data = dataset(FORMS["tuple"]).map(lambda x, y: ((x[0][:0], x[1][:0]), y[:0]))
    ((inputs, y),) = read(data)
    assert inputs["token_ids"].shape[0] == len(y["start_logits"]) == 0


BAD = {
    "span": (
        (QUESTIONS, CONTEXTS, [(10, 140), *SPANS[1:]]),
        r"in a batch of the dataset: the answer of row 0 is \(10, 140\), and its context has",
    ),
    "no span": ((QUESTIONS, CONTEXTS, [1, 2, 3]), r"dataset: y\[0\] is 1; expected \(start, end\)"),
    "NaN as weight": (
        (QUESTIONS, CONTEXTS, SPANS, [1.0, float("nan"), 1.0]),
        r"dataset: sample_weight\[1\] is nan",
    ),
    "bytes": (
        (QUESTIONS, [b"\xff\xfe", b"", b""], SPANS),
        r"the dataset's texts\[0\] is b'\\xff\\xfe', which is not UTF-8",
    ),
}
MISSHAPEN = {
    "no targets": (
        ((QUESTIONS, CONTEXTS),),
        r"elements are \(a tuple\), without targets; expected",
    ),
    "texts alone": (
        (QUESTIONS, CONTEXTS),
        r"\(text, text\), without targets; expected \(question, c",
    ),
    "too many": (
        (QUESTIONS, CONTEXTS, SPANS, WEIGHTS, WEIGHTS),
        r"elements are \(text, text, int32",
    ),
    "three texts": (((QUESTIONS, CONTEXTS, CONTEXTS), SPANS), r"elements are \(a tuple, int32\)"),
    "other keys": ({"q": QUESTIONS, "context": CONTEXTS, "label": SPANS}, r"elements are \(a dict"),
    "label twice": (
        ({"question": QUESTIONS, "label": SPANS}, SPANS),
        r"elements are \(a dict, int",
    ),
    "weight alone": ({"question": QUESTIONS, "sample_weight": WEIGHTS}, r"elements are \(a dict\)"),
    "numbers as texts": (((QUESTIONS, WEIGHTS), SPANS), "texts is a tensor of float32"),
}


@pytest.mark.parametrize("kind", {**BAD, **MISSHAPEN})
def test_what_is_wrong_is_one_line(kind):
    element, message = {**BAD, **MISSHAPEN}[kind]
    with pytest.raises(AlbertError, match=message) as error:
        read(dataset(element))
    assert "\n" not in str(error.value)


def test_datasets_that_are_not_batched():
    for element in (FORMS["tuple"], FORMS["dict"]):
        with pytest.raises(AlbertError, match="single texts; batch it"):
            read(tf.data.Dataset.from_tensor_slices(element))


@dataclasses.dataclass(frozen=True)
class TagRule:
    """Tags of each word, as numbers."""

    weight_rank = 1

    def read(self, y, name="y"):
        tags = {"": -1, "O": 0, "B": 1}
        for row, words in enumerate(y):
            for word in words:
                if word not in tags:
                    raise DataError(f"{name}[{row}] has the tag {word!r}")
        return [[tags[word] for word in words] for words in y]


class TagPreprocessor(AlbertPreprocessor):
    """A number for each token, its word's tag, and a weight that leaves special tokens out."""

    reader_cls = TextReader
    text_keys = ("text",)

    def row_targets(self, columns, packed, y, sample_weight):
        if y is None:
            return None, None
        rows = []
        for text, tags in zip(columns[0], y, strict=True):
            words = text.split()
            assert len(words) == len([tag for tag in tags if tag >= 0])
            pieces = [[tag] * len(TOKENIZER.encode(w)) for w, tag in zip(words, tags, strict=False)]
            rows.append([0, *(tag for word in pieces for tag in word), 0])
        flat = np.concatenate(rows)
        assert sample_weight is None
        weights = np.ones(packed.lengths.sum())
        weights[[*packed.row_splits[:-1], *(packed.row_splits[1:] - 1)]] = 0.0
        return TokenRows(flat, packed.row_splits), TokenRows(weights, packed.row_splits)

    def row_specs(self, weighted):
        rows = (None, None)
        return tf.TensorSpec(rows, tf.int64), tf.TensorSpec(rows, tf.float32)


TEXTS = ["unbelievable oranges", "one two three"]
TAGS = [["O", "B"], ["B", "O", "O"]]


@pytest.mark.parametrize("form", ["ragged", "padded"])
def test_targets_of_tokens_from_ragged_rows_of_labels(form):
    reader = TagPreprocessor(TOKENIZER, sequence_length=12)
    lengths = [len(ids) for ids in reader.pack(TEXTS).token_ids]
    ragged = tf.ragged.constant(TAGS)
    data = dataset((TEXTS, ragged if form == "ragged" else ragged.to_tensor("")))
    ((inputs, y, weights),) = read(data, reader, TagRule())
    memory = reader(TEXTS, TagRule().read(TAGS))
    assert_same((inputs, y, weights), memory)
    assert y.shape == weights.shape == inputs["token_ids"].shape == (2, max(lengths))
    for row, tags in enumerate(TAGS):
        pieces = [len(TOKENIZER.encode(word)) for word in TEXTS[row].split()]
        numbers = np.repeat([int(tag == "B") for tag in tags], pieces)
        assert y[row, 1 : 1 + len(numbers)].tolist() == numbers.tolist()
        assert weights[row].sum() == len(numbers)
    with pytest.raises(AlbertError, match=r"in a batch of the dataset: y\[1\] has the tag \"Ä'\""):
        read(
            dataset((TEXTS, tf.ragged.constant([["O", "B"], ["Ä'", "O", "O"]]))), reader, TagRule()
        )


def test_what_a_preprocessor_has_to_say():
    class Silent(TagPreprocessor):
        row_specs = AlbertPreprocessor.row_specs

    with pytest.raises(NotImplementedError, match="Silent does not say what its targets look like"):
        read(dataset((TEXTS, tf.ragged.constant(TAGS))), Silent(TOKENIZER), TagRule())
