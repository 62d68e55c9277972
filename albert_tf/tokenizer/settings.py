"""What a tokenizer was made with, and how it is kept: as a configuration, and in a pickle."""

import hashlib
from pathlib import Path
from typing import Literal, Self

from albert_tf.errors import ConfigError
from albert_tf.tokenizer.engines import Engine, VocabularyFile, make_engine
from albert_tf.tokenizer.vocabulary import Vocabulary


class TokenizerSettings(Vocabulary):
    """A vocabulary with the engine that runs it.

    Args:
        vocabulary: the parsed file.
        lowercase: lower-case texts; None does.
        strip_accents: drop their accents; None does as the reference of the kind.
        special_tokens: as for `Vocabulary`.

    Attributes:
        path: where the file was read; None when it came as bytes.
    """

    path: Path | None

    def __init__(
        self,
        vocabulary: VocabularyFile,
        lowercase: bool | None,
        strip_accents: bool | None,
        special_tokens: dict[str, str | None],
    ):
        super().__init__(vocabulary, special_tokens)
        self._engine: Engine = make_engine(vocabulary, lowercase, strip_accents)

    @property
    def kind(self) -> Literal["sentencepiece", "wordpiece"]:
        """What its vocabulary is made of."""
        return self._engine.kind

    @property
    def lowercase(self) -> bool:
        """Whether texts are lower-cased."""
        return self._engine.lowercase

    @property
    def strip_accents(self) -> bool:
        """Whether texts are decomposed and lose their accents."""
        return self._engine.strip_accents

    @property
    def model_bytes(self) -> bytes:
        """The content of its file: a SentencePiece model, or a `vocab.txt`."""
        return self._model.content

    def get_config(self) -> dict:
        """Everything but the model file itself, as JSON can hold it; see `from_config`."""
        return {
            "lowercase": self.lowercase,
            "strip_accents": self.strip_accents,
            **{f"{role}_token": piece for role, piece in self._special.items()},
            "model_sha256": hashlib.sha256(self.model_bytes).hexdigest(),
        }

    @classmethod
    def from_config(cls, config: dict, model: str | Path | bytes | None = None) -> Self:
        """The tokenizer that `get_config` described.

        Args:
            config: what `get_config` returned.
            model: the file of the vocabulary, its path or its bytes; None if it was the bundled one.

        Raises:
            CheckpointError: `model` cannot be read, or is no vocabulary.
            ConfigError: `model` is not the one that the config was made with.
        """
        rest = dict(config)
        expected = rest.pop("model_sha256")
        tokenizer = (
            cls.from_bytes(model, **rest) if isinstance(model, bytes) else cls(model, **rest)
        )
        actual = tokenizer.get_config()["model_sha256"]
        if actual != expected:
            given = "the bundled English model" if model is None else "the given model"
            raise ConfigError(
                f"{given} (sha256 {actual[:12]}...) is not the one this tokenizer was saved with "
                f"({expected[:12]}...); pass the file that was saved beside it"
            )
        return tokenizer

    def __reduce__(self):
        # What the engine has computed of its file is left behind: it is large, and quickly made again.
        return _restore, (type(self), self.get_config(), self.model_bytes, self.path)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({str(self.path)!r}, vocab_size={self.vocab_size}, "
            f"lowercase={self.lowercase}, strip_accents={self.strip_accents})"
        )


def _restore(
    cls: type[TokenizerSettings], config: dict, model_bytes: bytes, path: Path | None
) -> TokenizerSettings:
    tokenizer = cls.from_config(config, model_bytes)
    tokenizer.path = path
    return tokenizer
