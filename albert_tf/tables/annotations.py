"""Exports of the annotation tools Prodigy, Label Studio and doccano, as plain records.

Sources of the forms: prodi.gy/docs/api-interfaces, labelstud.io/guide/export (JSON and JSON-MIN),
doccano's `doccano/backend/data_export`.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.tables.cell_values import counted, shown_lines
from albert_tf.tables.label_lists import is_span_list

PRODIGY_ANSWERS = {"accept", "reject", "ignore"}
PRODIGY_OWN = {"answer", "options", "config", "tokens", "spans", "html", "priority", "score"}
# Columns beside the data and the answers in Label Studio's JSON-MIN.
LABEL_STUDIO_OWN = {"id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time"}
DOCCANO_OWN = {"comments", "annotation_approver", "meta", "username", "relations", "entities"}
# The kinds of answer that hold for a whole text, and where Label Studio writes them.
WHOLE_TEXT = ("choices", "rating", "taxonomy", "number")

NOT_WHOLE = (
    "spans of texts are annotated, as for named entities, not whole texts; expected {expected}"
)


@dataclass(frozen=True)
class Export:
    """The records of an annotation tool's export.

    Attributes:
        records: the texts and what stands beside them, and the label in a column of its own.
        lines: the line of the file on which each begins.
        label: the column of the label; None where there are several to choose from, or none.
        notes: which tool's it is, and how many examples are left out.
    """

    records: list[dict]
    lines: list[int]
    label: str | None
    notes: tuple[str, ...]


def read_export(
    path: Path, records: list[dict], lines: list[int], with_labels: bool
) -> Export | None:
    """Return the plain records of an annotation tool's export, or None for any other file.

    Args:
        path: named in errors.
        records: the objects of the file.
        lines: the line of each.
        with_labels: False for the texts alone: then every example stays.

    Raises:
        DataError: no whole texts are annotated, or none at all.
    """
    if not records:
        return None
    for fits, read in (
        (_is_prodigy, _read_prodigy),
        (_is_label_studio, _read_label_studio),
        (_is_label_studio_min, _read_label_studio_min),
        (_is_doccano, _read_doccano),
    ):
        if all(map(fits, records)):
            return read(path, records, lines, with_labels)
    return None


def _is_prodigy(record: dict) -> bool:
    return record.get("answer") in PRODIGY_ANSWERS and (
        "_input_hash" in record or "text" in record or "html" in record
    )


def _read_prodigy(path, records, lines, with_labels) -> Export:
    plain = [
        {k: v for k, v in r.items() if k not in PRODIGY_OWN and not k.startswith("_")}
        for r in records
    ]
    if not with_labels:
        return Export(plain, lines, None, ("an export of Prodigy",))
    answers = [record["answer"] for record in records]
    kept = [n for n, answer in enumerate(answers) if answer == "accept"]
    if not kept:
        raise DataError(f"{path}: an export of Prodigy without an accepted example; accept some")
    label = "accept" if any("accept" in record for record in records) else "label"
    if not any(label in records[n] for n in kept):
        what = NOT_WHOLE.format(expected="'label' or 'accept' in each example (textcat)")
        raise DataError(f"{path}: an export of Prodigy: {what}")
    left_out = Counter(answers)
    notes = [f"an export of Prodigy: the label is read from {label!r}"]
    for answer, form in (("reject", "rejected"), ("ignore", "ignored")):
        if left_out[answer]:
            where = [line for line, given in zip(lines, answers, strict=True) if given == answer]
            notes.append(
                f"left out {counted(left_out[answer], f'{form} example')} ({shown_lines(where)})"
            )
    chosen = [plain[n] for n in kept]
    _empty_to_missing(chosen, label)
    return Export(chosen, [lines[n] for n in kept], label, tuple(notes))


def _empty_to_missing(records: list[dict], label: str) -> None:
    """Take an empty list for no answer where no example has two labels: one is to be chosen."""
    lists = [r[label] for r in records if isinstance(r.get(label), list)]
    if all(len(each) <= 1 for each in lists) and any(lists):
        for record in records:
            if record.get(label) == []:
                record[label] = None


def _is_label_studio(record: dict) -> bool:
    answers = record.get("annotations", record.get("completions"))
    return isinstance(record.get("data"), dict) and isinstance(answers, list)


def _read_label_studio(path, records, lines, with_labels) -> Export:
    fields = [dict(record["data"]) for record in records]
    if not with_labels:
        return Export(fields, lines, None, ("an export of Label Studio",))
    results = [_label_studio_result(record) for record in records]
    answers = [_label_studio_answers(result) for result in results]
    controls = list(dict.fromkeys(name for answer in answers for name in answer))
    if not controls:
        what = NOT_WHOLE.format(expected="Choices, a Rating or a Taxonomy")
        none = "no task is annotated; annotate some, and export again"
        raise DataError(f"{path}: an export of Label Studio: {what if any(results) else none}")
    kept = [n for n, answer in enumerate(answers) if answer]
    merged = [
        {**{f"data.{k}" if k in controls else k: v for k, v in fields[n].items()}, **answers[n]}
        for n in kept
    ]
    named = " or ".join(map(repr, controls))
    notes = [f"an export of Label Studio: the label is read from {named}"]
    notes += _label_studio_notes(records, answers, lines)
    label = controls[0] if len(controls) == 1 else None
    return Export(merged, [lines[n] for n in kept], label, tuple(notes))


def _label_studio_whole(record: dict) -> list[dict]:
    """Return the annotations of a task that were not cancelled."""
    given = record.get("annotations", record.get("completions"))
    return [each for each in given if not each.get("was_cancelled")]


def _label_studio_result(record: dict) -> list[dict]:
    """Return the result of a task's ground truth, else of its first annotation."""
    whole = _label_studio_whole(record)
    truth = [each for each in whole if each.get("ground_truth")]
    return (truth or whole or [{}])[0].get("result") or []


def _label_studio_notes(records: list[dict], answers: list[dict], lines: list[int]) -> list[str]:
    whole = [_label_studio_whole(record) for record in records]
    given = [record.get("annotations", record.get("completions")) for record in records]
    several = [line for line, each in zip(lines, whole, strict=True) if len(each) > 1]
    skipped = [n for n, each in enumerate(whole) if given[n] and not each]
    missing = [line for line, answer in zip(lines, answers, strict=True) if not answer]
    notes = []
    if several:
        notes.append(
            f"{counted(len(several), 'task has', 'tasks have')} several annotations, of which the "
            f"ground truth or the first is read ({shown_lines(several)})"
        )
    if missing:
        of = f", {len(skipped)} of them skipped by the annotator" if skipped else ""
        notes.append(
            f"left out {counted(len(missing), 'task')} without an annotation{of} "
            f"({shown_lines(missing)})"
        )
    return notes


def _label_studio_answers(result: list[dict]) -> dict:
    """Return what holds for the whole text, by the name of the control that was used."""
    answers: dict = {}
    for each in result:
        value, kind = each.get("value") or {}, each.get("type")
        if kind not in WHOLE_TEXT or kind not in value or "start" in value:
            continue
        given, name = value[kind], each.get("from_name") or kind
        if kind == "taxonomy":
            given = ["/".join(map(str, steps)) for steps in given]
        if isinstance(given, list):
            answers[name] = [*answers.get(name, []), *given]
        else:
            answers[name] = given
    return answers


def _is_label_studio_min(record: dict) -> bool:
    return "annotation_id" in record and ("lead_time" in record or "annotator" in record)


def _read_label_studio_min(path, records, lines, with_labels) -> Export:
    plain = [{k: v for k, v in record.items() if k not in LABEL_STUDIO_OWN} for record in records]
    spans = {k for record in plain for k, v in record.items() if is_span_list(v)}
    plain = [{k: v for k, v in record.items() if k not in spans} for record in plain]
    if spans and with_labels and len({key for record in plain for key in record}) < 2:
        what = NOT_WHOLE.format(expected="Choices, a Rating or a Taxonomy")
        raise DataError(f"{path}: an export of Label Studio: {what}")
    return Export(plain, lines, None, ("an export of Label Studio (JSON-MIN)",))


def _is_doccano(record: dict) -> bool:
    keys = {key.lower() for key in record}
    label = _doccano_label(record)
    return (
        (label == "label" or "id" in keys)
        and len(keys & {"text", "data"}) == 1
        and isinstance(record.get(label), list)
        and keys <= {"id", "text", "data", label} | DOCCANO_OWN
    )


def _doccano_label(record: dict) -> str | None:
    return next((k for k in ("label", "labels", "annotations", "entities") if k in record), None)


def _read_doccano(path, records, lines, with_labels) -> Export:
    text, label = "text" if "text" in records[0] else "data", _doccano_label(records[0])
    plain = [{text: record.get(text)} for record in records]
    if not with_labels:
        return Export(plain, lines, None, ("read as an export of doccano",))
    if label == "entities" or any(is_span_list(record.get(label)) for record in records):
        what = NOT_WHOLE.format(expected="a project for text classification")
        raise DataError(f"{path}: an export of doccano: {what}")
    for record, source in zip(plain, records, strict=True):
        given = source.get(label)
        record[label] = [v["label"] if isinstance(v, dict) and "label" in v else v for v in given]
    _empty_to_missing(plain, label)
    notes = [f"read as an export of doccano: the label is read from {label!r}"]
    # Without numbers, texts with lists of labels may come from anywhere.
    return Export(plain, lines, label, tuple(notes) if "id" in records[0] else ())
