import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from albert_tf import AlbertTokenizer
from albert_tf.distillation import SentenceTeacher

SENTENCES = [
    "where is my card",
    "my card has not arrived yet",
    "the film was a lovely surprise",
    "how do i top up my account?",
    "a waste of time, and of money",
    "What is the capital of France?",
    "it broke after a week",
    "the train is late again",
    "Münster lies in the north-west",
    "can you help me with a refund",
]
CHINESE_SENTENCES = [
    "这家店的牛肉面很好吃，下次还来",
    "手机用了两天就坏了，客服也不理人",
    "房间干净，早餐一般，离地铁很近！",
    "剧情拖沓，看到一半就想走。",
    "WiFi连不上，App也老是闪退……",
    "物流很快，包装完好，五星好评👍",
    "演员演得真好，配乐也很棒",
    "价格不便宜，但是质量对得起价格",
    "等了一个小时才上菜，菜还是凉的",
    "Kindle屏幕清晰，看书不累眼睛",
]
WIDTH, LAYERS, INNER = 16, 4, 24


def teacher_tensors(vocab_size, rng):
    def normal(*shape):
        return rng.normal(0, 0.3, shape).astype("float32")

    tensors = {
        "embeddings.word_embeddings.weight": normal(vocab_size, WIDTH),
        "embeddings.position_embeddings.weight": normal(64, WIDTH),
        "embeddings.token_type_embeddings.weight": normal(2, WIDTH),
        "embeddings.LayerNorm.weight": 1 + normal(WIDTH),
        "embeddings.LayerNorm.bias": normal(WIDTH),
        "pooler.dense.weight": normal(WIDTH, WIDTH),
        "pooler.dense.bias": normal(WIDTH),
    }
    for i in range(LAYERS):
        layer = f"encoder.layer.{i}"
        for name, rows, columns in (
            ("attention.self.query", WIDTH, WIDTH),
            ("attention.self.key", WIDTH, WIDTH),
            ("attention.self.value", WIDTH, WIDTH),
            ("attention.output.dense", WIDTH, WIDTH),
            ("intermediate.dense", INNER, WIDTH),
            ("output.dense", WIDTH, INNER),
        ):
            tensors[f"{layer}.{name}.weight"] = normal(rows, columns)
            tensors[f"{layer}.{name}.bias"] = normal(rows)
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            tensors[f"{layer}.{name}.weight"] = 1 + normal(WIDTH)
            tensors[f"{layer}.{name}.bias"] = normal(WIDTH)
    return tensors


@pytest.fixture(scope="session")
def teacher_folder(tmp_path_factory):
    """A tiny random BERT in the layout of sentence-transformers."""
    tokenizers = pytest.importorskip("tokenizers")
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.processors import TemplateProcessing
    from tokenizers.trainers import WordPieceTrainer

    folder = tmp_path_factory.mktemp("teacher")
    tokenizer = tokenizers.Tokenizer(WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(
        SENTENCES, WordPieceTrainer(vocab_size=120, special_tokens=special, show_progress=False)
    )
    ids = {name: tokenizer.token_to_id(name) for name in special}
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])],
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    write_bert(folder, tokenizer.get_vocab_size())
    return folder


@pytest.fixture(scope="session")
def chinese_teacher_folder(tmp_path_factory):
    """A tiny random BERT with a Chinese `vocab.txt`, as transformers' slow tokenizer writes it."""
    tokenizers = pytest.importorskip("tokenizers")
    folder = tmp_path_factory.mktemp("chinese_teacher")
    tokenizer = tokenizers.BertWordPieceTokenizer(lowercase=True)
    tokenizer.train_from_iterator(
        CHINESE_SENTENCES, vocab_size=200, min_frequency=1, show_progress=False
    )
    tokenizer.save_model(str(folder))
    settings = {"tokenizer_class": "BertTokenizer", "do_lower_case": True}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    write_bert(folder, tokenizer.get_vocab_size())
    return folder


def write_bert(folder, vocab_size):
    """Writes configuration and random weights of a tiny BERT into its folder."""
    config = {
        "model_type": "bert",
        "vocab_size": vocab_size,
        "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": 4,
        "intermediate_size": INNER,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "max_position_embeddings": 64,
        "type_vocab_size": 2,
        "layer_norm_eps": 1e-12,
    }
    (folder / "config.json").write_text(json.dumps(config))
    tensors = teacher_tensors(vocab_size, np.random.default_rng(0))
    save_file(tensors, folder / "model.safetensors")


@pytest.fixture(scope="session")
def teacher(teacher_folder):
    return SentenceTeacher(teacher_folder)


@pytest.fixture(scope="session")
def tokenizer():
    return AlbertTokenizer()
