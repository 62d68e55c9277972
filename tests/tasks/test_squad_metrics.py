"""SQuAD's metrics beside the evaluation scripts of both versions, on made-up predictions."""

import random

import pytest

from albert_tf.errors import DataError
from albert_tf.tasks import read_squad, squad_metrics
from albert_tf.tasks.squad import SquadQuestion

WORDS = "the a an Paris paris, France! river (Seine) 1889 ... Tower tower's of é 東京 -".split()


def phrase(draw, most=5):
    return " ".join(draw.choice(WORDS) for _ in range(draw.randrange(most + 1)))


def made_up(number, version, seed=0):
    """Questions, predictions near to their answers, and probabilities of no answer, many of them equal."""
    draw = random.Random(seed)
    questions, predictions, probabilities = [], {}, {}
    for i in range(number):
        impossible = version == 2 and draw.random() < 0.4
        answers = () if impossible else tuple(phrase(draw) or "the" for _ in range(1 + i % 3))
        questions.append(
            SquadQuestion(f"q{i}", "t", "c", "?", answers, (0,) * len(answers), impossible)
        )
        predictions[f"q{i}"] = draw.choice([*answers, "", phrase(draw), phrase(draw, 2)])
        probabilities[f"q{i}"] = round(draw.random(), 2)
    return questions, predictions, probabilities


def as_dataset(questions):
    return [
        {"paragraphs": [{"qas": [{"id": q.id, "answers": [{"text": text} for text in q.answers]}]}]}
        for q in questions
    ]


def test_version_1_is_its_script():
    reference = pytest.importorskip("official.nlp.tools.squad_evaluate_v1_1")
    questions, predictions, _ = made_up(2000, version=1)
    expected = reference.evaluate(as_dataset(questions), predictions)
    found = squad_metrics(predictions, questions)
    assert found["exact_match"] == pytest.approx(100 * expected["exact_match"], abs=1e-6)
    assert found["f1"] == pytest.approx(100 * expected["final_f1"], abs=1e-6)


@pytest.mark.parametrize("with_probabilities", [False, True])
def test_version_2_is_its_script(with_probabilities):
    reference = pytest.importorskip("official.nlp.tools.squad_evaluate_v2_0")
    questions, predictions, probabilities = made_up(2000, version=2)
    given = probabilities if with_probabilities else None
    # The script's own threshold on the probabilities is 1: above every probability.
    expected = reference.evaluate(as_dataset(questions), predictions, given)
    names = {name: name for name in expected if not name.startswith(("final", "pr_"))}
    if with_probabilities:
        names |= {
            name: name.replace("final", "best") for name in expected if name.startswith("final")
        }
    found = squad_metrics(predictions, questions, given)
    assert set(found) == {*names.values(), "exact_match"}
    assert found["exact_match"] == found["exact"]
    for theirs, ours in names.items():
        assert found[ours] == pytest.approx(expected[theirs], abs=1e-6), ours


def test_answering_nothing():
    questions, predictions, probabilities = made_up(100, version=2)
    silence = dict.fromkeys(predictions, "")
    share = 100 * sum(q.is_impossible for q in questions) / len(questions)
    found = squad_metrics(silence, questions, probabilities)
    assert found["NoAns_exact"] == found["NoAns_f1"] == 100.0
    assert found["best_exact"] == found["best_f1"] >= share


def test_version_2_is_read(tmp_path):
    path = tmp_path / "dev.json"
    path.write_text(
        '{"version": "v2.0", "data": [{"title": "t", "paragraphs": [{"context": "In Paris.", "qas": ['
        '{"id": "a", "question": "Where?", "is_impossible": false, "answers": [{"text": "Paris", "answer_start": 3}]},'
        '{"id": "b", "question": "Who?", "is_impossible": true, "answers": [], '
        '"plausible_answers": [{"text": "Paris", "answer_start": 3}]}]}]}]}'
    )
    first, second = read_squad(path)
    assert (first.is_impossible, first.answers) == (False, ("Paris",))
    assert (second.is_impossible, second.answers) == (True, ())
    path.write_text(
        path.read_text().replace(
            '"answers": [], "p', '"answers": [{"text": "In", "answer_start": 0}], "p'
        )
    )
    with pytest.raises(DataError, match="question b is impossible, and has the answer 'In'"):
        read_squad(path)


def test_what_is_missing_is_named():
    questions, predictions, probabilities = made_up(10, version=2)
    probabilities.pop("q3")
    with pytest.raises(DataError, match="question q3 has no probability"):
        squad_metrics(predictions, questions, probabilities)
