"""The training part that is made for QNLI."""

from collections import Counter

from albert_tf.tasks import SquadQuestion, read_glue
from benchmarks.qnli_data import qnli_rows, write_qnli

SENTENCES = [
    "The Rhine flows through Basel\tand\nCologne.",
    "Cologne has a cathedral.",
    "A bridge was built in 1911.",
]
CONTEXT = " ".join(SENTENCES)


def question(number, context, text, answer):
    start = context.index(answer)
    return SquadQuestion(str(number), "Rhine", context, text, (answer,), (start,))


QUESTIONS = [
    question(1, CONTEXT, "When was the bridge of Cologne built?", "1911"),
    question(2, CONTEXT, "What has Cologne?", "a cathedral"),
    question(3, SENTENCES[1], "What has Cologne, alone?", "a cathedral"),  # no other sentence
    question(4, CONTEXT, "What of both?", "A bridge was"),
    question(5, CONTEXT, "What of two?", "cathedral. A bridge"),  # of two sentences
]


def test_a_sentence_with_the_answer_and_one_of_the_same_paragraph_without():
    rows = qnli_rows(QUESTIONS, 100)
    assert Counter(label for *_, label in rows) == {"entailment": 3, "not_entailment": 3}
    by_label = {(asked, label): sentence for asked, sentence, label in rows}
    first, second = (q.question for q in QUESTIONS[:2])
    assert by_label[first, "entailment"] == SENTENCES[2]
    assert by_label[second, "entailment"] == SENTENCES[1]
    # Both other sentences are drawn; the one that shares "Cologne" is kept, or "Cologne" and "the".
    assert by_label[first, "not_entailment"] == SENTENCES[0]
    assert by_label[second, "not_entailment"] == SENTENCES[0]


def test_no_more_rows_than_asked_for_and_the_same_of_one_seed():
    assert len(qnli_rows(QUESTIONS, 5)) == 4
    assert qnli_rows(QUESTIONS, 100) == qnli_rows(QUESTIONS, 100)
    assert (
        len({str(qnli_rows(QUESTIONS, 2, seed=seed)) for seed in range(20)}) == 4
    )  # the fourth draws a tie


def test_the_file_is_read_as_glue_reads_it(tmp_path):
    (tmp_path / "QNLI").mkdir()
    rows = qnli_rows(QUESTIONS, 100)
    write_qnli(tmp_path / "QNLI" / "train.tsv", rows)
    table = read_glue(tmp_path, "QNLI", "train")
    expected = [tuple(" ".join(cell.split()) for cell in row) for row in rows]
    assert list(zip(table.texts, table.pairs, table.labels, strict=True)) == expected
