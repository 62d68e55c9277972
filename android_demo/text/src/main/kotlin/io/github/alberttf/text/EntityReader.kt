package io.github.alberttf.text

/**
 * Reads texts whole: `[CLS] text [SEP]`, in several windows where one is too short, as `EntityReader` of
 * `albert_tf/answers/entities.py` does.
 *
 * @property tokenizer encodes the texts.
 * @param sequenceLength longest window, in tokens, special ones included.
 * @param stride tokens from the beginning of a window to that of the next; null: half a window.
 * @throws IllegalArgumentException if a window holds no token, or [stride] is less than 1.
 */
public class EntityReader(
    public val tokenizer: AlbertTokenizer,
    sequenceLength: Int,
    stride: Int? = null,
) {
    private val step = stride ?: maxOf(1, (sequenceLength - InputAssembler.SPECIAL_OF_SINGLE) / 2)
    private val packer = TextPacker(tokenizer, sequenceLength, Truncation.ONLY_FIRST)

    /** The windows of a text, in their order: one or more, with spans. */
    public fun windows(text: String): List<PackedText> = packer.windows(text, step)
}
