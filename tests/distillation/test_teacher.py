import json

import numpy as np
import pytest

from albert_tf.distillation import SentenceTeacher
from albert_tf.errors import CheckpointError, ConfigError
from albert_tf.weights.bert import read_bert
from tests.distillation.conftest import SENTENCES


@pytest.mark.peers
def test_hidden_states_are_those_of_keras_hub(tmp_path, teacher_folder):
    keras_hub = pytest.importorskip("keras_hub")
    for file in teacher_folder.iterdir():
        (tmp_path / file.name).symlink_to(file)
    values = json.loads((teacher_folder / "config.json").read_text())
    (tmp_path / "config.json").unlink()
    # keras-hub's BERT has the tanh form of GELU.
    (tmp_path / "config.json").write_text(json.dumps({**values, "hidden_act": "gelu_new"}))
    teacher = SentenceTeacher(tmp_path)
    config, arrays = teacher.config, teacher.arrays
    peer = keras_hub.models.BertBackbone(
        vocabulary_size=config.vocab_size,
        num_layers=config.num_hidden_layers,
        num_heads=config.num_attention_heads,
        hidden_dim=config.hidden_size,
        intermediate_dim=config.intermediate_size,
        dropout=0.0,
        max_sequence_length=config.max_position_embeddings,
    )
    _assign_to_keras_hub(peer, arrays, config)
    (ids, _), *_ = teacher.tokenize([SENTENCES[3]])
    inputs = np.array([ids])
    theirs = peer(
        {
            "token_ids": inputs,
            "segment_ids": np.zeros_like(inputs),
            "padding_mask": np.ones_like(inputs),
        }
    )["sequence_output"]
    ours = teacher.hidden_states([ids])[-1][:, : len(ids)]
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def _assign_to_keras_hub(peer, arrays, config):
    heads, width = config.num_attention_heads, config.hidden_size
    peer.token_embedding.embeddings.assign(arrays["embeddings/word_embeddings"])
    peer.position_embedding.position_embeddings.assign(arrays["embeddings/position_embeddings"])
    peer.segment_embedding.embeddings.assign(arrays["embeddings/token_type_embeddings"])
    peer.embeddings_layer_norm.gamma.assign(arrays["embeddings/layer_norm/gamma"])
    peer.embeddings_layer_norm.beta.assign(arrays["embeddings/layer_norm/beta"])
    peer.pooled_dense.kernel.assign(arrays["pooler/kernel"])
    peer.pooled_dense.bias.assign(arrays["pooler/bias"])
    for i, layer in enumerate(peer.transformer_layers):
        prefix = f"encoder/group_{i}_inner_0"
        attention = layer._self_attention_layer
        for name, dense in (
            ("query", attention._query_dense),
            ("key", attention._key_dense),
            ("value", attention._value_dense),
        ):
            dense.kernel.assign(
                arrays[f"{prefix}/attention/{name}/kernel"].reshape(width, heads, -1)
            )
            dense.bias.assign(arrays[f"{prefix}/attention/{name}/bias"].reshape(heads, -1))
        attention._output_dense.kernel.assign(
            arrays[f"{prefix}/attention/output/kernel"].reshape(heads, -1, width)
        )
        attention._output_dense.bias.assign(arrays[f"{prefix}/attention/output/bias"])
        for norm, name in (
            (layer._self_attention_layer_norm, "attention_layer_norm"),
            (layer._feedforward_layer_norm, "output_layer_norm"),
        ):
            norm.gamma.assign(arrays[f"{prefix}/{name}/gamma"])
            norm.beta.assign(arrays[f"{prefix}/{name}/beta"])
        for dense, name in (
            (layer._feedforward_intermediate_dense, "intermediate"),
            (layer._feedforward_output_dense, "output"),
        ):
            dense.kernel.assign(arrays[f"{prefix}/{name}/kernel"])
            dense.bias.assign(arrays[f"{prefix}/{name}/bias"])


def test_packaged_teacher_gives_the_similarities_of_its_model_card():
    try:
        teacher = SentenceTeacher("all-MiniLM-L6-v2")
    except CheckpointError as error:
        pytest.skip(str(error))
    vectors = teacher.embed(
        [
            "That is a happy person",
            "That is a happy dog",
            "That is a very happy person",
            "Today is a sunny day",
        ]
    )
    # The widget of sentence-transformers/all-MiniLM-L6-v2 on the Hugging Face Hub.
    np.testing.assert_allclose(vectors[0] @ vectors[1:].T, [0.695, 0.943, 0.257], atol=5e-4)


def test_vectors_are_means_over_real_tokens_of_length_one(teacher):
    vectors = teacher.embed(SENTENCES, batch_size=3)
    assert vectors.shape == (len(SENTENCES), teacher.config.hidden_size)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    (ids, _), *_ = teacher.tokenize([SENTENCES[0]])
    alone = teacher.hidden_states([ids])[-1][0, : len(ids)].mean(axis=0)
    np.testing.assert_allclose(vectors[0], alone / np.linalg.norm(alone), atol=1e-5)


def test_missing_teacher_is_named_with_the_pip_line():
    with pytest.raises(CheckpointError, match="there is no teacher nowhere; expected"):
        SentenceTeacher("nowhere")


def test_other_models_are_refused(tmp_path, teacher_folder):
    config = json.loads((teacher_folder / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "model_type": "roberta"}))
    with pytest.raises(CheckpointError, match="model_type is 'roberta'; expected 'bert'"):
        read_bert(tmp_path)
    (tmp_path / "config.json").write_text(
        json.dumps({**config, "position_embedding_type": "relative_key"})
    )
    with pytest.raises(ConfigError, match="position_embedding_type"):
        read_bert(tmp_path)


def test_other_pooling_is_refused(tmp_path, teacher_folder):
    for file in teacher_folder.iterdir():
        (tmp_path / file.name).symlink_to(file)
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    with pytest.raises(CheckpointError, match="pools by the mean"):
        SentenceTeacher(tmp_path)
