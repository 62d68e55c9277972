"""A vocabulary learned from texts, by the trainers of SentencePiece and of Hugging Face's tokenizers."""

from albert_tf.tokenizer.trainers.vocabulary_training import KINDS, train_vocabulary

__all__ = ["KINDS", "train_vocabulary"]
