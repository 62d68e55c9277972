"""ALBERT for TensorFlow and Keras 3: from a table of texts to a TFLite file that answers.

A name loads its room when it is first touched (PEP 562), so `import albert_tf`, and every command that needs no model,
answers at once. Keras finds a class in a `.keras` file once that class was touched, as with all custom objects:
`from albert_tf import AlbertTextClassifier`, then `keras.saving.load_model`.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from albert_tf.lazy import lazy_names
from albert_tf.version import __version__

if TYPE_CHECKING:
    from albert_tf import preprocessing
    from albert_tf.config import AlbertConfig
    from albert_tf.finetuning import finetune
    from albert_tf.models import (
        AlbertBackbone,
        AlbertMaskedLM,
        AlbertMultipleChoice,
        AlbertPretrainer,
        AlbertQuestionAnswerer,
        AlbertTask,
        AlbertTextClassifier,
        AlbertTextEmbedder,
        AlbertTextRegressor,
        AlbertTokenClassifier,
    )
    from albert_tf.runtime import TFLiteRunner
    from albert_tf.tokenizer import AlbertTokenizer
    from albert_tf.training import AlbertLamb, LayerDecaySchedule

__all__ = [
    "AlbertBackbone",
    "AlbertConfig",
    "AlbertLamb",
    "AlbertMaskedLM",
    "AlbertMultipleChoice",
    "AlbertPretrainer",
    "AlbertQuestionAnswerer",
    "AlbertTask",
    "AlbertTextClassifier",
    "AlbertTextEmbedder",
    "AlbertTextRegressor",
    "AlbertTokenClassifier",
    "AlbertTokenizer",
    "LayerDecaySchedule",
    "TFLiteRunner",
    "__version__",
    "finetune",
    "preprocessing",
]

_CHECKOUT = Path(__file__).resolve().parents[1]
if (_CHECKOUT / "setup.py").is_file() and (_CHECKOUT / "export" / "__init__.py").is_file():
    # In a checkout, the folders `export` and `configs` lie beside this one (setup.py maps them in), and Python started
    # there finds this folder before whatever is installed.
    __path__.append(str(_CHECKOUT))

if not TYPE_CHECKING:  # for whom any name would be right otherwise
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "albert_tf.config": ("AlbertConfig",),
            "albert_tf.finetuning": ("finetune",),
            "albert_tf.models": (
                "AlbertBackbone",
                "AlbertMaskedLM",
                "AlbertMultipleChoice",
                "AlbertPretrainer",
                "AlbertQuestionAnswerer",
                "AlbertTask",
                "AlbertTextClassifier",
                "AlbertTextEmbedder",
                "AlbertTextRegressor",
                "AlbertTokenClassifier",
            ),
            "albert_tf.runtime": ("TFLiteRunner",),
            "albert_tf.tokenizer": ("AlbertTokenizer",),
            "albert_tf.training": ("AlbertLamb", "LayerDecaySchedule"),
        },
        rooms=(
            "configs",
            "distillation",
            "export",
            "finetuning",
            "layers",
            "models",
            "preprocessing",
            "pretraining",
            "reports",
            "runtime",
            "tasks",
            "tokenizer",
            "training",
            "weights",
        ),
    )
