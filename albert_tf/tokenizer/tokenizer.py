"""`AlbertTokenizer`: text to the ids of google-research/albert, and back."""

import functools
import hashlib
import itertools
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from albert_tf.errors import ConfigError, DataError
from albert_tf.tokenizer.digit_comma import DigitCommaTable, build_digit_comma_table
from albert_tf.tokenizer.model_file import ModelFile, parse_model, read_model_file
from albert_tf.tokenizer.normalization import Normalizer
from albert_tf.tokenizer.offsets import SpanEncoder
from albert_tf.tokenizer.packing import Encoded, PackedTokens, pack
from albert_tf.tokenizer.segmentation import SegmentationEngine
from albert_tf.tokenizer.text_sequence import not_text, text_list
from albert_tf.tokenizer.vocabulary import Vocabulary
from albert_tf.type_names import Texts

if TYPE_CHECKING:
    from albert_tf.tokenizer.in_graph import InGraphTokenizer

Spans = list[tuple[int, int]]

BUNDLED_MODEL = "30k-clean.model"


class AlbertTokenizer(Vocabulary):
    """ALBERT's tokenizer, with the same ids in Python and in the TensorFlow graph.

    A text is normalized (white space collapsed, NFKD, marks dropped, lower-cased) and segmented by
    SentencePiece; pieces such as `1999,` are split before the comma. The reference is
    google-research/albert `tokenization.py`. A text that spells a special token is text: `[MASK]` in
    it does not become `mask_id`, unless the model declares it a user-defined symbol, which SentencePiece
    recognizes in any text (the English model declares none of its special tokens so).

    Args:
        path: a SentencePiece `.model` file; None is the bundled uncased English model of ALBERT
            v1 and v2.
        lowercase: lower-case the text (google's `do_lower_case`); False for a cased model.
        strip_accents: NFKD, and drop combining marks, as the reference always does.
        cls_token: the piece that starts a sequence; None looks for `[CLS]`, then `<cls>`.
        sep_token: the piece that ends a segment; None looks for `[SEP]`, then `<sep>`.
        pad_token: the piece that fills up a batch; None looks for `<pad>`, then `[PAD]`.
        mask_token: the piece that hides a token; None looks for `[MASK]`, then `<mask>`.

    Raises:
        CheckpointError: the file cannot be read, or is not a SentencePiece model.
        ConfigError: a special piece is not in the vocabulary.

    Example:
    ```python
    from albert_tf import AlbertTokenizer

    tokenizer = AlbertTokenizer()
    ids = tokenizer.encode("Hello, World!")  # [10975, 15, 126, 187]
    ids, spans = tokenizer.encode("Hello, World!", offsets=True)
    # spans: [(0, 5), (5, 6), (7, 12), (12, 13)]
    tokenizer.decode(ids)  # "hello, world!"
    ```
    """

    def __init__(
        self,
        path: str | Path | None = None,
        *,
        lowercase: bool = True,
        strip_accents: bool = True,
        cls_token: str | None = None,
        sep_token: str | None = None,
        pad_token: str | None = None,
        mask_token: str | None = None,
    ):
        self.path: Path | None = _bundled_path() if path is None else Path(path)
        model = _bundled_model() if path is None else read_model_file(path)
        special = {"cls": cls_token, "sep": sep_token, "pad": pad_token, "mask": mask_token}
        self._set_up(model, lowercase, strip_accents, special)

    def _set_up(
        self, model: ModelFile, lowercase: bool, strip_accents: bool, special: dict
    ) -> None:
        super().__init__(model, special)
        self._normalize = Normalizer(lowercase=lowercase, strip_accents=strip_accents)

    @classmethod
    def from_bytes(
        cls,
        model_bytes: bytes,
        *,
        lowercase: bool = True,
        strip_accents: bool = True,
        cls_token: str | None = None,
        sep_token: str | None = None,
        pad_token: str | None = None,
        mask_token: str | None = None,
    ) -> "AlbertTokenizer":
        """A tokenizer from the content of a `.model` file, with the keywords of the class.

        Its `path` is None.
        """
        tokenizer = cls.__new__(cls)
        tokenizer.path = None
        special = {"cls": cls_token, "sep": sep_token, "pad": pad_token, "mask": mask_token}
        tokenizer._set_up(parse_model(model_bytes), lowercase, strip_accents, special)
        return tokenizer

    @classmethod
    def from_preset(cls, preset: str | Path, **options: Any) -> "AlbertTokenizer":
        """The tokenizer of a preset, of a foreign checkpoint's folder, or of `hf://owner/name`.

        Args:
            preset: as for `from_preset` of a model, e.g. `"albert_small_en"`.
            **options: keywords of the class; they win over those of the preset.

        Raises:
            CheckpointError: there is no such checkpoint, it is damaged, or it has no tokenizer.
        """
        from albert_tf.weights import read_checkpoint  # a tokenizer of a file needs none of it

        checkpoint = read_checkpoint(preset)
        model_bytes = checkpoint.check_tokenizer()
        return cls.from_bytes(model_bytes, **{**checkpoint.tokenizer_options(), **options})

    @functools.cached_property
    def _engine(self) -> SegmentationEngine:
        return SegmentationEngine(self._model)

    @functools.cached_property
    def _digit_comma(self) -> DigitCommaTable:
        return build_digit_comma_table(self._model, self._engine)

    @functools.cached_property
    def _encode_spans(self) -> SpanEncoder:
        return SpanEncoder(self._model, self._engine, self._normalize, self._digit_comma)

    # --- text to ids ---

    def __call__(self, texts: Any) -> Any:
        """Token ids as keras-hub's tokenizers give them, without special tokens.

        Args:
            texts: one text, for the ids that `encode` gives; many, for those of `encode_batch`; or
                a string tensor, also in `tf.data.Dataset.map`, for the tensor that `in_graph` gives.
        """
        if isinstance(texts, str):
            return self.encode(texts)
        if type(texts).__module__.startswith("tensorflow."):
            return self._in_graph(texts)
        return self.encode_batch(texts)

    @functools.cached_property
    def _in_graph(self):
        return self.in_graph()

    @overload
    def encode(self, text: str, offsets: Literal[False] = False) -> list[int]: ...

    @overload
    def encode(self, text: str, offsets: Literal[True]) -> tuple[list[int], Spans]: ...

    def encode(self, text: str, offsets: bool = False) -> list[int] | tuple[list[int], Spans]:
        """Token ids of one text, without special tokens.

        Args:
            text: any string.
            offsets: also give where each token stands in `text`.

        Returns:
            A list of int; with `offsets` a pair: that list, and a list of `(start, end)`, counted
            in characters of `text`. A span leaves out the white space before its token and takes
            in combining marks that belong to it. It is empty only for a word boundary (`▁`) that
            the model put before the text, or before digits that the digit-comma rule split off.

        Raises:
            DataError: `text` is not a str.
        """
        if not isinstance(text, str):
            raise not_text(text, "text")
        if offsets:
            (ids,), (spans,) = self.encode_batch([text], offsets=True)
            return ids, spans
        pieces, _ = self._engine.tokenize([self._normalize(text)])
        return self._digit_comma.expand(pieces)[0].tolist()

    @overload
    def encode_batch(self, texts: Texts, offsets: Literal[False] = False) -> list[list[int]]: ...

    @overload
    def encode_batch(
        self, texts: Texts, offsets: Literal[True]
    ) -> tuple[list[list[int]], list[Spans]]: ...

    def encode_batch(
        self, texts: Texts, offsets: bool = False
    ) -> list[list[int]] | tuple[list[list[int]], list[Spans]]:
        """Token ids of many texts, without special tokens; much faster than one at a time.

        Args:
            texts: any flat sequence of str: a list, an array, a column of a table (see `text_list`).
            offsets: also give where each token stands in its text.

        Returns:
            A list with a list of int for each text; with `offsets` a pair: that, and a list with a
            list of `(start, end)` for each text, as in `encode`.

        Raises:
            DataError: `texts` is a single str, or holds something else than str.
        """
        encoded = self._encode(text_list(texts, "texts"), offsets)
        splits = encoded.splits.tolist()
        ids = _rows(encoded.ids.tolist(), splits)
        if encoded.spans is None:
            return ids
        starts, ends = encoded.spans.T.tolist()
        return ids, _rows(list(zip(starts, ends, strict=True)), splits)

    def _encode(self, texts: list[str], offsets: bool) -> Encoded:
        distinct = dict.fromkeys(texts)
        if 0 < 2 * len(distinct) <= len(texts):  # as the contexts of questions are
            number = {text: index for index, text in enumerate(distinct)}
            return self._encode(list(distinct), offsets).take([number[text] for text in texts])
        if offsets:
            return self._encode_spans(texts)
        ids, splits = self._engine.tokenize([self._normalize(text) for text in texts])
        ids, origin = self._digit_comma.expand(ids)
        if origin is not None:
            splits = np.searchsorted(origin, splits)
        return Encoded(ids, splits)

    def in_graph(self) -> "InGraphTokenizer":
        """The tokenizer as TensorFlow ops, with the same ids.

        Returns:
            A `tf.Module` to call with a string tensor of rank r; it returns an int32
            `tf.RaggedTensor` of rank r + 1 (for a scalar, a tensor). It works in
            `tf.data.Dataset.map` and `tf.function`, and in a SavedModel when it is an attribute of
            what is saved.

        Example:
        ```python
        tokenize = AlbertTokenizer().in_graph()
        dataset = tf.data.Dataset.from_tensor_slices(["Hello", "World"]).batch(2).map(tokenize)
        ```
        """
        import tensorflow as tf

        from albert_tf.tokenizer.in_graph import InGraphTokenizer

        # Its tables are made outside of the function that may just be traced, as by `Dataset.map`.
        with tf.init_scope():
            return InGraphTokenizer(self._model, self._normalize, self._digit_comma)

    # --- model inputs ---

    def pack(
        self,
        texts: Texts,
        pairs: Texts | None = None,
        *,
        max_length: int = 512,
        truncate: str = "longest_first",
        stride: int | None = None,
        max_first_length: int | None = None,
        second_keeps_end: bool = False,
        offsets: bool = False,
    ) -> PackedTokens:
        """Encodes texts, or pairs of texts, with their special tokens, and cuts them to length.

        A text becomes `[CLS] a [SEP]`, a pair `[CLS] a [SEP] b [SEP]`, with segment ids 0 for the
        first part and 1 for `b [SEP]`.

        Args:
            texts: the texts, or the first texts of pairs.
            pairs: the second texts of pairs, as many.
            max_length: most tokens in a row, special ones included.
            truncate: what is cut, from its end: `"longest_first"` one token after the other of the
                longer text (BERT's rule; at equal lengths the second text's), `"only_first"`,
                `"only_second"`, or `"never"`.
            stride: a text that does not fit is not cut but becomes several rows, whose windows
                begin `stride` tokens after each other (google's `doc_stride`). Goes with
                `"only_first"` and `"only_second"`.
            max_first_length: cut first texts to this many tokens before all else (google's
                `max_query_length`).
            second_keeps_end: second texts that are too long lose their first tokens instead of their last (google's
                RACE).
            offsets: also give where each token stands in its text.

        Returns:
            `PackedTokens`: unpadded rows, as flat arrays and as lists.

        Raises:
            ConfigError: the options contradict each other.
            DataError: something else than str in `texts` or `pairs`, not as many of them, or a text
                that must not be cut is too long.

        Example:
        ```python
        packed = AlbertTokenizer().pack(
            ["Where does it live?"],
            ["The yapok is a marsupial of South America."],
            max_length=16,
            truncate="only_second",
            stride=4,
            offsets=True,
        )
        for row in range(len(packed)):
            print(packed.token_ids[row], packed.segment_ids[row], packed.offsets[row])
        ```
        """
        first = self._encode(text_list(texts, "texts"), offsets)
        second = None
        if pairs is not None:
            second = self._encode(text_list(pairs, "pairs"), offsets)
            if len(second.lengths) != len(first.lengths):
                raise DataError(
                    f"texts has {len(first.lengths)} entries and pairs has {len(second.lengths)}; "
                    "expected one pair for each text"
                )
        return pack(
            first,
            second,
            cls_id=self.cls_id,
            sep_id=self.sep_id,
            max_length=max_length,
            truncate=truncate,
            stride=stride,
            max_first_length=max_first_length,
            second_keeps_end=second_keeps_end,
        )

    # --- ids to text ---

    def decode(self, ids: Sequence[int]) -> str:
        """The text of a sequence of ids.

        Special tokens vanish, an unknown token reads ` ⁇ `. What normalization took away does not
        come back.

        Args:
            ids: ints, or an integer array or tensor of rank 1.

        Raises:
            DataError: an id is not in the vocabulary.
        """
        return self.decode_batch([ids])[0]

    def decode_batch(self, batch: Sequence[Sequence[int]]) -> list[str]:
        """The texts of many sequences of ids; see `decode`."""
        return self._engine.detokenize([self._checked_ids(ids) for ids in batch])

    # --- settings, and keeping them ---

    @property
    def lowercase(self) -> bool:
        """Whether texts are lower-cased."""
        return self._normalize.lowercase

    @property
    def strip_accents(self) -> bool:
        """Whether texts are decomposed and lose their combining marks."""
        return self._normalize.strip_accents

    @property
    def model_bytes(self) -> bytes:
        """The content of the SentencePiece model file."""
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
    def from_config(
        cls, config: dict, model: str | Path | bytes | None = None
    ) -> "AlbertTokenizer":
        """The tokenizer that `get_config` described.

        Args:
            config: what `get_config` returned.
            model: the SentencePiece model, its path or its bytes; None if it was the bundled one.

        Raises:
            CheckpointError: `model` cannot be read, or is not a SentencePiece model.
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
                f"({expected[:12]}...); pass the .model file that was saved beside it"
            )
        return tokenizer

    def __reduce__(self):
        # The engine holds a TensorFlow resource, which cannot be pickled or copied.
        return _restore, (type(self), self.get_config(), self.model_bytes, self.path)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({str(self.path)!r}, vocab_size={self.vocab_size}, "
            f"lowercase={self.lowercase}, strip_accents={self.strip_accents})"
        )


def _restore(
    cls: type[AlbertTokenizer], config: dict, model_bytes: bytes, path: Path | None
) -> AlbertTokenizer:
    tokenizer = cls.from_config(config, model_bytes)
    tokenizer.path = path
    return tokenizer


def _bundled_path() -> Path:
    return Path(str(resources.files("albert_tf.tokenizer") / "assets" / BUNDLED_MODEL))


@functools.cache
def _bundled_model() -> ModelFile:
    return read_model_file(_bundled_path())


def _rows(flat: list, splits: list[int]) -> list[list]:
    return [flat[start:end] for start, end in itertools.pairwise(splits)]
