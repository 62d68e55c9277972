"""BERT's WordPiece tokenization in Python: `vocab.txt`, exact and fast."""

from albert_tf.tokenizer.wordpiece.engine import WordPieceEngine

__all__ = ["WordPieceEngine"]
