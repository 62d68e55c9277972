"""Tokens that Hugging Face adds to a vocabulary, behind its last piece.

transformers cuts a text at its added tokens before it looks for pieces, and begins a new word behind each of them, with
or without a blank there; its fast and its slow tokenizer do that differently. No SentencePiece model and no vocabulary
of WordPieces does the same, so such tokens are refused. Those that only mark a sequence (`[CLS]`, `[SEP]`, `<pad>`,
`[MASK]`) are never looked for in texts here, so for them a piece is the same.
"""

from albert_tf.errors import CheckpointError
from albert_tf.tokenizer.engines import parse_vocabulary
from albert_tf.tokenizer.model_file import CONTROL, Piece, add_pieces
from albert_tf.tokenizer.wordpiece.vocabulary_file import WordPieces, write_word_pieces

MARKERS = ("[CLS]", "<cls>", "[SEP]", "<sep>", "<pad>", "[PAD]", "[MASK]", "<mask>", "<s>", "</s>")
"""Tokens that mark a sequence, as the usual tokenizers spell them."""

SHOWN = 5


def with_added_tokens(content: bytes, added: dict[int, str], source: str) -> bytes:
    """Returns a vocabulary that knows the added tokens too.

    Args:
        content: a SentencePiece model file, or a `vocab.txt`.
        added: token by id; those that are pieces with this id already are left alone.
        source: the name of the tokenizer, for messages.

    Raises:
        CheckpointError: naming tokens whose ids could not be given as transformers does.
    """
    model = parse_vocabulary(content, source)
    pieces = model.pieces
    new = {}
    for number, text in sorted(added.items()):
        if number < len(pieces) and pieces[number] != text:
            raise CheckpointError(
                f"{source}: the added token {text!r} has the id {number}, which is the piece "
                f"{pieces[number]!r} of the vocabulary; they do not belong together"
            )
        if number >= len(pieces):
            new[number] = text
    refused = [text for text in new.values() if text not in MARKERS or text in model.piece_ids]
    if refused or list(new) != list(range(len(pieces), len(pieces) + len(new))):
        shown = ", ".join(map(repr, (refused or list(new.values()))[:SHOWN]))
        more = ", ..." if len(refused) > SHOWN else ""
        raise CheckpointError(
            f"{source} has {len(new)} added tokens behind its {len(pieces)} pieces ({shown}{more}), whose ids "
            "albert_tf cannot give as transformers does; to do without them, name a tokenizer (albert-tf import "
            "SRC DST --tokenizer FILE, with the SentencePiece model, the vocab.txt or an earlier tokenizer.json), or "
            "none (--no-tokenizer) for token ids"
        )
    if not new:
        return content
    if isinstance(model, WordPieces):
        return write_word_pieces([*pieces, *new.values()])
    return add_pieces(content, [Piece(text, kind=CONTROL) for text in new.values()])
