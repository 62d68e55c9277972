"""Questions, entities and choices from a file to a phone: finetune, evaluate, export, predict, typed in a shell."""

import pytest

from tests.finetuning.test_answer_tasks import FILES

pytestmark = pytest.mark.slow

QUICK = ["--epochs", "1", "--batch-size", "16", "--sequence-length", "32"]
ASKED = {
    "token-classification": ["fly to Rome at 3"],
    "question-answering": ["Where did Ada fly?", "--context", "context.txt"],
    "multiple-choice": ["Where is it?", "--choice", "in Rome", "--choice", "nowhere"],
}


@pytest.mark.parametrize("task", FILES)
def test_from_a_file_to_an_answer(task, shell, small, tmp_path):
    name, content, _, unit = FILES[task]
    (tmp_path / name).write_text(content(), "utf-8")
    (tmp_path / "context.txt").write_text("Ada flew to Rome.", "utf-8")
    stem = name.split(".")[0]
    command = ["finetune", name, "--preset", small, *QUICK, "--validation-share", "0.25"]
    done = shell.albert_tf(*command)
    assert f"On 6 validation {unit}" in done.err + done.out
    model = f"runs/{stem}/model"
    (mine,) = shell.albert_tf("evaluate", model, name, "--json").rows
    shell.albert_tf("export", model, f"{stem}.tflite", "--quantization", "none")
    (theirs,) = shell.albert_tf("evaluate", f"{stem}.tflite", name, "--json").rows
    assert mine == pytest.approx(theirs, abs=1e-3)
    assert "all of them" in shell.albert_tf("evaluate", f"{stem}.tflite", name).err
    (row,) = shell.albert_tf("predict", f"{stem}.tflite", *ASKED[task], "--json").rows
    (again,) = shell.albert_tf("predict", model, *ASKED[task], "--json").rows
    assert row.keys() == again.keys()
    (line,) = shell.albert_tf("predict", f"{stem}.tflite", *ASKED[task]).lines
    assert line.endswith(ASKED[task][0])


def test_options_of_another_task_are_named(shell, small, tmp_path):
    name, content, *_ = FILES["token-classification"]
    (tmp_path / name).write_text(content(), "utf-8")
    given = ["--task", "token-classification", "--skip-empty", "--preset", small, *QUICK]
    error = shell.albert_tf("finetune", name, *given, status=2).error
    assert "token-classification takes no --skip-empty" in error
    given = ["--recipe", "albert_small_en", "--preset", small, *QUICK]
    error = shell.albert_tf("finetune", name, *given, status=2).error
    assert "needs a text classifier or regressor, not a token_classifier; use 'random'" in error
