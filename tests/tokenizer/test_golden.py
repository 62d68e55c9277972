"""The ids of google-research/albert, on its own texts."""


def differences(golden, encoded):
    texts, ids = golden
    rows = zip(texts, ids, encoded, strict=True)
    return [(text, expected, got) for text, expected, got in rows if expected != got]


def test_golden_is_there(golden):
    texts, _ = golden
    assert len(texts) == 2695
    assert any("\0" in text for text in texts)


def test_batch(golden, tokenizer):
    assert differences(golden, tokenizer.encode_batch(golden[0])) == []


def test_one_at_a_time(golden, tokenizer):
    assert differences(golden, [tokenizer.encode(text) for text in golden[0]]) == []


def test_with_offsets(golden, tokenizer):
    ids, spans = tokenizer.encode_batch(golden[0], offsets=True)
    assert differences(golden, ids) == []
    assert [len(row) for row in spans] == [len(row) for row in ids]


def test_in_graph(golden, in_graph):
    assert differences(golden, in_graph(golden[0])) == []


def test_in_graph_one_at_a_time(golden, in_graph):
    assert differences(golden, [in_graph([text])[0] for text in golden[0]]) == []


def test_packed(golden, tokenizer):
    packed = tokenizer.pack(golden[0], max_length=10_000)
    assert differences(golden, [row[1:-1].tolist() for row in packed.token_ids]) == []
