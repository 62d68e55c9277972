"""A training part for QNLI, where only its dev part is at hand: made of SQuAD's questions, of which QNLI was made."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from albert_tf.tasks import SquadQuestion
from benchmarks.squad_data import sentence_spans, with_the_answer, words

HEADER = ("index", "question", "sentence", "label")


def qnli_rows(
    questions: Sequence[SquadQuestion], rows: int, seed: int = 0
) -> list[tuple[str, str, str]]:
    """Pairs questions with a sentence that holds the answer, and with one of the same paragraph that does not.

    QNLI leaves out sentences that share few words with the question, by a threshold which its authors do not tell.
    Here the second sentence is of two that are drawn the one which shares more. So the pairs share 5.0 and 2.6 words
    on average, and 5.1 and 2.8 in the dev part.

    Args:
        questions: with answers.
        rows: how many to return at most, half of each label.
        seed: of the questions and sentences that are drawn.

    Returns:
        Question, sentence, and `"entailment"` or `"not_entailment"`.
    """
    random, found = np.random.default_rng(seed), []
    for number in random.permutation(len(questions)):
        if len(found) + 2 > rows:
            break
        question = questions[number]
        sentences = sentence_spans(question.context)
        held = with_the_answer(question, sentences)
        others = [n for n in range(len(sentences)) if n not in held]
        if len(held) != 1 or not others:
            continue
        asked = words(question.question)
        texts = [question.context[a:b] for a, b in sentences]
        drawn = random.choice(others, min(2, len(others)), replace=False)
        other = max((texts[n] for n in drawn), key=lambda text: len(asked & words(text)))
        found.append((question.question, texts[held[0]], "entailment"))
        found.append((question.question, other, "not_entailment"))
    return found


def write_qnli(path: Path, rows: Sequence[tuple[str, str, str]]) -> None:
    """Writes rows in the form of GLUE's file; line breaks and tabs become blanks, since that form has no quotes."""
    lines = ["\t".join(HEADER)]
    for number, row in enumerate(rows):
        lines.append("\t".join([str(number), *(" ".join(cell.split()) for cell in row)]))
    path.write_text("\n".join(lines) + "\n", "utf-8")
