"""A `tokenizer.json` of WordPieces: the `vocab.txt` that it was made from, built again.

transformers gives up on words of more than 100 characters, google-research/bert on those of more than 200, and so does
this package, whichever file the pieces come from.
"""

from albert_tf.tokenizer.huggingface.parts import Tokenization, refusal, steps
from albert_tf.tokenizer.wordpiece.vocabulary_file import (
    CONTINUATION,
    UNKNOWN_PIECE,
    write_word_pieces,
)
from albert_tf.tokenizer.wordpiece.words import LONGEST_WORD

LONGEST_WORDS = (100, LONGEST_WORD)

DOES = {"clean_text": True, "handle_chinese_chars": True}
"""What the normalizer always does here."""


def read_wordpiece(values: dict, source: str) -> Tokenization:
    """Returns the vocabulary of a fast tokenizer of WordPieces, and what it does to texts before.

    Args:
        values: the parsed file.
        source: its name, for messages.

    Raises:
        CheckpointError: naming what google-research/bert's tokenizer does not do in the same way.
    """
    model = values["model"]
    expected = {"unk_token": UNKNOWN_PIECE, "continuing_subword_prefix": CONTINUATION}
    for name, value in expected.items():
        if model.get(name, value) != value:
            raise refusal(source, f"has the {name} {model[name]!r}; expected {value!r}, as BERT's")
    longest = model.get("max_input_chars_per_word", LONGEST_WORDS[0])
    if longest not in LONGEST_WORDS:
        raise refusal(
            source, f"has max_input_chars_per_word {longest}; expected 100 or 200, as BERT's"
        )
    lowercase, strip_accents = _read_normalizer(values.get("normalizer"), source)
    kinds = [step["type"] for step in steps(values.get("pre_tokenizer"), "pretokenizers")]
    if kinds != ["BertPreTokenizer"]:
        raise refusal(
            source, f"divides texts by {', '.join(kinds) or 'nothing'}; expected BertPreTokenizer"
        )
    pieces = sorted(model["vocab"], key=model["vocab"].__getitem__)
    if [model["vocab"][piece] for piece in pieces] != list(range(len(pieces))):
        raise refusal(source, f"has {len(pieces)} pieces, whose ids are not 0 to {len(pieces) - 1}")
    # No text has those of white space alone, as in Google's Chinese vocabulary, nor what a vocab.txt makes of them.
    odd = [p for p in pieces if "\n" in p or p.strip() not in ("", CONTINUATION, p)]
    if odd:
        raise refusal(
            source, f"has the piece {odd[0]!r} with white space, which no vocab.txt can hold"
        )
    return Tokenization(write_word_pieces(pieces), lowercase, strip_accents)


def _read_normalizer(normalizer: dict | None, source: str) -> tuple[bool, bool | None]:
    """Returns whether texts are lower-cased, and whether they lose their accents, None for as the first."""
    found = steps(normalizer, "normalizers")
    kinds = ", ".join(step["type"] for step in found) or "nothing"
    if kinds != "BertNormalizer":
        raise refusal(source, f"normalizes texts by {kinds}; expected BertNormalizer")
    for name, value in DOES.items():
        if found[0].get(name, value) != value:
            raise refusal(source, f"has {name} {found[0][name]!r}; expected {value}, as BERT's")
    return bool(found[0].get("lowercase", True)), found[0].get("strip_accents")
