"""Questions, entities and choices in one call: read, split, trained, judged beside baselines, reported and saved."""

import dataclasses
import json

import pytest

import albert_tf
from albert_tf import AlbertMultipleChoice, AlbertQuestionAnswerer, AlbertTokenClassifier
from albert_tf.errors import ConfigError, DataError
from albert_tf.tables import ChoiceQuestion, EntityText, LabelledSpan, texts_and_entities
from albert_tf.tasks import (
    SquadQuestion,
    entity_metrics,
    squad_examples,
    squad_metrics,
)
from tests.finetuning.conftest import QUICK

CITIES = ["Rome", "Oslo", "Lima", "Kyiv", "Bonn", "Cairo", "Quito", "Delhi"]
QUICK = {**QUICK, "sequence_length": 32, "validation_split": 0.25}


def entity_lines(count=24):
    rows = []
    for number in range(count):
        city = CITIES[number % len(CITIES)]
        text = f"fly to {city} at {number}"
        start = text.index(city)
        rows.append({"text": text, "entities": [[start, start + len(city), "place"]]})
    return "".join(json.dumps(row) + "\n" for row in rows)


def squad_file(count=24, impossible=()):
    paragraphs = []
    for number in range(count):
        city = CITIES[number % len(CITIES)]
        context = f"Ada, guest {number}, flew to {city}, <b>so</b> they | say."
        none = number in impossible
        answers = [] if none else [{"text": city, "answer_start": context.index(city)}]
        question = {"id": str(number), "question": "Where did Ada fly?", "answers": answers}
        question |= {"is_impossible": True} if none else {}
        paragraphs.append({"context": context, "qas": [question]})
    articles = [{"title": f"t{n}", "paragraphs": [p]} for n, p in enumerate(paragraphs)]
    return json.dumps({"data": articles})


def choice_table(count=24):
    rows = (
        f"Where is {n}?,in {CITIES[n % 8]},nowhere,{'' if n % 3 else 'who knows'},{1 + n % 2}"
        for n in range(count)
    )
    return "question,choice1,choice2,choice3,answer\n" + "\n".join(rows) + "\n"


FILES = {
    "token-classification": ("trips.jsonl", entity_lines, AlbertTokenClassifier, "texts"),
    "question-answering": ("asked.json", squad_file, AlbertQuestionAnswerer, "questions"),
    "multiple-choice": ("quiz.csv", choice_table, AlbertMultipleChoice, "questions"),
}


@pytest.mark.parametrize("task", FILES)
def test_a_file_in_one_call(task, start, tmp_path):
    name, content, cls, unit = FILES[task]
    path = tmp_path / name
    path.write_text(content(), "utf-8")
    model, result = albert_tf.finetune(path, preset=start, run_dir=tmp_path / "run", **QUICK)
    assert isinstance(model, cls)
    assert (result.task, result.unit) == (task, unit)
    assert len(result.predictions) == len(result.validation) == 6
    assert all(0 <= value <= 1 for name, value in result.metrics.items() if name != "cross_entropy")
    assert result.baselines
    for baseline in result.baselines:
        assert baseline.metrics.keys() & result.metrics.keys()
    again = cls.from_preset(str(result.preset))
    assert answers_of(again, task, result.validation.rows) == result.predictions
    report = result.report.path.read_text("utf-8")
    assert f"on 6 {unit}" in report
    for heading in ("## Results", "## Training", "## Data", "## Mistakes", "## Model and versions"):
        assert heading in report
    assert f"6 of 24 {unit} are held out" in report
    assert all(baseline.name in report for baseline in result.baselines)
    record = again.training_record
    assert record["data"]["validation_texts"] == 6
    assert set(record["metrics"]) == {"this model", *(b.name for b in result.baselines)}


def answers_of(model, task, rows):
    if task == "token-classification":
        return model.answer(texts_and_entities(rows)[0])
    if task == "question-answering":
        return [answer.text for answer in model.answer(*squad_examples(rows)[0])]
    chosen = model.answer([q.question for q in rows], [list(q.choices) for q in rows])
    return [q.choices[answer.index] for q, answer in zip(rows, chosen, strict=True)]


@pytest.mark.parametrize("conditioned", [False, True])
def test_the_metrics_are_those_of_the_predictions(conditioned, start, tmp_path):
    start = dataclasses.replace(start, end_conditioned_on_start=conditioned)
    path = tmp_path / "asked.json"
    path.write_text(squad_file(impossible=range(0, 24, 4)), "utf-8")
    options = {"preset": start, "run_dir": tmp_path / "run", "task": "question-answering"}
    model, result = albert_tf.finetune(path, **options, **QUICK)
    assert model.can_be_unanswerable
    assert model.end_conditioned_on_start == conditioned
    assert set((model.loss_weights or {}).values()) == ({0.5} if conditioned else set())
    rows = list(result.validation.rows)
    given = {q.id: text for q, text in zip(rows, result.predictions, strict=True)}
    assert result.metrics["f1"] == pytest.approx(squad_metrics(given, rows)["f1"] / 100)
    assert {b.name for b in result.baselines} == {"sentence with most overlap", "never an answer"}
    silent = result.baselines[1].metrics["exact_match"]
    assert silent == pytest.approx(sum(q.is_impossible for q in rows) / 6)
    assert result.metrics["f1"] >= silent - 1e-9  # the threshold may always choose silence
    again = AlbertQuestionAnswerer.from_preset(str(result.preset))
    assert again.no_answer_threshold == model.no_answer_threshold
    assert again.end_conditioned_on_start == conditioned


def test_only_questions_have_a_start_and_an_end(start, tmp_path):
    start = dataclasses.replace(start, end_conditioned_on_start=True)
    path = tmp_path / "quiz.csv"
    path.write_text(choice_table(), "utf-8")
    with pytest.raises(ConfigError, match="AlbertMultipleChoice finds no start and end; leave it"):
        albert_tf.finetune(path, preset=start, run_dir=tmp_path / "run", **QUICK)


def test_examples_in_memory_and_a_validation_part(start, tmp_path):
    rows = [
        EntityText(f"fly to {city}", (LabelledSpan("place", 7, 7 + len(city)),)) for city in CITIES
    ]
    options = {**QUICK, "task": "token-classification"} | {"validation_split": 0.1}
    model, result = albert_tf.finetune(
        rows, validation_data=rows[:3], preset=start, run_dir=tmp_path / "run", **options
    )
    assert model.class_names == ["O", "B-place", "I-place"]
    (dictionary,) = result.baselines
    assert dictionary.metrics["f1"] == 1.0  # all of them were seen
    true = [row.entities for row in rows[:3]]
    assert result.metrics == entity_metrics(result.predictions, true)


def test_contexts_and_articles_are_held_out_whole(start):
    from albert_tf.finetuning.answer_tasks import ExampleList
    from albert_tf.finetuning.task_table import find_task

    questions = [
        SquadQuestion(str(n), f"title {n // 5}", f"context {n}", "Who?", ("context",), (0,))
        for n in range(30)
    ]
    task = find_task("question-answering", None)
    parts = task.split(ExampleList("a.json", questions), 0.2, 3)
    titles = [{q.title for q in part.rows} for part in (parts.train, parts.validation)]
    assert not titles[0] & titles[1]
    assert len(parts.validation) == 10  # two articles of five
    again = task.split(ExampleList("a.json", questions), 0.2, 3)
    assert [q.id for q in again.validation.rows] == [q.id for q in parts.validation.rows]
    task = find_task("multiple-choice", None)
    choices = [ChoiceQuestion("Who?", ("a", "b"), f"read {n // 4}", 0, n) for n in range(20)]
    parts = task.split(ExampleList("a.csv", choices), 0.3, 0)
    read = [{q.context for q in part.rows} for part in (parts.train, parts.validation)]
    assert not read[0] & read[1]


def text(*entities):
    return EntityText("fly to Rome, then to Oslo", tuple(LabelledSpan(*each) for each in entities))


BAD = {
    "no entities": ([text()] * 8, "no text has an entity; expected some to learn from"),
    "another kind": (
        ["fly to Rome"] * 8,
        "data is of type list; expected the path of a file of tagged",
    ),
    "nothing": ([], "data is empty; expected"),
    "too few": ([text(("place", 7, 11))], "1 texts, which cannot be parted; pass validation_data"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_one_line(case, start, tmp_path):
    rows, message = BAD[case]
    options = {**QUICK, "task": "token-classification", "run_dir": tmp_path / "run"}
    with pytest.raises(DataError, match=message) as caught:
        albert_tf.finetune(rows, preset=start, **options)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_a_rare_label_stays_in_the_training(start):
    from albert_tf.finetuning.answer_tasks import ExampleList
    from albert_tf.finetuning.task_table import find_task

    task = find_task("token-classification", None)
    rows = [text(("place", 7, 11)) for _ in range(9)] + [text(("time", 13, 17))]
    for seed in range(20):
        parts = task.split(ExampleList("a.jsonl", rows), 0.4, seed)
        assert "time" in {e.label for row in parts.train.rows for e in row.entities}
        assert len(parts.train) + len(parts.validation) == 10
        task.checks(parts)
