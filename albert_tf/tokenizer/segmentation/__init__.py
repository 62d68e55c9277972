"""SentencePiece in Python: normalization, segmentation and its inverse, with the ids and spans of the C++ library."""

from albert_tf.tokenizer.segmentation.engine import SegmentationEngine

__all__ = ["SegmentationEngine"]
