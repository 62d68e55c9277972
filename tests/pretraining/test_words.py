"""Whole words by a segmenter: where they begin, and that nothing but the text decides it."""

import itertools
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_tf import AlbertTokenizer
from albert_tf.errors import ConfigError, MissingExtraError
from albert_tf.pretraining import (
    Document,
    ExampleMaker,
    ExampleRecipe,
    Manifest,
    MaskingRecipe,
    build,
    build_records,
    build_records_with_beam,
    parting_table,
    word_start_table,
)
from albert_tf.pretraining.words import WORDS, word_places, words_of
from tests.installation import ROOT
from tests.pretraining.test_examples import parse, unmasked

pytest.importorskip("jieba")

CORPUS = """\
春天来了，我们全家去公园散步。湖边的柳树刚刚发芽，孩子们在草地上放风筝。爸爸带了相机，拍了很多照片。
中午我们在一家小饭馆吃饭。老板非常热情，推荐了他们的招牌豆腐。味道确实不错，价格也很便宜！

这台笔记本电脑用了三年，电池越来越不耐用。客服建议我更换电池，费用大约三百元。我想再等等看。

图书馆周末开放到晚上九点。里面有wifi，也有很多插座，很适合复习功课。你下次要不要一起来？
管理员说，新买的IPhone15充电器可以借用。

昨天下雨，火车晚点了40分钟。车站里人山人海，广播一直在道歉。我给朋友打电话，告诉他不用着急。
"""
LINES = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "wifi", "iphone", "##15", "40", "un", "##able", "р", "##у",
    *sorted(set(CORPUS) - set(" \n" + "abcdefghijklmnopqrstuvwxyzIP0123456789")), *"来到北京清华大学恤股票",
]  # fmt: skip
LINES = list(dict.fromkeys(LINES))
TOKENIZER = AlbertTokenizer.from_bytes("\n".join(LINES).encode())
TOKENIZERS = {"zh": TOKENIZER, "en": AlbertTokenizer()}
TAKE = {language: words_of(tokenizer, "jieba") for language, tokenizer in TOKENIZERS.items()}
RECIPE = ExampleRecipe(sequence_length=32, seed=5, duplicates=3, words="jieba")


def words(text, name="jieba", tokenizer=TOKENIZER):
    """A text's tokens, joined to words."""
    ids, begin_words, _ = words_of(tokenizer, name)([text])
    found = []
    for piece, begins in zip(map(tokenizer.id_to_piece, ids.tolist()), begin_words, strict=True):
        found.append(piece) if begins else found.append(f"{found.pop()} {piece}")
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我来到北京清华大学", "我|来 到|北 京|清 华 大 学"),
        ("我们用wifi，IPhone15也行。", "我 们|用|wifi|，|iphone ##15|也|[UNK]|。"),
        ("unable 股票", "un ##able|股 票"),
        ("ру，ру", "р ##у|，|р ##у"),
    ],
)
def test_words_of_texts(text, expected):
    assert words(text) == expected.split("|")


def test_words_that_are_marked_are_those_of_the_table():
    text = "我们用wifi，IPhone15"
    ids, begin_words, splits = words_of(TOKENIZER, "marked")([text, "", text])
    np.testing.assert_array_equal(begin_words, word_start_table(TOKENIZER)[ids])
    assert np.diff(splits).tolist() == [len(ids) / 2, 0, len(ids) / 2]
    assert words(text, "marked") == "我|们|用|wifi|，|iphone ##15".split("|")


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("", {0}),
        # The examples of jieba's own README.
        ("我来到北京清华大学", {0, 1, 3, 5}),
        ("他来到了网易杭研大厦", {0, 1, 3, 4, 6, 8}),
        ("清华大学 wifi6", {0, 4, 5}),
        ("T恤", {0}),
        ("русский язык", {0, 7, 8}),
        ("für über", {0, 3, 4}),
        ("한국어 좋아", {0, 3, 4}),
        ("3.5%的人", {0, 4, 5}),
    ],
)
def test_places_where_words_begin(text, places):
    assert word_places(text) == places


def test_pieces_of_one_character_are_one_word():
    assert words("㎡ on", "marked", TOKENIZERS["en"]) == ["▁m", "2", "▁on"]
    assert words("㎡ on", "jieba", TOKENIZERS["en"]) == ["▁m 2", "▁on"]


ALPHABET = "我来到北京清华大学。！ wifi15uéр한カ\u0301\u200b\u3000㎡½"


@settings(deadline=None)
@given(st.lists(st.text(ALPHABET, max_size=30), max_size=4), st.sampled_from(list(TOKENIZERS)))
def test_any_texts(texts, language):
    tokenizer = TOKENIZERS[language]
    take = TAKE[language]
    ids, begin_words, splits = take(texts)
    assert ids.tolist() == [i for text in texts for i in tokenizer.encode(text)]
    lengths = (len(tokenizer.encode(text)) for text in texts)
    assert splits.tolist() == list(itertools.accumulate(lengths, initial=0))
    firsts = [first for first, end in itertools.pairwise(splits.tolist()) if first < end]
    assert begin_words[firsts].all()
    alone = [take([text]).begin_words for text in texts]
    np.testing.assert_array_equal(begin_words, np.concatenate([*alone, np.zeros(0, bool)]))


@pytest.mark.parametrize("tokenizer", TOKENIZERS.values(), ids=TOKENIZERS)
def test_a_text_may_be_parted_at_words_only(tokenizer):
    assert not (parting_table(tokenizer) & ~word_start_table(tokenizer)).any()


def documents():
    return [
        Document(i, tuple(text.split("\n"))) for i, text in enumerate(CORPUS[:-1].split("\n\n"))
    ]


def test_words_are_masked_whole_and_not_cut():
    mask = MaskingRecipe(masked_share=0.4, max_ngram=1)
    make = ExampleMaker(
        TOKENIZER, ExampleRecipe(sequence_length=24, duplicates=20, mask=mask, words="jieba")
    )
    masked_words = 0
    for document in documents():
        sentences = {tuple(TOKENIZER.encode(p)): words(p) for p in document.paragraphs}
        known = {word for found in sentences.values() for word in found}
        for example in map(parse, make(document)[0]):
            ids = unmasked(example)["input_ids"]
            used = int(example["input_mask"].sum())
            starts = np.flatnonzero(example["token_boundary"][:used])
            masked = set(example["masked_lm_positions"][example["masked_lm_weights"] == 1].tolist())
            for first, end in itertools.pairwise([*starts.tolist(), used]):
                covered = masked & set(range(first, end))
                assert covered in (set(), set(range(first, end)))
                if covered and end - first > 1:
                    masked_words += (
                        " ".join(map(TOKENIZER.id_to_piece, ids[first:end].tolist())) in known
                    )
    assert masked_words > 50


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "zh.txt").write_text(CORPUS, "utf-8")
    (folder / "vocab.txt").write_bytes(TOKENIZER.model_bytes)
    return folder / "zh.txt"


@pytest.fixture(scope="module")
def made(corpus, tmp_path_factory):
    """The records, made by one process."""
    output = tmp_path_factory.mktemp("made") / "records"
    build_records([corpus], output, TOKENIZER, RECIPE, shards=2)
    return output


def test_the_manifest_says_which_words(corpus, made, tmp_path):
    assert Manifest.read(made).settings["words"] == "jieba 0.42.1"
    marked = ExampleRecipe(sequence_length=32, seed=5, duplicates=3)
    build_records([corpus], tmp_path / "marked", TOKENIZER, marked, shards=2)
    assert Manifest.read(tmp_path / "marked").settings["words"] == "marked"
    assert contents(tmp_path / "marked") != contents(made)


def test_beam_gives_the_same_bytes(corpus, made, tmp_path):
    pytest.importorskip("apache_beam")
    build_records_with_beam([corpus], tmp_path / "again", TOKENIZER, RECIPE, shards=2)
    assert contents(tmp_path / "again") == contents(made)


@pytest.mark.slow
def test_any_number_of_processes_gives_the_same_bytes(corpus, made, tmp_path, monkeypatch):
    monkeypatch.setattr(build, "TASK_CHARACTERS", 60)
    build_records([corpus], tmp_path / "again", TOKENIZER, RECIPE, shards=2, processes=2)
    assert contents(tmp_path / "again") == contents(made)


@pytest.mark.slow
def test_the_command_makes_the_same_bytes_and_jieba_says_and_leaves_nothing(corpus, made, shell):
    temporary = shell.folder / "temporary"
    temporary.mkdir()
    # Another program's cache, which would change every word if it were read.
    (temporary / "jieba.cache").write_bytes(b"no dictionary")
    options = ["--sequence-length", 32, "--seed", 5, "--duplicates", 3, "--shards", 2]
    options += ["--tokenizer", corpus.parent / "vocab.txt", "--output", "r", "--processes", 1]
    done = shell.albert_tf(
        "pretraining-data", corpus, *options, "--words", "jieba", env={"TMPDIR": str(temporary)}
    )
    assert contents(shell.folder / "r") == contents(made)
    lines = [line for line in done.err.splitlines() if not re.search("examples|tokens/s", line)]
    assert lines == []
    assert [path.name for path in temporary.iterdir()] == ["jieba.cache"]


def test_words_that_other_code_adds_to_jieba_change_nothing():
    import jieba

    jieba.setLogLevel(60)
    before = words("我来到北京清华大学")
    jieba.add_word("北京清华大学", freq=10**9)
    try:
        assert jieba.lcut("我来到北京清华大学")[-1] == "北京清华大学"
        assert words("我来到北京清华大学") == before
    finally:
        jieba.del_word("北京清华大学")


def test_jieba_is_an_extra_and_nothing_else_depends_on_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "jieba", None)
    ExampleMaker(TOKENIZER, ExampleRecipe())
    with pytest.raises(MissingExtraError, match=r'pip install "albert-tf\[zh\]"'):
        ExampleMaker(TOKENIZER, RECIPE)


def test_without_jieba_the_command_says_so_in_one_line(corpus, tmp_path):
    program = (
        "import sys; sys.modules['jieba'] = None; from albert_tf_command import main; "
        f"sys.argv[1:] = ['pretraining-data', {str(corpus)!r}, '--words', 'jieba', '--output', 'r']; sys.exit(main())"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "albert-tf: error: taking words from jieba needs the package 'jieba', which is not installed; "
        'run: pip install "albert-tf[zh]"\n'
    )
    assert not list(tmp_path.iterdir())


def test_other_words_are_refused():
    with pytest.raises(ConfigError, match="words is 'hanlp'; expected marked or jieba"):
        ExampleRecipe(words="hanlp")
    assert WORDS == ("marked", "jieba")
