"""`TFLiteRunner`: answers to raw texts from one exported file."""

import hashlib
import json
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from albert_tf.answers.batching import RowsInOrder, batches_by_length, kept_outputs
from albert_tf.answers.by_head import READERS, decoder_for
from albert_tf.errors import AlbertWarning, ExportError
from albert_tf.runtime.bundle import longest_input, read_bundle
from albert_tf.runtime.content import read_content
from albert_tf.runtime.graph import LiteRTGraph
from albert_tf.runtime.signatures import SignatureGraph
from albert_tf.runtime.token_inputs import checked_token_inputs
from albert_tf.tokenizer import AlbertTokenizer
from albert_tf.type_names import Tensor, Texts


class TFLiteRunner:
    """Answers texts with a file of `export_tflite` and the tokenizer and labels inside it.

    LiteRT runs the file on the CPU.

    **Threads** may share a runner: each call answers with the controls that were set when it began. The runs of the
    graph take turns; where processors are idle, give the runner more `num_threads`, or each thread a `copy.deepcopy`.

    **Processes.** A copy, and a pickled runner, opens the file again, with the same threads and controls, so a runner
    can be given to a process that was started with `spawn` or `forkserver`. After `fork` a runner answers in the child
    too, and new ones can be made there.

    Args:
        file: path of the file, or its content.
        num_threads: threads of the interpreter.
        patience: for files with early exits: layers for which an answer must stand until no more
            are run; None or 0: all layers.
        confidence: for classifiers with early exits: probability at which an answer is final; None:
            none is.
        tolerance: for regressors with early exits: difference up to which two numbers count as the
            same answer; None: 0.
        num_layers: for files with early exits: most layers to run; None: all.

    Attributes:
        head: which model it was, e.g. `"text_classifier"`; None for a backbone.
        task: `"classification"`, `"multi_label"`, `"regression"`, or None for heads that answer
            through `run` only.
        class_names: names of the classes in the order of the logits; numbers where there were no names.
        tokenizer: the `AlbertTokenizer`, or None.
        sequence_length: most tokens of an input; longer texts are truncated.
        name: of the file, for messages.
        metadata: the description inside the file, as a dict.
        decoder: what makes answers of the outputs, of `albert_tf.answers`; None for a head that gives none.
        controls: the present value of each control of a file with early exits, by name.

    Raises:
        ExportError: when the file cannot be read, is no TFLite file, is damaged, or carries no
            description; or when it has no early exits, and one of their limits is given. Also when a
            runner is copied or unpickled, and its file has gone or changed.

    Example:
    ```python
    from albert_tf import AlbertBackbone, AlbertConfig, AlbertTextClassifier, AlbertTokenizer
    from albert_tf.export import TFLiteRunner, export_tflite
    from albert_tf.preprocessing import AlbertTextClassifierPreprocessor

    model = AlbertTextClassifier(
        AlbertBackbone(AlbertConfig.named("tiny", num_hidden_layers=2)),
        preprocessor=AlbertTextClassifierPreprocessor(AlbertTokenizer(), sequence_length=64),
        class_names=["ham", "spam"],
    )
    export_tflite(model, "spam.tflite")
    runner = TFLiteRunner("spam.tflite")
    (answer,) = runner(["call now and win"])
    print(answer.label, answer.probability)
    ```
    """

    def __init__(
        self,
        file: str | Path | bytes,
        *,
        num_threads: int = 1,
        patience: int | None = None,
        confidence: float | None = None,
        tolerance: float | None = None,
        num_layers: int | None = None,
    ):
        content, self.name = read_content(file)
        bundle = read_bundle(content, self.name)
        is_path = isinstance(file, str | os.PathLike)
        self._source = os.path.abspath(file) if is_path else content
        del content  # of a path; the interpreter maps the file, and needs no second copy in memory
        self._num_threads = num_threads
        self.metadata = bundle.metadata
        graph = SignatureGraph if self.metadata["form"] == "signatures" else LiteRTGraph
        self._graph = graph(file if is_path else self._source, num_threads)
        self.head = self.metadata["head"]
        self._shape = self._graph.inputs["token_ids"]  # (batch, [choices,] length); -1 where free
        self.set_controls(
            patience=patience, confidence=confidence, tolerance=tolerance, num_layers=num_layers
        )
        self.class_names = self._check_labels(bundle.labels)
        self.sequence_length = longest_input(self.metadata)
        self.tokenizer = self._make_tokenizer(bundle.tokenizer)
        self._reader = self._make_reader()
        self.decoder = decoder_for(self.head, self.head_settings, self.tokenizer)

    @property
    def head_settings(self) -> dict[str, Any]:
        """What the head was built with, by the names of the model's arguments, and the names of its classes."""
        # Files of earlier versions tell some of it among the rest.
        own = self.metadata.get("head_config", {})
        return {**self.metadata, **own, "class_names": self.class_names}

    @property
    def labels(self) -> list[str]:
        """The old name of `class_names`."""
        warnings.warn(
            "labels, the names of the classes, are called class_names now; the old name will go",
            AlbertWarning,
            stacklevel=2,
        )
        return self.class_names

    @property
    def task(self) -> str | None:
        """See the class."""
        if self.head == "text_regressor":
            return "regression"
        if self.head == "text_classifier":
            return "multi_label" if self.metadata["multi_label"] else "classification"
        return None

    def set_controls(self, **wanted: Any) -> None:
        """Sets the controls of a file with early exits, from now on.

        Args:
            **wanted: `patience`, `confidence`, `tolerance`, `num_layers`, as in the constructor; those
                that are None or left out are set to the defaults of the file.

        Raises:
            ExportError: when the file has no such control, or the value is no number of at least 0.
        """
        known = {control["name"]: control for control in self.metadata.get("controls", ())}
        for name, value in wanted.items():
            if value is None:
                continue
            if name not in known:
                raise ExportError(
                    f"{name} is {value!r}, but {self.name} has no such control"
                    + (
                        f"; it has {', '.join(known)}"
                        if known
                        else ": it was exported without early exits (train with early_exit=True, "
                        "export with form 'loop')"
                    )
                )
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise ExportError(f"{name} is {value!r}; expected a number of at least 0")
        # A new dict, not the old one changed: a call in another thread keeps the one that it began with.
        self.controls = {
            name: control["default"] if wanted.get(name) is None else wanted[name]
            for name, control in known.items()
        }

    # === Texts ===

    def __call__(self, texts: Texts, pairs: Texts | None = None, *others: Texts) -> list:
        """Answers texts.

        Args:
            texts: any flat sequence of `str` (a list, an array, a column of a table), a tuple `(texts, pairs)` of two
                such sequences, or rows `[text, pair]`; see `texts_and_pairs`.
            pairs: the second texts, one for each text.
            *others: further texts, of a head that reads more.

        Returns:
            One answer for each text, in their order, as `answer` of the model that was exported gives it: of a
            classifier or a regressor a `Prediction`.

        Raises:
            ExportError: when the file holds no tokenizer, or a head that gives no answer to a text.
            DataError: when the texts are no such sequence, or one of them is not a `str`.
        """
        decoder = self._answering()
        columns, packed = self._read(texts, pairs, *others)
        return decoder.answers(self._run_all(packed), packed, columns)

    def scores(self, texts: Texts, pairs: Texts | None = None) -> np.ndarray:
        """Returns the probabilities `(texts, classes)` of a classifier, or the values `(texts,)` of a regressor.

        Args:
            texts: as in a call.
            pairs: as in a call.
        """
        if self.task is None:
            raise self._gives_no("answer to a text")
        return self._answering().scores(self._run_all(self._read(texts, pairs)[1]))

    def _answering(self):
        if self.decoder is None:
            raise self._gives_no("answer to a text")
        return self.decoder

    def _gives_no(self, what):
        return ExportError(
            f"{self.name} holds a {self.head or 'backbone'}, which gives no {what}; "
            f"use run(), which takes token ids and returns {', '.join(self._graph.outputs)}"
        )

    def embed(self, texts: Texts, pairs: Texts | None = None) -> np.ndarray:
        """Returns the sentence vectors of texts, float32 `(texts, hidden_size)`, of length 1.

        Args:
            texts: as in a call.
            pairs: as in a call.

        Raises:
            ExportError: when the file is not that of an `AlbertTextEmbedder`, or holds no tokenizer.
            DataError: when a text is not a `str`.
        """
        if self.head != "text_embedder":
            raise ExportError(
                f"{self.name} holds a {self.head or 'backbone'}, which gives no sentence vectors; "
                "export an AlbertTextEmbedder"
            )
        rows = self._run_all(self._read(texts, pairs)[1]).get("vectors", ())
        return np.reshape(np.asarray(rows, "float32"), (-1, self.metadata["config"]["hidden_size"]))

    def _read(self, texts, *others):
        """The texts as lists, and their rows of tokens."""
        if isinstance(texts, str):
            raise ExportError(
                f"got the single text {texts[:40]!r}; expected a list of texts: put it in brackets"
            )
        if self._reader is None:
            raise ExportError(
                f"{self.name} carries no tokenizer, since its model had no preprocessor; use "
                "run() with token ids, or export the model with a preprocessor"
            )
        given = (texts, *others)
        while len(given) > 1 and given[-1] is None:
            given = given[:-1]
        columns = self._reader.columns(given if len(given) > 1 else texts)
        return columns, self._reader.pack(columns)

    def _run_all(self, packed) -> dict[str, list]:
        """Runs rows of similar length together; returns each output's rows in the given order."""
        rows, length = self._shape[0], self._shape[-1]
        takes_choices = packed.input_rank == 3
        # Each choice is scored on its own, so a question may be cut.
        pieces = packed.in_pieces(self._shape[1]) if takes_choices else packed
        controls = self._control_arrays()
        pad_id = self.metadata["config"]["pad_token_id"]
        found = RowsInOrder(len(pieces.lengths))
        for chosen in batches_by_length(pieces.lengths, rows):
            filled = [*chosen, *[chosen[0]] * (rows - len(chosen))]
            inputs = pieces.batch(filled, pad_id, None if length < 0 else length)
            outputs = self._graph.run({**inputs, **controls})
            found.put(chosen, kept_outputs(self.decoder, outputs, chosen, pieces))
        return packed.joined(pieces, found.by_output) if takes_choices else found.by_output

    def _control_arrays(self):
        dtypes = {
            control["name"]: control["dtype"] for control in self.metadata.get("controls", ())
        }
        return {name: np.array([value], dtypes[name]) for name, value in self.controls.items()}

    # === Token ids ===

    def run(
        self,
        token_ids: Tensor,
        segment_ids: Tensor | None = None,
        padding_mask: Tensor | None = None,
    ) -> dict[str, np.ndarray]:
        """Runs the graph on token ids.

        Args:
            token_ids: integers `(rows, length)`, or `(rows, choices, length)` for multiple choice;
                `rows` is the batch that the file was exported for, and `length` its length where
                that is fixed.
            segment_ids: of the same shape; default all 0.
            padding_mask: of the same shape, 1 for tokens and 0 for padding; default all 1.

        Returns:
            The outputs by name: `logits`, or those of the head.

        Raises:
            ExportError: when a shape does not fit the file, or a token id lies outside the
                vocabulary.
        """
        given = (token_ids, segment_ids, padding_mask)
        inputs = checked_token_inputs(*given, self._shape, self.metadata["config"], self.name)
        return self._graph.run({**inputs, **self._control_arrays()})

    # === Loading ===

    def _check_labels(self, labels):
        classes = self.metadata["num_classes"]
        if classes is None:
            return []
        if labels is None:
            return [str(number) for number in range(classes)]
        if len(labels) != classes:
            raise ExportError(
                f"{self.name} carries {len(labels)} labels for {classes} classes; its labels.txt "
                "must hold one line for each class: export the model again"
            )
        return list(labels)

    def _make_tokenizer(self, model):
        if model is None:
            return None
        return AlbertTokenizer.from_config(self.metadata["tokenizer"], model)

    def _make_reader(self):
        """What makes rows of tokens of texts; None for a file without tokenizer, or a head that takes token ids."""
        make = READERS.get(self.head)
        if make is None or self.tokenizer is None:
            return None
        # Files of earlier versions tell the one setting that their preprocessors had.
        settings = self.metadata.get("preprocessor") or {"truncate": self.metadata["truncate"]}
        return make(self.tokenizer, **{**settings, "sequence_length": self.sequence_length})

    # === Copies ===

    def __reduce__(self):
        # The interpreter cannot be copied; the file can be opened again.
        state = (self._source, self._num_threads, self.controls, self._fingerprint())
        return _reopen, (type(self), *state)

    def _fingerprint(self):
        """A hash of the description, which holds those of graph and tokenizer, and of the labels."""
        described = json.dumps([self.metadata, self.class_names], sort_keys=True)
        return hashlib.sha256(described.encode("utf-8")).hexdigest()


def _reopen(cls, source, num_threads, controls, fingerprint) -> TFLiteRunner:
    """Opens the file of a copied or pickled runner, and sees that it is the same one."""
    runner = cls(source, num_threads=num_threads)
    if runner._fingerprint() != fingerprint:
        raise ExportError(
            f"{runner.name} is another file than the one that the runner was copied or pickled with: it has been "
            "replaced since; make a new TFLiteRunner of it"
        )
    runner.set_controls(**controls)
    return runner
