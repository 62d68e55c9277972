"""`RawTextTraining`: `fit`, `evaluate`, `predict` and their kin, on raw text and with checked targets."""

import contextlib
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from albert_tf.errors import ConfigError, DataError
from albert_tf.heads import known_head
from albert_tf.models.class_weight import weight_by_class
from albert_tf.models.fit_arguments import (
    checked_callbacks,
    shuffle_seed,
    size_of_batch,
    training_share,
    whole_number,
    with_callback,
)
from albert_tf.models.inputs import arrays_in_memory, check_input_names
from albert_tf.preprocessing.batch_iterables import (
    checked_batches,
    gives_batches,
    without_single_texts,
)
from albert_tf.preprocessing.graph_errors import one_line_errors
from albert_tf.preprocessing.python_examples import examples_dataset, gives_texts
from albert_tf.preprocessing.targets import TextTargetRule
from albert_tf.preprocessing.text_datasets import is_dataset, parts_of, prepared_dataset
from albert_tf.preprocessing.weights_of_texts import weights_rule
from albert_tf.type_names import Data, ModelMixin, Targets


class RawTextTraining(ModelMixin):
    """What `AlbertTask` adds to those methods of `keras.Model` that take data.

    The class that has it gives `head`, `preprocessor`, `input_names` and `active_target_rule(inputs)`.
    """

    def __call__(self, inputs: Data, *args: Any, **kwargs: Any) -> Any:
        """Calls the model on a dict of its inputs, or on raw text."""
        if isinstance(inputs, Mapping):
            check_input_names(inputs, self.input_names)
            if any(isinstance(rows, (list, tuple)) for rows in inputs.values()):
                inputs = arrays_in_memory(inputs, self.config)
        else:
            given, inputs = inputs, self._reader()(inputs)
            if len(inputs["token_ids"].shape) == 1:  # a preprocessor takes one text
                shown = f"the single text {given[:40]!r}" if isinstance(given, str) else "one text"
                raise DataError(f"got {shown}; expected a list of texts: put it in brackets")
            if inputs["token_ids"].shape[0] == 0:
                raise DataError("there are no texts; expected at least one")
        return super().__call__(inputs, *args, **kwargs)

    def fit(
        self,
        x: Data = None,
        y: Targets = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: str | int = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Any = None,
        sample_weight: Targets = None,
        **kwargs: Any,
    ) -> keras.callbacks.History:
        """Trains as `keras.Model.fit` does; `x` and the validation data may be raw text (see `AlbertTask`).

        Args:
            x: raw text, a dict of inputs, or batches of them.
            y: targets; a classifier with names takes these too.
            batch_size: texts in a batch; default 32.
            epochs: as in Keras.
            verbose: as in Keras.
            callbacks: Keras callbacks, or one.
            validation_split: the last part of data in memory, from 0 to 1, which is held out before any shuffling.
            validation_data: `(x, y)`, `(x, y, sample_weight)`, or batches.
            shuffle: whether each epoch has an order of its own.
            class_weight: a dict by class number or name, one number for each class, or `"balanced"`.
            sample_weight: one number for each text; multiplied with the class's weight.
            **kwargs: as in Keras.

        Raises:
            ConfigError: when an option does not fit the model or the kind of data.
            DataError: naming the text or the target that is wrong, and its row.
        """
        x = without_single_texts(x)
        form = self._form(x)
        batch_size, epochs = size_of_batch(batch_size), whole_number("epochs", epochs, 0)
        callbacks = checked_callbacks(callbacks)
        own_batch_size = size_of_batch(kwargs.pop("validation_batch_size", None), batch_size)
        if validation_split and validation_data is None:
            self._check_split(validation_split, form)
            if form == "inputs":
                training_share(len(x["token_ids"]), validation_split)
            if form == "text":
                (x, y, sample_weight), validation_data = self._split(
                    x, y, sample_weight, validation_split
                )
                validation_split = 0.0
        kwargs |= self._validation(validation_data, own_batch_size)
        if form == "text":
            batches = self._batches(
                x,
                y,
                sample_weight,
                batch_size,
                class_weight=class_weight,
                order="shuffled" if shuffle else "given",
                seed=shuffle_seed(),
            )
            x, y, sample_weight, class_weight = batches.dataset(), None, None, None
            callbacks = with_callback(callbacks, batches.callback())
        else:
            x, y, sample_weight = self._checked(x, y, sample_weight, form)
            class_weight = self._class_weight(class_weight, y, sample_weight)
        with self._guarded():
            return super().fit(
                x,
                y,
                batch_size=batch_size if form == "inputs" else None,
                epochs=epochs,
                verbose=verbose,
                callbacks=callbacks,
                validation_split=validation_split,
                shuffle=shuffle if form == "inputs" else False,  # others have their order
                class_weight=class_weight,
                sample_weight=sample_weight,
                **kwargs,
            )

    def evaluate(
        self,
        x: Data = None,
        y: Targets = None,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        sample_weight: Targets = None,
        **kwargs: Any,
    ) -> Any:
        """Evaluates as `keras.Model.evaluate` does; `x` may be raw text (see `AlbertTask`)."""
        if kwargs.get(
            "_use_cached_eval_dataset"
        ):  # Keras's own call within fit: the data are ready
            return super().evaluate(x, y, batch_size, verbose, sample_weight, **kwargs)
        x = without_single_texts(x)
        form, batch_size = self._form(x), size_of_batch(batch_size)
        if form == "text":
            x, y = self._batches(x, y, sample_weight, batch_size).dataset(), None
            sample_weight = None
        else:
            x, y, sample_weight = self._checked(x, y, sample_weight, form)
        batch_size = batch_size if form == "inputs" else None
        with self._guarded():
            return super().evaluate(x, y, batch_size, verbose, sample_weight, **kwargs)

    def predict(
        self,
        x: Data,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """Predicts as `keras.Model.predict` does; `x` may be raw text (see `AlbertTask`)."""
        options = {"verbose": verbose, "steps": steps, "callbacks": callbacks}
        return self._predict_with(super().predict, x, batch_size, **options)

    def _predict_with(self, predict, x, batch_size, **options):
        """Returns the outputs of a `predict`, a Keras model's of the same inputs, in the order of `x`."""
        x = without_single_texts(x)
        form, batch_size = self._form(x), size_of_batch(batch_size)
        with self._guarded():
            if form == "inputs":
                x = arrays_in_memory(x, self.config)
                return predict(x, batch_size=batch_size, **options)
            if form != "text":
                return predict(self._checked(x, None, None, form, with_targets=False)[0], **options)
            order = "by_length" if options.get("steps") is None else "given"
            reader = self._reader()
            batches = reader.batches_of(
                reader.pack(x),
                batch_size=batch_size,
                order=order,
                one_length=known_head(getattr(self, "head", None)).outputs_by_token,
            )
            outputs = predict(batches.dataset(), **options)
        # The batches are sorted by length; this puts the answers back in the order of the texts.
        given = np.concatenate(batches.plan())
        return keras.tree.map_structure(lambda rows: rows[np.argsort(given[: len(rows)])], outputs)

    def train_on_batch(
        self,
        x: Data,
        y: Targets = None,
        sample_weight: Targets = None,
        class_weight: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Trains on one batch as `keras.Model.train_on_batch` does; `x` may be raw text."""
        x, y, sample_weight = self._one_batch(x, y, sample_weight, class_weight)
        return super().train_on_batch(x, y, sample_weight, return_dict=return_dict)

    def test_on_batch(
        self, x: Data, y: Targets = None, sample_weight: Targets = None, return_dict: bool = False
    ) -> Any:
        """Evaluates one batch as `keras.Model.test_on_batch` does; `x` may be raw text."""
        x, y, sample_weight = self._one_batch(x, y, sample_weight)
        return super().test_on_batch(x, y, sample_weight, return_dict=return_dict)

    def predict_on_batch(self, x: Data) -> Any:
        """Predicts one batch as `keras.Model.predict_on_batch` does; `x` may be raw text."""
        if self._form_of_batch(x) == "text":
            (x,) = _whole(self._reader().batches(x))
        else:
            x = arrays_in_memory(x, self.config)
        return super().predict_on_batch(x)

    def checked_targets(self, y: Targets, name: str = "y", inputs: dict | None = None) -> Any:
        """Returns targets in memory as numbers that the loss can take.

        Args:
            y: targets for each text.
            name: what messages call them.
            inputs: the model's inputs, whose length bounds some targets; None for raw text.

        Raises:
            DataError: naming the value that is wrong, its row, and what is expected.
        """
        return self.active_target_rule(inputs).read(y, name)

    def text_target_rule(self) -> TextTargetRule:
        """Returns what the targets beside raw text must be: what the loss takes, unless a head says otherwise."""
        return self.active_target_rule()

    def text_targets(self, y: Targets, name: str = "y") -> Any:
        """Returns targets beside raw text in memory as `row_targets` of the preprocessor takes them.

        Args:
            y: targets, one for each text.
            name: what messages call them.

        Raises:
            DataError: as `checked_targets`.
        """
        return self.text_target_rule().read(y, name)

    @contextlib.contextmanager
    def _guarded(self):
        """Lets wrong data stop Keras's loops with errors of one line, and a model that is still whole."""
        try:
            with one_line_errors():
                yield
        except Exception:
            if hasattr(
                self, "jax_state_sync"
            ):  # the JAX trainer gives the weights back at the end only
                self.jax_state_sync()
            raise

    # === What x is ===

    def _form(self, x) -> str:
        """What holds the examples: `"inputs"`, a `"dataset"`, other `"batches"`, or else `"text"`."""
        if isinstance(x, Mapping):
            check_input_names(x, self.input_names)
            return "inputs"
        if is_dataset(x):
            return "dataset"
        return "batches" if gives_batches(x) else "text"

    def _form_of_batch(self, x) -> str:
        """What holds the examples of one batch: `"inputs"`, or else `"text"`."""
        form = self._form(x)
        if form in ("dataset", "batches"):
            raise ConfigError(
                f"one batch is expected, and a {type(x).__name__} gives many; take one of them: next(iter(...))"
            )
        return form

    def _reader(self):
        """The preprocessor, which raw text needs."""
        if self.preprocessor is None:
            mend = (
                "give it a preprocessor for raw text, or pass"
                if self.preprocessor_cls
                else "this kind of model takes"
            )
            raise ConfigError(
                f"this {type(self).__name__} has no preprocessor for raw text; {mend} a dict of token_ids, segment_ids "
                "and padding_mask"
            )
        return self.preprocessor

    # === Preparation ===

    def _batches(self, x, y, sample_weight, batch_size, *, prefix="", class_weight=None, **order):
        """The batches of raw text in memory and its targets."""
        reader = self._reader()
        columns = reader.columns(x)
        packed = reader.pack_columns(columns)
        y = self.text_targets(y, f"{prefix}y") if len(packed) else y
        if class_weight is not None:
            weights = weight_by_class(class_weight, self, y)[y]
            if sample_weight is not None:
                given = _of_length(self._text_weights(sample_weight), len(weights), "sample_weight")
                weights = weights * given
            sample_weight = weights.astype("float32")
        weights = self._text_weights(sample_weight, f"{prefix}sample_weight")
        rows = reader.row_targets(columns, packed, y, weights)
        return reader.batches_of(packed, *rows, batch_size=size_of_batch(batch_size), **order)

    def _checked(self, x, y, sample_weight, form, with_targets=True):
        """The same arguments, once they are inputs with targets that the loss can take."""
        if form == "inputs":
            x = arrays_in_memory(x, self.config)
            y, sample_weight = self.checked_targets(y, inputs=x), self._weights(sample_weight)
            count = len(x["token_ids"])
            for name, rows in (("y", y), ("sample_weight", sample_weight)):
                for part in () if rows is None else keras.tree.flatten(rows):
                    _of_length(part, count, name)
            return x, y, sample_weight
        if y is not None or sample_weight is not None:
            name = "y" if y is not None else "sample_weight"
            raise ConfigError(
                f"{name} was given beside {type(x).__name__}, whose elements hold it; leave it out"
            )
        if form == "batches":
            rule = self.active_target_rule() if with_targets else None
            return self._probed(checked_batches(x, rule)), None, None
        if int(x.cardinality()) == 0:
            raise DataError("the dataset has no batches; expected at least one")
        if gives_texts(x) and not self._reader().packs_in_graph:
            return self._probed(self._examples_dataset(x, with_targets)), None, None
        names = getattr(self.active_target_rule(), "names", ())
        parts = parts_of(x.element_spec, with_targets, bool(names))
        inputs = None if parts.is_text else parts.x
        if inputs is None:
            self._reader()
        else:
            check_input_names(inputs, self.input_names)
        rule = self.active_target_rule(inputs)
        return self._probed(prepared_dataset(x, self.preprocessor, rule, with_targets)), None, None

    def _examples_dataset(self, dataset, with_targets):
        reader = self._reader()
        # Outputs with a row for each token are put together by `predict`, so those have one length.
        one_length = not with_targets and known_head(self.head).outputs_by_token
        length = reader.sequence_length if one_length else None
        return examples_dataset(dataset, reader, self.text_target_rule(), with_targets, length)

    def _probed(self, batches):
        """The same batches, once the first has been read without an error.

        Keras's JAX trainer takes the weights out of the model before it asks for that one: an error would lose them.
        """
        if hasattr(self, "jax_state_sync"):
            with one_line_errors():
                if is_dataset(batches):
                    next(iter(batches), None)
                elif isinstance(batches, keras.utils.PyDataset):
                    batches[0]
        return batches

    def _weights(self, sample_weight, name="sample_weight"):
        return weights_rule(self.active_target_rule()).read(sample_weight, name)

    def _text_weights(self, sample_weight, name="sample_weight"):
        return weights_rule(self.text_target_rule()).read(sample_weight, name)

    def _one_batch(self, x, y, sample_weight, class_weight=None):
        form = self._form_of_batch(x)
        if form == "text":
            batches = self._batches(
                x, y, sample_weight, None, class_weight=class_weight, order="given"
            )
            return (*_whole(batches), None)[:3]
        x, y, sample_weight = self._checked(x, y, sample_weight, form)
        weights = self._class_weight(class_weight, y, sample_weight)
        if weights is not None:
            sample_weight = np.array([weights[number] for number in y.tolist()], "float32")
        return x, y, sample_weight

    def _class_weight(self, class_weight, y, sample_weight) -> dict | None:
        """The weights as Keras takes them, by number."""
        if class_weight is None:
            return None
        if sample_weight is not None:
            raise ConfigError(
                "class_weight and sample_weight do not go together with token ids; multiply them into sample_weight"
            )
        return dict(enumerate(weight_by_class(class_weight, self, y).tolist()))

    def _validation(self, data, batch_size) -> dict:
        """The validation arguments of `keras.Model.fit`; raw text becomes batches."""
        if data is None:
            return {}
        parts = data if isinstance(data, (tuple, list)) else (data,)
        x = without_single_texts(parts[0]) if parts else None
        form = self._form(x)
        if form in ("dataset", "batches"):
            y, sample_weight = (*parts[1:], None, None)[:2]
            return {"validation_data": self._checked(x, y, sample_weight, form)[0]}
        if len(parts) not in (2, 3):
            held = f" of {len(parts)}" if parts is data else ""
            raise DataError(
                f"validation_data is a {type(data).__name__}{held}; expected (x, y) or (x, y, sample_weight)"
            )
        x, y, sample_weight = (*parts, None)[:3]
        if form == "text":
            batches = self._batches(x, y, sample_weight, batch_size, prefix="the validation ")
            return {"validation_data": batches.dataset()}
        x = arrays_in_memory(x, self.config)
        y = self.checked_targets(y, "the validation y", inputs=x)
        sample_weight = self._weights(sample_weight, "the validation sample_weight")
        data = (x, y) if sample_weight is None else (x, y, sample_weight)
        return {"validation_data": data, "validation_batch_size": batch_size}

    def _check_split(self, share, form):
        if form not in ("text", "inputs"):
            raise ConfigError(
                "validation_split needs the data in memory; split the batches, e.g. with dataset.take and dataset.skip"
            )
        if not isinstance(share, (int, float)) or not 0.0 < share < 1.0:
            raise ConfigError(f"validation_split is {share!r}; expected a share between 0 and 1")

    def _split(self, x, y, sample_weight, share):
        """The data of the first texts, and those of the last share of them; cut where Keras does."""
        columns = self._reader().columns(x)
        count = len(columns[0])
        cut = training_share(count, share)
        beside = self.text_targets(y), self._text_weights(sample_weight)
        for rows, name in zip(beside, ("y", "sample_weight"), strict=True):
            if rows is not None:
                _of_length(rows, count, name)

        def part_of(rows, part):
            return None if rows is None else rows[part]

        return [
            (tuple(part_of(c, part) for c in columns), *(part_of(r, part) for r in beside))
            for part in (slice(None, cut), slice(cut, None))
        ]


def _of_length(rows, count, name):
    if len(rows) != count:
        raise DataError(f"{name} has {len(rows)} rows for {count} texts; give one for each text")
    return rows


def _whole(batches) -> tuple:
    """All examples in one batch, in their order."""
    return batches.collate(np.arange(batches.num_examples))
