"""JSON files of one list, of columns, and the exports of annotation tools."""

import json

import pytest

from albert_tf.errors import DataError
from albert_tf.tasks import read_table

ROWS = [{"text": "a good film", "label": "pos"}, {"text": "a bad film", "label": "neg"}]
TEXTS, LABELS = ["a good film", "a bad film"], ["pos", "neg"]


@pytest.fixture
def read(tmp_path):
    def read(value, name="t.json", indent=None, **options):
        path = tmp_path / name
        if name == "t.jsonl":
            path.write_text("\n".join(map(json.dumps, value)), "utf-8")
        else:
            path.write_text(json.dumps(value, indent=indent), "utf-8")
        return read_table(path, **options)

    return read


def refusal(read, value, name="t.json", **options) -> str:
    with pytest.raises(DataError) as caught:
        read(value, name, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("value", "note"),
    [
        (ROWS, None),
        ({"data": ROWS}, "the rows are the list 'data' of the file's object"),
        ({"n": 2, "result": {"items": ROWS, "tags": ["x"]}}, "the list 'result.items'"),
        ({"schema": {"fields": [{"name": "text"}]}, "data": ROWS}, "the list 'data'"),
        ({"text": dict(enumerate(TEXTS)), "label": dict(enumerate(LABELS))}, "orient='columns'"),
        ({"text": {"x": TEXTS[0], "y": TEXTS[1]}, "label": {"x": "pos", "y": "neg"}}, "'columns'"),
        (dict(enumerate(ROWS)), "orient='index'"),
        ({"text": TEXTS, "label": LABELS}, "the file's object holds columns"),
        (
            {"columns": ["text", "label"], "data": list(zip(TEXTS, LABELS, strict=True))},
            "orient='split'",
        ),
        ({"rows": [{"row_idx": n, "row": row} for n, row in enumerate(ROWS)]}, "the list 'rows'"),
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_forms_of_json_files(read, value, note, indent):
    table = read(value, indent=indent)
    assert (table.texts, table.labels, table.task) == (TEXTS, LABELS, "classification")
    assert note is None or any(note in each for each in table.notes)


def test_lines_are_those_of_the_objects(read, tmp_path):
    table = read({"meta": 1, "data": ROWS}, indent=1)
    written = (tmp_path / "t.json").read_text().splitlines()
    assert [written[line - 1].strip() for line in table.lines] == ["{", "{"]
    assert [written[line].strip() for line in table.lines] == [
        '"text": "a good film",',
        '"text": "a bad film",',
    ]
    assert "t.json:10: the text is empty" in refusal(read, [*ROWS, {"text": ""}], indent=1)


def test_members_of_objects_are_columns(read):
    rows = [{"body": {"text": "a b", "lang": "en"}, "label": {"id": 1, "name": "x"}}] * 2
    table = read(rows, label_column="label.name")
    assert table.texts == ["a b", "a b"]
    assert table.labels == ["x", "x"]


def prodigy(text, answer="accept", **given):
    return {"text": text, "_input_hash": 1, "_task_hash": 2, "answer": answer, **given}


def test_prodigy_labels(read):
    rows = [
        *(prodigy("a", label="POS"), prodigy("b", label="NEG"), prodigy("c", label="NEG")),
        *(prodigy("d", "reject", label="POS"), prodigy("e", "ignore", label="POS")),
        prodigy("f", "reject", label="NEG"),
    ]
    table = read(rows, "t.jsonl")
    assert (table.texts, table.labels) == (["a", "b", "c"], ["POS", "NEG", "NEG"])
    assert "an export of Prodigy: the label is read from 'label'" in table.notes
    assert "left out 2 rejected examples (lines 4, 6)" in table.notes
    assert "left out 1 ignored example (line 5)" in table.notes
    assert read(rows, "t.jsonl", with_labels=False).texts == list("abcdef")


def test_prodigy_choices(read):
    options = [{"id": name, "text": name.lower()} for name in "ABC"]
    rows = [
        prodigy("a", accept=["A"], options=options),
        prodigy("b", accept=["B"], options=options),
    ]
    table = read(rows, "t.jsonl")
    assert (table.task, table.labels) == ("classification", ["A", "B"])
    table = read([*rows, prodigy("c", accept=[], options=options)], "t.jsonl")
    assert (table.labels, table.lines) == (["A", "B"], [1, 2])
    assert "left out 1 row with no label (line 3)" in table.notes
    several = [*rows, prodigy("c", accept=["A", "C"]), prodigy("d", accept=[])]
    table = read(several, "t.jsonl")
    assert (table.task, table.labels) == ("multi_label", [["A"], ["B"], ["A", "C"], []])


def test_prodigy_spans_are_refused(read):
    rows = [prodigy("a b", spans=[{"start": 0, "end": 1, "label": "PER"}], tokens=[])]
    assert "an export of Prodigy: spans of texts are annotated" in refusal(read, rows, "t.jsonl")
    assert "without an accepted example" in refusal(read, [prodigy("a", "reject", label="A")])
    assert read(rows, "t.jsonl", with_labels=False).texts == ["a b"]


def result(kind, given, name="sentiment"):
    return {"type": kind, "from_name": name, "to_name": "text", "value": {kind: given}}


def task(text, *results, **kinds):
    annotation = {"id": 1, "was_cancelled": False, "result": list(results), **kinds}
    return {"id": 1, "data": {"text": text}, "annotations": [annotation], "predictions": []}


NOT_ANNOTATED = {"id": 2, "data": {"text": "later"}, "annotations": [], "predictions": []}


def test_label_studio_choices(read):
    rows = [
        *(task("a", result("choices", ["Pos"])), task("b", result("choices", ["Neg"]))),
        *(NOT_ANNOTATED, task("c", was_cancelled=True), task("d")),
    ]
    table = read(rows)
    assert (table.texts, table.labels, table.task) == (["a", "b"], ["Pos", "Neg"], "classification")
    assert table.columns == {"text": "text", "label": "sentiment"}
    assert "an export of Label Studio: the label is read from 'sentiment'" in table.notes
    left_out = "left out 3 tasks without an annotation, 1 of them skipped by the annotator"
    assert any(left_out in note for note in table.notes)
    assert read(rows, with_labels=False).texts == ["a", "b", "later", "c", "d"]


def test_label_studio_several(read):
    rows = [task("a", result("choices", ["X", "Y"])), task("b", result("choices", ["X"]))]
    table = read(rows)
    assert (table.task, table.labels) == ("multi_label", [["X", "Y"], ["X"]])
    both = [task("a", result("choices", ["Pos"]), result("choices", ["news"], "topic"))] * 2
    assert "'sentiment' and 'topic' may each be the label" in refusal(read, both)
    assert read(both, label_column="topic").labels == ["news", "news"]
    annotators = task("a", result("choices", ["Pos"]))
    annotators["annotations"] += task("a", result("choices", ["Neg"]), ground_truth=True)[
        "annotations"
    ]
    table = read([annotators, task("b", result("choices", ["Pos"]))])
    assert table.labels == ["Neg", "Pos"]
    assert any("1 task has several annotations" in note for note in table.notes)


def test_label_studio_ratings_and_taxonomies(read):
    rows = [task(f"text {n}", result("rating", n + 1, "stars")) for n in range(3)]
    assert read(rows).labels == ["1", "2", "3"]
    assert read(rows, task="regression").labels == [1.0, 2.0, 3.0]
    rows = [task("a", result("taxonomy", [["Food", "Fish"]], "kind"))]
    assert read(rows).labels == ["Food/Fish"]


def test_label_studio_spans_are_refused(read):
    spans = task("Ann", {"type": "labels", "value": {"start": 0, "end": 3, "labels": ["PER"]}})
    assert "an export of Label Studio: spans of texts are annotated" in refusal(read, [spans])
    assert "no task is annotated" in refusal(read, [NOT_ANNOTATED])


def minimal(text, **given):
    when = {"created_at": "2024-01-02", "updated_at": "2024-01-02", "lead_time": 1.5}
    return {"id": 1, "text": text, **given, "annotator": 1, "annotation_id": 7, **when}


def test_label_studio_json_min(read):
    rows = [minimal("a", sentiment="Pos"), minimal("b", sentiment="Neg"), minimal("c")]
    table = read(rows)
    assert (table.texts, table.labels) == (["a", "b"], ["Pos", "Neg"])
    assert "left out 1 row with no label (line 1)" in table.notes
    table = read([rows[0], minimal("b", sentiment={"choices": ["Pos", "Neg"]})])
    assert (table.task, table.labels) == ("multi_label", [["Pos"], ["Pos", "Neg"]])
    spans = minimal("Ann", label=[{"start": 0, "end": 3, "text": "Ann", "labels": ["PER"]}])
    assert "spans of texts are annotated" in refusal(read, [spans])


@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        ([{"text": "a", "label": ["x"]}, {"text": "b", "label": ["y"]}], ["x", "y"]),
        (
            [{"id": 1, "data": "a", "label": ["x"]}, {"id": 2, "data": "b", "label": ["y"]}],
            ["x", "y"],
        ),
        (
            [
                {"id": 1, "text": "a", "label": ["x"], "Comments": []},
                {"id": 2, "text": "b", "label": ["x", "y"], "Comments": []},
            ],
            [["x"], ["x", "y"]],
        ),
        (
            [
                {"id": 1, "text": "a", "annotations": [{"label": 1, "user": 1}], "meta": {}},
                {"id": 2, "text": "b", "annotations": [{"label": 2, "user": 1}], "meta": {}},
            ],
            ["1", "2"],
        ),
    ],
)
def test_doccano(read, rows, labels):
    table = read(rows, "t.jsonl")
    assert (table.texts, table.labels) == (["a", "b"], labels)
    assert any("doccano" in note for note in table.notes) == ("id" in rows[0])


def test_doccano_without_an_annotation(read):
    rows = [
        {"id": n, "text": f"text {n}", "label": label} for n, label in enumerate([["x"], [], ["y"]])
    ]
    table = read(rows, "t.jsonl")
    assert (table.labels, table.lines) == (["x", "y"], [1, 3])
    assert "left out 1 row with no label (line 2)" in table.notes


@pytest.mark.parametrize(
    "given",
    [
        {"label": [[0, 3, "PER"]]},
        {"labels": [[0, 3, "PER"]]},
        {
            "entities": [{"id": 1, "label": "PER", "start_offset": 0, "end_offset": 3}],
            "relations": [],
        },
    ],
)
def test_doccano_spans_are_refused(read, given):
    message = refusal(read, [{"id": 1, "text": "Ann", **given}], "t.jsonl")
    assert "spans of texts are annotated" in message
