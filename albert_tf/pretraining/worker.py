"""A process that makes examples: what it imports, and what it does with the documents that it is given."""

import collections
import signal

from albert_tf.runtime.quiet import quiet_native_code

with (
    quiet_native_code()
):  # what TensorFlow logs, the process that started this one has shown or withheld
    import tensorflow as tf

from albert_tf.pretraining.documents import Document
from albert_tf.pretraining.examples import ExampleMaker

Made = list[tuple[int, list[bytes]]]
"""The records of each document, by its index."""

_maker: ExampleMaker | None = None


def make_task(make: ExampleMaker, task: list[Document]) -> tuple[Made, collections.Counter]:
    """Returns the records of some documents, and what there was to count."""
    made, counts = [], collections.Counter()
    for document in task:
        records, counted = make(document)
        made.append((document.index, records))
        counts.update(counted)
    return made, counts


def start(make: ExampleMaker) -> None:
    """Readies a process for its tasks."""
    global _maker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    _maker = make


def run(task: list[Document]) -> tuple[Made, collections.Counter]:
    """As `make_task`, with what `start` was given."""
    return make_task(_maker, task)
