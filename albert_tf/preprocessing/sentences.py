"""Paragraphs to sentences."""

import re

_BOUNDARY = re.compile(
    r"""(?<=[.!?…])      # the end of a sentence,
        (["'”’)\]]*)     # quotes and brackets that it closes,
        (?:\s|<br\s*/>)+ # white space or a line break of HTML,
        (?=["'“‘(\[]*[A-Z0-9À-Þ])  # and something that a sentence can begin with
    """,
    re.VERBOSE,
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|etc|e\.g|i\.e|cf|No|Vol|Gen|Col|Lt|Sgt"
    r"|Rev|Hon|Capt|Gov|Sen|Rep|Inc|Ltd|Co|Mt|ca|approx|fig|pp?)\.$"
)


def split_sentences(paragraph: str) -> list[str]:
    """Cuts a paragraph after `.`, `!`, `?` before what can begin a sentence.

    A period after a single letter or a common English abbreviation ends none. The sentences joined by
    a space are the paragraph again, but for white space and HTML line breaks between them.

    Args:
        paragraph: any text.

    Returns:
        Its sentences, stripped, none of them empty.

    Example:

    ```python
    from albert_tf.preprocessing.sentences import split_sentences

    split_sentences("Dr. No came in. Nobody spoke!")  # ["Dr. No came in.", "Nobody spoke!"]
    ```
    """
    sentences, start = [], 0
    for match in _BOUNDARY.finditer(paragraph):
        end = match.end(1)
        if _ABBREVIATION.search(paragraph, start, match.start()):
            continue
        sentences.append(paragraph[start:end].strip())
        start = match.end()
    sentences.append(paragraph[start:].strip())
    return [sentence for sentence in sentences if sentence]
