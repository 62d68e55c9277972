"""Ids back to a text: `SentencePieceProcessor::Decode` of sentencepiece_processor.cc."""

from albert_tf.tokenizer.model_file import BYTE, CONTROL, UNKNOWN, WORD_BOUNDARY, ModelFile

_REPLACEMENT = "\ufffd"


class Decoder:
    """Spells the pieces of a model.

    Args:
        model: the parsed model file.
    """

    def __init__(self, model: ModelFile):
        self._pieces, self._types = model.pieces, model.types
        self._unknown = model.unk_surface
        self._drops_boundary = model.add_dummy_prefix or model.remove_extra_whitespaces

    def __call__(self, ids: list[int]) -> str:
        """Returns the text of the ids; those of bytes that are no UTF-8 read as U+FFFD."""
        text = ""
        waiting = bytearray()  # bytes of characters that are spelled by their bytes
        for index in ids:
            if self._types[index] == BYTE:
                waiting.append(int(self._pieces[index][3:5], 16))
                continue
            text += _characters(waiting)
            waiting.clear()
            text += self._spelled(index, is_first=not text)
        return text + _characters(waiting)

    def _spelled(self, index, is_first):
        kind = self._types[index]
        if kind == CONTROL:
            return ""
        if kind == UNKNOWN:
            return self._unknown
        piece = self._pieces[index]
        if is_first and self._drops_boundary:
            piece = piece.removeprefix(WORD_BOUNDARY)
        return piece.replace(WORD_BOUNDARY, " ")


def _characters(content: bytearray) -> str:
    """The characters of bytes; a byte that begins none is U+FFFD."""
    parts, start = [], 0
    while start < len(content):
        for end in range(start + 1, min(start + 4, len(content)) + 1):
            try:
                parts.append(content[start:end].decode("utf-8"))
            except UnicodeDecodeError:
                continue
            start = end
            break
        else:
            parts.append(_REPLACEMENT)
            start += 1
    return "".join(parts)
