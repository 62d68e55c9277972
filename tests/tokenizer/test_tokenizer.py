"""`AlbertTokenizer` itself: decoding, the vocabulary, other models, errors, and keeping it."""

import copy
import json
import pickle
import random

import numpy as np
import pytest
import tensorflow as tf

from albert_tf.errors import AlbertError, CheckpointError, ConfigError, DataError
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.model_file import parse_model
from tests.tokenizer.small_models import small_model

CASED = small_model(dict.fromkeys(["▁", "a", "A", "e", "é", "E", "É"], -3.0))


@pytest.fixture
def cased_file(tmp_path):
    path = tmp_path / "cased.model"
    path.write_bytes(CASED)
    return path


def test_special_ids_of_the_bundled_model(tokenizer):
    ids = [getattr(tokenizer, f"{name}_id") for name in ("pad", "unk", "cls", "sep", "mask")]
    assert ids == [0, 1, 2, 3, 4]
    names = [getattr(tokenizer, f"{name}_token") for name in ("pad", "unk", "cls", "sep", "mask")]
    assert names == ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]
    assert tokenizer.special_ids == {0, 1, 2, 3, 4}
    assert len(tokenizer) == tokenizer.vocab_size == len(tokenizer.pieces) == 30000


def test_pieces_and_ids(tokenizer):
    assert tokenizer.id_to_piece(10975) == "▁hello"
    assert tokenizer.piece_to_id("▁hello") == 10975
    assert tokenizer.piece_to_id("no such piece") == tokenizer.unk_id


def test_sequences_of_every_kind(tokenizer):
    expected = [[10975], [126]]
    for texts in (["Hello", "World"], ("Hello", "World"), np.array(["Hello", "World"])):
        assert tokenizer.encode_batch(texts) == expected
    assert tokenizer.encode_batch(text for text in ["Hello", "World"]) == expected
    assert tokenizer.encode_batch([]) == []
    assert tokenizer.encode_batch([], offsets=True) == ([], [])


@pytest.mark.parametrize("texts", [["a b", "c"] * 3, ["x"] * 4, ["", "", "a 1999,", ""]])
def test_repeated_texts(tokenizer, texts):
    ids, spans = tokenizer.encode_batch(texts, offsets=True)
    assert ids == tokenizer.encode_batch(texts) == [tokenizer.encode(text) for text in texts]
    assert spans == [tokenizer.encode(text, offsets=True)[1] for text in texts]


def test_texts_do_not_forge_special_tokens(tokenizer):
    texts = ["[CLS] [SEP]", "<pad><unk>", "[MASK]"]
    ids = {i for row in tokenizer.encode_batch(texts) for i in row}
    assert not ids & {tokenizer.pad_id, tokenizer.cls_id, tokenizer.sep_id, tokenizer.mask_id}
    # The original looks up the spelling of a span of unknown letters. Each special piece of the
    # English model has a known letter, so no such span spells one, and the ids are the original's.
    for token_id in tokenizer.special_ids:
        assert set(tokenizer.id_to_piece(token_id)) & set(tokenizer.pieces)
    few = AlbertTokenizer.from_bytes(small_model({"▁": -1.0}), lowercase=False)
    assert few.encode("[MASK]") == [few.piece_to_id("▁"), few.unk_id]


def test_decode(tokenizer):
    ids = tokenizer.encode("Hello, World! in 1999, naïve")
    text = "hello, world! in 1999, naive"
    assert tokenizer.decode(ids) == text
    assert tokenizer.decode(np.array(ids)) == tokenizer.decode(tf.constant(ids)) == text
    assert tokenizer.decode([2, *ids, 3, 0, 0]) == text
    assert tokenizer.decode([]) == ""
    assert tokenizer.decode_batch([[10975], [], [126]]) == ["hello", "", "world"]
    assert tokenizer.decode_batch([]) == []
    assert tokenizer.decode([1]) == " ⁇ "


def test_decoding_gives_the_ids_back_for_real_words(tokenizer):
    words = [p[1:] for p in tokenizer.pieces if p.startswith("▁") and p[1:].isalpha()]
    sentences = [" ".join(random.Random(i).sample(words, 8)) for i in range(200)]
    assert tokenizer.decode_batch(tokenizer.encode_batch(sentences)) == sentences


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda t: t.encode(None), "text is 'None' of type NoneType"),
        (lambda t: t.encode(b"a"), "of type bytes"),
        (lambda t: t.encode_batch(None), "texts is 'None' of type NoneType; expected a sequence"),
        (lambda t: t.encode_batch(b"abc"), "of type bytes; expected a sequence of str"),
        (lambda t: t.encode_batch({"text": "a"}), "of type dict; expected a sequence of str"),
        (
            lambda t: t.encode_batch(np.array([["a", "b"]])),
            "of type ndarray; expected a sequence of str",
        ),
        (lambda t: t.encode_batch("abc"), r"texts is one text, 'abc'.*pass \[text\]"),
        (lambda t: t.encode_batch(["a", float("nan")]), r"texts\[1\] is 'nan' of type float"),
        (lambda t: t.pack(["a"], [None]), r"pairs\[0\] is 'None'"),
        (
            lambda t: t.decode([5, 30000]),
            "30000 is not in the vocabulary, which has ids 0 to 29999",
        ),
        (lambda t: t.decode([-1]), "-1 is not in the vocabulary"),
        (lambda t: t.decode([0.5]), "float64"),
        (lambda t: t.decode([[1, 2]]), r"shape \(1, 2\)"),
        (lambda t: t.id_to_piece(30000), "30000"),
    ],
)
def test_bad_data(tokenizer, call, message):
    with pytest.raises(DataError, match=message) as caught:
        call(tokenizer)
    assert "\n" not in str(caught.value)


def test_files_that_are_no_models(tmp_path, shared):
    missing = tmp_path / "missing.model"
    with pytest.raises(CheckpointError, match=r"missing\.model.*No such file"):
        AlbertTokenizer(missing)
    with pytest.raises(CheckpointError, match="directory"):
        AlbertTokenizer(tmp_path)
    for content in (b"", b"\0" * 100, b"PK\x03\x04 a zip\xff", "grüße\n".encode() * 50):
        other = tmp_path / "other.model"
        other.write_bytes(content)
        with pytest.raises(
            CheckpointError, match=r"other\.model' is (not|neither) a SentencePiece model"
        ):
            AlbertTokenizer(other)
    whole = AlbertTokenizer().model_bytes
    with pytest.raises(CheckpointError, match="not a SentencePiece model"):
        AlbertTokenizer.from_bytes(whole[: len(whole) // 2])


def test_damaged_models():
    model = small_model({"▁a": -1.0, "▁b": -1.0})
    with pytest.raises(CheckpointError, match="pieces are not UTF-8"):
        AlbertTokenizer.from_bytes(model.replace("▁a".encode(), b"\xff" * 4))
    twice = AlbertTokenizer.from_bytes(model.replace("▁a".encode(), "▁b".encode()))
    with pytest.raises(CheckpointError, match=r"refuses.*\(▁b is already defined\)") as caught:
        twice.encode("a")
    assert "\n" not in str(caught.value)
    empty = AlbertTokenizer.from_bytes(small_model({"▁a": -1.0, "": -1.0}))
    with pytest.raises(CheckpointError, match=r"refuses.*\(the piece 6 is empty\)"):
        empty.encode("a")


def test_flags(cased_file):
    def pieces(**flags):
        tokenizer = AlbertTokenizer(cased_file, **flags)
        assert (tokenizer.lowercase, tokenizer.strip_accents) == tuple(
            {"lowercase": True, "strip_accents": True, **flags}.values()
        )
        graph = tokenizer.in_graph()
        assert graph(["Aé E\u0301"]).to_list() == [tokenizer.encode("Aé E\u0301")]
        return [tokenizer.id_to_piece(i) for i in tokenizer.encode("Aé E\u0301")]

    assert pieces() == ["▁", "a", "e", "▁", "e"]
    assert pieces(lowercase=False) == ["▁", "A", "e", "▁", "E"]
    assert pieces(strip_accents=False) == ["▁", "a", "é", "▁", "é"]
    assert pieces(lowercase=False, strip_accents=False) == ["▁", "A", "é", "▁", "É"]


def test_special_tokens_of_other_names():
    special = ("<pad>", "<unk>", "<s>", "</s>", "<cls>", "<sep>")
    model = small_model({"▁a": -1.0}, special)
    found = AlbertTokenizer.from_bytes(model)
    assert (found.cls_id, found.sep_id, found.pad_id) == (4, 5, 0)
    named = AlbertTokenizer.from_bytes(model, cls_token="<s>", sep_token="</s>")
    assert (named.cls_id, named.sep_id) == (2, 3)
    assert AlbertTokenizer.from_config(named.get_config(), model).cls_token == "<s>"
    with pytest.raises(ConfigError, match=r"no '\[MASK\]' or '<mask>' piece.*mask_token="):
        _ = found.mask_id
    assert found.special_ids == {0, 1, 2, 3, 4, 5}


def test_missing_special_tokens():
    model = small_model({"▁a": -1.0}, ("<pad>", "<unk>", "<s>", "</s>"))
    with pytest.raises(ConfigError, match=r"no '\[CLS\]' or '<cls>'.*'<s>', '</s>'.*cls_token="):
        AlbertTokenizer.from_bytes(model)
    with pytest.raises(ConfigError, match=r"no '\[sep\]' piece"):
        AlbertTokenizer(sep_token="[sep]")


def test_config_goes_through_json(tokenizer, cased_file):
    config = json.loads(json.dumps(tokenizer.get_config()))
    assert AlbertTokenizer.from_config(config).encode("Hello") == [10975]
    cased = AlbertTokenizer(cased_file, lowercase=False)
    config = json.loads(json.dumps(cased.get_config()))
    for model in (cased_file, str(cased_file), CASED):
        again = AlbertTokenizer.from_config(config, model)
        assert not again.lowercase
        assert again.encode("A") == cased.encode("A")
    with pytest.raises(ConfigError, match=r"the bundled English model.*is not the one"):
        AlbertTokenizer.from_config(config)


def test_path_and_bytes(tokenizer, cased_file):
    assert tokenizer.path.read_bytes() == tokenizer.model_bytes
    assert AlbertTokenizer(str(cased_file)).path == cased_file
    assert AlbertTokenizer(cased_file).model_bytes == CASED
    assert AlbertTokenizer.from_bytes(CASED).path is None
    assert repr(cased_file.name)[1:-1] in repr(AlbertTokenizer(cased_file))


@pytest.mark.parametrize(
    "copier", [copy.copy, copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))]
)
def test_copies(cased_file, copier):
    tokenizer = AlbertTokenizer(cased_file, lowercase=False)
    tokenizer.encode("a")  # with the engine at work
    again = copier(tokenizer)
    assert again.encode("aA") == tokenizer.encode("aA")
    assert again.path == cased_file
    assert again.get_config() == tokenizer.get_config()


def test_every_error_is_an_albert_error():
    assert all(issubclass(kind, AlbertError) for kind in (CheckpointError, ConfigError, DataError))


def test_model_file(tokenizer):
    model = parse_model(tokenizer.model_bytes)
    assert model.pieces[:5] == ("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]")
    assert model.unk_id == 1
    assert model.model_type == 1
    assert model.add_dummy_prefix
    assert model.remove_extra_whitespaces
    assert len(model.charsmap) == 237539
    assert model.scores[13] == pytest.approx(-2.18897, abs=1e-4)  # "▁"
