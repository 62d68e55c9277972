"""Runs of characters that the vocabulary cannot spell, in a graph in time that grows with their length only.

SentencePiece makes one unknown token of such a run, by copying all of it once more for each of its characters: 160,000
emoji take seconds, a million minutes. A model with byte fallback spells every unknown character in bytes instead, and
copies nothing. So the graph's engine is given the model with 256 byte pieces after its own, and the graph makes a
run of them the one unknown token again.

The ids do not change, whatever the text. The search for the best segmentation sees neither the byte pieces, since they
are in no trie, nor the setting: unknown characters are candidates with the same score, the sums are rounded in the same
places, and ids are given to the characters of the path only after it is found (`PopulateSentencePieceText` in
sentencepiece_processor.cc). Cutting a long text into parts, on the other hand, would change sums, and with them ids.
"""

from albert_tf.tokenizer.model_file import (
    BYTE,
    BYTE_FALLBACK,
    TRAINER_SPEC,
    ModelFile,
    Piece,
    add_pieces,
)
from albert_tf.tokenizer.wire import field

BYTE_PIECES = tuple(f"<0x{byte:02X}>" for byte in range(256))


class UnknownRuns:
    """How the graph's engine spells a model's unknown characters.

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
            pieces = [Piece(piece, kind=BYTE) for piece in BYTE_PIECES]
            self.content = add_pieces(model.content, pieces)
            self.content += field(TRAINER_SPEC, field(BYTE_FALLBACK, True))  # messages merge
