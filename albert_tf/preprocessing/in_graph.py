"""Packing of texts inside a TensorFlow graph, with the same result as the tokenizer's `pack`."""

import tensorflow as tf

from albert_tf.dependencies import tensorflow_text
from albert_tf.preprocessing.text_datasets import text_columns


def pack_in_graph(graph_tokenizer, x, preprocessor) -> dict:
    """Returns the model inputs of string tensors, padded to the longest.

    Args:
        graph_tokenizer: what `AlbertTokenizer.in_graph()` returned.
        x: a string tensor `(batch,)`, or a tuple of two for pairs, or rows of them, `(batch, 2)`; scalars give one row
            without batch.
        preprocessor: its `tokenizer`, `sequence_length` and `truncate` apply.

    Returns:
        A dict of int32 `token_ids`, `segment_ids`, `padding_mask`, each `(batch, longest)`.

    Raises:
        DataError: when a tensor has another shape.
    """
    tokenizer = preprocessor.tokenizer
    texts = _columns(x)
    is_scalar = texts[0].shape.rank == 0
    segments = [graph_tokenizer(tf.reshape(text, (-1,))) for text in texts]
    segments = _trim(segments, preprocessor)
    token_ids, segment_ids = tensorflow_text().combine_segments(
        segments, start_of_sequence_id=tokenizer.cls_id, end_of_segment_id=tokenizer.sep_id
    )
    inputs = {
        "token_ids": token_ids.to_tensor(tokenizer.pad_id),
        "segment_ids": segment_ids.to_tensor(0),
        "padding_mask": tf.ones_like(token_ids).to_tensor(0),
    }
    inputs = {name: tf.cast(rows, tf.int32) for name, rows in inputs.items()}
    return {name: rows[0] for name, rows in inputs.items()} if is_scalar else inputs


def _columns(x) -> tuple:
    """Texts, or texts and pairs: tensors `()` or `(batch,)`."""
    if isinstance(x, (tuple, list)):
        return tuple(text_columns(part, most=1)[0] for part in x)
    return text_columns(x, most=2)


def _trim(segments, preprocessor):
    budget = preprocessor.sequence_length - 1 - len(segments)  # [CLS], and a [SEP] for each segment
    if len(segments) == 1:
        return [segments[0][:, :budget]]
    first, second = segments
    if preprocessor.truncate == "longest_first":
        # BERT shortens the second of two equally long texts, the trimmer its first.
        second, first = tensorflow_text().ShrinkLongestTrimmer(budget).trim([second, first])
    elif preprocessor.truncate == "only_first":
        first = _fit_beside(second, first, budget)
    else:
        second = _fit_beside(first, second, budget)
    return [first, second]


def _fit_beside(kept, trimmed, budget):
    """Trims one segment to what the other, which stays whole, leaves of the budget."""
    lengths = trimmed.row_lengths()
    room = budget - kept.row_lengths()
    has_room = tf.reduce_all((room > 0) | (lengths <= room))
    message = (
        f"a text that must stay whole leaves no room within {budget} tokens; truncate longest_first"
    )
    with tf.control_dependencies([tf.debugging.Assert(has_room, [message])]):
        room = tf.identity(room)
    positions = tf.ragged.range(lengths)
    fits = tf.ragged.map_flat_values(
        lambda position, limit: position < limit,
        positions,
        tf.repeat(room, lengths),
    )
    return tf.ragged.boolean_mask(trimmed, fits)
