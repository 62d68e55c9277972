"""`tokenizer.json`: the SentencePiece model that transformers made it from comes back."""

import base64
import json

import pytest

from albert_tf import AlbertTokenizer
from albert_tf.errors import CheckpointError
from albert_tf.tokenizer.model_file import parse_model
from albert_tf.weights import read_checkpoint
from albert_tf.weights.tokenizer_folder import read_tokenizer_file
from tests.tokenizer.small_models import pieces_of
from tests.weights.tokenizer_files import TEXTS, save_fast


@pytest.fixture(scope="module")
def english(shared, tmp_path_factory):
    """The folder of the fast tokenizer that transformers makes of the English model."""
    folder = tmp_path_factory.mktemp("english")
    save_fast(shared / "albert_en" / "30k-clean.model", folder)
    return folder


def edited(folder, tmp_path, change):
    """A copy of a `tokenizer.json` after a change; returns its path."""
    values = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    change(values)
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(values), "utf-8")
    return path


def golden(shared):
    with (shared / "fixtures" / "tokenizer_golden.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_every_piece_score_and_type_comes_back(english, shared):
    content = (shared / "albert_en" / "30k-clean.model").read_bytes()
    found = read_tokenizer_file(english / "tokenizer.json")
    assert pieces_of(found.tokenizer_model) == pieces_of(content)
    assert (found.lowercase, found.strip_accents) == (True, True)


def test_the_ids_are_those_of_google_research(english, shared):
    rows = golden(shared)
    assert len(rows) == 2695
    tokenizer = AlbertTokenizer.from_bytes(
        read_tokenizer_file(english / "tokenizer.json").tokenizer_model
    )
    ids = tokenizer.encode_batch([row["text"] for row in rows])
    assert [row["text"] for row, mine in zip(rows, ids, strict=True) if mine != row["ids"]] == []


def test_sentencepiece_itself_reads_the_model_alike(english, shared):
    sentencepiece = pytest.importorskip("sentencepiece")
    content = (shared / "albert_en" / "30k-clean.model").read_bytes()
    found = read_tokenizer_file(english / "tokenizer.json").tokenizer_model
    old, new = (sentencepiece.SentencePieceProcessor(model_proto=m) for m in (content, found))
    texts = [row["text"] for row in golden(shared)[::5]]
    assert new.encode(texts) == old.encode(texts)
    assert (new.unk_id(), new.get_piece_size()) == (old.unk_id(), old.get_piece_size())


def as_in_old_releases(values):
    """transformers before 4.40: only special tokens are listed, two pre-tokenizers, no scheme."""
    values["added_tokens"] = [token for token in values["added_tokens"] if token["special"]]
    metaspace = {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True}
    values["pre_tokenizer"] = {
        "type": "Sequence",
        "pretokenizers": [{"type": "WhitespaceSplit"}, metaspace],
    }
    values["truncation"] = {"max_length": 512, "strategy": "LongestFirst", "stride": 0}


def test_files_of_old_releases_give_the_same_model(english, tmp_path):
    path = edited(english, tmp_path, as_in_old_releases)
    assert read_tokenizer_file(path) == read_tokenizer_file(english / "tokenizer.json")


@pytest.mark.parametrize("do_lower_case", [True, False])
@pytest.mark.parametrize("keep_accents", [True, False])
def test_case_and_accents_are_told_by_the_normalizer(
    small_model, tmp_path, do_lower_case, keep_accents
):
    save_fast(small_model, tmp_path, do_lower_case=do_lower_case, keep_accents=keep_accents)
    found = read_tokenizer_file(tmp_path / "tokenizer.json")
    assert (found.lowercase, found.strip_accents) == (do_lower_case, not keep_accents)


def test_a_folder_with_the_fast_tokenizer_alone_reads_as_with_the_slow_one(
    folder, small_model, tmp_path
):
    path = folder("hf_sequence_classification")
    save_fast(small_model, path)
    checkpoint = read_checkpoint(path)
    tokenizer = AlbertTokenizer.from_bytes(
        checkpoint.tokenizer_model, lowercase=checkpoint.lowercase
    )
    expected = AlbertTokenizer(small_model)
    for text in TEXTS:
        assert tokenizer.encode(text) == expected.encode(text)
        assert expected.unk_id not in expected.encode(text)


def test_a_tokenizer_json_for_a_model_of_tests_gives_transformers_ids(small_model, tmp_path):
    # Where words are divided by blanks alone, the fast tokenizer and SentencePiece agree.
    fast = save_fast(small_model, tmp_path)
    tokenizer = AlbertTokenizer.from_bytes(
        read_tokenizer_file(tmp_path / "tokenizer.json").tokenizer_model
    )
    for text in (TEXTS[0], TEXTS[1], TEXTS[4]):
        assert tokenizer.encode(text) == fast(text, add_special_tokens=False)["input_ids"]


def model(**changes):
    return lambda values: values["model"].update(changes)


def normalizer(*steps):
    return lambda values: values.update(normalizer={"type": "Sequence", "normalizers": list(steps)})


def of_type(*kinds):
    return normalizer(*({"type": kind} for kind in kinds))


def set_piece(number, piece):
    def change(values):
        values["model"]["vocab"][number] = piece

    return change


def add_token(**token):
    return lambda values: values["added_tokens"].append({"special": False, **token})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (model(type="BPE"), "of the type BPE; expected Unigram or WordPiece"),
        (model(byte_fallback=True), "byte_fallback"),
        (model(unk_id=None), "unk_id is None"),
        (model(unk_id=500), "unk_id is 500"),
        (of_type("NFKC", "Lowercase"), "normalizes texts by NFKC"),
        (of_type("BertNormalizer"), "normalizes texts by BertNormalizer"),
        (of_type("Lowercase", "NFKD", "StripAccents"), "Lowercase, NFKD, StripAccents; expected"),
        (of_type("StripAccents"), "normalizes texts by StripAccents; expected NFKD"),
        (of_type("NFKD"), "normalizes texts by NFKD; expected"),
        (
            normalizer({"type": "Replace", "pattern": {"String": "@"}, "content": " at "}),
            "normalizes texts by Replace of .*@",
        ),
        (
            normalizer({"type": "Precompiled", "precompiled_charsmap": "x!"}),
            "precompiled_charsmap is damaged",
        ),
        (lambda v: v.update(pre_tokenizer={"type": "ByteLevel"}), "divides texts by ByteLevel"),
        (lambda v: v.update(pre_tokenizer=None), "divides texts by nothing"),
        (lambda v: v["pre_tokenizer"].update(replacement="_"), "divides texts by Metaspace"),
        (lambda v: v.update(post_processor=None), "by no template of its own"),
        (lambda v: v["post_processor"]["single"].pop(), "packs texts by TemplateProcessing"),
        (set_piece(40, ["qqq", -1.1]), "no float32 numbers,.*-1.1 of 'qqq'"),
        (set_piece(40, ["", -1.0]), "the piece 40 is"),
        (set_piece(40, ["[CLS]", 0.0]), "1 pieces twice"),
        (set_piece(40, 7), "is malformed"),
        (add_token(id=120, content="<user>"), "1 added tokens behind its 120 pieces .'<user>'"),
        (add_token(id=40, content="<user>"), "'<user>' has the id 40, which is the piece"),
        (add_token(id="x", content="<user>"), "malformed"),
        (lambda v: v.pop("model"), "is malformed .KeyError: 'model'"),
        (lambda v: v.update(model=[]), "is malformed"),
        (model(vocab={"a": 1, "bc": 2}), "is malformed"),
        (set_piece(40, ["qqq", float("nan")]), "no float32 numbers"),
        (set_piece(40, ["\ud800", -1.0]), "is malformed"),
    ],
)
def test_what_would_give_other_ids_is_refused_by_name(small_model, tmp_path, change, message):
    save_fast(small_model, tmp_path)
    path = edited(tmp_path, tmp_path, change)
    with pytest.raises(CheckpointError, match=message) as error:
        read_tokenizer_file(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_an_ordinary_piece_that_is_also_an_added_token_is_refused(small_model, tmp_path):
    fast = save_fast(small_model, tmp_path)
    fast.add_tokens(["the"] if "the" in fast.get_vocab() else [fast.convert_ids_to_tokens(60)])
    fast.save_pretrained(tmp_path)
    with pytest.raises(CheckpointError, match="cuts texts at the piece"):
        read_tokenizer_file(tmp_path / "tokenizer.json")


def test_a_character_map_is_taken_over(english, tmp_path):
    def mapped(values):
        return next(
            step["precompiled_charsmap"]
            for step in values["normalizer"]["normalizers"]
            if step["type"] == "Precompiled"
        )

    found = parse_model(read_tokenizer_file(english / "tokenizer.json").tokenizer_model)
    values = json.loads((english / "tokenizer.json").read_text("utf-8"))
    assert found.charsmap == base64.b64decode(mapped(values))
    assert (found.add_dummy_prefix, found.remove_extra_whitespaces) == (True, True)


def test_what_is_no_tokenizer_is_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"there is no tokenizer .*absent\.model"):
        read_tokenizer_file(tmp_path / "absent.model")
    with pytest.raises(CheckpointError, match="holds no tokenizer"):
        read_tokenizer_file(tmp_path)
    for name, content in (("a.model", b""), ("b.model", b"\x12\x00"), ("c.json", b"[1]")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(CheckpointError, match=f"{name}.* (expected|holds)"):
            read_tokenizer_file(tmp_path / name)
