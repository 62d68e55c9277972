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
        self._drops_first = model.add_dummy_prefix or model.remove_extra_whitespaces
        self._drops_all_first = model.remove_extra_whitespaces

    def __call__(self, ids: list[int]) -> str:
        """Returns the text of the ids; those of bytes that are no UTF-8 read as U+FFFD."""
        parts: list[str] = []
        waiting = bytearray()  # bytes of characters that are spelled by their bytes
        is_first, dropped = True, False
        for index in ids:
            kind = self._types[index]
            if kind == BYTE:
                waiting.append(int(self._pieces[index][3:5], 16))
                continue
            parts.append(_characters(waiting))
            waiting.clear()
            if dropped or any(parts):
                is_first = False
            if kind == CONTROL:
                dropped = False
            elif kind == UNKNOWN:
                parts.append(self._unknown)
                dropped = False
            else:
                piece = self._pieces[index]
                dropped = is_first and self._drops_first and piece.startswith(WORD_BOUNDARY)
                if dropped:
                    piece = piece[1:]
                    dropped = not self._drops_all_first
                parts.append(piece.replace(WORD_BOUNDARY, " "))
        parts.append(_characters(waiting))
        return "".join(parts)


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
