"""SentencePiece models of a few pieces, made by hand, for what the English model does not show."""

from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.model_file import CONTROL, UNKNOWN, Piece, parse_model, write_model

SPECIAL = ("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]")


def small_model(pieces: dict[str, float], special: tuple[str, ...] = SPECIAL) -> bytes:
    """A unigram model with the English model's character map.

    Args:
        pieces: piece to score, after the special ones.
        special: the first pieces; `<unk>` is the unknown one.
    """
    kinds = {"<unk>": UNKNOWN}
    vocabulary = [Piece(piece, 0.0, kinds.get(piece, CONTROL)) for piece in special]
    vocabulary += [Piece(piece, score) for piece, score in pieces.items()]
    english = parse_model(AlbertTokenizer().model_bytes)
    return write_model(vocabulary, english.charsmap, add_dummy_prefix=True)


def official(content: bytes):
    """A model file as a message of SentencePiece's own schema."""
    from sentencepiece import sentencepiece_model_pb2

    model = sentencepiece_model_pb2.ModelProto()
    model.ParseFromString(content)
    return model


def pieces_of(content: bytes) -> list[tuple[str, float, int]]:
    """Text, score and type of every piece, by SentencePiece's own schema."""
    return [(piece.piece, piece.score, piece.type) for piece in official(content).pieces]
