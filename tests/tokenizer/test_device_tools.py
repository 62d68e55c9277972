"""The tokenizer of the Android app, and of the web page, against the Python one: the same ids and spans, on any text.

It is one in Kotlin, for phones as byte code and for browsers as JavaScript.
"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from albert_tf.runtime.bundle import Bundle, append_bundle
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.tokenizer.normalization import _AFTER_UNICODE_14, WHITE_SPACE
from tests.android.host_tools import DEMO, needs_java
from tests.tokenizer.device_tools import answered, tokenize, utf16
from tests.tokenizer.small_models import small_model
from tests.tokenizer.test_wordpiece import ALPHABET, content
from tests.tokenizer.test_wordpiece_in_graph import ODD
from tests.tokenizer.texts import CHANGING, FRAGMENTS, INVISIBLE
from tests.web.node_tools import WEB, needs_node

TABLES = DEMO / "tools" / "unicode_tables.py"


TOOLS = {
    "android": pytest.param(DEMO / "tools" / "tokenize", marks=needs_java),
    "web": pytest.param(WEB / "tools" / "tokenize", marks=[needs_java, needs_node]),
}


@pytest.fixture(params=TOOLS.values(), ids=TOOLS)
def tool(request) -> Path:
    """The command of one of the two."""
    return request.param


def check_all(
    tool: Path, arguments: list[str], tokenizer: AlbertTokenizer, texts: list[str]
) -> None:
    """Compares ids and spans of every text; the ids without spans take another way through the code."""
    ids, spans = tokenizer.encode_batch(texts, offsets=True)
    plain = answered(tool, arguments, texts)
    assert [t for t, i, a in zip(texts, ids, plain, strict=True) if a["ids"] != i] == []
    traced = answered(tool, [*arguments, "--offsets"], texts)
    assert [t for t, i, a in zip(texts, ids, traced, strict=True) if a["ids"] != i] == []
    expected = [utf16(text, row) for text, row in zip(texts, spans, strict=True)]
    rows = zip(texts, expected, traced, strict=True)
    assert [text for text, row, answer in rows if answer["offsets"] != row] == []


def random_texts(count: int, seed: int) -> list[str]:
    source = random.Random(seed)
    surrogates = ["\ud800", "\udbff", "\udc00", "\udfff"]

    def part() -> str:
        kind = source.randrange(9)
        if kind < 2:
            return source.choice(FRAGMENTS)
        if kind < 4:
            return source.choice(CHANGING)
        if kind == 4:
            return source.choice([*WHITE_SPACE, *INVISIBLE, *surrogates])
        limit = [0x80, 0x80, 0x3000, 0x110000][kind - 5]
        code_point = source.randrange(limit)
        return chr(code_point) if code_point not in _AFTER_UNICODE_14 else "?"

    texts = ["".join(part() for _ in range(source.randrange(1, 25))) for _ in range(count)]
    # JSON reads a high and a low surrogate beside each other as the one character that they are in UTF-16.
    return [json.loads(json.dumps(text)) for text in texts]


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("model") / "english.model"
    path.write_bytes(AlbertTokenizer().model_bytes)
    return str(path)


def test_unicode_tables_are_up_to_date():
    if sys.version_info[:2] != (3, 11):
        pytest.skip("the tables are those of Unicode 14.0, which Python 3.11 has")
    environment = os.environ | {"PYTHONPATH": str(DEMO.parent)}
    subprocess.run([sys.executable, str(TABLES), "--check"], check=True, env=environment)


@pytest.mark.slow
class TestTool:
    def test_golden_file(self, tool, shared, model):
        lines = (shared / "fixtures" / "tokenizer_golden.jsonl").read_text("utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        answers = answered(tool, [model], [row["text"] for row in rows])
        rows = zip(rows, answers, strict=True)
        assert [row["text"] for row, answer in rows if answer["ids"] != row["ids"]] == []

    def test_random_texts(self, tool, model):
        check_all(tool, [model], AlbertTokenizer(), random_texts(4000, seed=1))

    def test_random_texts_with_case_and_accents(self, tool, model):
        tokenizer = AlbertTokenizer(lowercase=False, strip_accents=False)
        check_all(tool, [model, "--cased", "--keep-accents"], tokenizer, random_texts(1000, seed=2))

    def test_another_vocabulary(self, tool, tmp_path):
        pieces = dict.fromkeys(
            ["▁", "α", "ς", "σ", "é", "e", "\u0301", "i", "ß", "가", "日", "a", "the"], -3.0
        )
        pieces |= {
            "9": -4.0,
            ",": -4.0,
            "▁9,": -2.0,
            "e9,": -2.5,
            "▁9": -3.5,
            "٣,": -2.0,
            "!": -3.1,
            "!!": -6.2,
        }
        content = small_model(pieces)
        (tmp_path / "small.model").write_bytes(content)
        tokenizer = AlbertTokenizer.from_bytes(content, strip_accents=False)
        check_all(
            tool,
            [str(tmp_path / "small.model"), "--keep-accents"],
            tokenizer,
            random_texts(1000, seed=3),
        )

    def test_word_pieces(self, tool, shared, golden_wordpiece, chinese):
        path = str(shared / "albert_zh" / "vocab.txt")
        texts, ids = golden_wordpiece
        check_all(tool, [path], chinese, texts)
        assert [answer["ids"] for answer in answered(tool, [path], texts)] == ids
        check_all(tool, [path], chinese, random_texts(2000, seed=4))

    @pytest.mark.parametrize("options", [[], ["--keep-accents"], ["--cased", "--keep-accents"]])
    def test_another_vocabulary_of_word_pieces(self, tool, tmp_path, options):
        path = tmp_path / "vocab.txt"
        path.write_bytes(b"\xef\xbb\xbf" + content(ODD).replace(b"\n", b"\r\n") + b"\n\n")
        flags = {"lowercase": "--cased" not in options, "strip_accents": not options}
        texts = [*random_texts(1000, seed=5), "a" * 200, "a" * 201, "Á" * 201, "".join(ALPHABET)]
        check_all(tool, [str(path), *options], AlbertTokenizer(path, **flags), texts)

    def test_lines_in_utf8(self, tool, model):
        texts = ["naïve 日本 🙂", 'quotes " and \\ and \u2028 and \x7f']
        ids = AlbertTokenizer().encode_batch(texts)
        assert [answer["ids"] for answer in answered(tool, [model], texts, ascii_json=False)] == ids

    @pytest.mark.parametrize("made_of", [None, content()], ids=["SentencePiece", "WordPieces"])
    def test_tflite_says_how_texts_are_treated(self, tool, tmp_path, made_of):
        made_of = AlbertTokenizer().model_bytes if made_of is None else made_of
        tokenizer = AlbertTokenizer.from_bytes(made_of, lowercase=False)
        metadata = {"tokenizer": tokenizer.get_config()}
        graph = b"\x1c\0\0\0TFL3" + bytes(500)
        path = tmp_path / "model.tflite"
        path.write_bytes(
            append_bundle(graph, Bundle(metadata, tokenizer.model_bytes, ("ham", "spam")))
        )
        answer = answered(tool, [str(path)], ["Hello hello A a"])[0]
        assert answer["ids"] == tokenizer.encode("Hello hello A a")

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ('{"text": "a"', "line 2: broken JSON"),
            ('{"txt": "a"}', "no string named text"),
            ('{"text": 3}', "no string named text"),
            ("text", "line 2: broken JSON"),
            ('{"text": "a"} {"text": "b"}', "broken JSON at column 1"),
        ],
    )
    def test_a_broken_line_is_named(self, tool, model, line, message):
        result = tokenize(tool, [model], '{"text": "hello"}\n' + line + "\n")
        assert result.returncode == 2
        assert [json.loads(each) for each in result.stdout.splitlines()] == [{"ids": [10975]}]
        assert message in result.stderr
        assert result.stderr.count("\n") == 1

    def test_files_that_hold_no_tokenizer(self, tool, tmp_path):
        (tmp_path / "text.model").write_text("no model at all")
        (tmp_path / "graph.tflite").write_bytes(b"\x1c\0\0\0TFL3" + bytes(500))
        bare = append_bundle(b"\x1c\0\0\0TFL3", Bundle({"tokenizer": None}))
        (tmp_path / "bare.tflite").write_bytes(bare)
        for name in ("absent.model", "text.model", "graph.tflite", "bare.tflite"):
            result = tokenize(tool, [str(tmp_path / name)], "")
            assert result.returncode == 2
            assert result.stderr.startswith(f"tokenize: {tmp_path / name}: ")
            assert result.stderr.count("\n") == 1

    def test_help_and_wrong_arguments(self, tool, model):
        assert "--offsets" in tokenize(tool, ["--help"], "").stdout
        assert tokenize(tool, [model, "--offset"], "").returncode == 2
        assert tokenize(tool, [], "").returncode == 2
