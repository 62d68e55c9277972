"""Alignment of texts without blanks, by the reference libraries' own offsets: BERT's WordPieces and SentencePiece."""

import io

import numpy as np
import pytest

from albert_tf import AlbertTokenizer
from albert_tf.distillation.alignment import (
    NO_WORD,
    shared_words,
    words_of_characters,
    words_of_tokens,
)
from tests.distillation.conftest import CHINESE_SENTENCES

TEXTS = [
    *CHINESE_SENTENCES,
    "iPhone15手机不错，电池也耐用！！",
    "Room服务 很好,早餐only一般……",
    "😀好吃😋😋，推荐给 everyone 👍🏽！",
    "Café里的Crème brûlée很甜，Ångström级别",
    "ＡＢＣ１２３，全角字符。",
    "“好评”——真的㎡5㎏？",
    "ｶﾞｷﾞｸﾞ コーヒーがとても美味しい",
    "ร้านนี้อร่อยมาก และราคาถูก",
    "한국어 문장도 有时候 섞여요",
    "葛\U000e0100城区 \u200b零\u200b宽 e\u0301e\u0301好",
    "𠮷野家的牛丼，性价比👨‍👩‍👧高",
]


@pytest.fixture(scope="module")
def bert(shared):
    """A function that returns transformers' tokenizer of Google's Chinese vocabulary: offsets of a text."""
    transformers = pytest.importorskip("transformers")
    path = str(shared / "albert_zh" / "vocab.txt")

    def make(**options):
        tokenizer = transformers.BertTokenizerFast(path, **options)

        def spans(text):
            kept = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
            return kept["offset_mapping"]

        return spans

    return make


@pytest.fixture(scope="module")
def chinese_pieces():
    """An `AlbertTokenizer` of a SentencePiece model with words of several Chinese characters."""
    sentencepiece = pytest.importorskip("sentencepiece")
    content = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXTS * 3),
        model_writer=content,
        vocab_size=400,
        hard_vocab_limit=False,
        control_symbols=["[CLS]", "[SEP]", "[MASK]", "<pad>"],
        bos_id=-1,
        eos_id=-1,
        minloglevel=2,
    )
    return AlbertTokenizer.from_bytes(content.getvalue())


def groups(text, mine, other):
    """The tokens of both sides of each shared word: two lists of texts."""
    words = words_of_characters(text, mine, other)
    sides = shared_words(words_of_tokens(mine, words), words_of_tokens(other, words))
    return [
        tuple(
            [text[a:b] for (a, b), w in zip(spans, side[1:-1], strict=True) if w == word]
            for spans, side in zip((mine, other), sides, strict=True)
        )
        for word in range(1, max(sides[0]))
    ]


GOLDEN = {
    # A text, and what stands together: the student's pieces, a bar, the teacher's.
    "很好吃，下次还来": "很|很 好|好 吃|吃 ，|， 下|下 次|次 还|还 来|来",
    "iPhone手机 really好！！": "iPhone|iPhone 手|手 机|机 really|really 好|好 ！|！ ！|！",
    "Café不错": "Café|Café 不|不 错|错",
}


def test_golden_words_of_two_chinese_wordpiece_tokenizers(bert, shared):
    student = AlbertTokenizer(shared / "albert_zh" / "vocab.txt")
    spans = bert()
    for text, expected in GOLDEN.items():
        found = groups(text, student.encode(text, offsets=True)[1], spans(text))
        assert " ".join("".join(m) + "|" + "".join(t) for m, t in found) == expected


def test_words_of_several_characters_hold_the_teachers_of_each(bert, chinese_pieces):
    text = CHINESE_SENTENCES[0]
    mine = chinese_pieces.encode(text, offsets=True)[1]
    assert max(b - a for a, b in mine) > 1, "a piece of several characters"
    for student, teacher in groups(text, mine, bert()(text)):
        assert "".join(student) == "".join(teacher)
        assert sum(map(bool, student)) <= len(teacher)


def finest(text, *sides):
    """For each side, sets of tokens that belong together, by merging whatever shares a character: slow and plain."""
    word = list(words_of_characters(text)[:-1])
    changed = True
    while changed:
        changed = False
        for a, b in (span for side in sides for span in side):
            numbers = {word[i] for i in range(a, b) if not text[i].isspace()}
            if len(numbers) > 1:
                word = [min(numbers) if w in numbers else w for w in word]
                changed = True
    return word


@pytest.mark.parametrize(
    "options",
    [{}, {"do_lower_case": False}, {"do_lower_case": False, "strip_accents": True}],
    ids=["lower", "cased", "cased without accents"],
)
@pytest.mark.parametrize("student", ["sentencepiece", "english", "wordpiece"])
def test_any_two_tokenizers_align_exactly(bert, chinese_pieces, shared, options, student):
    """Each token stands in one word, no word could be parted further, and none of either side is lost but alone."""
    tokenizer = {
        "sentencepiece": lambda: chinese_pieces,
        "english": AlbertTokenizer,
        "wordpiece": lambda: AlbertTokenizer(shared / "albert_zh" / "vocab.txt", lowercase=False),
    }[student]()
    other_spans = bert(**options)
    for text in TEXTS:
        mine, other = tokenizer.encode(text, offsets=True)[1], other_spans(text)
        merged = finest(text, mine, other)
        words = words_of_characters(text, mine, other)
        numbers = [words_of_tokens(side, words) for side in (mine, other)]
        for side, of_tokens in zip((mine, other), numbers, strict=True):
            assert (np.diff(of_tokens) >= 0).all()
            plain = [merged[a] for a, _ in side]
            # The same partition of the tokens, whatever its words are called.
            pairs = set(zip(plain, of_tokens[1:-1].tolist(), strict=True))
            assert len(pairs) == len({p for p, _ in pairs}) == len({n for _, n in pairs}), text
        for side, of_tokens in zip(shared_words(*numbers), numbers, strict=True):
            lonely = set(of_tokens[side == NO_WORD])
            assert not lonely & set(numbers[0]) & set(numbers[1])
