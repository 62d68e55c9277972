"""`RawTextTraining`: `fit`, `evaluate`, `predict` and their kin, on raw text and with checked targets."""

import contextlib
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from albert_tf.errors import DataError
from albert_tf.models.fit_arguments import (
    checked_callbacks,
    shuffle_seed,
    size_of_batch,
    training_share,
    whole_number,
    with_callback,
)
from albert_tf.models.inputs import arrays_in_memory, check_input_names
from albert_tf.models.training_data import TrainingData, whole
from albert_tf.preprocessing.batch_iterables import (
    without_single_texts,
)
from albert_tf.preprocessing.graph_errors import one_line_errors
from albert_tf.type_names import Data, Targets


class RawTextTraining(TrainingData):
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
            x, y = self._completed(batches.dataset()), None
            sample_weight = class_weight = None
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
            batches = self._batches(x, y, sample_weight, batch_size)
            x, y, sample_weight = self._completed(batches.dataset()), None, None
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
                one_length=self._outputs_by_token(),
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
            (x,) = whole(self._reader().batches(x))
        else:
            x = arrays_in_memory(x, self.config)
        return super().predict_on_batch(x)

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
