"""Raw text to a folder of records, in one process or several, with the same bytes from any number of them."""

import collections
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import tensorflow as tf

from albert_tf.errors import DataError
from albert_tf.operating_system import most_processes, process_context
from albert_tf.pretraining import worker
from albert_tf.pretraining.documents import Document, check_files, read_corpus
from albert_tf.pretraining.examples import ExampleMaker, ExampleRecipe
from albert_tf.pretraining.exclusion import ExcludedTexts
from albert_tf.pretraining.manifest import Manifest
from albert_tf.pretraining.shards import OutputFolder, make_manifest, shard_entry
from albert_tf.tokenizer import AlbertTokenizer

TASK_CHARACTERS = 200_000
"""Text that a process is given at once: about a third of a second of work."""
TASKS_AHEAD = 3
"""Tasks for each process that are read before their results are written; what bounds the memory."""


def build_records(
    files: Sequence[str | Path],
    output: str | Path,
    tokenizer: AlbertTokenizer,
    recipe: ExampleRecipe,
    *,
    shards: int = 8,
    processes: int = 1,
    excluded: ExcludedTexts | None = None,
    on_progress: Callable[[collections.Counter], None] | None = None,
) -> Manifest:
    """Makes the pretraining records of text files.

    The examples of a document depend on nothing but the document, its number in the corpus and the recipe. Document i
    goes to shard i modulo `shards`, in the order of the documents. So the files are the same, byte by byte, from any
    number of processes, and from `build_records_with_beam`. The corpus may be larger than memory.

    Args:
        files: text, plain or gzip: one paragraph a line, a blank line between documents.
        output: folder to make; it must not exist, or be empty.
        tokenizer: an `AlbertTokenizer`.
        recipe: an `ExampleRecipe`.
        shards: number of record files.
        processes: that make examples. With more than one, the script that calls this must be importable, its work
            behind `if __name__ == "__main__":`, as Python's multiprocessing demands.
        excluded: texts that must not get into the records.
        on_progress: called with the counts so far, after every few hundred thousand characters.

    Returns:
        The `Manifest`, which also stands beside the records.

    Raises:
        DataError: a file cannot be read (the message names file and line), holds no text, or the output cannot be
            written. The output folder is not made then.

    Example:

    ```python
    from albert_tf import AlbertTokenizer
    from albert_tf.pretraining import ExampleRecipe, build_records

    manifest = build_records(["corpus.txt"], "records", AlbertTokenizer(), ExampleRecipe(seed=1))
    print(manifest.counts)
    ```
    """
    check_files(files)
    if not isinstance(processes, int) or processes < 1:
        raise DataError(f"processes is {processes!r}; expected a whole number, at least 1")
    excluded = excluded or ExcludedTexts([])
    make = ExampleMaker(tokenizer, recipe, excluded)
    tasks = _tasks(read_corpus(files))
    results = _make_here(make, tasks) if processes == 1 else _make_apart(make, tasks, processes)
    with OutputFolder(output, shards) as folder:
        counts, records = collections.Counter(), [0] * shards
        writers = [tf.io.TFRecordWriter(str(folder.shard_path(i))) for i in range(shards)]
        for made, counted in results:
            for index, examples in made:
                for example in examples:
                    writers[index % shards].write(example)
                records[index % shards] += len(examples)
            counts.update(counted)
            if on_progress:
                on_progress(counts)
        for writer in writers:
            writer.close()
        entries = [shard_entry(folder.shard_path(i), n) for i, n in enumerate(records)]
        manifest = make_manifest(recipe, tokenizer, excluded, files, counts, entries)
        folder.complete(manifest, tokenizer)
    return manifest


def _tasks(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Documents in portions of about `TASK_CHARACTERS`."""
    task, size = [], 0
    for document in documents:
        task.append(document)
        size += sum(map(len, document.paragraphs))
        if size >= TASK_CHARACTERS:
            yield task
            task, size = [], 0
    if task:
        yield task


def _make_here(make: ExampleMaker, tasks) -> Iterator[tuple[worker.Made, collections.Counter]]:
    for task in tasks:
        yield worker.make_task(make, task)


def _make_apart(make, tasks, processes) -> Iterator[tuple[worker.Made, collections.Counter]]:
    """As `_make_here`, in processes of their own, with the results in the order of the tasks."""
    processes = most_processes(processes)
    context = process_context(worker.__name__)
    pool = ProcessPoolExecutor(processes, context, initializer=worker.start, initargs=(make,))
    pending = collections.deque()
    try:
        for task in tasks:
            pending.append(pool.submit(worker.run, task))
            if len(pending) >= TASKS_AHEAD * processes:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    except BrokenProcessPool:
        raise DataError(
            f"one of {processes} processes was killed, perhaps for want of memory; use fewer of them"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)
