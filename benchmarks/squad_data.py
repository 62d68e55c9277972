"""SQuAD as the benchmark trains and judges on it: questions without an answer, and passages of a few sentences."""

import dataclasses
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from albert_tf.tasks import SquadQuestion, read_squad

HELD_OUT = 10
"""Articles of the training part that choose the threshold, and no weights."""
SENTENCE = re.compile(r"\S.*?(?:[.!?]['\")]*(?=\s)|$)", re.DOTALL)


def unanswerable(questions: Sequence[SquadQuestion], every: int = 1) -> list[SquadQuestion]:
    """Makes questions without an answer.

    Args:
        questions: with answers, of whole articles.
        every: one is made of each so many questions.

    Returns:
        The questions, each put to the paragraph of its own article that shares most words with it, of those that do
        not hold one of its answers; where there is no such paragraph, none is made.
    """
    paragraphs = defaultdict(dict)
    for question in questions:
        paragraphs[question.title].setdefault(question.context, words(question.context))
    made = []
    for question in questions[::every]:
        asked, answers = words(question.question), [text.lower() for text in question.answers]
        others = [
            (len(asked & held), context)
            for context, held in paragraphs[question.title].items()
            if context != question.context and not any(a in context.lower() for a in answers)
        ]
        if others:
            context = max(others, key=lambda other: other[0])[1]
            name, title = f"{question.id}-none", question.title
            made.append(SquadQuestion(name, title, context, question.question, (), (), True))
    return made


def with_short_passages(
    questions: Sequence[SquadQuestion], most_words: int = 40, seed: int = 0
) -> list[SquadQuestion]:
    """Cuts the passages down to a few sentences, in which it is learned sooner which of them a question is about.

    Args:
        questions: of whole paragraphs; only the first answer of each is kept.
        most_words: of a passage, unless the sentence with the answer alone has more.
        seed: of which sentences stay around that one, or, without an answer, of which one they stay around.
    """
    random, short = np.random.default_rng(seed), []
    for question in questions:
        sentences = sentence_spans(question.context)
        held = (
            with_the_answer(question, sentences)
            if question.answers
            else [int(random.integers(len(sentences)))]
        )
        first, last = _grown(question.context, sentences, held[0], held[-1], most_words, random)
        begin = sentences[first][0]
        short.append(
            dataclasses.replace(
                question,
                context=question.context[begin : sentences[last][1]].rstrip(),
                answers=question.answers[:1],
                answer_starts=tuple(start - begin for start in question.answer_starts[:1]),
            )
        )
    return short


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Returns start and end of each sentence of a text."""
    return [match.span() for match in SENTENCE.finditer(text)]


def with_the_answer(question: SquadQuestion, sentences: Sequence[tuple[int, int]]) -> list[int]:
    """Returns the numbers of the sentences, given by start and end, that hold some of the first answer."""
    start = question.answer_starts[0]
    end = start + len(question.answers[0])
    return [n for n, (a, b) in enumerate(sentences) if a < end and start < b]


def _grown(context, sentences, first, last, most_words, random):
    """The first and the last sentence of a stretch that grew on either side as long as it has few enough words."""
    while True:
        wider = [(first - 1, last)] * (first > 0) + [(first, last + 1)] * (
            last + 1 < len(sentences)
        )
        wider = [
            (a, b)
            for a, b in wider
            if len(context[sentences[a][0] : sentences[b][1]].split()) <= most_words
        ]
        if not wider:
            return first, last
        first, last = wider[int(random.integers(len(wider)))]


def words(text: str) -> set[str]:
    """Returns the words of a text in small letters."""
    return set(re.findall(r"\w+", text.lower()))


def write_squad(path: Path, questions: Sequence[SquadQuestion]) -> None:
    """Writes questions in the form of version 2.0."""
    articles = defaultdict(lambda: defaultdict(list))
    for question in questions:
        answers = zip(question.answers, question.answer_starts, strict=True)
        entry = {
            "id": question.id,
            "question": question.question,
            "is_impossible": question.is_impossible,
            "answers": [{"text": text, "answer_start": start} for text, start in answers],
        }
        articles[question.title][question.context].append(entry)
    data = [
        {
            "title": title,
            "paragraphs": [{"context": c, "qas": entries} for c, entries in contexts.items()],
        }
        for title, contexts in articles.items()
    ]
    path.write_text(json.dumps({"version": "v2.0", "data": data}), "utf-8")


def by_paragraph(questions: Sequence[SquadQuestion]) -> list[SquadQuestion]:
    """Returns questions in the order of a file: by article and paragraph, each where it first comes."""
    titles, contexts = {}, {}
    for question in questions:
        titles.setdefault(question.title, len(titles))
        contexts.setdefault((question.title, question.context), len(contexts))
    return sorted(questions, key=lambda q: (titles[q.title], contexts[q.title, q.context]))


def prepare(data: Path, work: Path) -> dict[str, Path]:
    """Writes what is trained and validated on, unless it is there.

    Args:
        data: the folder of SQuAD's files.
        work: folder of what is written.

    Returns:
        The files: `"train"`, with passages of a few sentences, and `"held_out"`, with whole paragraphs.
    """
    files = {name: work / f"{name}.json" for name in ("train", "held_out")}
    if not files["held_out"].exists():
        work.mkdir(parents=True, exist_ok=True)
        questions = read_squad(data / "train-v1.1.json.gz")
        titles = list(dict.fromkeys(question.title for question in questions))
        later = set(titles[:: len(titles) // HELD_OUT][:HELD_OUT])
        own = [question for question in questions if question.title not in later]
        own = by_paragraph([*own, *unanswerable(own, every=4)])
        held_out = [question for question in questions if question.title in later]
        write_squad(files["train"], with_short_passages(own))
        write_squad(files["held_out"], [*held_out, *unanswerable(held_out)])
    return files
