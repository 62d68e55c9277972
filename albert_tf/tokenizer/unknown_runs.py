"""Runs of characters that the vocabulary cannot spell, in time that grows with their length only.

SentencePiece makes one unknown token of such a run, by copying all of it once more for each of its characters: 160,000
emoji take seconds, a million minutes. A model with byte fallback spells every unknown character in bytes instead, and
copies nothing. So the engine is given the model with 256 byte pieces after its own, and a run of them becomes the one
unknown token here.

The ids do not change, whatever the text. The search for the best segmentation sees neither the byte pieces, since they
are in no trie, nor the setting: unknown characters are candidates with the same score, the sums are rounded in the same
places, and ids are given to the characters of the path only after it is found (`PopulateSentencePieceText` in
sentencepiece_processor.cc). Cutting a long text into parts, on the other hand, would change sums, and with them ids.
"""

import numpy as np

from albert_tf.tokenizer.model_file import BYTE, ModelFile, model_class

BYTE_PIECES = tuple(f"<0x{byte:02X}>" for byte in range(256))


class UnknownRuns:
    """How a model spells unknown characters, and how they become one token again.

    Args:
        model: the model.

    Attributes:
        content: the model file for the engine, with byte pieces; as it is when the model has such pieces of its own, or
            others of their names.
        first_byte: the id of the piece of byte 0; the ids of a model as it is are all below.
        unk_id: the id of what a run becomes.
    """

    def __init__(self, model: ModelFile):
        self.first_byte = len(model.pieces)
        self.unk_id = model.unk_id
        self.content = model.content
        if model.piece_ids.keys().isdisjoint(BYTE_PIECES):
            addition = model_class()()
            for piece in BYTE_PIECES:
                addition.pieces.add(piece=piece, score=0.0, type=BYTE)
            addition.trainer_spec.byte_fallback = True
            # Protocol buffers merge when they are concatenated.
            self.content += addition.SerializeToString()

    def join(
        self, ids: np.ndarray, splits: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Makes each run of byte ids within a row one unknown id.

        Args:
            ids: `(tokens,)`.
            splits: row splits `(rows + 1,)`.

        Returns:
            The new ids and row splits, and the index `(new tokens + 1,)` of the first old token of each new one, with
            the number of old tokens at its end. The index is None when there is no byte.
        """
        is_byte = ids >= self.first_byte
        if not is_byte.any():
            return ids, splits, None
        begins = np.ones(len(ids) + 1, bool)
        begins[1:-1] = ~(is_byte[1:] & is_byte[:-1])
        begins[splits] = True
        first = np.flatnonzero(begins)
        joined = np.where(is_byte, np.int32(self.unk_id), ids)[first[:-1]]
        return joined, np.searchsorted(first, splits), first
