"""Hypothesis strategies for texts that tokenizers stumble over."""

import unicodedata

from hypothesis import strategies as st

from albert_tf.tokenizer.normalization import _AFTER_UNICODE_14, WHITE_SPACE

CHANGING = [
    chr(c)
    for c in range(0x30000)  # nothing above changes, which test_every_code_point sees
    if not 0xD800 <= c <= 0xDFFF
    and c not in _AFTER_UNICODE_14
    and (unicodedata.decomposition(chr(c)) or unicodedata.combining(chr(c)) or chr(c).isupper())
]
INVISIBLE = [chr(c) for c in (0, 1, 8, 0x7F, 0x9F, 0xAD, 0x200B, 0x200D, 0x2581, 0xFEFF, 0xFFFD)]
FRAGMENTS = [
    *("the", " quick", "Brown", " fox", "ing", "tion", " in 1999,", "9,", "20,", " 1,000,", "x9,"),
    *("!", "!!!", " !", "...", "***", "e\u0301", "ñ", "“", "–", "£", "€", " ", "  "),
    *("ΑΣ", "日本", *"ΣςσΑ'½…ﬁⅣ①가Жİẞ𝚺🙂"),
]

characters = st.one_of(
    st.characters(exclude_categories=["Cs"]).filter(lambda c: ord(c) not in _AFTER_UNICODE_14),
    st.sampled_from(CHANGING),
    st.sampled_from(WHITE_SPACE),
    st.sampled_from(INVISIBLE),
)
texts = st.one_of(
    st.text(characters),
    st.lists(st.one_of(st.sampled_from(FRAGMENTS), characters)).map("".join),
    st.text(st.characters(max_codepoint=0x7F)),
)
batches = st.lists(texts, min_size=1, max_size=8)
