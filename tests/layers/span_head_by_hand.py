"""google-research's head of SQuAD v2.0 in plain NumPy, token by token: written from its definition, by its own names.

`variables` are those of a checkpoint of `run_squad_v2.py`. Nothing here is of the package: each score is that of one
pair of tokens, whose states are put together as the definition has it.
"""

import numpy as np


def log_softmax(x):
    x = x - x.max()
    return x - np.log(np.exp(x).sum())


def dense(variables, name, x):
    bias = variables.get(f"{name}/bias", 0.0)
    return np.asarray(x, "float64") @ variables[f"{name}/kernel"].astype("float64") + bias


def start_log_probs(variables, states, allowed):
    """Log-probability of each allowed token of one text as the start, in their order."""
    return log_softmax(
        np.array([dense(variables, "start_logits/dense", states[t])[0] for t in allowed])
    )


def end_log_probs(variables, states, allowed, start, epsilon=1e-12):
    """Log-probability of each allowed token as the end of an answer that starts at `start`."""
    scores = []
    for token in allowed:
        pair = np.concatenate([states[token], states[start]])
        x = np.tanh(dense(variables, "end_logits/dense_0", pair))
        x = (x - x.mean()) / np.sqrt(x.var() + epsilon)
        x = x * variables["end_logits/LayerNorm/gamma"] + variables["end_logits/LayerNorm/beta"]
        scores.append(dense(variables, "end_logits/dense_1", x)[0])
    return log_softmax(np.array(scores))


def cls_logit(variables, states, allowed):
    """The logit of there being no answer."""
    share = np.exp(start_log_probs(variables, states, allowed))
    by_start = sum(p * states[t] for p, t in zip(share, allowed, strict=True))
    x = np.tanh(dense(variables, "answer_class/dense_0", np.concatenate([by_start, states[0]])))
    return dense(variables, "answer_class/dense_1", x)[0]


def beam(variables, states, allowed, starts, ends):
    """The best starts of one text, and the best ends for each.

    Returns:
        For each start `(place, log-probability, [(place, log-probability) of each end])`, best first.
    """

    def best(scores, count):
        order = np.argsort(-scores, kind="stable")[:count]
        return [(allowed[i], scores[i]) for i in order]

    return [
        (start, score, best(end_log_probs(variables, states, allowed, start), ends))
        for start, score in best(start_log_probs(variables, states, allowed), starts)
    ]


def random_variables(hidden, seed=0, scale=0.5):
    """Random weights by google's names."""
    shapes = {
        "start_logits/dense/kernel": (hidden, 1),
        "start_logits/dense/bias": (1,),
        "end_logits/dense_0/kernel": (2 * hidden, hidden),
        "end_logits/dense_0/bias": (hidden,),
        "end_logits/LayerNorm/gamma": (hidden,),
        "end_logits/LayerNorm/beta": (hidden,),
        "end_logits/dense_1/kernel": (hidden, 1),
        "end_logits/dense_1/bias": (1,),
        "answer_class/dense_0/kernel": (2 * hidden, hidden),
        "answer_class/dense_0/bias": (hidden,),
        "answer_class/dense_1/kernel": (hidden, 1),
    }
    random = np.random.default_rng(seed)
    return {
        name: (scale * random.standard_normal(shape)).astype("float32")
        for name, shape in shapes.items()
    }


def assert_beam(outputs, row, variables, states, allowed, starts=5, ends=5, atol=1e-5):
    """Checks the outputs of a model, by name, for one of its rows."""
    found = {name: np.asarray(values)[row] for name, values in outputs.items()}
    expected = beam(variables, states, allowed, starts, ends)
    np.testing.assert_allclose(
        found["cls_logits"], cls_logit(variables, states, allowed), atol=atol
    )
    assert found["start_top_index"][: len(expected)].tolist() == [place for place, *_ in expected]
    for number, (_, score, own) in enumerate(expected):
        assert abs(found["start_top_log_probs"][number] - score) <= atol
        first = number * ends
        assert found["end_top_index"][first : first + len(own)].tolist() == [p for p, _ in own]
        np.testing.assert_allclose(
            found["end_top_log_probs"][first : first + len(own)], [s for _, s in own], atol=atol
        )
    assert (found["start_top_log_probs"][len(expected) :] < -1e8).all()
