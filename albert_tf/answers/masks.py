"""Fill-in: from the logits of a masked token to the tokens that read best there."""

import numpy as np

from albert_tf.answers.probabilities import softmax
from albert_tf.answers.results import Token
from albert_tf.tokenizer import AlbertTokenizer

WORD_START = "▁"


def best_tokens(
    logits: np.ndarray, tokenizer: AlbertTokenizer, number: int = 5
) -> tuple[Token, ...]:
    """Returns the most probable pieces of a mask, best first, special tokens left out.

    Args:
        logits: `(vocab_size,)`.
        tokenizer: whose pieces they are.
        number: of tokens, at most.
    """
    scores = softmax(logits)[: tokenizer.vocab_size]
    special = {
        tokenizer.pad_id,
        tokenizer.unk_id,
        tokenizer.cls_id,
        tokenizer.sep_id,
        tokenizer.mask_id,
    }
    order = (int(i) for i in np.argsort(-scores, kind="stable") if int(i) not in special)
    chosen = [next(order) for _ in range(min(number, len(scores) - len(special)))]
    return tuple(
        Token(tokenizer.id_to_piece(i).removeprefix(WORD_START), float(scores[i])) for i in chosen
    )
