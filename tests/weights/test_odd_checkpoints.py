"""Hugging Face folders as people have them, made up by kind: each is read right, or refused in one line.

An oddity turns the files of a classifier (or of another fixture) into what somebody might have. The table says for
each whether the arrays must be those of the plain folder, or what the error must say.
"""

import contextlib
import shutil

import ml_dtypes
import numpy as np
import pytest

from albert_tf.errors import AlbertError
from albert_tf.weights import read_checkpoint
from tests.weights import torch_files
from tests.weights.oddities import (
    SAME,
    TABLE,
    WEIGHTS,
    as_pickle,
    both_formats,
    configured,
    empty,
    half_of_it,
    nest,
    prefixed,
    remove,
    replaced,
    rounded,
    shard,
    tensors_of,
    trainer_folder,
    unrelated_files,
    with_array,
    without,
    write_config,
)
from tests.weights.test_huggingface import assert_same_arrays, edit_tensors

ODDITIES = {
    # name: (what is done, SAME or what the error says)
    "module. before names": (replaced(prefixed("module.")), SAME),
    "deep prefix": (replaced(prefixed("student.backbone.model.")), SAME),
    "prefix in a pickle": (lambda f: as_pickle(f, prefixed("_orig_mod.")), SAME),
    "legacy pickle with a prefix": (
        lambda f: (
            torch_files.write_legacy(f / "pytorch_model.bin", prefixed("module.")(tensors_of(f))),
            (f / WEIGHTS).unlink(),
        ),
        SAME,
    ),
    "prefix on some names": (
        replaced(lambda t: {("x." if "albert" in n else "") + n: a for n, a in t.items()}),
        r"start with x\., .* 2 of .*classifier\.",
    ),
    "names with and without a prefix": (
        replaced(lambda t: {**t, **prefixed("module.")({n: a.copy() for n, a in t.items()})}),
        "holds 2 encoders",
    ),
    "a double of the encoder without its table": (
        replaced(lambda t: {**t, "albert.albert.pooler.bias": np.zeros(32, np.float32)}),
        r"albert\.pooler\.bias with shape \(32,\) is extra",
    ),
    "position ids": (
        with_array("albert.embeddings.position_ids", np.arange(40)[None]),
        SAME,
    ),
    "weights of a loss": (with_array("loss_fct.weight", np.ones(3, np.float32)), SAME),
    "weights of a loss, float64": (with_array("criterion.weight", np.ones(3)), SAME),
    "an adapter": (
        with_array("albert.adapter.weight", np.ones((2, 2), np.float32)),
        r"adapter\.weight with shape \(2, 2\) is extra",
    ),
    "no configuration": (remove("config.json"), r"weights but no config\.json"),
    "a configuration only": (remove(WEIGHTS), "holds no weights; expected one of"),
    "an empty folder": (empty, "holds no checkpoint.*found nothing"),
    "a folder inside": (lambda f: nest(f, "model"), r"but .*/model holds one: pass that folder"),
    "a trainer's folder": (trainer_folder, r"but .*checkpoint-500 holds one"),
    "files of a trainer beside": (unrelated_files, SAME),
    "shards": (shard, SAME),
    "shards of pickles with a prefix": (lambda f: shard(f, ".bin", "model."), SAME),
    "a shard missing": (
        lambda f: shard(f, lose="model-00002-of-00002.safetensors"),
        r"cannot read .*model-00002-of-00002",
    ),
    "shards without their index": (
        lambda f: shard(f, lose="model.safetensors.index.json"),
        r"holds no weights; expected one of .*index\.json",
    ),
    "both formats": (both_formats, SAME),
    "half precision": (rounded(np.float16), np.float16),
    "bfloat16": (rounded(ml_dtypes.bfloat16), ml_dtypes.bfloat16),
    "double precision": (rounded(np.float64), SAME),
    "eight bits": (rounded(np.int8), "holds int8; expected floating-point"),
    "truncated safetensors": (half_of_it(WEIGHTS), "cannot read .*truncated"),
    "truncated pickle": (
        lambda f: (as_pickle(f), half_of_it("pytorch_model.bin")(f)),
        "cannot read .*pytorch_model.bin",
    ),
    "a pickle that is text": (
        lambda f: (
            (f / WEIGHTS).unlink(),
            (f / "pytorch_model.bin").write_text("version https://git-lfs"),
        ),
        "cannot read .*pytorch_model.bin",
    ),
    "a large-file pointer": (
        lambda f: (f / WEIGHTS).write_text("version https://git-lfs.github.com/spec/v1\n"),
        "cannot read .*truncated or damaged",
    ),
    "truncated configuration": (half_of_it("config.json"), r"cannot read .*config\.json"),
    "a list as configuration": (write_config("[1, 2]"), "holds a list; expected a JSON object"),
    "an empty configuration": (write_config("{}"), "(8,|16).*expected"),
    "a table of another size": (
        replaced(lambda t: {**t, TABLE: t[TABLE][:100]}),
        r"word_embeddings has shape \(100, 16\), expected \(120, 16\)",
    ),
    "a scalar as bias": (
        replaced(lambda t: {**t, "classifier.bias": np.float32(1) * np.ones(())}),
        "classifier",
    ),
    "a transposed kernel": (
        replaced(lambda t: {**t, "classifier.weight": t["classifier.weight"].T}),
        r"classifier/kernel has shape \(3, 32\), expected \(32, 3\)",
    ),
    "no word table": (without(TABLE), "word_embeddings is missing"),
    "no head": (
        without("classifier.weight", "classifier.bias"),
        "classifier/kernel is missing",
    ),
    "a head of another number of labels": (
        configured(id2label={"0": "a", "1": "b"}),
        "names 2 labels but the classifier has 3",
    ),
    "BERT": (configured(model_type="bert"), "model_type is 'bert'; expected 'albert'"),
    "RoBERTa": (
        configured(model_type="roberta", architectures=["RobertaForSequenceClassification"]),
        "model_type is 'roberta'",
    ),
    "BERT without model_type": (
        configured(model_type=..., architectures=["BertModel"]),
        "architecture 'BertModel' is not supported",
    ),
    "another configuration of the same model": (
        configured(num_hidden_groups=2),
        "group_1_inner_0.* is missing",
    ),
    "a number as text": (configured(num_attention_heads="4"), "num_attention_heads is '4'"),
    "null for the layers": (configured(num_hidden_layers=0), "num_hidden_layers is 0"),
    "quantized": (configured(quantization_config={"bits": 4}), "quantization_config"),
    "weights of Keras": (
        lambda f: (f / WEIGHTS).rename(f / "tf_model.h5"),
        r"tf_model\.h5, which is not read",
    ),
    "weights by a name of one's own": (
        lambda f: (f / WEIGHTS).rename(f / "best_model.pt"),
        r"best_model\.pt: if it is the model, name it pytorch_model\.bin",
    ),
    "safetensors by a name of one's own": (
        lambda f: (f / WEIGHTS).rename(f / "albert.safetensors"),
        r"albert\.safetensors: if it is the model, name it model\.safetensors",
    ),
    "a byte-order mark": (
        lambda f: (f / "config.json").write_bytes(
            b"\xef\xbb\xbf" + (f / "config.json").read_bytes()
        ),
        SAME,
    ),
    "a byte-pair encoding": (
        lambda f: (f / "tokenizer.json").write_text('{"model": {"type": "BPE", "vocab": {}}}'),
        "of the type BPE",
    ),
    "WordPieces without the unknown one": (
        lambda f: (f / "vocab.txt").write_text("[PAD]\n[CLS]\n[SEP]\n"),
        r"none of its 3 lines is \[UNK\]",
    ),
    "a damaged tokenizer": (
        lambda f: (f / "spiece.model").write_bytes(b"\x0a\xff\x00"),
        r"SentencePiece model .*spiece\.model",
    ),
    "a damaged tokenizer_config": (
        lambda f: (
            shutil.copy(__file__, f / "tokenizer_config.json"),
            (f / "spiece.model").write_bytes(b"\x0a\x03\x0a\x01a"),
        ),
        r"cannot read .*tokenizer_config\.json",
    ),
}


@pytest.mark.parametrize("name", ODDITIES)
def test_an_odd_folder_of_a_classifier_is_read_right_or_refused(folder, name):
    path = folder("hf_sequence_classification")
    expected = read_checkpoint(path)
    make, outcome = ODDITIES[name]
    make(path)
    if outcome is SAME:
        checkpoint = read_checkpoint(path)
        assert_same_arrays(checkpoint.arrays, expected.arrays)
        assert (checkpoint.head, checkpoint.head_config) == (expected.head, expected.head_config)
    elif isinstance(outcome, str):
        with pytest.raises(AlbertError, match=outcome) as error:
            read_checkpoint(path)
        assert "\n" not in str(error.value)
    else:
        near = {n: a.astype(outcome).astype(np.float32) for n, a in expected.arrays.items()}
        assert_same_arrays(read_checkpoint(path).arrays, near)


def test_a_tied_decoder_may_be_missing(folder):
    path = folder("hf_masked_lm_groups")
    expected = read_checkpoint(path).arrays
    edit_tensors(path, lambda t: t.pop("predictions.decoder.bias", None))
    edit_tensors(path, lambda t: t.pop("predictions.decoder.weight", None))
    assert_same_arrays(read_checkpoint(path).arrays, expected)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*the word table has 120 rows")
def test_random_damage_never_ends_in_a_traceback(folder, tmp_path):
    """Bytes of every file flipped, cut and dropped: right arrays, or one line."""
    plain = folder("hf_sequence_classification")
    (plain / "spiece.model").write_bytes(b"\x0a\x09\x0a\x05<unk>\x18\x02")
    files = {path.name: path.read_bytes() for path in plain.iterdir() if path.is_file()}
    random = np.random.default_rng(0)
    for trial in range(150):
        odd = tmp_path / f"odd_{trial}"
        odd.mkdir()
        spoiled = random.choice(sorted(files))
        for name, content in files.items():
            data = bytearray(content)
            if name == spoiled:
                place = int(random.integers(0, min(len(data), 3000)))
                data[place] ^= 1 << int(random.integers(0, 8))
                if trial % 3 == 0:
                    data = data[:place]
            (odd / name).write_bytes(data)
        with contextlib.suppress(AlbertError):  # anything else fails the test
            read_checkpoint(odd)


@pytest.mark.slow
def test_the_command_says_it_in_one_line(folder, shell):
    path = folder("hf_sequence_classification")
    with_array("albert.adapter.weight", np.ones((2, 2), np.float32))(path)
    error = shell.albert_tf("import", path, "out", status=2).error
    assert "adapter.weight with shape (2, 2) is extra" in error
