"""Teachers and students whose vocabularies are Chinese WordPieces."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from albert_tf import AlbertTokenizer
from albert_tf.distillation import (
    SentenceTeacher,
    build_cache,
    read_cache,
    student_checkpoint,
    student_config,
)
from albert_tf.distillation.start import _probabilities
from albert_tf.errors import CheckpointError, DataError
from tests.distillation.conftest import CHINESE_SENTENCES, WIDTH

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


@pytest.fixture(scope="module")
def chinese_teacher(chinese_teacher_folder):
    return SentenceTeacher(chinese_teacher_folder)


@pytest.fixture(scope="module")
def student_tokenizer(tmp_path_factory):
    """WordPieces of another order than the teacher's, cased, without some of its characters."""
    characters = sorted(set("".join(CHINESE_SENTENCES[:-2]).replace(" ", "")), reverse=True)
    lines = [*SPECIAL, *characters, "WiFi", "App", "Kindle", "##le"]
    path = tmp_path_factory.mktemp("student") / "vocab.txt"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return AlbertTokenizer(path, lowercase=False)


def test_vocab_txt_gives_the_ids_and_spans_of_transformers(chinese_teacher, chinese_teacher_folder):
    transformers = pytest.importorskip("transformers")
    theirs = transformers.BertTokenizerFast(str(chinese_teacher_folder / "vocab.txt"))
    texts = [*CHINESE_SENTENCES, "好吃😀吗？ CAFÉ 好", ""]
    for text, (ids, spans) in zip(texts, chinese_teacher.tokenize(texts), strict=True):
        expected = theirs(text, return_offsets_mapping=True)
        assert ids == expected["input_ids"]
        assert spans == expected["offset_mapping"]
    assert chinese_teacher.vocabulary == theirs.get_vocab()


def test_casing_is_that_of_the_settings_beside_vocab_txt(tmp_path, chinese_teacher_folder):
    for file in chinese_teacher_folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    vocabulary = (tmp_path / "vocab.txt").read_text("utf-8").split("\n")
    vocabulary[-2] = "WiFi"
    (tmp_path / "vocab.txt").write_text("\n".join(vocabulary), "utf-8")
    (tmp_path / "tokenizer_config.json").write_text('{"do_lower_case": false}')
    assert vocabulary.index("WiFi") in SentenceTeacher(tmp_path).word_pieces("WiFi")
    (tmp_path / "vocab.txt").unlink()
    with pytest.raises(CheckpointError, match="has no tokenizer.json and no vocab.txt"):
        SentenceTeacher(tmp_path)


def test_each_character_has_the_teachers_state_of_it(chinese_teacher, student_tokenizer, tmp_path):
    text = CHINESE_SENTENCES[5]
    cache = build_cache([text], chinese_teacher, student_tokenizer, tmp_path, layers=(4,))
    ((ids, spans),) = chinese_teacher.tokenize([text])
    states = chinese_teacher.hidden_states([ids])[-1][0, : len(ids)]
    assert len(spans) == len(text) + 2, "every character is a piece of the teacher"
    np.testing.assert_allclose(cache.states[:, 0], states, atol=5e-3)
    np.testing.assert_array_equal(cache.words, np.arange(len(text) + 2))


def test_a_cache_knows_the_casing_of_the_student(chinese_teacher, student_tokenizer, tmp_path):
    build_cache(CHINESE_SENTENCES, chinese_teacher, student_tokenizer, tmp_path, layers=(4,))
    lower = AlbertTokenizer(student_tokenizer.path, lowercase=True)
    with pytest.raises(DataError, match="other settings"):
        build_cache(CHINESE_SENTENCES, chinese_teacher, lower, tmp_path, layers=(4,))


def test_a_cache_begun_with_words_between_blanks_is_not_gone_on_with(
    chinese_teacher, student_tokenizer, tmp_path
):
    options = {"layers": (4,)}
    build_cache(CHINESE_SENTENCES, chinese_teacher, student_tokenizer, tmp_path, **options)
    tokens = load_file(tmp_path / "tokens.safetensors")
    tokens["word_splits"] = 3 * np.arange(len(tokens["word_splits"]))
    save_file(tokens, tmp_path / "tokens.safetensors")
    read_cache(tmp_path)  # what is finished, is
    progress = json.loads((tmp_path / "progress.json").read_text())
    (tmp_path / "progress.json").write_text(json.dumps({**progress, "done": 0}))
    with pytest.raises(DataError, match="begun by an earlier release"):
        build_cache(CHINESE_SENTENCES, chinese_teacher, student_tokenizer, tmp_path, **options)


def test_pieces_start_as_the_teachers_for_the_same_text(chinese_teacher, student_tokenizer):
    config = student_config(
        chinese_teacher, student_tokenizer, num_hidden_groups=2, embedding_size=WIDTH
    )
    start = student_checkpoint(config, chinese_teacher, student_tokenizer, texts=CHINESE_SENTENCES)
    table = start.arrays["embeddings/word_embeddings"]
    words = chinese_teacher.arrays["embeddings/word_embeddings"]
    shared = [p for p in student_tokenizer.pieces if p in chinese_teacher.vocabulary]
    assert len(shared) > 50
    mine = table[[student_tokenizer.piece_to_id(p) for p in shared]]
    theirs = words[[chinese_teacher.vocabulary[p] for p in shared]]

    # An orthogonal map and LayerNorm stand between them: near pieces stay near.
    def nearest(rows):
        similar = rows @ rows.T / np.outer(*[np.linalg.norm(rows, axis=1)] * 2)
        return (similar - 2 * np.eye(len(rows))).argmax(axis=1)

    assert np.mean(nearest(mine) == nearest(theirs)) > 0.5


def test_word_pieces_are_as_frequent_as_in_the_texts(student_tokenizer):
    texts = ["很好很好", "很"]
    probability = _probabilities(student_tokenizer, texts)
    assert probability.sum() == pytest.approx(1)
    very, rare = (student_tokenizer.piece_to_id(p) for p in "很店")
    assert probability[very] == pytest.approx(4 * probability[rare])
    np.testing.assert_allclose(_probabilities(student_tokenizer, ()), 1 / len(student_tokenizer))


@pytest.mark.slow
def test_a_teacher_with_the_vocabulary_of_xlm_r(
    tmp_path, chinese_teacher_folder, student_tokenizer
):
    """As paraphrase-multilingual-MiniLM-L12-v2: BERT's encoder on unigram pieces."""
    tokenizers = pytest.importorskip("tokenizers")
    from tokenizers.models import Unigram
    from tokenizers.pre_tokenizers import Metaspace
    from tokenizers.processors import TemplateProcessing
    from tokenizers.trainers import UnigramTrainer

    for file in chinese_teacher_folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    limit = json.loads((tmp_path / "config.json").read_text())["vocab_size"]
    tokenizer = tokenizers.Tokenizer(Unigram())
    tokenizer.pre_tokenizer = Metaspace()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trainer = UnigramTrainer(
        vocab_size=limit, special_tokens=special, unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(CHINESE_SENTENCES, trainer)
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    teacher = SentenceTeacher(tmp_path)
    cache = build_cache(CHINESE_SENTENCES, teacher, student_tokenizer, tmp_path / "c", layers=(4,))
    assert (cache.words >= 0).mean() > 0.9
    config = student_config(teacher, student_tokenizer, num_hidden_groups=2, embedding_size=8)
    start = student_checkpoint(config, teacher, student_tokenizer, texts=CHINESE_SENTENCES)
    assert all(np.isfinite(array).all() for array in start.arrays.values())
