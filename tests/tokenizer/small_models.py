"""SentencePiece models of a few pieces, made by hand, for what the English model does not show."""

from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.model_file import CONTROL, NORMAL, UNKNOWN, model_class, parse_model

SPECIAL = ("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]")


def small_model(pieces: dict[str, float], special: tuple[str, ...] = SPECIAL) -> bytes:
    """A unigram model with the English model's character map.

    Args:
        pieces: piece to score, after the special ones.
        special: the first pieces; `<unk>` is the unknown one.
    """
    model = model_class()()
    for piece in special:
        kind = UNKNOWN if piece == "<unk>" else CONTROL
        model.pieces.add(piece=piece, score=0.0, type=kind)
    for piece, score in pieces.items():
        model.pieces.add(piece=piece, score=score, type=NORMAL)
    english = parse_model(AlbertTokenizer().model_bytes)
    model.normalizer_spec.precompiled_charsmap = english.charsmap
    return model.SerializeToString()
