package io.github.alberttf.text

/**
 * Reads questions and their passages as windows `[CLS] question [SEP] part of the passage [SEP]`, as `QuestionReader` of
 * `albert_tf/answers/questions.py` does.
 *
 * @property tokenizer encodes the texts.
 * @param sequenceLength longest window, in tokens, special ones included.
 * @param stride tokens from the beginning of a window to that of the next; at most half of what the longest question
 *   leaves, so that windows always overlap.
 * @param maxQuestionLength longest question, in tokens; a longer one is cut, and every one to half of the window.
 * @throws IllegalArgumentException if a window holds less than a token of each.
 */
public class QuestionReader(
    public val tokenizer: AlbertTokenizer,
    sequenceLength: Int,
    stride: Int = DEFAULT_STRIDE,
    maxQuestionLength: Int = DEFAULT_QUESTION_LENGTH,
) {
    private val room = sequenceLength - InputAssembler.SPECIAL_OF_PAIR
    private val questionLength = minOf(maxQuestionLength, room / 2)
    private val step = minOf(stride, (room - questionLength + 1) / 2)
    private val packer = TextPacker(tokenizer, sequenceLength, Truncation.ONLY_SECOND, questionLength)

    /** The windows of a question and a passage, in their order: one or more, with spans. */
    public fun windows(
        question: String,
        passage: String,
    ): List<PackedText> = packer.windows(question, passage, step)

    private companion object {
        const val DEFAULT_STRIDE = 128
        const val DEFAULT_QUESTION_LENGTH = 64
    }
}
