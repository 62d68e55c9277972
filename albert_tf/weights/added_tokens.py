"""Tokens that Hugging Face adds to a SentencePiece vocabulary, behind its last piece.

transformers cuts a text at its added tokens before SentencePiece sees it, and begins a new word behind
each of them, with or without a blank there; its fast and its slow tokenizer do that differently. No
SentencePiece model does the same, so such tokens are refused. Those that only mark a sequence (`[CLS]`,
`[SEP]`, `<pad>`, `[MASK]`) are never looked for in texts here, so for them a piece is the same.
"""

from pathlib import Path

from albert_tf.errors import CheckpointError
from albert_tf.tokenizer.model_file import CONTROL, Piece, add_pieces, parse_model
from albert_tf.weights.foreign import read_json

MARKERS = ("[CLS]", "<cls>", "[SEP]", "<sep>", "<pad>", "[PAD]", "[MASK]", "<mask>", "<s>", "</s>")
"""Tokens that mark a sequence, as the usual tokenizers spell them."""

ADDED_TOKENS_FILE = "added_tokens.json"
TOKENIZER_CONFIG_FILE = "tokenizer_config.json"
TOKENIZER_FILE = "tokenizer.json"
SHOWN = 5


def _in_added_tokens(values: dict) -> list[tuple[int, str]]:
    return [(number, text) for text, number in values.items()]


def _in_tokenizer_config(values: dict) -> list[tuple[int, str]]:
    tokens = values.get("added_tokens_decoder") or {}
    return [(number, token["content"]) for number, token in tokens.items()]


def added_in_tokenizer_json(values: dict) -> list[tuple[int, str]]:
    """Returns id and text of the tokens that a parsed `tokenizer.json` adds."""
    return [(token["id"], token["content"]) for token in values.get("added_tokens") or []]


PLACES = {
    ADDED_TOKENS_FILE: _in_added_tokens,
    TOKENIZER_CONFIG_FILE: _in_tokenizer_config,
    TOKENIZER_FILE: added_in_tokenizer_json,
}
"""The files that list added tokens, together with tokens that the vocabulary has, and how each is read."""


def read_added_tokens(folder: Path) -> dict[int, str]:
    """Returns the tokens that the files of a folder add to its vocabulary, by id.

    Raises:
        CheckpointError: when a file is damaged, or two of them name different tokens for an id.
    """
    found: dict[int, str] = {}
    for path, tokens_of in ((folder / name, read) for name, read in PLACES.items()):
        values = read_json(path) if path.is_file() else {}
        try:
            tokens = {int(number): str(text) for number, text in tokens_of(values)}
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CheckpointError(
                f"{path}: the added tokens are malformed ({error!r}); copy the file again"
            ) from error
        for number, text in tokens.items():
            if found.setdefault(number, text) != text:
                raise CheckpointError(
                    f"{path}: the token {number} is {text!r}, but {found[number]!r} in the other files of "
                    "the tokenizer; copy all of them again"
                )
    return found


def with_added_tokens(content: bytes, added: dict[int, str], source: str) -> bytes:
    """Returns a SentencePiece model that knows the added tokens too.

    Args:
        content: the model file.
        added: token by id; those that are pieces with this id already are left alone.
        source: the name of the tokenizer, for messages.

    Raises:
        CheckpointError: naming tokens whose ids SentencePiece could not give as transformers does.
    """
    model = parse_model(content, source)
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
            "SentencePiece cannot give as transformers does; to do without them, name a tokenizer (albert-tf import "
            "SRC DST --tokenizer FILE, with the SentencePiece model or an earlier tokenizer.json), or none "
            "(--no-tokenizer) for token ids"
        )
    return add_pieces(content, [Piece(text, kind=CONTROL) for text in new.values()])
