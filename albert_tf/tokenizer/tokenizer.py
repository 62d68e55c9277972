"""`AlbertTokenizer`: text to the ids of google-research/albert, and back."""

import functools
import itertools
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from albert_tf.errors import DataError
from albert_tf.tokenizer.engines import VocabularyFile, parse_vocabulary
from albert_tf.tokenizer.files import as_tokenization, read_tokenization
from albert_tf.tokenizer.packing import Encoded, PackedTokens, pack
from albert_tf.tokenizer.settings import TokenizerSettings
from albert_tf.tokenizer.text_sequence import not_text, text_list
from albert_tf.type_names import Texts

if TYPE_CHECKING:
    from albert_tf.tokenizer.in_graph import InGraphTokenizer
    from albert_tf.tokenizer.wordpiece.in_graph import InGraphWordPiece

Spans = list[tuple[int, int]]

BUNDLED_MODEL = "30k-clean.model"


class AlbertTokenizer(TokenizerSettings):
    """ALBERT's tokenizer, with the same ids in Python and in the TensorFlow graph.

    The vocabulary decides how, and is told by its content. By a SentencePiece model (google-research/albert
    `tokenization.py`) a text is normalized (white space collapsed, NFKD, marks dropped, lower-cased) and segmented;
    pieces such as `1999,` are split before the comma. By WordPieces (`vocab.txt`; google-research/bert's
    `FullTokenizer`) it is cleaned, lower-cased and stripped of accents; each Chinese character and each punctuation
    mark is a word, and each word is segmented, the longest piece first. A text that spells a special token is text:
    `[MASK]` in it does not become `mask_id`, unless a SentencePiece model declares it a user-defined symbol, which
    SentencePiece recognizes in any text (the English model declares none of its special tokens so).

    Args:
        path: a SentencePiece `.model` file, a `vocab.txt` of WordPieces, or Hugging Face's `tokenizer.json` of
            either; None is the bundled uncased English model of ALBERT v1 and v2.
        lowercase: lower-case the text (google's `do_lower_case`); False for a cased model; None does as a
            `tokenizer.json` says, and else lower-cases.
        strip_accents: drop the accents; None does as a `tokenizer.json` says, and else as the reference: always by a
            SentencePiece model, and by WordPieces where texts are lower-cased.
        cls_token: the piece that starts a sequence; None looks for `[CLS]`, then `<cls>`.
        sep_token: the piece that ends a segment; None looks for `[SEP]`, then `<sep>`.
        pad_token: the piece that fills up a batch; None looks for `<pad>`, then `[PAD]`.
        mask_token: the piece that hides a token; None looks for `[MASK]`, then `<mask>`.

    Raises:
        CheckpointError: the file cannot be read, is no vocabulary of either kind, or a `tokenizer.json` that does
            what neither kind does.
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
        lowercase: bool | None = None,
        strip_accents: bool | None = None,
        cls_token: str | None = None,
        sep_token: str | None = None,
        pad_token: str | None = None,
        mask_token: str | None = None,
    ):
        special = {"cls": cls_token, "sep": sep_token, "pad": pad_token, "mask": mask_token}
        if path is None:
            self.path: Path | None = _bundled_path()
            super().__init__(_bundled_vocabulary(), lowercase, strip_accents, special)
        else:
            self.path = Path(path)
            found = read_tokenization(path).unless(lowercase, strip_accents)
            vocabulary = parse_vocabulary(found.content, repr(str(path)))
            super().__init__(vocabulary, found.lowercase, found.strip_accents, special)

    @classmethod
    def from_bytes(
        cls,
        model_bytes: bytes,
        *,
        lowercase: bool | None = None,
        strip_accents: bool | None = None,
        cls_token: str | None = None,
        sep_token: str | None = None,
        pad_token: str | None = None,
        mask_token: str | None = None,
    ) -> "AlbertTokenizer":
        """A tokenizer from the content of a file, as `path` of the class names it, with the keywords of the class.

        Its `path` is None.
        """
        tokenizer = cls.__new__(cls)
        tokenizer.path = None
        special = {"cls": cls_token, "sep": sep_token, "pad": pad_token, "mask": mask_token}
        found = as_tokenization(model_bytes).unless(lowercase, strip_accents)
        TokenizerSettings.__init__(
            tokenizer,
            parse_vocabulary(found.content),
            found.lowercase,
            found.strip_accents,
            special,
        )
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
            a SentencePiece model put before the text, or before digits that the digit-comma rule split off.

        Raises:
            DataError: `text` is not a str.
        """
        if not isinstance(text, str):
            raise not_text(text, "text")
        encoded = self._engine.encode([text], offsets)
        ids = encoded.ids.tolist()
        if encoded.spans is None:
            return ids
        starts, ends = encoded.spans.T.tolist()
        return ids, list(zip(starts, ends, strict=True))

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
        return self._engine.encode(texts, offsets)

    def in_graph(self) -> "InGraphTokenizer | InGraphWordPiece":
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

        # Its tables are made outside of the function that may just be traced, as by `Dataset.map`.
        with tf.init_scope():
            return self._engine.in_graph()

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
        return self._engine.decode([self._checked_ids(ids) for ids in batch])


def _bundled_path() -> Path:
    return Path(str(resources.files("albert_tf.tokenizer") / "assets" / BUNDLED_MODEL))


@functools.cache
def _bundled_vocabulary() -> VocabularyFile:
    return parse_vocabulary(_bundled_path().read_bytes(), "the bundled model")


def _rows(flat: list, splits: list[int]) -> list[list]:
    return [flat[start:end] for start, end in itertools.pairwise(splits)]
