"""The wire format of protocol buffers, read and written: all that SentencePiece's model files need of them.

A message is a sequence of fields. Each begins with a tag, its number and its wire type in one: `number << 3 | wire
type`. A repeated field may go on anywhere in a message; of any other the last occurrence counts, and of a message in a
message all occurrences together, as if their contents stood behind one another. So messages merge when they are
concatenated.

The library protobuf is no part of the base install (LiteRT before 2.1 does not bring it), importing it takes longer
than reading a vocabulary, and its classes for one schema can be registered only once in a process.

Source: "Encoding" in the documentation of Protocol Buffers.
"""

from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # wire types; groups (3, 4) are of another age
_SIZES = {FIXED64: 8, FIXED32: 4}
_LONGEST_VARINT, _MOST = 10, (1 << 64) - 1  # bytes, for 64 bits


def tag(number: int, wire_type: int) -> int:
    """Returns the tag of a field."""
    return number << 3 | wire_type


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Takes a message apart, field by field.

    Args:
        message: a serialized message.

    Yields:
        Tag and value of each field, in order: an int for a varint, without sign; the bytes of everything else.

    Raises:
        ValueError: it is no message, or ends within a field.
    """
    position, size = 0, len(message)
    # Most numbers are of one byte. They are read here, since a call for each would take twice the time.
    while position < size:
        key = message[position]
        position += 1
        if key > 0x7F:
            key, position = _read_varint(message, position - 1)
        wire_type = key & 7
        if key == wire_type:
            raise ValueError("there is a field of the number 0")
        if wire_type == BYTES:
            length = message[position] if position < size else 0x80
            position += 1
            if length > 0x7F:
                length, position = _read_varint(message, position - 1)
        elif wire_type == VARINT:
            value, position = _read_varint(message, position)
            yield key, value
            continue
        elif wire_type in _SIZES:
            length = _SIZES[wire_type]
        else:
            raise ValueError(f"there is a field of the wire type {wire_type}")
        end = position + length
        if end > size:
            raise ValueError("it ends in the middle of a field")
        yield key, message[position:end]
        position = end


def field(key: int, value: int | bytes) -> bytes:
    """Returns a field as it stands in a message.

    Args:
        key: its tag.
        value: an int without sign for a varint; the bytes of everything else.
    """
    wire_type = key & 7
    if wire_type == VARINT:
        return _varint(key) + _varint(value)
    if wire_type == BYTES:
        return _varint(key) + _varint(len(value)) + value
    return _varint(key) + value


def without(message: bytes, *keys: int) -> bytes:
    """Returns a message without the fields of some tags.

    Raises:
        ValueError: it is no message.
    """
    return b"".join(field(key, value) for key, value in fields(message) if key not in keys)


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def _read_varint(message: bytes, position: int) -> tuple[int, int]:
    """Returns a number and where it ends."""
    value = 0
    for index, byte in enumerate(message[position : position + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value & _MOST, position + index + 1
    raise ValueError("it ends in the middle of a number, or a number is too long")
