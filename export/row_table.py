"""Tables of rows that are looked up, such as the word table: integers with a scale for each row.

TensorFlow's converter gives a looked-up table one scale for all rows, so that a rare word of small numbers is
rounded by the steps of the largest. Here each row has its own, and the rows are decoded after the look-up, in
operators that every TFLite runtime has.
"""

import numpy as np

INT4_SHRINKS = np.linspace(0.7, 1.0, 13)
"""Shares of a row's largest number that its scale may be made for: at four bits, clipping a few numbers is often the
smaller error."""

FIXED_POINT = 1 << 30
"""Scales are stored as integers of this unit: the converter would make int8 of a table of floats."""


class RowTable:
    """A constant table, `(rows, width)`, in int8 or packed int4.

    Args:
        table: float32; `width` even for 4 bits.
        bits: 8, or 4: two numbers a byte, decoded by arithmetic, so that no int4 kernel is needed.
    """

    def __init__(self, table: np.ndarray, bits: int):
        self.bits = bits
        self.codes, scales = quantize_rows(table, bits)
        if bits == 4:
            half = table.shape[1] // 2
            high, low = self.codes[:, :half].astype(int), self.codes[:, half:].astype(int)
            self.codes = ((high + 8) * 16 + (low + 8) - 128).astype("int8")
        self._scales = FixedPoint(scales)

    def take(self, indices):
        """Returns the rows at `indices`, float32 `(*indices.shape, width)`."""
        import tensorflow as tf

        return self._decode(tf.gather(self.codes, indices), self._scales.take(indices))

    def head(self, count):
        """Returns the first rows, float32 `(count, width)`; `count` may be a tensor."""
        import tensorflow as tf

        return self._decode(tf.constant(self.codes)[:count], self._scales.head(count))

    def _decode(self, codes, scales):
        import tensorflow as tf

        numbers = tf.cast(codes, tf.float32)
        if self.bits == 4:
            bytes_ = numbers + 128.0
            high = tf.floor(bytes_ * (1 / 16))
            numbers = tf.concat([high, bytes_ - high * 16.0], axis=-1) - 8.0
        return numbers * scales[..., None]


class FloatTable:
    """A constant table that stays float32, where nothing is quantized."""

    def __init__(self, table: np.ndarray):
        self._table = table

    def take(self, indices):
        """Returns the rows at `indices`."""
        import tensorflow as tf

        return tf.gather(self._table, indices)


class FixedPoint:
    """Constant float32 numbers `(rows, ...)` that survive quantization.

    They are int32 with one unit for all, exact to 2^-30 of the largest. Not for fp16, where the unit would be zero.
    """

    def __init__(self, values: np.ndarray):
        largest = float(np.abs(values).max()) or 1.0
        self._unit = largest / FIXED_POINT
        self._codes = np.round(values.astype("float64") / self._unit).astype("int32")

    def take(self, indices):
        """Returns the numbers of the rows at `indices`, float32."""
        import tensorflow as tf

        return tf.cast(tf.gather(self._codes, indices), tf.float32) * np.float32(self._unit)

    def head(self, count):
        """Returns those of the first rows, float32."""
        import tensorflow as tf

        return tf.cast(tf.constant(self._codes)[:count], tf.float32) * np.float32(self._unit)


def quantize_rows(table: np.ndarray, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Rounds each row to integers of its own scale, symmetric around zero.

    Args:
        table: `(rows, width)`.
        bits: 8 or 4.

    Returns:
        int8 codes `(rows, width)`, within ±127 or ±7, and float32 scales `(rows,)`; a row is `codes * scale`.
    """
    most = 2 ** (bits - 1) - 1
    table = np.asarray(table, "float32")
    largest = np.maximum(np.abs(table).max(axis=1), 1e-12)
    scales = largest / most if bits == 8 else _best_scales(table, largest, most)
    codes = np.clip(np.round(table / scales[:, None]), -most, most)
    return codes.astype("int8"), scales.astype("float32")


def _best_scales(table, largest, most):
    """The scale of least squared error for each row, among a few."""
    best, least = None, None
    for shrink in INT4_SHRINKS:
        scales = shrink * largest / most
        codes = np.clip(np.round(table / scales[:, None]), -most, most)
        error = ((codes * scales[:, None] - table) ** 2).sum(axis=1)
        if best is None:
            best, least = scales, error
        else:
            best, least = np.where(error < least, scales, best), np.minimum(error, least)
    return best
