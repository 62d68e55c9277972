"""What a model that finds entities must beat: a dictionary of those seen in training, and finding none."""

import time
from collections.abc import Sequence

import numpy as np

from albert_tf.reports.baselines import BaselineResult
from albert_tf.reports.dictionary import EntityDictionary
from albert_tf.tables.entities import EntityText
from albert_tf.tasks.entity_scores import entity_metrics


def entity_baselines(
    train: Sequence[EntityText], validation: Sequence[EntityText]
) -> list[BaselineResult]:
    """Returns what an `EntityDictionary` of the training texts finds in the validation texts."""
    start = time.perf_counter()
    found = EntityDictionary(train).answer([text.text for text in validation])
    seconds = time.perf_counter() - start
    metrics = entity_metrics(found, [text.entities for text in validation])
    predictions = np.empty(len(found), object)
    predictions[:] = found
    return [BaselineResult("dictionary of seen entities", metrics, predictions, None, seconds)]
