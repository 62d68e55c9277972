"""Vocabularies learned from texts: what is in them, that all of it can occur, and that they are the same everywhere."""

import collections
import itertools
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_tf.errors import ConfigError, DataError
from albert_tf.tasks import demo_data
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.scripts import marks_words, spaceless_share
from albert_tf.tokenizer.trainers import KINDS, train_vocabulary
from albert_tf.tokenizer.wordpiece.characters import Characters
from albert_tf.tokenizer.wordpiece.splitting import WordSplitter
from tests.installation import ROOT
from tests.tokenizer.bert_reference import FullTokenizer
from tests.tokenizer.small_models import official
from tests.tokenizer.test_wordpiece import ALPHABET

CHINESE = [
    "房间很好，服务也不错！",
    "Wifi太慢，房间太小。",
    "さくらが咲く",
    "한국어",
    "Ὀδυσσεύς ΟΔΥΣΣΕΥΣ 1999,",
] * 3
LIKE_ALBERT = (
    "model_type",
    "control_symbols",
    "user_defined_symbols",
    "pad_id",
    "unk_id",
    "bos_id",
    "eos_id",
    "pad_piece",
    "unk_piece",
    "split_by_whitespace",
    "split_by_unicode_script",
    "split_by_number",
    "treat_whitespace_as_suffix",
    "max_sentencepiece_length",
    "byte_fallback",
)


@pytest.fixture(scope="module")
def english() -> list[str]:
    return demo_data("uci_sentences").texts[:800]


@pytest.fixture(scope="module")
def trained(english):
    """A tokenizer of each kind, of English texts."""
    made = {kind: train_vocabulary(english, kind=kind, size=900) for kind in KINDS}
    return {kind: AlbertTokenizer.from_bytes(content) for kind, content in made.items()}


def test_a_unigram_model_has_the_form_of_alberts_own(trained):
    theirs = official(AlbertTokenizer().model_bytes)
    ours = official(trained["unigram"].model_bytes)
    for name in LIKE_ALBERT:
        assert getattr(ours.trainer_spec, name) == getattr(theirs.trainer_spec, name), name
    assert ours.trainer_spec.character_coverage == theirs.trainer_spec.character_coverage
    assert ours.normalizer_spec.name == theirs.normalizer_spec.name == "nmt_nfkc"
    kinds = [[(piece.piece, piece.type) for piece in model.pieces[:13]] for model in (ours, theirs)]
    assert kinds[0] == kinds[1]


def naive_wordpieces(words: collections.Counter, size: int, least: int) -> set[str]:
    """Pairs are merged, the most frequent first; of equally frequent ones that of the earlier pieces."""
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted(set("".join(words)))]
    pieces += sorted({f"##{character}" for word in words for character in word[1:]})
    spelled = {word: [word[0], *(f"##{character}" for character in word[1:])] for word in words}
    while len(pieces) < size:
        ids = {piece: index for index, piece in enumerate(pieces)}
        pairs = collections.Counter()
        for word, parts in spelled.items():
            for pair in itertools.pairwise(parts):
                pairs[pair] += words[word]
        best = min(pairs, key=lambda p: (-pairs[p], ids[p[0]], ids[p[1]]), default=None)
        if best is None or pairs[best] < least:
            break
        merged = best[0] + best[1].removeprefix("##")
        pieces += [merged] if merged not in ids else []
        for parts in spelled.values():
            at = 0
            while at + 1 < len(parts):
                if (parts[at], parts[at + 1]) == best:
                    parts[at : at + 2] = [merged]
                at += 1
    return pieces


def test_wordpieces_are_those_of_the_algorithm(english):
    texts = english[:100]
    words = collections.Counter(w for text in texts for w in FullTokenizer([]).words(text))
    content = train_vocabulary(texts, kind="wordpiece", size=300, character_coverage=1.0)
    assert content.decode().splitlines() == naive_wordpieces(words, 300, least=2)


def test_words_are_those_of_the_reference(golden_wordpiece):
    reference, split = FullTokenizer([]), WordSplitter(Characters(True, True))
    for text in golden_wordpiece[0]:
        assert [w for c in split.chunks(text) for w in split.words(c)] == reference.words(text)


@given(st.text(ALPHABET.replace("\ud800", ""), max_size=12), st.booleans())
def test_words_of_odd_texts_are_those_of_the_reference(text, lowercase):
    reference = FullTokenizer([], lowercase, lowercase)
    split = WordSplitter(Characters(lowercase, lowercase))
    assert [w for c in split.chunks(text) for w in split.words(c)] == reference.words(text)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("texts", ["english", "chinese"])
def test_every_piece_can_occur(kind, texts, english):
    size = 900
    if texts == "chinese":
        texts, size = CHINESE, {"unigram": 50, "wordpiece": 86}[kind]
    else:
        texts = english
    tokenizer = AlbertTokenizer.from_bytes(train_vocabulary(texts, kind=kind, size=size))
    begin = [p for p in tokenizer.pieces if tokenizer.begins_word(p) and len(p) < 3]
    seen = {i for ids in tokenizer.encode_batch(texts) for i in ids}
    for index in set(range(tokenizer.vocab_size)) - tokenizer.special_ids - seen:
        piece = tokenizer.pieces[index].replace("▁", " ").removeprefix("##")
        around = [piece, *(start.replace("▁", " ") + piece for start in begin)]
        assert any(index in ids for ids in tokenizer.encode_batch(around)), tokenizer.pieces[index]


@pytest.mark.parametrize("kind", KINDS)
def test_texts_come_back_from_their_ids(kind, trained, english):
    tokenizer = trained[kind]
    rows = tokenizer.encode_batch(english)
    assert sum(row.count(tokenizer.unk_id) for row in rows) < 10
    known = [row for row in rows if tokenizer.unk_id not in row]
    assert tokenizer.encode_batch(tokenizer.decode_batch(known)) == known
    assert {"[CLS]", "[SEP]", "[MASK]"} <= set(tokenizer.pieces[2:5])
    assert (tokenizer.pad_id, tokenizer.unk_id) == (0, 1)


IN_A_PROCESS = """
import hashlib
from albert_tf.tasks import demo_data
from albert_tf.tokenizer.trainers import KINDS, train_vocabulary

for kind in KINDS:
    content = train_vocabulary(demo_data("uci_sentences").texts[:800], kind=kind, size=900)
    print(hashlib.sha256(content).hexdigest())
"""


@pytest.mark.slow
def test_the_same_bytes_from_any_process_and_number_of_threads(trained):
    found = set()
    for threads, seed in (("1", "1"), ("3", "2")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "RAYON_NUM_THREADS": threads}
        command = [sys.executable, "-c", IN_A_PROCESS]
        if threads == "1" and hasattr(os, "sched_setaffinity"):
            core = min(os.sched_getaffinity(0))
            command[2] = f"import os; os.sched_setaffinity(0, [{core}])\n" + IN_A_PROCESS
        done = subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True
        )
        found.add(tuple(done.stdout.split()))
    assert len(found) == 1
    hashes = [trained[kind].get_config()["model_sha256"] for kind in KINDS]
    assert found == {tuple(hashes)}


@pytest.mark.parametrize("kind", KINDS)
def test_a_size_that_is_possible_is_named(kind, english):
    with pytest.raises(DataError, match="no more than") as error:
        train_vocabulary(english, kind=kind, size=100_000)
    most = int(str(error.value).split("no more than ")[1].split()[0])
    with pytest.raises(ConfigError, match="raise it to") as error:
        train_vocabulary(english, kind=kind, size=20)
    least = int(str(error.value).split("raise it to ")[1].split()[0])
    for size in (least, most):
        content = train_vocabulary(english, kind=kind, size=size)
        assert AlbertTokenizer.from_bytes(content).vocab_size == size


@pytest.mark.parametrize("kind", KINDS)
def test_odd_texts(kind):
    for texts in ([], [" ", "\t"]):
        with pytest.raises(DataError, match="no text"):
            train_vocabulary(texts, kind=kind)
    with pytest.raises(DataError, match="one text|several texts"):
        train_vocabulary("a text", kind=kind)
    with pytest.raises(DataError, match="text 2"):
        train_vocabulary(["a", None], kind=kind)
    for texts in (["\ud800"], ["\0"], ["▁"], ["\ufffd"], ["▅"]):
        with pytest.raises((DataError, ConfigError)):
            train_vocabulary(texts, kind=kind, size=9)
    long = ["好" * 9000, "a\ud800b ab ab a b", "x" * 300]
    tokenizer = AlbertTokenizer.from_bytes(
        train_vocabulary(
            long, kind=kind, size=20 if kind == "unigram" else 10, character_coverage=1
        )
    )
    assert tokenizer.unk_id not in tokenizer.encode("好好")


def test_impossible_arguments():
    for options, what in (
        ({"kind": "bpe"}, "kind is 'bpe'"),
        ({"size": 0}, "size is 0"),
        ({"size": 10.0}, "size is 10.0"),
        ({"character_coverage": 0.5}, "character_coverage is 0.5"),
    ):
        with pytest.raises(ConfigError, match=what):
            train_vocabulary(["a"], **options)


def test_capitals_are_kept_where_they_are_asked_for():
    texts = ["Über Paris"] * 4
    for kind, size in (("unigram", 22), ("wordpiece", 20)):
        content = train_vocabulary(
            texts, kind=kind, size=size, lowercase=False, strip_accents=False
        )
        tokenizer = AlbertTokenizer.from_bytes(content, lowercase=False, strip_accents=False)
        assert tokenizer.decode(tokenizer.encode(texts[0])) == texts[0]


def test_whether_blanks_part_words():
    assert spaceless_share([]) == spaceless_share(["123 !"]) == 0
    assert spaceless_share(["好ab", "ก"]) == 0.5
    assert marks_words(["a lovely film", "한국어 텍스트", "русский", "很好"])
    assert not marks_words(["很好 ok", "ภาษาไทย", "とても良い"])
