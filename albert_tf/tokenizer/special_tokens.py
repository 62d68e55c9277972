"""Finding the pieces that ALBERT reserves: `[CLS]`, `[SEP]`, `<pad>`, `[MASK]`."""

from albert_tf.errors import ConfigError
from albert_tf.tokenizer.model_file import CONTROL, USER_DEFINED, ModelFile

SPELLINGS = {
    "cls": ("[CLS]", "<cls>"),
    "sep": ("[SEP]", "<sep>"),
    "pad": ("<pad>", "[PAD]"),
    "mask": ("[MASK]", "<mask>"),
}


def find_special_tokens(model: ModelFile, chosen: dict[str, str | None]) -> dict[str, str | None]:
    """The piece for each role.

    Args:
        model: the vocabulary.
        chosen: role (a key of `SPELLINGS`) to the piece the user named, or None to look for the usual ones.

    Returns:
        Role to piece. The mask piece is None when the vocabulary has none of the usual ones: only masked
        language modeling needs it.

    Raises:
        ConfigError: a named piece is not in the vocabulary, or none of the usual ones is.
    """
    found = {}
    for role, spellings in SPELLINGS.items():
        name = chosen[role]
        candidates = spellings if name is None else (name,)
        found[role] = next((piece for piece in candidates if piece in model.piece_ids), None)
        if found[role] is None and (name is not None or role != "mask"):
            raise missing_token(model, role, candidates)
    return found


def missing_token(model: ModelFile, role: str, candidates: tuple[str, ...]) -> ConfigError:
    """The error for a vocabulary without the piece of a role."""
    reserved = [
        piece
        for piece, kind in zip(model.pieces, model.types, strict=True)
        if kind in (CONTROL, USER_DEFINED)
    ]
    looked_for = " or ".join(repr(piece) for piece in candidates)
    return ConfigError(
        f"the SentencePiece model has no {looked_for} piece; its reserved pieces are "
        f"{', '.join(map(repr, reserved[:10])) or 'none'}; pass the name of one as {role}_token=..."
    )
