"""Text files to a folder of records: the same bytes however they are made, all of them or none."""

import gzip
import hashlib
import itertools
import os
import sys

import numpy as np
import pytest
import tensorflow as tf

from albert_tf import AlbertTokenizer
from albert_tf.errors import DataError, MissingExtraError
from albert_tf.pretraining import (
    ExampleRecipe,
    ExcludedTexts,
    Manifest,
    PretrainingRecords,
    build,
    build_records,
    build_records_with_beam,
    pretraining_dataset,
    worker,
)

TOKENIZER = AlbertTokenizer()
RECIPE = ExampleRecipe(sequence_length=48, seed=11, duplicates=2)
EXCLUDED = ExcludedTexts(["Sentence 3 of text 4 is short."])


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Two files, one of them gzip, with 30 documents of different lengths."""
    folder = tmp_path_factory.mktemp("corpus")
    texts = [
        "\n".join(
            f"Sentence {j} of text {i} is short. It is followed by one that says {i * j}!"
            for j in range(1 + i % 7 * 3)
        )
        for i in range(30)
    ]
    (folder / "one.txt").write_text("\n\n".join(texts[:20]) + "\n", "utf-8")
    (folder / "two.txt.gz").write_bytes(gzip.compress("\n\n".join(texts[20:]).encode()))
    return [folder / "one.txt", folder / "two.txt.gz"]


@pytest.fixture(scope="module")
def made(corpus, tmp_path_factory):
    """The records, made by one process."""
    output = tmp_path_factory.mktemp("made") / "records"
    build_records(corpus, output, TOKENIZER, RECIPE, shards=4, excluded=EXCLUDED)
    return output


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_bytes_are_those_of_earlier_versions(made):
    """Who makes the same records again must get the same; a change here belongs in the changelog."""
    shards = sorted(made.glob("*.tfrecord"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in shards)).hexdigest()
    assert digest == "41a682b3b10fe7f5e8307744df1be90a7e3ec8384c5bd633a2334c6a83aa23da"


@pytest.mark.slow
def test_any_number_of_processes_gives_the_same_bytes(corpus, made, tmp_path, monkeypatch):
    monkeypatch.setattr(build, "TASK_CHARACTERS", 1500)
    seen = []
    build_records(
        corpus,
        tmp_path / "again",
        TOKENIZER,
        RECIPE,
        shards=4,
        excluded=EXCLUDED,
        processes=3,
        on_progress=lambda counts: seen.append(counts["documents"]),
    )
    assert contents(tmp_path / "again") == contents(made)
    assert len(seen) > 3, "there was more than one task"
    assert seen == sorted(seen)
    assert seen[-1] == 30


def test_beam_gives_the_same_bytes(corpus, made, tmp_path):
    pytest.importorskip("apache_beam")
    options = {"shards": 4, "excluded": EXCLUDED}
    build_records_with_beam(corpus, tmp_path / "again", TOKENIZER, RECIPE, **options)
    assert contents(tmp_path / "again") == contents(made)
    assert list(tmp_path.iterdir()) == [tmp_path / "again"]


def test_another_seed_gives_other_bytes_and_files_may_be_split_elsewhere(corpus, made, tmp_path):
    whole = tmp_path / "one.txt"
    whole.write_bytes(corpus[0].read_bytes() + b"\n" + gzip.decompress(corpus[1].read_bytes()))
    options = {"shards": 4, "excluded": EXCLUDED}
    build_records([whole], tmp_path / "whole", TOKENIZER, RECIPE, **options)
    first, second = contents(made), contents(tmp_path / "whole")
    shards = [name for name in first if name.endswith(".tfrecord")]
    assert len(shards) == 4
    assert all(first[name] == second[name] for name in shards)
    other = ExampleRecipe(sequence_length=48, seed=12, duplicates=2)
    build_records([whole], tmp_path / "other", TOKENIZER, other, **options)
    assert not any(contents(tmp_path / "other")[name] == first[name] for name in shards)


def test_manifest_says_what_was_made(made):
    manifest = Manifest.read(made)
    counts = manifest.counts
    assert counts["documents"] == 30
    assert (counts["excluded_sentences"], counts["excluded_paragraphs"]) == (1, 0)
    assert manifest.settings["inputs"] == ["one.txt", "two.txt.gz"]
    assert manifest.settings["excluded_texts"] == 1
    records = PretrainingRecords.find(made)
    assert records.counts == tuple(shard.records for shard in manifest.shards)
    assert records.num_examples == counts["examples"] == manifest.num_examples
    assert records.tokenizer().get_config() == TOKENIZER.get_config()
    inputs, targets, weights = next(iter(pretraining_dataset(records, batch_size=8, seed=0)))
    assert inputs["token_ids"].shape == (8, 48)
    assert weights["mlm_logits"].numpy().sum() > 8
    assert set(targets["sop_logits"].numpy()) <= {0, 1}


def test_documents_keep_their_order_in_their_shard(corpus, tmp_path):
    recipe = ExampleRecipe(sequence_length=48, masking="dynamic")
    build_records(corpus, tmp_path / "records", TOKENIZER, recipe, shards=4)
    pieces = {TOKENIZER.piece_to_id(f"▁{i}"): i for i in range(30)}
    text = TOKENIZER.piece_to_id("▁text")
    for shard in range(4):
        path = tmp_path / "records" / f"part-{shard:05d}-of-00004.tfrecord"
        seen = []
        for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
            ids = tf.train.Example.FromString(record).features.feature["input_ids"]
            ids = np.array(ids.int64_list.value)
            after = ids[1:][ids[:-1] == text]
            seen += [pieces[i] for i in after[:1] if i in pieces]
        assert seen == sorted(seen)
        assert set(seen) <= set(range(shard, 30, 4))


def test_more_shards_than_documents(tmp_path):
    (tmp_path / "a.txt").write_text("One sentence. And another one.", "utf-8")
    build_records([tmp_path / "a.txt"], tmp_path / "r", TOKENIZER, ExampleRecipe(), shards=3)
    assert PretrainingRecords.find(tmp_path / "r").counts == (1, 0, 0)
    batch = next(iter(pretraining_dataset(tmp_path / "r", batch_size=4, seed=0)))
    assert batch[0]["token_ids"].shape == (4, 128)


def broken_gzip(path):
    path.write_bytes(gzip.compress(b"A sentence. And another.\n\n" * 2000)[:-30])
    return rf"{path.name}: broken gzip file"


def latin(path):
    path.write_bytes(b"A sentence. And another.\n" * 3 + "déjà vu\n".encode("latin-1"))
    return rf"{path.name}:4: not UTF-8"


def blank(path):
    path.write_text("\n \n")
    return rf"{path.name}: no text"


def one_word(path):
    path.write_text("word\n")
    return rf"{path.name}: 1 documents with 1 tokens make no example"


@pytest.mark.parametrize("damage", [broken_gzip, latin, blank, one_word])
@pytest.mark.parametrize("way", ["processes", "beam"])
def test_bad_text_is_named_and_leaves_nothing(tmp_path, damage, way):
    path = tmp_path / "bad.txt"
    pattern = damage(path)
    make = build_records
    if way == "beam":
        pytest.importorskip("apache_beam")
        make = build_records_with_beam
    with pytest.raises(DataError, match=pattern):
        make([path], tmp_path / "records", TOKENIZER, ExampleRecipe())
    assert list(tmp_path.iterdir()) == [path]


def test_what_stands_in_the_output_is_kept(corpus, tmp_path):
    output = tmp_path / "records"
    output.mkdir()
    (output / "mine.txt").write_text("mine")
    with pytest.raises(DataError, match="records: exists and is not empty"):
        build_records(corpus, output, TOKENIZER, RECIPE)
    assert (output / "mine.txt").read_text() == "mine"
    with pytest.raises(DataError, match=r"mine\.txt: exists"):
        build_records(corpus, output / "mine.txt", TOKENIZER, RECIPE)


def test_what_a_killed_run_left_is_no_hindrance(corpus, tmp_path):
    (tmp_path / ".records.tmp").mkdir()
    (tmp_path / ".records.tmp" / "part-00000-of-00002.tfrecord").write_bytes(b"half a re")
    (tmp_path / "records").mkdir()
    build_records(corpus, tmp_path / "records", TOKENIZER, RECIPE, shards=2)
    assert [path.name for path in tmp_path.iterdir()] == ["records"]
    PretrainingRecords.find(tmp_path / "records")


def test_a_killed_worker_is_reported(corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "run", kill)
    with pytest.raises(DataError, match="one of 2 processes was killed"):
        build_records(corpus, tmp_path / "records", TOKENIZER, RECIPE, processes=2)
    assert not list(tmp_path.iterdir())


def kill(task):
    os._exit(9)


def test_impossible_options(corpus, tmp_path):
    for options, words in (({"processes": 0}, "processes is 0"), ({"shards": 0}, "shards is 0")):
        with pytest.raises(DataError, match=words):
            build_records(corpus, tmp_path / "records", TOKENIZER, RECIPE, **options)


def test_beam_is_an_extra(corpus, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "apache_beam", None)
    with pytest.raises(MissingExtraError, match=r'pip install "albert-tf\[scale\]"'):
        build_records_with_beam(corpus, tmp_path / "records", TOKENIZER, RECIPE)


def test_unknown_runner(corpus, tmp_path):
    pytest.importorskip("apache_beam")
    with pytest.raises(DataError, match="NoSuchRunner"):
        build_records_with_beam(
            corpus, tmp_path / "records", TOKENIZER, RECIPE, runner="NoSuchRunner"
        )


def test_memory_does_not_grow_with_the_text():
    """Documents are read as they are asked for: an endless corpus yields its first tasks."""
    endless = (build.Document(i, ("A sentence. " * 50,)) for i in itertools.count())
    tasks = list(itertools.islice(build._tasks(endless), 3))
    assert all(task for task in tasks)


@pytest.mark.slow
def test_the_command_makes_the_same_bytes(corpus, made, shell):
    (shell.folder / "exclude.txt").write_text("sentence 3 of text 4 is short\n")
    done = shell.albert_tf(
        "pretraining-data", *corpus, "--output", "r", "--exclude", "exclude.txt", "--seed", 11,
        "--sequence-length", 48, "--duplicates", 2, "--shards", 4, "--processes", 2,
    )  # fmt: skip
    assert "left out 0 paragraphs and 1 sentences" in done.err
    assert "tokens/s with 2 processes" in done.err
    assert contents(shell.folder / "r") == contents(made)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["absent.txt"], "absent.txt: no such file"),
        (["{one}", "--sequence-length", "4"], "--sequence-length is 4"),
        (["{one}", "--masked-share", "2"], "--masked-share is 2.0"),
        (["{one}", "--shards", "0"], "--shards is 0"),
        (["{one}", "--runner", "FlinkRunner"], "add --beam"),
        (["bad.txt"], "bad.txt:2: not UTF-8"),
        (["bad.txt", "--beam"], "bad.txt:2: not UTF-8"),
    ],
)
def test_bad_input_is_one_line(corpus, shell, needs, arguments, words):
    (shell.folder / "bad.txt").write_bytes(b"good\nb\xe4d\n")
    if "--beam" in arguments:
        needs("apache_beam")
    arguments = [a.format(one=corpus[0]) for a in arguments]
    done = shell.albert_tf("pretraining-data", *arguments, "--output", "r", status=2)
    (line,) = done.err.splitlines()
    assert words in line
    assert not (shell.folder / "r").exists()
