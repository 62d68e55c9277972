"""Small SentencePiece models of every kind, trained by the library on sentences of reviews."""

import io

import sentencepiece

from albert_tf.tasks import demo_data

CHANGES = {
    "plain": {},
    "user-defined": {"user_defined_symbols": ["<sep>", "New York", "new"]},
    "byte fallback": {"byte_fallback": True},
    "suffix": {"treat_whitespace_as_suffix": True},
    "identity": {"normalization_rule_name": "identity", "remove_extra_whitespaces": False},
    "no prefix": {"add_dummy_prefix": False},
    "nfkc_cf": {"normalization_rule_name": "nfkc_cf"},
    "over words": {"split_by_whitespace": False},
    "white space": {"split_digits": True, "allow_whitespace_only_pieces": True},
}
"""What is changed in the trainer's settings."""


def trained(kind: str, change: str = "plain") -> bytes:
    """A small model.

    Args:
        kind: `"unigram"`, `"bpe"`, `"char"` or `"word"`.
        change: a key of `CHANGES`.
    """
    content = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(demo_data("uci_sentences").texts),
        model_writer=content,
        model_type=kind,
        vocab_size=90 if kind == "char" else 1200,
        hard_vocab_limit=False,
        minloglevel=2,
        **CHANGES[change],
    )
    return content.getvalue()
