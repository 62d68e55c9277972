"""`AnsweringTask`: from raw texts to what a person reads, as an exported file of the same model gives it."""

from typing import Any

import numpy as np
from keras import ops

from albert_tf.answers import Prediction
from albert_tf.answers.batching import RowsInOrder, batches_by_length, kept_outputs
from albert_tf.answers.by_head import decoder_for
from albert_tf.answers.results import Outputs
from albert_tf.models.fit_arguments import size_of_batch
from albert_tf.type_names import ModelMixin, Texts


class AnsweringTask(ModelMixin):
    """What the heads that answer texts share; each has an `answer` of its own, with the texts that it reads."""

    def decoder(self) -> Any:
        """Returns what turns the outputs of the head into answers, of `albert_tf.answers`."""
        tokenizer = None if self.preprocessor is None else self.preprocessor.tokenizer
        return decoder_for(self.head, self.head_config(), tokenizer)

    def answers_to(self, x: Texts, batch_size: int | None, decoder: Any = None) -> list:
        """Returns the answer to each text of `x`, which is as for `predict`.

        Args:
            x: raw text in memory.
            batch_size: rows of tokens that are run together; default 32.
            decoder: makes the answers; default `decoder()`.

        Raises:
            ConfigError: when the model has no preprocessor.
            DataError: when `x` is no text.
        """
        reader = self._reader()
        columns = reader.columns(x)
        packed = reader.pack_columns(columns)
        decoder = self.decoder() if decoder is None else decoder
        found = RowsInOrder(len(packed))
        if len(packed):
            batches = reader.batches_of(packed)
            for rows in batches_by_length(packed.lengths, size_of_batch(batch_size)):
                (inputs,) = batches.collate(np.asarray(rows))
                outputs = _by_name(self.predict_on_batch(inputs))
                found.put(rows, kept_outputs(decoder, outputs, rows, packed))
        return decoder.answers(found.by_output, packed, columns)


def _by_name(outputs: Any) -> Outputs:
    """Returns a model's outputs as arrays; a single one is called `logits`."""
    named = outputs if isinstance(outputs, dict) else {"logits": outputs}
    return {name: ops.convert_to_numpy(each) for name, each in named.items()}


class AnsweringTextTask(AnsweringTask):
    """An `AnsweringTask` that reads texts, or pairs of texts, and gives each a label or a value."""

    def answer(
        self, texts: Texts, pairs: Texts | None = None, *, batch_size: int | None = None
    ) -> list[Prediction]:
        """Answers texts, as `TFLiteRunner` does from an exported file.

        Args:
            texts: a flat sequence of `str`; also a tuple `(texts, pairs)`, or rows `[text, pair]`.
            pairs: the second texts, one for each text.
            batch_size: texts that are run together; default 32.

        Returns:
            One `Prediction` for each text, in their order.

        Raises:
            ConfigError: when the model has no preprocessor.
            DataError: when the texts are no such sequence, or one of them is not a `str`.
        """
        return self.answers_to(texts if pairs is None else (texts, pairs), batch_size)
