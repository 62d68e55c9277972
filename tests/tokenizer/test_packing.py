"""Packing against slow and plain versions of the same definitions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf.errors import ConfigError, DataError
from albert_tf.tokenizer.packing import Encoded, longest_first, pack

CLS, SEP = 2, 3
lengths = st.integers(0, 12)


def encode(sizes, first_id):
    """Texts of the given sizes, with ids that tell the tokens apart."""
    splits = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    ids = np.arange(splits[-1], dtype=np.int32) + first_id
    return Encoded(ids, splits, np.stack([ids, ids + 1], axis=1))


def rows_of(encoded):
    return [row.tolist() for row in np.split(encoded.ids, encoded.splits[1:-1])]


def pack_texts(first, second=None, **options):
    return pack(first, second, cls_id=CLS, sep_id=SEP, **options)


def truncate_pair(first, second, room):
    """`_truncate_seq_pair` of google-research/bert and /albert."""
    first, second = list(first), list(second)
    while len(first) + len(second) > room:
        if len(first) > len(second):
            first.pop()
        else:
            second.pop()
    return first, second


def doc_spans(size, room, stride):
    """The windows of `convert_examples_to_features` in google-research/bert run_squad.py."""
    spans, start = [], 0
    while start < size or not spans:
        length = min(size - start, room)
        spans.append((start, length))
        if start + length == size:
            break
        start += min(length, stride)
    return spans


def is_max_context(spans, span_index, position):
    """`_check_is_max_context` of google-research/bert run_squad.py."""
    best_score, best_index = None, None
    for index, (start, length) in enumerate(spans):
        end = start + length - 1
        if start <= position <= end:
            score = min(position - start, end - position) + 0.01 * length
            if best_score is None or score > best_score:
                best_score, best_index = score, index
    return span_index == best_index


@given(st.lists(lengths, min_size=1), st.integers(3, 16))
def test_singles(sizes, max_length):
    encoded = encode(sizes, 100)
    packed = pack_texts(encoded, max_length=max_length)
    for row, tokens in enumerate(rows_of(encoded)):
        assert packed.token_ids[row].tolist() == [CLS, *tokens[: max_length - 2], SEP]
        assert packed.segment_ids[row].tolist() == [0] * packed.lengths[row]
    assert packed.text_index.tolist() == list(range(len(sizes)))


@given(st.lists(st.tuples(lengths, lengths), min_size=1), st.integers(4, 24))
def test_longest_first(sizes, max_length):
    first, second = (encode(side, 100 * (i + 1)) for i, side in enumerate(zip(*sizes, strict=True)))
    packed = pack_texts(first, second, max_length=max_length)
    for row, (a, b) in enumerate(zip(rows_of(first), rows_of(second), strict=True)):
        a, b = truncate_pair(a, b, max_length - 3)
        assert packed.token_ids[row].tolist() == [CLS, *a, SEP, *b, SEP]
        assert packed.segment_ids[row].tolist() == [0] * (len(a) + 2) + [1] * (len(b) + 1)


def test_longest_first_lengths():
    first, second = longest_first(np.array([9, 2, 9, 3]), np.array([2, 9, 9, 3]), 7)
    assert first.tolist() == [5, 2, 4, 3]
    assert second.tolist() == [2, 5, 3, 3]


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 60)), min_size=1, max_size=5),
    st.integers(8, 20),
    st.integers(1, 20),
)
@settings(max_examples=200)
def test_windows(sizes, max_length, stride):
    first, second = (encode(side, 100 * (i + 1)) for i, side in enumerate(zip(*sizes, strict=True)))
    packed = pack_texts(first, second, max_length=max_length, truncate="only_second", stride=stride)
    row = 0
    for text, (a, b) in enumerate(zip(rows_of(first), rows_of(second), strict=True)):
        spans = doc_spans(len(b), max_length - 3 - len(a), stride)
        for index, (start, length) in enumerate(spans):
            window = b[start : start + length]
            assert packed.text_index[row] == text
            assert packed.window_start[row] == start
            assert packed.token_ids[row].tolist() == [CLS, *a, SEP, *window, SEP]
            assert packed.max_context[row].tolist() == [
                *([False] * (len(a) + 2)),
                *(is_max_context(spans, index, start + i) for i in range(length)),
                False,
            ]
            row += 1
    assert len(packed) == row


@given(st.lists(st.integers(0, 40), min_size=1), st.integers(3, 12), st.integers(1, 12))
def test_windows_of_singles_show_every_token_once_at_its_best(sizes, max_length, stride):
    encoded = encode(sizes, 100)
    packed = pack_texts(encoded, max_length=max_length, truncate="only_first", stride=stride)
    best = np.concatenate(
        [ids[best] for ids, best in zip(packed.token_ids, packed.max_context, strict=True)]
    )
    assert sorted(best.tolist()) == encoded.ids.tolist()


def test_only_first_and_only_second():
    first, second = encode([6], 100), encode([3], 200)
    packed = pack_texts(first, second, max_length=8, truncate="only_first")
    assert packed.token_ids[0].tolist() == [CLS, 100, 101, SEP, 200, 201, 202, SEP]
    packed = pack_texts(second, first, max_length=8, truncate="only_second")
    assert packed.token_ids[0].tolist() == [CLS, 200, 201, 202, SEP, 100, 101, SEP]


def test_max_first_length_comes_first():
    packed = pack_texts(
        encode([6], 100), encode([3], 200), max_length=7, truncate="only_second", max_first_length=2
    )
    assert packed.token_ids[0].tolist() == [CLS, 100, 101, SEP, 200, 201, SEP]


def test_offsets_are_those_of_the_tokens():
    packed = pack_texts(encode([2], 100), encode([1], 200), max_length=8)
    none = [-1, -1]
    assert packed.offsets[0].tolist() == [none, [100, 101], [101, 102], none, [200, 201], none]


def test_padded():
    packed = pack_texts(encode([3, 1], 100), max_length=8)
    token_ids, segment_ids, mask = packed.padded(0)
    assert token_ids.tolist() == [[2, 100, 101, 102, 3], [2, 103, 3, 0, 0]]
    assert mask.tolist() == [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]
    assert segment_ids.tolist() == [[0] * 5] * 2
    assert {array.dtype for array in (token_ids, segment_ids, mask)} == {np.dtype(np.int32)}
    assert packed.padded(7, length=6)[0][1].tolist() == [2, 103, 3, 7, 7, 7]
    with pytest.raises(ConfigError, match="max_length=4"):
        packed.padded(0, length=4)


def test_no_texts():
    packed = pack_texts(encode([], 100), max_length=8)
    assert len(packed) == 0
    assert packed.token_ids == []
    assert packed.padded(0, length=4)[0].shape == (0, 4)
    windows = pack_texts(encode([], 100), max_length=8, truncate="only_first", stride=2)
    assert windows.max_context == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"truncate": "longest"}, "truncate is 'longest'"),
        ({"truncate": "only_second"}, "needs pairs"),
        ({"max_length": 2}, "max_length is 2"),
        ({"max_length": "8"}, "max_length is '8'; expected a whole number"),
        ({"stride": 1.5, "truncate": "only_first"}, "stride is 1.5; expected a whole number"),
        ({"stride": 4}, "a stride needs"),
        ({"stride": 0, "truncate": "only_first"}, "stride is 0"),
        ({"max_first_length": 0}, "max_first_length is 0"),
    ],
)
def test_options_that_cannot_be(options, message):
    with pytest.raises(ConfigError, match=message):
        pack_texts(encode([3], 100), **{"max_length": 8, **options})


def test_texts_that_do_not_fit():
    with pytest.raises(DataError, match="text 1 has 7 tokens, with room for 6"):
        pack_texts(encode([3, 7], 100), max_length=8, truncate="never")
    with pytest.raises(DataError, match="first text of pair 0 has 5 tokens"):
        pack_texts(encode([5], 100), encode([2], 200), max_length=8, truncate="only_second")
    # A pair whose second text is empty needs no room for it.
    packed = pack_texts(encode([5], 100), encode([0], 200), max_length=8, truncate="only_second")
    assert packed.lengths.tolist() == [8]


def test_pairs_of_real_text(tokenizer):
    questions = ["Where does it live?", "What does it eat?"]
    context = "The yapok, or water opossum, is a marsupial of Central and South America. " * 3
    contexts = [context, "Fish, and crustaceans."]
    packed = tokenizer.pack(
        questions, contexts, max_length=32, truncate="only_second", stride=8, offsets=True
    )
    ids, spans = tokenizer.encode(context, offsets=True)
    for row in np.flatnonzero(packed.text_index == 0):
        is_context = (packed.segment_ids[row] == 1) & (packed.offsets[row][:, 0] >= 0)
        start = packed.window_start[row]
        stop = start + is_context.sum()
        assert packed.token_ids[row][is_context].tolist() == ids[start:stop]
        assert list(map(tuple, packed.offsets[row][is_context].tolist())) == spans[start:stop]
    assert packed.token_ids[-1].tolist() == [
        *(tokenizer.cls_id, *tokenizer.encode(questions[1]), tokenizer.sep_id),
        *(*tokenizer.encode(contexts[1]), tokenizer.sep_id),
    ]


def test_as_many_pairs_as_texts(tokenizer):
    with pytest.raises(DataError, match="2 entries and pairs has 1"):
        tokenizer.pack(["a", "b"], ["c"])


def test_second_texts_may_keep_their_end(tokenizer):
    options = {"max_length": 12, "second_keeps_end": True}
    packed = tokenizer.pack(["one two", "one"], ["a b c d e f g h i j", "k"], **options)
    first, second = packed.token_ids
    letters = tokenizer.encode("a b c d e f g h i j")
    # Of twelve, three are special and two the first text's.
    assert first[4:-1].tolist() == letters[-7:]
    assert tokenizer.decode(second) == "one k"
    for pairs, others in ((None, {}), (["b"], {"stride": 2, "truncate": "only_first"})):
        with pytest.raises(ConfigError, match="second_keeps_end is for pairs, without a stride"):
            tokenizer.pack(["a"], pairs, **options, **others)
