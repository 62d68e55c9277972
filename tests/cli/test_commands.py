"""The `albert-tf` command from a table to answers, each call a process of its own."""

import json
import shutil

import numpy as np
import pytest

from tests.cli.conftest import BAD, COLUMNS, GOOD, QUICK, write


def texts_of(done):
    """The third cell of each answered line: the text."""
    return [line.split("\t")[2] for line in done.lines]


def test_run_folder_holds_what_the_docs_say(files):
    run = files / "run"
    expected = {
        "model",
        "report.md",
        "training.jsonl",
        "checkpoints",
        "recipe.json",
        "arguments.json",
    }
    assert expected <= {path.name for path in run.iterdir()}
    assert "good" in (run / "report.md").read_text("utf-8")
    assert (files / "reviews.parity.json").is_file()


def test_predict_agrees_between_keras_and_tflite(files, keras_answers, shell):
    tflite = shell.albert_tf("predict", f"{files}/reviews.tflite", "--json", *GOOD, *BAD).rows
    assert [row["text"] for row in tflite] == [*GOOD, *BAD]
    assert [row["label"] for row in tflite] == ["good"] * len(GOOD) + ["bad"] * len(BAD)
    for a, b in zip(keras_answers, tflite, strict=True):
        assert a["label"] == b["label"]
        assert set(a["scores"]) == {"bad", "good"}
        np.testing.assert_allclose(
            list(a["scores"].values()), list(b["scores"].values()), atol=0.02
        )


@pytest.mark.slow
def test_predict_reads_standard_input_and_tables(files, shell):
    for words in ([], ["-"]):
        command = ["predict", f"{files}/reviews.tflite", *words]
        piped = shell.albert_tf(*command, stdin=b"a lovely film\r\nI hate it\n")
        assert texts_of(piped) == ["a lovely film", "I hate it"]
        assert [line.split("\t")[0] for line in piped.lines] == ["good", "bad"]
    table = ["--file", f"{files}/reviews.csv", "--text", "review"]
    assert texts_of(shell.albert_tf("predict", f"{files}/reviews.tflite", *table)) == [
        *GOOD * 6,
        *BAD * 6,
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "content",
    ["text,label\nI love it,\nI hate it,bad\n", "text,score\nI love it,3.5\nI hate it,2\n"],
    ids=["missing", "measured"],
)
def test_labels_beside_the_texts_to_predict_are_nobodys_business(files, shell, content):
    table = write(shell.folder / "new.csv", content)
    done = shell.albert_tf("predict", f"{files}/reviews.tflite", "--file", table)
    assert texts_of(done) == ["I love it", "I hate it"]
    assert "label" not in done.err


@pytest.mark.slow
def test_predict_keeps_a_text_on_its_line(files, shell):
    text = "a lovely\nfilm\tindeed"
    command = ["predict", f"{files}/reviews.tflite", text, "--pair-text", "I\nhate it"]
    (line,) = shell.albert_tf(*command).lines
    assert line.split("\t")[2:] == ["a lovely film indeed", "I hate it"]
    (row,) = shell.albert_tf(*command, "--json").rows
    assert (row["text"], row["pair"]) == (text, "I\nhate it")


@pytest.mark.slow
def test_a_bad_line_of_standard_input_is_named_and_earlier_ones_answered(files, shell):
    done = shell.albert_tf("predict", f"{files}/reviews.tflite", stdin=b"fine\ncaf\xe9\n", status=2)
    assert texts_of(done) == ["fine"]
    assert "standard input, line 2: not UTF-8" in done.error


@pytest.mark.slow
def test_evaluate_shows_the_support_of_a_class_as_a_count(files, shell):
    table = write(shell.folder / "one_each.csv", "text,label\nI love it,good\nI hate it,bad\n")
    done = shell.albert_tf("evaluate", f"{files}/reviews.tflite", table)
    rows = [line.split("│") for line in done.err.splitlines() if "│ good" in line]
    assert rows[0][-2].strip() == "1"


@pytest.mark.slow
def test_tables_as_people_write_them(files, shell):
    (shell.folder / "new.csv").write_text("review^x\nI love it^1\n ^2\n", "utf-16")
    options = ["--delimiter", "^", "--encoding", "utf-16", "--header", "--skip-empty"]
    table = ["--file", "new.csv", "--text", "review", *options]
    done = shell.albert_tf("predict", f"{files}/reviews.tflite", *table)
    assert texts_of(done) == ["I love it"]


@pytest.mark.slow
def test_limits_of_the_command_fail_the_export(files, shell):
    limit = ["--max-difference", "1e-9"]
    done = shell.albert_tf("export", f"{files}/run/model", "strict.tflite", *limit, status=2)
    assert "allowed 1e-09" in done.error
    assert not (shell.folder / "strict.tflite").exists()
    assert (shell.folder / "strict.failed.tflite").exists()


@pytest.mark.slow
def test_benchmark_measures_each_length(files, shell):
    lengths = ["--lengths", "8", "16", "--json"]
    (found,) = shell.albert_tf("benchmark", f"{files}/reviews.tflite", *lengths).rows
    assert set(found["latency_ms"]) == {"8", "16"}
    assert found["load_ms"] > 0


@pytest.mark.slow
def test_tokenize(shell):
    assert shell.albert_tf("tokenize", "--ids", "Hello, World!").lines == ["10975 15 126 187"]
    (row,) = shell.albert_tf("tokenize", "--json", "Déjà vu").rows
    assert ["Déjà vu"[a:b] for a, b in row["offsets"]] == ["Dé", "jà", "vu"]


@pytest.mark.slow
def test_import_to_hugging_face_and_back(hugging_face, keras_answers, shell):
    shell.albert_tf("import", hugging_face, "back")
    assert shell.albert_tf("predict", "back", "--json", *GOOD, *BAD).rows == keras_answers


@pytest.mark.slow
def test_a_single_label_that_holds_or_not(files, shell):
    rows = [*((text, ["praise"]) for text in GOOD * 4), *((text, []) for text in BAD * 4)]
    lines = [json.dumps({"text": text, "labels": labels}) for text, labels in rows]
    table = write(shell.folder / "praise.jsonl", "\n".join(lines))
    shell.albert_tf("finetune", table, "--preset", f"{files}/small", "--output", "run", *QUICK)
    report = (shell.folder / "run" / "report.md").read_text("utf-8")
    assert "| praise | " in report
    assert "| TF-IDF + logistic regression | " in report
    (found,) = shell.albert_tf("evaluate", "run/model", table, "--json").rows
    assert found["micro_f1"] == pytest.approx(found["macro_f1"])


@pytest.mark.slow
def test_a_start_that_failed_leaves_the_folder_free(files, shell):
    start = ["--preset", f"{files}/small", "--output", "run", "--no-baselines", *QUICK]
    command = ["finetune", f"{files}/reviews.csv", *COLUMNS, *start]
    shell.albert_tf(*command, "--sequence-length", "9999", status=2)
    shell.albert_tf(*command)
    kept = json.loads((shell.folder / "run" / "arguments.json").read_text("utf-8"))
    assert kept["sequence_length"] == 16


@pytest.mark.slow
def test_a_finished_run_is_not_trained_again(files, shell):
    shutil.copytree(files / "run", shell.folder / "run")
    done = shell.albert_tf("finetune", "--resume", "run")
    assert "finished already" in done.err
