"""`TrainingData`: what `fit` and its kin are given, told apart, checked, and made into batches."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from albert_tf.errors import ConfigError, DataError
from albert_tf.heads import known_head
from albert_tf.models.class_weight import weight_by_class
from albert_tf.models.fit_arguments import (
    size_of_batch,
    training_share,
)
from albert_tf.models.inputs import arrays_in_memory, check_input_names
from albert_tf.preprocessing.batch_iterables import (
    changed_batches,
    checked_batches,
    gives_batches,
    without_single_texts,
)
from albert_tf.preprocessing.graph_errors import one_line_errors
from albert_tf.preprocessing.python_examples import examples_dataset, gives_texts
from albert_tf.preprocessing.target_values import check_row_count
from albert_tf.preprocessing.targets import TextTargetRule
from albert_tf.preprocessing.text_datasets import is_dataset, parts_of, prepared_dataset
from albert_tf.preprocessing.weights_of_texts import weights_rule
from albert_tf.type_names import ModelMixin, Targets


class TrainingData(ModelMixin):
    """What `RawTextTraining` makes of its arguments before Keras gets them.

    The class that has it gives `preprocessor`, `preprocessor_cls`, `input_names` and `active_target_rule(inputs)`.
    """

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

    def completed_batch(self, batch: tuple) -> tuple:
        """Returns a batch `(x, y[, sample_weight])` with what the head reads and is judged by beside: here unchanged.

        Args:
            batch: inputs by name, and targets as `target_rule` has them; in memory, or tensors of a dataset.
        """
        return batch

    def _completed(self, batches):
        """The batches, each completed."""
        is_complete = type(self).completed_batch is TrainingData.completed_batch
        return batches if is_complete else changed_batches(batches, self.completed_batch)

    def _outputs_by_token(self) -> bool:
        """Whether an output has a row for each token; those are put together by `predict`, and so have one length."""
        return known_head(getattr(self, "head", None)).outputs_by_token(self.head_config())

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
                given = self._text_weights(sample_weight)
                check_row_count(given, len(weights), "sample_weight")
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
                    check_row_count(part, count, name)
            return (*self.completed_batch((x, y)), sample_weight)
        if y is not None or sample_weight is not None:
            name = "y" if y is not None else "sample_weight"
            raise ConfigError(
                f"{name} was given beside {type(x).__name__}, whose elements hold it; leave it out"
            )
        if form == "batches":
            rule = self.active_target_rule() if with_targets else None
            return self._ready(checked_batches(x, rule), with_targets), None, None
        if int(x.cardinality()) == 0:
            raise DataError("the dataset has no batches; expected at least one")
        if gives_texts(x) and not self._reader().packs_in_graph:
            return self._ready(self._examples_dataset(x, with_targets), with_targets), None, None
        names = getattr(self.active_target_rule(), "names", ())
        parts = parts_of(x.element_spec, with_targets, bool(names))
        inputs = None if parts.is_text else parts.x
        if inputs is None:
            self._reader()
        else:
            check_input_names(inputs, self.input_names)
        rule = self.active_target_rule(inputs)
        batches = prepared_dataset(x, self.preprocessor, rule, with_targets)
        return self._ready(batches, with_targets), None, None

    def _examples_dataset(self, dataset, with_targets):
        reader = self._reader()
        # Outputs with a row for each token are put together by `predict`, so those have one length.
        one_length = not with_targets and self._outputs_by_token()
        length = reader.sequence_length if one_length else None
        return examples_dataset(dataset, reader, self.text_target_rule(), with_targets, length)

    def _ready(self, batches, with_targets):
        """The batches as Keras gets them, once the first has been read without an error.

        Keras's JAX trainer takes the weights out of the model before it asks for that one: an error would lose them.
        """
        batches = self._completed(batches) if with_targets else batches
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
            return (*self.completed_batch(whole(batches)), None)[:3]
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
            return {"validation_data": self._completed(batches.dataset())}
        x = arrays_in_memory(x, self.config)
        y = self.checked_targets(y, "the validation y", inputs=x)
        sample_weight = self._weights(sample_weight, "the validation sample_weight")
        data = self.completed_batch((x, y) if sample_weight is None else (x, y, sample_weight))
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
                check_row_count(rows, count, name)

        def part_of(rows, part):
            return None if rows is None else rows[part]

        return [
            (tuple(part_of(c, part) for c in columns), *(part_of(r, part) for r in beside))
            for part in (slice(None, cut), slice(cut, None))
        ]


def whole(batches) -> tuple:
    """All examples in one batch, in their order."""
    return batches.collate(np.arange(batches.num_examples))
