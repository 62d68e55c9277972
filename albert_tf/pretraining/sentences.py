"""Paragraphs to sentences."""

import re

# A sentence may end after these, and after what closes a quotation or a bracket behind them.
_END = r"[.!?…。！？।؟][\"'”’»)\]]*"
# ... where white space and the begin of a sentence follow: no small letter and no closing mark.
_NEXT = r"\s+(?=[^\sa-z,;:.!?)\]%’”])"
# In Chinese and Japanese no space stands between sentences. One ends after a mark of these scripts; between their
# letters also after marks that people type instead; and after what closes behind the mark.
_LETTER = r"々〇\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_CLOSING = r"”’」』）》〉】〕］\"')\]"
_OPENING = r"“‘「『（《〈【"
_WIDE_END = rf"(?:[。！？｡][。！？｡…!?]*|(?<=[{_LETTER}])(?:…+|[!?]+)(?=[{_CLOSING}]*[{_LETTER}{_OPENING}]))"
# ... where it does not go on, as by a comma, or in Japanese by the particle that says that something was quoted.
_WIDE_NEXT = rf"(?!(?<=[」』])と)(?=\s*[^\s。！？｡…!?，、；：,;:.{_CLOSING}])"
_BOUNDARY = re.compile(
    rf"(?:(?P<end>{_END}){_NEXT})|(?P<wide>{_WIDE_END}[{_CLOSING}]*){_WIDE_NEXT}"
)
# The last word before a full stop that belongs to an abbreviation: an initial, letters with stops, or one of these.
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'“‘\[-])(?:[^\W\d_]|(?:[^\W\d_]\.)+[^\W\d_]?|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|Rev|Gen|Col|Capt|Lt|Sgt|Gov|Sen|Rep|"
    r"No|Nos|Vol|vol|pp|Fig|Figs|Eq|cf|vs|ca|al|approx|Mt|Ft|Ave|Inc|Ltd|Co|Corp|Bros|e\.g|i\.e|viz|etc)\.$"
)


def split_sentences(paragraph: str) -> list[str]:
    r"""Cuts a paragraph into sentences.

    A sentence ends after `.`, `!`, `?` or `…` (and quotes and brackets that close behind them) where white space and
    anything but a small letter follow, unless the full stop belongs to an initial (`J. R. Tolkien`, `U.S.`) or to an
    abbreviation of a short English list. In Chinese and Japanese no space is needed: after `。`, `！`, `？`, and
    between two of their letters after `…`, `!`, `?`, also with quotes and brackets behind them, unless a comma follows
    (`“走吧！”，他说。`) or, in Japanese, a quotation's `と`. That is plain on purpose: a boundary missed or added makes
    a segment of a pretraining example a little longer or shorter.
    (`StateBasedSentenceBreaker` of tensorflow-text cuts `3.5` and `J.` apart, and is some twenty times slower.)

    Args:
        paragraph: any text.

    Returns:
        The sentences without outer white space, none of them empty; joined, they are the paragraph but for white
        space.
    """
    sentences, start = [], 0
    for match in _BOUNDARY.finditer(paragraph):
        end = match.end("wide" if match["end"] is None else "end")
        if (
            match["end"] and paragraph[match.end()].islower()
        ):  # such as é, which the pattern lets pass
            continue
        if match["end"] == "." and _ABBREVIATION.search(paragraph, max(start, end - 16), end):
            continue
        sentences.append(paragraph[start:end].strip())
        start = end
    sentences.append(paragraph[start:].strip())
    return [sentence for sentence in sentences if sentence]
