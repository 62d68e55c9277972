"""`tokenizer.json` of WordPieces, as transformers writes it: the `vocab.txt` that it was made from comes back."""

import json

import pytest

from albert_tf import AlbertTokenizer
from albert_tf.errors import CheckpointError
from albert_tf.weights.tokenizer_folder import read_tokenizer_file

LINES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "un", "##able", "中", "国", ",", "A", "é"]


@pytest.fixture(scope="module")
def fast(tmp_path_factory):
    """The parsed file of transformers' fast tokenizer of `LINES`."""
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("fast")
    (folder / "vocab.txt").write_text("\n".join(LINES) + "\n", "utf-8")
    transformers.BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    return (folder / "tokenizer.json").read_text("utf-8")


def written(folder, values):
    path = folder / "tokenizer.json"
    path.write_text(json.dumps(values), "utf-8")
    return path


def test_the_ids_are_those_of_google_research(shared, tmp_path):
    transformers = pytest.importorskip("transformers")
    vocabulary = shared / "albert_zh" / "vocab.txt"
    transformers.BertTokenizerFast(str(vocabulary)).save_pretrained(tmp_path)
    tokenizer = AlbertTokenizer(tmp_path / "tokenizer.json")
    assert tokenizer.pieces == AlbertTokenizer(vocabulary).pieces
    path = shared / "fixtures" / "wordpiece_zh_golden.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert len(rows) == 2027
    ids = tokenizer.encode_batch([row["text"] for row in rows])
    assert [row["text"] for row, mine in zip(rows, ids, strict=True) if mine != row["ids"]] == []


def without_type(values):
    """Files of tokenizers before 0.9 do not name the type of the model."""
    del values["model"]["type"]


@pytest.mark.parametrize(
    ("change", "flags"),
    [
        (lambda v: None, (True, True)),
        (without_type, (True, True)),
        (lambda v: v["normalizer"].update(lowercase=False), (False, False)),
        (lambda v: v["normalizer"].update(strip_accents=False), (True, False)),
        (lambda v: v["normalizer"].update(lowercase=False, strip_accents=True), (False, True)),
        (lambda v: v["model"].update(max_input_chars_per_word=200), (True, True)),
    ],
)
def test_what_is_said_of_capitals_and_accents(fast, tmp_path, change, flags):
    values = json.loads(fast)
    change(values)
    path = written(tmp_path, values)
    content = ("\n".join(LINES) + "\n").encode()
    assert read_tokenizer_file(path) == (content, *flags)
    tokenizer = AlbertTokenizer(path)
    assert (tokenizer.lowercase, tokenizer.strip_accents) == flags
    assert AlbertTokenizer.from_bytes(path.read_bytes()).get_config() == tokenizer.get_config()
    assert AlbertTokenizer(path, lowercase=False).encode("A")[0] == LINES.index("A")


def test_a_marker_behind_the_vocabulary_is_a_piece(fast, tmp_path):
    values = json.loads(fast)
    values["added_tokens"].append({"id": len(LINES), "content": "<mask>", "special": True})
    tokenizer = AlbertTokenizer(written(tmp_path, values), mask_token="<mask>")
    assert tokenizer.mask_id == len(LINES)


def rename(values, old, new):
    values["model"]["vocab"] = {
        new if p == old else p: n for p, n in values["model"]["vocab"].items()
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda v: v["model"].update(type="BPE", merges=[]),
            "of the type BPE; expected Unigram or WordPiece",
        ),
        (lambda v: v["model"].update(unk_token="<unk>"), "has the unk_token '<unk>'"),
        (
            lambda v: v["model"].update(continuing_subword_prefix="@@"),
            "continuing_subword_prefix '@@'",
        ),
        (lambda v: v["model"].update(max_input_chars_per_word=50), "max_input_chars_per_word 50"),
        (
            lambda v: v["normalizer"].update(handle_chinese_chars=False),
            "has handle_chinese_chars False",
        ),
        (lambda v: v["normalizer"].update(clean_text=False), "has clean_text False"),
        (
            lambda v: v.update(normalizer={"type": "NFKC"}),
            "normalizes texts by NFKC; expected BertNormalizer",
        ),
        (lambda v: v.update(normalizer=None), "normalizes texts by nothing"),
        (lambda v: v.update(pre_tokenizer={"type": "Whitespace"}), "divides texts by Whitespace"),
        (lambda v: v.update(post_processor=None), "by no template of its own"),
        (lambda v: v["model"]["vocab"].update(un=40), "ids are not 0 to 11"),
        (lambda v: rename(v, "un", "un "), "the piece 'un ' with white space"),
        (lambda v: rename(v, "[UNK]", "unk"), r"added token '\[UNK\]' has the id 1|is \[UNK\]"),
        (
            lambda v: v["added_tokens"].append({"id": 12, "content": "<user>"}),
            "1 added tokens behind its 12 pieces",
        ),
        (lambda v: v["model"].update(vocab=7), "is malformed"),
    ],
)
def test_what_would_give_other_ids_is_refused_by_name(fast, tmp_path, change, message):
    values = json.loads(fast)
    change(values)
    path = written(tmp_path, values)
    with pytest.raises(CheckpointError, match=message) as error:
        AlbertTokenizer(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)
