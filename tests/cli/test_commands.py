"""The `albert-tf` command, in process: from a table to answers."""

import argparse
import io
import json
from importlib import resources

import numpy as np
import pytest

from albert_tf.cli import demo, export_model, finetune
from albert_tf.cli.answerer import load_answerer
from albert_tf.cli.main import main
from albert_tf.cli.run_folder import save_arguments
from albert_tf.export import FORMS, QUANTIZATIONS, Prediction, TFLiteRunner
from albert_tf.export.task_metadata import CLIENTS
from albert_tf.training import FineTuningRecipe
from albert_tf.training.recipe import DECAYS, OPTIMIZERS
from tests.cli.conftest import BAD, GOOD, QUICK, write


def standard_input(monkeypatch, content):
    """Pipes bytes into the command."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))


def lines(capsys):
    return capsys.readouterr().out.splitlines()


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


def test_predict_agrees_between_keras_and_tflite(files, capsys):
    main(["predict", f"{files}/run/model", "--json", *GOOD, *BAD])
    keras = [json.loads(line) for line in lines(capsys)]
    main(["predict", f"{files}/reviews.tflite", "--json", *GOOD, *BAD])
    tflite = [json.loads(line) for line in lines(capsys)]
    assert [row["text"] for row in tflite] == [*GOOD, *BAD]
    for a, b in zip(keras, tflite, strict=True):
        assert set(a["scores"]) == {"bad", "good"}
        np.testing.assert_allclose(
            list(a["scores"].values()), list(b["scores"].values()), atol=0.02
        )


def test_predict_reads_standard_input_and_tables(files, capsys, monkeypatch):
    standard_input(monkeypatch, b"a lovely film\r\nI hate it\n")
    assert main(["predict", f"{files}/reviews.tflite"]) == 0
    piped = lines(capsys)
    assert [line.split("\t")[2] for line in piped] == ["a lovely film", "I hate it"]
    assert all(line.split("\t")[0] in ("bad", "good") for line in piped)
    table = ["--file", f"{files}/reviews.csv", "--text", "review"]
    assert main(["predict", f"{files}/reviews.tflite", *table]) == 0
    assert len(lines(capsys)) == 48


@pytest.mark.parametrize(
    "content",
    ["text,label\nI love it,\nI hate it,bad\n", "text,score\nI love it,3.5\nI hate it,2\n"],
    ids=["missing", "measured"],
)
def test_labels_beside_the_texts_to_predict_are_nobodys_business(files, tmp_path, capsys, content):
    table = write(tmp_path / "new.csv", content)
    assert main(["predict", f"{files}/reviews.tflite", "--file", table]) == 0
    printed = capsys.readouterr()
    assert [line.split("\t")[2] for line in printed.out.splitlines()] == ["I love it", "I hate it"]
    assert "label" not in printed.err


def test_scores_of_a_file_are_taken_as_they_come(files, monkeypatch):
    runner = TFLiteRunner(files / "reviews.tflite")
    inputs = GOOD, BAD
    expected = [[p.scores["bad"], p.scores["good"]] for p in runner(*inputs)]
    monkeypatch.setattr(TFLiteRunner, "_prediction", None)
    found = load_answerer(f"{files}/reviews.tflite").scores(inputs)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_predict_keeps_a_text_on_its_line(files, capsys):
    text = "a lovely\nfilm\tindeed"
    assert main(["predict", f"{files}/reviews.tflite", text, "--pair-text", "I\nhate it"]) == 0
    (line,) = lines(capsys)
    assert line.split("\t")[2:] == ["a lovely film indeed", "I hate it"]
    pair = ["--pair-text", "I\nhate it", "--json"]
    assert main(["predict", f"{files}/reviews.tflite", text, *pair]) == 0
    row = json.loads(lines(capsys)[0])
    assert (row["text"], row["pair"]) == (text, "I\nhate it")


def test_bad_lines_of_standard_input_are_named_and_earlier_ones_answered(
    files, capsys, monkeypatch
):
    standard_input(monkeypatch, b"fine\ncaf\xe9\n")
    assert main(["predict", f"{files}/reviews.tflite"]) == 2
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 1
    assert "standard input, line 2: not UTF-8" in printed.err


def test_evaluate_shows_the_support_of_a_class_as_a_count(files, capsys):
    table = write(files / "one_each.csv", "text,label\nI love it,good\nI hate it,bad\n")
    assert main(["evaluate", f"{files}/reviews.tflite", table]) == 0
    rows = [line.split("│") for line in capsys.readouterr().err.splitlines() if "│ good" in line]
    assert rows[0][-2].strip() == "1"


def test_tables_as_people_write_them(files, tmp_path, capsys):
    table = tmp_path / "new.csv"
    table.write_text("review^x\nI love it^1\n ^2\n", "utf-16")
    options = ["--delimiter", "^", "--encoding", "utf-16", "--header", "--skip-empty"]
    arguments = ["--file", str(table), "--text", "review", *options]
    assert main(["predict", f"{files}/reviews.tflite", *arguments]) == 0
    assert [line.split("\t")[2] for line in lines(capsys)] == ["I love it"]


def test_limits_of_the_command_fail_the_export(files, tmp_path, capsys):
    path = tmp_path / "strict.tflite"
    arguments = ["export", f"{files}/run/model", str(path), "--max-difference", "1e-9"]
    assert main(arguments) == 2
    assert "allowed 1e-09" in capsys.readouterr().err
    assert not path.exists()
    assert (tmp_path / "strict.failed.tflite").exists()


def test_evaluate_gives_the_same_numbers_for_both(files, capsys):
    found = []
    for model in ("run/model", "reviews.tflite"):
        arguments = ["--text", "review", "--label", "stars", "--json"]
        assert main(["evaluate", f"{files}/{model}", f"{files}/reviews.csv", *arguments]) == 0
        found.append(json.loads(lines(capsys)[-1]))
    assert found[0]["accuracy"] == pytest.approx(found[1]["accuracy"], abs=0.05)
    assert found[0]["cross_entropy"] == pytest.approx(found[1]["cross_entropy"], abs=0.02)


def test_benchmark_measures_each_length(files, capsys):
    assert main(["benchmark", f"{files}/reviews.tflite", "--lengths", "8", "16", "--json"]) == 0
    found = json.loads(lines(capsys)[-1])
    assert set(found["latency_ms"]) == {"8", "16"}
    assert found["load_ms"] > 0


def test_tokenize(capsys):
    assert main(["tokenize", "--ids", "Hello, World!"]) == 0
    assert lines(capsys) == ["10975 15 126 187"]
    assert main(["tokenize", "--json", "Déjà vu"]) == 0
    row = json.loads(lines(capsys)[0])
    assert ["Déjà vu"[a:b] for a, b in row["offsets"]] == ["Dé", "jà", "vu"]


def test_import_to_hugging_face_and_back(files, capsys):
    assert main(["import", f"{files}/run/model", f"{files}/hf", "--to", "huggingface"]) == 0
    assert main(["import", f"{files}/hf", f"{files}/back"]) == 0
    main(["predict", f"{files}/run/model", "I love it"])
    main(["predict", f"{files}/back", "I love it"])
    first, second = lines(capsys)
    assert first == second


def test_every_command_has_help_with_an_example(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["--help"])
    assert exit_.value.code == 0
    names = ["demo", "finetune", "evaluate", "predict", "export", "import", "benchmark", "tokenize"]
    text = capsys.readouterr().out
    for name in names:
        assert name in text
        with pytest.raises(SystemExit):
            main([name, "--help"])
        assert f"  albert-tf {name}" in capsys.readouterr().out


def test_choices_are_those_of_the_library():
    assert export_model.QUANTIZATIONS == QUANTIZATIONS
    assert export_model.FORMS == FORMS
    assert tuple(CLIENTS) == export_model.CLIENTS
    parser = argparse.ArgumentParser()
    finetune.add_arguments(parser)
    models = resources.files("albert_tf.configs") / "models"
    sizes = [file.name.removesuffix(".json") for file in models.iterdir()]
    for name in (*sizes, *FineTuningRecipe.names(), *OPTIMIZERS, *DECAYS):
        assert name in parser.format_help()


def test_random_weights_get_the_recipe_for_them():
    assert finetune.build_recipe(finetune.default_arguments("x.csv")) == FineTuningRecipe.named(
        "from-scratch"
    )
    preset = finetune.default_arguments("x.csv", "--preset", "folder")
    assert finetune.build_recipe(preset) == FineTuningRecipe.named("default")


def test_demo_can_be_resumed_as_a_fine_tuning_run(tmp_path, monkeypatch):
    run = tmp_path / "demo"
    parser = argparse.ArgumentParser()
    demo.add_arguments(parser)

    def interrupted(args, train, validation, recipe, run_dir):
        assert (len(train), len(validation)) == (2400, 600)
        assert recipe == FineTuningRecipe.named("demo")
        save_arguments(args, run_dir)
        raise KeyboardInterrupt

    monkeypatch.setattr(finetune, "fine_tune_tables", interrupted)
    with pytest.raises(KeyboardInterrupt):
        demo.run(parser.parse_args(["--output", str(run), "--sequence-length", "48"]))
    kept = json.loads((run / "arguments.json").read_text("utf-8"))
    assert (kept["sequence_length"], kept["output"]) == (48, str(run))
    with pytest.raises(KeyboardInterrupt):
        finetune.run(finetune.default_arguments("--resume", str(run)))


def test_demo_answers_until_the_end_of_the_input(monkeypatch, capsys):
    typed = iter(["a lovely film"])

    def read_line(prompt):
        for line in typed:
            return line
        raise EOFError

    monkeypatch.setattr("builtins.input", read_line)
    demo._answer_typed(lambda texts: [Prediction("positive", 0.9)])
    printed = capsys.readouterr()
    assert printed.out == "positive   90.0 %  a lovely film\n"
    assert printed.err.endswith("ends):\n\n")


def test_a_single_label_that_holds_or_not(files, tmp_path, capsys):
    rows = [*((text, ["praise"]) for text in GOOD * 4), *((text, []) for text in BAD * 4)]
    lines_ = [json.dumps({"text": text, "labels": labels}) for text, labels in rows]
    table = write(tmp_path / "praise.jsonl", "\n".join(lines_))
    run = ["--preset", f"{files}/small", "--output", f"{tmp_path}/run", *QUICK]
    assert main(["finetune", table, *run]) == 0
    report = (tmp_path / "run" / "report.md").read_text("utf-8")
    assert "| praise | " in report
    assert "| TF-IDF + logistic regression | " in report
    capsys.readouterr()
    assert main(["evaluate", f"{tmp_path}/run/model", table, "--json"]) == 0
    found = json.loads(lines(capsys)[-1])
    assert found["micro_f1"] == pytest.approx(found["macro_f1"])


def test_a_start_that_failed_leaves_the_folder_free(files, tmp_path, capsys):
    run = f"{tmp_path}/run"
    arguments = ["finetune", f"{files}/reviews.csv", "--text", "review", "--label", "stars"]
    arguments += ["--preset", f"{files}/small", "--output", run, "--no-baselines", *QUICK]
    assert main([*arguments, "--sequence-length", "9999"]) == 2
    assert main(arguments) == 0
    kept = json.loads((tmp_path / "run" / "arguments.json").read_text("utf-8"))
    assert kept["sequence_length"] == 16
    capsys.readouterr()
    assert main(["finetune", "--resume", run]) == 0
    assert "finished already" in capsys.readouterr().err
