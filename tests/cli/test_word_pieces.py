"""A vocabulary of WordPieces through the commands, each a process of its own."""

import json

import pytest

from tests.cli.conftest import write

pytestmark = pytest.mark.slow

PIECES = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    *"房间很好太差了服务不错脏小大，。！",
    "wifi",
    "##s",
]
GOOD = ["房间很好", "服务不错！", "很好，很大", "wifi不错"]
BAD = ["太差了", "房间太小。", "服务很差", "太脏了！"]


def test_from_a_table_to_answers(shell):
    (shell.folder / "vocab.txt").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(PIECES).encode())
    rows = [f"{text},good\n" for text in GOOD * 5] + [f"{text},bad\n" for text in BAD * 5]
    write(shell.folder / "zh.csv", "text,label\n" + "".join(rows))
    told = shell.albert_tf("tokenize", "--tokenizer", "vocab.txt", "--json", "WIFIs很好☃").rows[0]
    assert told["pieces"] == ["wifi", "##s", "很", "好", "[UNK]"]
    assert told["offsets"] == [[0, 4], [4, 5], [5, 6], [6, 7], [7, 8]]
    options = ["--size", "tiny", "--epochs", "1", "--sequence-length", "16", "--output", "run"]
    shell.albert_tf("finetune", "zh.csv", "--tokenizer", "vocab.txt", *options)
    preset = shell.folder / "run" / "model"
    assert (preset / "vocab.txt").read_bytes() == (shell.folder / "vocab.txt").read_bytes()
    config = json.loads((preset / "albert_tf.json").read_text("utf-8"))["config"]
    assert config["vocab_size"] == len(PIECES)
    shell.albert_tf("export", "run/model", "zh.tflite", "--quantization", "none")
    texts = [*GOOD, *BAD]
    answers = [
        shell.albert_tf("predict", file, "--json", *texts).rows
        for file in ("run/model", "zh.tflite")
    ]
    for of_model, of_file in zip(*answers, strict=True):
        assert of_model["label"] == of_file["label"]
        assert of_model["probability"] == pytest.approx(of_file["probability"], abs=1e-4)
    shell.albert_tf("import", "run/model", "for_transformers", "--to", "huggingface")
    assert (shell.folder / "for_transformers" / "vocab.txt").read_text("utf-8").split() == PIECES
    refused = shell.albert_tf(
        "export", "run/model", "t.tflite", "--client", "task-library", status=2
    )
    assert "WordPieces" in refused.error


def test_files_that_are_no_vocabulary(shell):
    (shell.folder / "vocab.txt").write_text("[PAD]\n[CLS]\n[SEP]\n")
    (shell.folder / "tokenizer.json").write_text(
        '{"model": {"type": "BPE", "vocab": {}, "merges": []}}'
    )
    for file, why in (
        ("vocab.txt", "none of its 3 lines is [UNK]"),
        ("tokenizer.json", "of the type BPE"),
    ):
        done = shell.albert_tf("tokenize", "--tokenizer", file, "a", status=2)
        assert file in done.error
        assert why in done.error
