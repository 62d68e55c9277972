"""GLUE, SQuAD, RACE and the shipped data are read whole and judged as their authors do."""

import csv
import gzip
import json
from importlib.resources import files

import pytest

from albert_tf.errors import DataError
from albert_tf.tasks import (
    DEMO_DATA,
    GLUE_TASKS,
    copy_demo_data,
    demo_data,
    demo_entities,
    glue_metrics,
    read_entities,
    read_glue,
    read_race,
    read_squad,
    squad_metrics,
)
from albert_tf.tasks.squad import normalize

GLUE_ROWS = {
    "SST-2": (67349, 872, 1821),
    "CoLA": (8551, 1043, 1063),
    "RTE": (2490, 277, 3000),
    "STS-B": (5749, 1500, 1379),
    "MRPC": (3668, 408, 1725),
    "QNLI": (None, 5463, 5463),
}


@pytest.mark.parametrize("task", GLUE_ROWS)
def test_glue_has_the_published_number_of_rows(shared, task):
    for split, rows in zip(("train", "dev", "test"), GLUE_ROWS[task], strict=True):
        if rows is None:
            continue
        table = read_glue(shared / "data" / "glue", task, split)
        assert len(table) == rows
        assert (table.labels is None) == (split == "test")
        assert (table.pairs is None) == (GLUE_TASKS[task].pair is None)


def test_glue_first_rows(shared):
    folder = shared / "data" / "glue"
    cola = read_glue(folder, "CoLA", "dev")
    assert (cola.texts[0], cola.labels[0]) == (
        "The sailors rode the breeze clear of the rocks.",
        "1",
    )
    mrpc = read_glue(folder / "MRPC", "MRPC", "dev")  # begins with a byte-order mark
    assert mrpc.labels[:2] == ["1", "0"]
    assert mrpc.pairs[0].startswith('" The foodservice pie business does not fit')
    sts = read_glue(folder, "STS-B", "dev")
    assert (sts.task, sts.labels[:2]) == ("regression", [5.0, 4.75])
    assert set(read_glue(folder, "QNLI", "dev").labels) == {"entailment", "not_entailment"}


MNLI = "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence1\tsentence2\tlabel1\tgold_label\n"
OTHERS = {
    "MNLI/train.tsv": MNLI
    + '0\t1\t1n\ttravel\t( a )\tHe said "no.\tHe spoke.\tneutral\tentailment\n',
    "MNLI/dev_matched.tsv": MNLI + "0\t1\t1n\ttravel\t( a )\tOne.\tTwo.\tneutral\tneutral\n",
    "MNLI/dev_mismatched.tsv": MNLI + "0\t1\t1n\tface\t( a )\tA.\tB.\tneutral\tcontradiction\n",
    "QQP/dev.tsv": "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n1\t2\t3\tWhy?\tHow come?\t1\n",
    "WNLI/dev.tsv": "index\tsentence1\tsentence2\tlabel\n0\tThe pin came off.\tIt came off.\t0\n",
}


@pytest.mark.parametrize(
    ("task", "split", "row"),
    [
        ("MNLI", "train", ('He said "no.', "He spoke.", "entailment")),
        ("MNLI", "dev", ("One.", "Two.", "neutral")),
        ("MNLI", "dev_matched", ("One.", "Two.", "neutral")),
        ("MNLI", "dev_mismatched", ("A.", "B.", "contradiction")),
        ("QQP", "dev", ("Why?", "How come?", "1")),
        ("WNLI", "dev", ("The pin came off.", "It came off.", "0")),
    ],
)
def test_the_other_glue_tasks(tmp_path, task, split, row):
    for name, content in OTHERS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    table = read_glue(tmp_path, task, split)
    assert (table.texts[0], table.pairs[0], table.labels[0]) == row


def test_glue_mistakes_are_named(tmp_path):
    with pytest.raises(DataError, match="GLUE task 'SST2' is unknown; use one of SST-2, CoLA"):
        read_glue(tmp_path, "SST2", "dev")
    with pytest.raises(DataError, match="GLUE split 'validation' is unknown; use one of train"):
        read_glue(tmp_path, "SST-2", "validation")
    (tmp_path / "QNLI").mkdir()
    with pytest.raises(DataError, match=r"QNLI/train\.tsv: no such file"):
        read_glue(tmp_path, "QNLI", "train")


def test_glue_metrics_are_those_of_the_task():
    true, predicted = ["1", "1", "0", "0"], ["1", "0", "0", "1"]
    assert glue_metrics("SST-2", true, predicted) == {"accuracy": 0.5}
    assert glue_metrics("CoLA", true, predicted) == {"matthews": 0.0}
    # F1 of class 1, which an average over classes would not give: precision 1/3, recall 1/2
    values = glue_metrics("MRPC", ["1", "1", "0", "0", "0", "0"], ["1", "0", "1", "1", "0", "0"])
    assert values == pytest.approx({"f1": 0.4, "accuracy": 0.5})
    values = glue_metrics("STS-B", [0.0, 2.0, 5.0], [1.0, 2.0, 3.0])
    assert values == pytest.approx({"pearson": 5 / (38 / 3 * 2) ** 0.5, "spearman": 1.0})


@pytest.fixture(scope="module")
def squad_dev(shared):
    return read_squad(shared / "data" / "squad" / "dev-v1.1.json.gz")


def test_squad_dev_is_read_whole(squad_dev):
    assert len(squad_dev) == 10570
    assert len({question.id for question in squad_dev}) == 10570
    first = squad_dev[0]
    assert first.question == "When did the 1973 oil crisis begin?"
    assert first.answers[0] == "October 1973"
    assert first.context[first.answer_starts[0] :].startswith("October 1973")


def test_squad_right_and_wrong_answers(squad_dev):
    perfect = {question.id: question.answers[-1] for question in squad_dev}
    values = squad_metrics(perfect, squad_dev)
    assert values["exact_match"] == 100.0
    # As in the evaluation script, an answer of articles alone ("The") has no word to overlap.
    (bare,) = [question for question in squad_dev if not normalize(question.answers[-1])]
    assert values["f1"] == pytest.approx(100 * 10569 / 10570)
    assert squad_metrics(perfect, [bare]) == {"exact_match": 100.0, "f1": 0.0}
    wrong = squad_metrics(dict.fromkeys(perfect, "zyzzyva"), squad_dev)
    assert wrong == {"exact_match": 0.0, "f1": 0.0}


@pytest.mark.parametrize(
    ("predicted", "exact_match", "f1"),
    [
        ("the Eiffel Tower!", 100.0, 100.0),
        ("eiffel  tower", 100.0, 100.0),
        ("tower", 0.0, 200 * (1 * 0.5) / 1.5),
        ("Eiffel Tower in Paris", 0.0, 200 * (0.5 * 1) / 1.5),
        ("tower tower", 0.0, 50.0),  # a word counts as often as the answer has it
        ("Louvre", 0.0, 0.0),
    ],
)
def test_squad_metrics_by_hand(tmp_path, predicted, exact_match, f1):
    questions = read_squad(squad_file(tmp_path, "An Eiffel Tower.", 0))
    values = squad_metrics({"q1": predicted}, questions)
    assert values == pytest.approx({"exact_match": exact_match, "f1": f1})


def test_squad_normalization():
    assert normalize(" The  quick, brown-fox's  an a THE theme ") == "quick brownfoxs theme"


def squad_file(folder, answer, start):
    path = folder / "squad.json"
    question = {
        "id": "q1",
        "question": "Which?",
        "answers": [{"text": answer, "answer_start": start}],
    }
    paragraph = {"context": "An Eiffel Tower. Or not.", "qas": [question]}
    path.write_text(json.dumps({"data": [{"title": "T", "paragraphs": [paragraph]}]}))
    return path


def test_squad_mistakes_are_named(tmp_path):
    with pytest.raises(DataError, match="question q1: the context has 'n Eiffel' at character 1"):
        read_squad(squad_file(tmp_path, "AnEiffel", 1))
    (tmp_path / "broken.json").write_text('{"data": [\n')
    with pytest.raises(DataError, match=r"broken\.json:2: broken JSON"):
        read_squad(tmp_path / "broken.json")
    (tmp_path / "other.json").write_text('{"data": [{"paragraphs": [{"qas": 3}]}]}')
    with pytest.raises(DataError, match=r"other\.json: not SQuAD"):
        read_squad(tmp_path / "other.json")
    with pytest.raises(DataError, match="question q1 has no prediction"):
        squad_metrics({}, read_squad(squad_file(tmp_path, "Eiffel", 3)))


def race_file(folder, level, name, **changes):
    record = {
        "article": "Tom has a cat.\nIt is black.",
        "questions": ["What has Tom?", "The cat is _ ."],
        "options": [["a dog", "a cat", "a car", "a hat"], ["red", "blue", "white", "black"]],
        "answers": ["B", "D"],
        "id": f"{level}{name}",
    }
    path = folder / "train" / level / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record | changes))


def test_race_folder_is_read(tmp_path):
    race_file(tmp_path, "high", "10.txt")
    race_file(tmp_path, "middle", "2.txt")
    questions = read_race(tmp_path, "train")
    assert [question.id for question in questions] == [
        "middle2.txt-0",
        "middle2.txt-1",
        "high10.txt-0",
        "high10.txt-1",
    ]
    assert questions[1].question == "The cat is _ ."
    assert [question.options[question.answer] for question in questions[:2]] == ["a cat", "black"]
    assert len(read_race(tmp_path, "train", level="high")) == 2


def test_race_mistakes_are_named(tmp_path):
    with pytest.raises(DataError, match=r"test: no RACE file; give the folder with train/middle"):
        read_race(tmp_path, "test")
    with pytest.raises(DataError, match="RACE level 'low' is unknown; use one of middle, high"):
        read_race(tmp_path, "train", level="low")
    race_file(tmp_path, "high", "1.txt", answers=["B", "E"])
    with pytest.raises(DataError, match=r"high/1\.txt: not a RACE file"):
        read_race(tmp_path, "train")
    race_file(tmp_path, "high", "1.txt", options=[["a"] * 4, ["a"] * 3])
    with pytest.raises(DataError, match=r"question high1\.txt-1 has 3 options; RACE has 4"):
        read_race(tmp_path, "train")


@pytest.mark.parametrize(
    ("name", "split", "rows", "classes"),
    [
        ("sms_spam", "train", 5574, 2),
        ("uci_sentences", "train", 3000, 2),
        ("banking77", "train", 10003, 77),
        ("banking77", "test", 3080, 77),
        ("snips", "train", 13784, 7),
        ("snips", "test", 700, 7),
    ],
)
def test_demo_data_is_whole(name, split, rows, classes):
    table = demo_data(name, split)
    assert (len(table), len(set(table.labels))) == (rows, classes)


def test_demo_data_is_the_public_data(shared):
    data = shared / "data"
    spam = demo_data("sms_spam")
    pairs = [f"{label}\t{text}" for text, label in zip(spam.texts, spam.labels, strict=True)]
    assert "\n".join(pairs) + "\n" == (data / "sms_spam" / "SMSSpamCollection").read_text("utf-8")
    sentences = demo_data("uci_sentences")
    pairs = [
        f"{text}\t{label}" for text, label in zip(sentences.texts, sentences.labels, strict=True)
    ]
    names = ("amazon_cells", "imdb", "yelp")
    parts = [(data / "uci_sentences" / f"{name}_labelled.txt").read_text("utf-8") for name in names]
    assert "\n".join(pairs) + "\n" == "".join(parts)
    for split in ("train", "test"):
        queries = demo_data("banking77", split)
        with (data / "banking77" / f"{split}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))[1:]
        assert rows == [list(row) for row in zip(queries.texts, queries.labels, strict=True)]


def test_demo_commands_are_the_public_data(shared, tmp_path):
    for split, part in (("train", "train"), ("test", "validate")):
        published = shared / "data" / "snips" / f"{part}.jsonl"
        copy_demo_data("snips", tmp_path / part, split)
        assert (tmp_path / part).read_bytes() == published.read_bytes()
        assert demo_entities("snips", split) == read_entities(published)
        rows = [json.loads(line) for line in published.read_text("utf-8").splitlines()]
        table = demo_data("snips", split)
        assert list(table.labels) == [row["intent"] for row in rows]
        assert list(table.texts) == [row["text"] for row in rows]
    with pytest.raises(DataError, match="demo data 'sms_spam' has no entities; use snips"):
        demo_entities("sms_spam")


def test_demo_files_are_small_and_carry_no_time():
    assets = files("albert_tf.tasks") / "assets"
    contents = [
        (assets / name).read_bytes() for splits in DEMO_DATA.values() for name in splits.values()
    ]
    assert sum(map(len, contents)) < 1_000_000
    for content in contents:
        assert content[4:8] == bytes(4)  # the time of writing in the gzip header
        gzip.decompress(content)
    notice = (assets / "README.md").read_text("utf-8")
    assert all(name in notice for splits in DEMO_DATA.values() for name in splits.values())


def test_demo_data_mistakes_are_named():
    with pytest.raises(DataError, match="demo data 'imdb' is unknown; use one of sms_spam, uci"):
        demo_data("imdb")
    with pytest.raises(
        DataError, match="demo data 'sms_spam' has no split 'test'; use one of train"
    ):
        demo_data("sms_spam", "test")
