"""The models in the app's assets, on the host's runtime, against `TFLiteRunner`, on the test texts of their data."""

import pytest

from albert_tf.export import TFLiteRunner
from albert_tf.tasks import demo_data, split_table
from tests.android.host_tools import MODELS, answers, differences, needs_java, needs_models

CLOSE = 1e-4

TEST_TEXTS = {
    "sentiment": lambda: split_table(demo_data("uci_sentences"), 0.2, seed=0).validation,
    "spam": lambda: split_table(demo_data("sms_spam"), 0.2, seed=0).validation,
    "banking77": lambda: demo_data("banking77", "test"),
}

pytestmark = [pytest.mark.slow, needs_java, needs_models]


@pytest.mark.parametrize("name", TEST_TEXTS)
def test_every_test_text_has_pythons_label(name):
    file = MODELS / f"{name}.tflite"
    texts = TEST_TEXTS[name]().texts
    others, largest = differences(answers(file, texts), TFLiteRunner(file)(texts))
    assert others == []
    assert largest < CLOSE
