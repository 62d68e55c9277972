"""Raw text to a folder of records with Apache Beam, on any of its runners, with the bytes of `build_records`."""

import collections
import json
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from albert_tf import errors
from albert_tf.errors import AlbertError, DataError, MissingExtraError
from albert_tf.operating_system import move_file
from albert_tf.pretraining.documents import Document, check_files, read_documents
from albert_tf.pretraining.examples import ExampleMaker, ExampleRecipe
from albert_tf.pretraining.exclusion import ExcludedTexts
from albert_tf.pretraining.manifest import Manifest, ShardEntry
from albert_tf.pretraining.shards import OutputFolder, make_manifest, shard_name, write_shard
from albert_tf.tokenizer import AlbertTokenizer

DIRECT = "DirectRunner"
RESULT = "result.json"
_ERROR = re.compile(r"albert_tf\.errors\.(\w+): (.*?)(?: \[while running|\\n|\n|$)")


def build_records_with_beam(
    files: Sequence[str | Path],
    output: str | Path,
    tokenizer: AlbertTokenizer,
    recipe: ExampleRecipe,
    *,
    shards: int = 8,
    excluded: ExcludedTexts | None = None,
    runner: str = DIRECT,
    options: Sequence[str] = (),
) -> Manifest:
    """Makes the pretraining records of text files, as `build_records` does, in a Beam pipeline.

    A worker holds one shard in memory while it sorts it, so a large corpus needs many shards. Beam's DirectRunner holds
    all that is made in the memory of this machine; for a corpus larger than that use another runner, or
    `build_records`.

    Args:
        files: text, plain or gzip: one paragraph a line, a blank line between documents. Each is read by one worker.
        output: folder to make; it must not exist, or be empty. All workers write to a folder beside it, so it lies
            where all of them can reach it.
        tokenizer: an `AlbertTokenizer`.
        recipe: an `ExampleRecipe`.
        shards: number of record files.
        excluded: texts that must not get into the records.
        runner: name of a Beam runner, such as `"FlinkRunner"` or `"DataflowRunner"`.
        options: pipeline options as on a command line, such as `["--direct_num_workers=4",
            "--direct_running_mode=multi_processing"]`.

    Returns:
        The `Manifest`, which also stands beside the records.

    Raises:
        MissingExtraError: apache-beam is not installed.
        DataError: a file cannot be read (the message names file and line), holds no text, the runner is unknown, or
            the pipeline failed.

    Example:

    ```python
    from albert_tf import AlbertTokenizer
    from albert_tf.pretraining import ExampleRecipe, build_records_with_beam

    recipe = ExampleRecipe(seed=1)
    manifest = build_records_with_beam(["corpus.txt"], "records", AlbertTokenizer(), recipe)
    ```
    """
    check_files(files)
    excluded = excluded or ExcludedTexts([])
    make = ExampleMaker(tokenizer, recipe, excluded)
    pipeline = _pipeline(runner, list(options))
    with OutputFolder(output, shards) as folder:
        _describe(pipeline, list(map(str, files)), folder.temporary, make, shards)
        _run(pipeline)
        result = folder.temporary / RESULT
        counts, entries = json.loads(result.read_text("utf-8"))
        for path in folder.temporary.iterdir():
            if path == result or path.name.startswith("."):  # also what a failed attempt left
                path.unlink()
        entries = sorted((ShardEntry(**entry) for entry in entries), key=lambda entry: entry.name)
        counts = collections.Counter(counts)
        manifest = make_manifest(recipe, tokenizer, excluded, files, counts, entries)
        folder.complete(manifest, tokenizer)
    return manifest


def _beam():
    try:
        import apache_beam
    except ImportError:
        raise MissingExtraError("apache-beam", "scale", "preparing data with Beam") from None
    return apache_beam


def _pipeline(runner, options):
    beam = _beam()
    from apache_beam.options.pipeline_options import PipelineOptions

    try:
        if runner == DIRECT:
            # What DirectRunner falls back on; it would first download a runner written in Go.
            from apache_beam.runners.portability.fn_api_runner import FnApiRunner

            return beam.Pipeline(FnApiRunner(), options=PipelineOptions(options))
        return beam.Pipeline(runner, options=PipelineOptions(options))
    except (ValueError, ImportError, AttributeError) as error:
        raise DataError(f"Beam cannot start the runner {runner!r}: {error}") from error


def _describe(pipeline, files, folder, make, shards) -> None:
    """Adds all steps to the pipeline; the last one writes counts and shards to `RESULT`."""
    beam = _beam()
    numbered = pipeline | "Files" >> beam.Create(list(enumerate(files)))
    sizes = numbered | "Count documents" >> beam.Map(_count_documents)
    made = (
        numbered
        | "Read documents" >> beam.FlatMap(_read_numbered, beam.pvalue.AsDict(sizes))
        | "Spread documents" >> beam.Reshuffle()
        | "Make examples" >> beam.Map(_Make(make))
    )
    counts = made | "Counts" >> beam.Map(_counts) | "Add" >> beam.CombineGlobally(_add_counts)
    every = pipeline | "Empty shards" >> beam.Create([(i, (-1, [])) for i in range(shards)])
    keyed = made | "Shard" >> beam.Map(_by_shard, shards)
    entries = (
        (keyed, every)
        | "All shards" >> beam.Flatten()
        | "Gather shards" >> beam.GroupByKey()
        | "Write shards" >> beam.Map(_write_sorted, folder, shards)
    )
    _ = (
        pipeline
        | "Once" >> beam.Create([folder])
        | "Write result"
        >> beam.Map(_write_result, beam.pvalue.AsSingleton(counts), beam.pvalue.AsList(entries))
    )


def _run(pipeline) -> None:
    try:
        state = pipeline.run().wait_until_finish()
    except Exception as error:
        # A runner hands on what a worker raised as text, in an exception of its own.
        match = _ERROR.search(f"{type(error).__module__}.{type(error).__name__}: {error}")
        kind = getattr(errors, match[1], None) if match else None
        if kind and issubclass(kind, AlbertError) and kind is not MissingExtraError:
            raise kind(match[2]) from error
        raise DataError(f"the Beam pipeline failed: {str(error)[:500]}") from error
    if state != "DONE":
        raise DataError(f"the Beam pipeline ended as {state}; see the logs of its runner")


def _count_documents(numbered: tuple[int, str]) -> tuple[int, int]:
    number, path = numbered
    return number, sum(1 for _ in read_documents(path))


def _read_numbered(numbered: tuple[int, str], sizes: dict[int, int]) -> Iterator[Document]:
    number, path = numbered
    return read_documents(path, sum(sizes[i] for i in range(number)))


class _Make:
    """`ExampleMaker` with the document's index."""

    def __init__(self, make: ExampleMaker):
        self.make = make

    def __call__(self, document: Document) -> tuple:
        return document.index, *self.make(document)


def _counts(made: tuple) -> collections.Counter:
    return made[2]


def _add_counts(counters: Iterable[collections.Counter]) -> collections.Counter:
    total = collections.Counter()
    for counter in counters:
        total.update(counter)
    return total


def _by_shard(made: tuple, shards: int) -> tuple[int, tuple[int, list[bytes]]]:
    index, records, _ = made
    return index % shards, (index, records)


def _write_sorted(keyed: tuple, folder: Path, shards: int) -> dict:
    number, made = keyed
    path = folder / shard_name(number, shards)
    # A runner may try a step again, or twice at once.
    attempt = folder / f".{path.name}.{uuid.uuid4().hex}"
    entry = write_shard(attempt, (r for _, records in sorted(made) for r in records))
    move_file(attempt, path)
    return {**vars(entry), "name": path.name}


def _write_result(folder: Path, counts: dict, entries: list[dict]) -> None:
    (folder / RESULT).write_text(json.dumps([dict(counts), entries]), "utf-8", newline="\n")
