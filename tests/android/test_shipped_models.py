"""The models in the app's assets, on the host's runtime, against `TFLiteRunner`, on the test texts of their data."""

import pytest

from albert_tf.export import TFLiteRunner
from albert_tf.tasks import demo_data, read_squad, split_table
from tests.android.answer_checks import check_entities, check_questions
from tests.android.host_tools import answers, differences, needs_java, needs_models
from tests.shipped import MODELS

CLOSE = 1e-4

TEST_TEXTS = {
    "sentiment": lambda: split_table(demo_data("uci_sentences"), 0.2, seed=0).validation,
    "spam": lambda: split_table(demo_data("sms_spam"), 0.2, seed=0).validation,
    "banking77": lambda: demo_data("banking77", "test"),
    "intents": lambda: demo_data("snips", "test"),
}

pytestmark = [pytest.mark.slow, needs_java, needs_models]


def shipped(name):
    """The file of a model, without which the test is skipped."""
    file = MODELS / f"{name}.tflite"
    if not file.exists():
        pytest.skip(f"the app has no model {name} yet: android_demo/tools/make_assets.py makes it")
    return file


@pytest.mark.parametrize("name", TEST_TEXTS)
def test_every_test_text_has_pythons_label(name):
    file = shipped(name)
    texts = TEST_TEXTS[name]().texts
    others, largest = differences(answers(file, texts), TFLiteRunner(file)(texts))
    assert others == []
    assert largest < CLOSE


def test_every_test_command_has_pythons_entities():
    assert any(check_entities(shipped("slots"), demo_data("snips", "test").texts))


def test_500_questions_have_pythons_answers(shared):
    questions = read_squad(shared / "data" / "squad" / "dev-v1.1.json.gz")[::21][:500]
    asked = [q.question for q in questions], [q.context for q in questions]
    assert len(check_questions(shipped("questions"), *asked)) == 500
