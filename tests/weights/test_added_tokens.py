"""Tokens behind the vocabulary: those that mark a sequence are kept, all others refused by name."""

import json
import warnings

import numpy as np
import pytest

from albert_tf import AlbertTokenizer
from albert_tf.errors import CheckpointError
from albert_tf.tokenizer.huggingface import with_added_tokens
from albert_tf.tokenizer.model_file import USER_DEFINED, Piece, add_pieces
from albert_tf.weights import read_checkpoint
from albert_tf.weights.tokenizer_folder import read_tokenizer_file
from tests.tokenizer.small_models import pieces_of
from tests.weights.test_huggingface import edit_config, edit_tensors
from tests.weights.tokenizer_files import save_fast, train_model


def grow(folder, rows):
    """Gives the word table of a folder further rows, as resize_token_embeddings does."""
    name = "albert.embeddings.word_embeddings.weight"

    def longer(tensors):
        table = tensors[name]
        tensors[name] = np.concatenate([table, np.ones((rows, table.shape[1]), np.float32)])

    edit_tensors(folder, longer)
    edit_config(folder, vocab_size=120 + rows)


@pytest.mark.parametrize("slow_too", [True, False])
@pytest.mark.parametrize("kind", ["added", "special"])
def test_added_tokens_are_refused_by_name(folder, small_model, slow_too, kind):
    path = folder("hf_sequence_classification")
    grow(path, 2)
    save_fast(small_model, path, slow_too=slow_too, **{kind: ["<user>", "covid-19"]})
    with pytest.raises(CheckpointError, match=r"2 added tokens behind .*'<user>', 'covid-19'"):
        read_checkpoint(path)
    assert read_checkpoint(path, tokenizer=False).tokenizer_model is None
    with pytest.warns(UserWarning, match="122 rows and the tokenizer 120 pieces"):
        checkpoint = read_checkpoint(path, tokenizer=small_model)
    assert checkpoint.tokenizer_model == small_model.read_bytes()


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("added_tokens.json", {"<user>": 120}),
        ("tokenizer_config.json", {"added_tokens_decoder": {"120": {"content": "<user>"}}}),
        ("tokenizer.json", {"added_tokens": [{"id": 120, "content": "<user>"}]}),
    ],
)
def test_every_file_that_can_add_tokens_is_looked_into(folder, small_model, file, content):
    path = folder("hf_sequence_classification")
    (path / "spiece.model").write_bytes(small_model.read_bytes())
    (path / file).write_text(json.dumps(content))
    with pytest.raises(CheckpointError, match="1 added tokens .*'<user>'"):
        read_checkpoint(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"<user>": "x"}, "malformed"),
        ({"<user>": None}, "malformed"),
        ({"[CLS]": 3}, r"'\[CLS\]' has the id 3, which is the piece '\[SEP\]'"),
    ],
)
def test_damaged_files_are_named(folder, small_model, content, message):
    path = folder("hf_sequence_classification")
    (path / "spiece.model").write_bytes(small_model.read_bytes())
    (path / "added_tokens.json").write_text(json.dumps(content))
    with pytest.raises(CheckpointError, match=message) as error:
        read_checkpoint(path)
    assert "\n" not in str(error.value)


def test_tokens_that_mark_a_sequence_get_the_ids_of_transformers(tmp_path):
    # A vocabulary without them: transformers puts them behind it.
    options = {"pad_id": -1, "unk_id": 0, "control_symbols": [], "user_defined_symbols": []}
    model = train_model(tmp_path / "plain.model", 80, **options)
    fast = save_fast(model, tmp_path)
    content = read_tokenizer_file(tmp_path / "tokenizer.json").tokenizer_model
    tokenizer = AlbertTokenizer.from_bytes(content)
    assert fast.cls_token_id >= len(pieces_of(model.read_bytes()))
    assert (tokenizer.cls_id, tokenizer.sep_id, tokenizer.pad_id, tokenizer.mask_id) == (
        fast.cls_token_id,
        fast.sep_token_id,
        fast.pad_token_id,
        fast.mask_token_id,
    )
    packed = tokenizer.pack(["the film was a waste"], max_length=40)
    ids, *_ = packed.padded(tokenizer.pad_id)
    assert ids[0].tolist() == fast("the film was a waste")["input_ids"]


def test_no_sentencepiece_model_gives_the_ids_of_an_added_token(small_model, tmp_path):
    """Why they are refused: behind one, transformers begins a word; SentencePiece goes on with it."""
    fast = save_fast(small_model, tmp_path, added=["<user>"])
    content = add_pieces(small_model.read_bytes(), [Piece("<user>", 0.0, USER_DEFINED)])
    tokenizer = AlbertTokenizer.from_bytes(content)
    assert 120 in tokenizer.encode("the <user>s")
    assert (
        tokenizer.encode("the <user>s")
        != fast("the <user>s", add_special_tokens=False)["input_ids"]
    )


def test_gaps_and_doubles_are_refused(small_model):
    content = small_model.read_bytes()
    for added in ({121: "<mask>"}, {120: "[CLS]"}):
        with pytest.raises(CheckpointError, match="added tokens behind"):
            with_added_tokens(content, added, "test")


def test_rows_without_a_piece_are_told(folder, small_model):
    path = folder("hf_sequence_classification")
    (path / "spiece.model").write_bytes(small_model.read_bytes())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_checkpoint(path)
    grow(path, 8)  # to a multiple of 64, as resize_token_embeddings can
    with pytest.warns(UserWarning, match="the last 8 rows are never used"):
        assert read_checkpoint(path).config.vocab_size == 128
