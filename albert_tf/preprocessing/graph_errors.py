"""Errors of one line out of a TensorFlow graph, where Python cannot raise its own."""

import contextlib
import re

import tensorflow as tf

from albert_tf.errors import AlbertError, DataError

OPENING, CLOSING = "<albert_tf>", "</albert_tf>"
MESSAGE = re.compile(f"{OPENING}(.*?){CLOSING}", re.DOTALL)


def required(is_right, values, expected: str, result, what: str = "target"):
    """Returns `result`, once all values are right; else the pipeline stops with a message that `one_line_errors` reads.

    Args:
        is_right: bool, of the shape of `values`; the first axis is the batch.
        values: what is checked.
        expected: what the values should be.
        result: the tensor to return.
        what: what the values are.
    """
    wrong = tf.reshape(~is_right, (-1,))
    # Behind the last one stands another, so that an empty batch has a first wrong one, too, to speak of.
    number = tf.argmax(tf.concat([tf.cast(wrong, tf.int32), [1]], 0))
    row = number // tf.maximum(
        tf.size(wrong, tf.int64) // tf.maximum(tf.shape(values, tf.int64)[0], 1), 1
    )
    value = tf.gather(
        tf.concat([tf.reshape(values, (-1,)), tf.zeros((1,), values.dtype)], 0), number
    )
    if value.dtype != tf.string:
        value = (
            tf.strings.as_string(value, shortest=True)
            if value.dtype.is_floating
            else tf.strings.as_string(value)
        )
    message = tf.strings.join(
        [
            f"a batch of the dataset has the {what} ",
            value,
            " in row ",
            tf.strings.as_string(row),
            f"; expected {expected}",
        ]
    )
    return checked(tf.reduce_all(is_right), message, result)


def checked(condition, message, result):
    """Returns `result` once a condition holds; else the graph stops with a message that `one_line_errors` reads."""
    text = tf.strings.join([OPENING, message, CLOSING])
    with tf.control_dependencies([tf.debugging.Assert(condition, [text])]):
        return tf.identity(result)


@contextlib.contextmanager
def one_line_errors():
    """Turns what `checked` and `marked` stopped a pipeline with into a `DataError` of one line."""
    try:
        yield
    except (tf.errors.OpError, DataError) as error:
        found = MESSAGE.search(str(error))
        if found is None:
            raise
        is_escaped = str(error)[: found.start()].endswith("assertion failed: [")
        raise DataError(_unescaped(found[1]) if is_escaped else found[1]) from None


def _unescaped(text) -> str:
    """What was a message before `tf.debugging.Assert` put backslashes before quotes, as C does."""
    return re.sub(r"\\(['\"\\])", r"\1", text)


@contextlib.contextmanager
def marked():
    """Marks an `AlbertError` so that `one_line_errors` knows it behind a graph that calls Python."""
    try:
        yield
    except AlbertError as error:
        raise DataError(f"{OPENING}{error}{CLOSING}") from error
