package io.github.alberttf.text

/**
 * Makes model inputs of texts: encodes them, adds the special tokens, and cuts what is too long.
 *
 * It never changes: threads may share it.
 *
 * ```
 * val packer = TextPacker(tokenizer, maxLength = 128)
 * val input = packer.pack("Where is my card?").toModelInput()
 *
 * val reader = TextPacker(tokenizer, maxLength = 384, truncation = Truncation.ONLY_SECOND, maxFirstLength = 64)
 * val windows = reader.windows(question, article, stride = 128)
 * ```
 *
 * @property tokenizer encodes the texts.
 * @property maxLength most tokens of an input, special ones included: at least 3, for pairs 4.
 * @property truncation what is cut where texts are too long.
 * @property maxFirstLength cut first texts to this many tokens before all else (`max_query_length` of Google's code);
 *   null to leave them.
 * @throws IllegalArgumentException if a length is too small.
 */
public class TextPacker(
    public val tokenizer: AlbertTokenizer,
    public val maxLength: Int = 512,
    public val truncation: Truncation = Truncation.LONGEST_FIRST,
    public val maxFirstLength: Int? = null,
) {
    private val assembler = InputAssembler(tokenizer.vocabulary)

    init {
        require(maxLength >= InputAssembler.SPECIAL_OF_SINGLE + 1) {
            "maxLength is $maxLength; expected at least 3, for the special tokens and one more"
        }
        require(maxFirstLength == null || maxFirstLength >= 1) {
            "maxFirstLength is $maxFirstLength; expected at least 1 token, or null"
        }
    }

    /**
     * Packs one text: `[CLS] text [SEP]`.
     *
     * @param text any string.
     * @param spans whether to find out where the tokens stand in the text, which takes about twice as long.
     * @throws IllegalArgumentException if the text is too long and [truncation] is [Truncation.NEVER], or if it is
     *   [Truncation.ONLY_SECOND], which needs pairs.
     */
    public fun pack(
        text: String,
        spans: Boolean = false,
    ): PackedText {
        val tokens = encode(text, spans)
        return assembler.assemble(listOf(tokens.part(0, fitSingle(tokens))))
    }

    /**
     * Packs a pair: `[CLS] first [SEP] second [SEP]`.
     *
     * @param first any string.
     * @param second any string.
     * @param spans whether to find out where the tokens stand in their texts, which takes about twice as long.
     * @throws IllegalArgumentException if [truncation] does not let the pair fit.
     */
    public fun pack(
        first: String,
        second: String,
        spans: Boolean = false,
    ): PackedText {
        val sides = listOf(encode(first, spans), encode(second, spans))
        val (firstLength, secondLength) = fitPair(sides[0], sides[1])
        return assembler.assemble(listOf(sides[0].part(0, firstLength), sides[1].part(0, secondLength)))
    }

    /**
     * Packs a long text as overlapping windows, none of its tokens left out.
     *
     * @param text any string.
     * @param stride how many tokens after each other the windows begin; more than fit into a window counts as that
     *   many.
     * @return one or more inputs, with spans.
     * @throws IllegalArgumentException if [truncation] is not [Truncation.ONLY_FIRST], or [stride] less than 1.
     */
    public fun windows(
        text: String,
        stride: Int,
    ): List<PackedText> {
        requireWindows(stride, truncation == Truncation.ONLY_FIRST, "ONLY_FIRST")
        val tokens = encode(text, spans = true)
        return slide(tokens, fitSingle(tokens), stride) { listOf(it) }
    }

    /**
     * Packs a pair, such as a question and an article, as overlapping windows over the longer text.
     *
     * The windows go over the text that [truncation] would cut: the second one for [Truncation.ONLY_SECOND]. The other
     * one is whole in each of them. As in Google's SQuAD code the last window ends with the text.
     *
     * @param first any string.
     * @param second any string.
     * @param stride how many tokens after each other the windows begin (`doc_stride` of Google's code); more than fit
     *   into a window counts as that many.
     * @return one or more inputs, with spans.
     * @throws IllegalArgumentException if [truncation] is neither [Truncation.ONLY_FIRST] nor [Truncation.ONLY_SECOND],
     *   [stride] less than 1, or the other text leaves no room for windows.
     */
    public fun windows(
        first: String,
        second: String,
        stride: Int,
    ): List<PackedText> {
        val overFirst = truncation == Truncation.ONLY_FIRST
        requireWindows(stride, overFirst || truncation == Truncation.ONLY_SECOND, "ONLY_FIRST or ONLY_SECOND")
        val firstTokens = encode(first, spans = true)
        val secondTokens = encode(second, spans = true)
        val (firstLength, secondLength) = fitPair(firstTokens, secondTokens)
        if (overFirst) {
            val whole = secondTokens.part(0, secondLength)
            return slide(firstTokens, firstLength, stride) { listOf(it, whole) }
        }
        val whole = firstTokens.part(0, firstLength)
        return slide(secondTokens, secondLength, stride) { listOf(whole, it) }
    }

    private fun encode(
        text: String,
        spans: Boolean,
    ): TokenSequence =
        if (spans) {
            val encoded = tokenizer.encodeWithSpans(text)
            TokenSequence(encoded.ids, encoded.spans)
        } else {
            TokenSequence(tokenizer.encode(text), null)
        }

    /** How many tokens of a single text are kept. */
    private fun fitSingle(tokens: TokenSequence): Int {
        require(truncation != Truncation.ONLY_SECOND) {
            "the truncation ONLY_SECOND needs pairs, and got one text; pack a pair, or use ONLY_FIRST"
        }
        val room = maxLength - InputAssembler.SPECIAL_OF_SINGLE
        return Fitting.single(truncation, limitFirst(tokens), room)
    }

    /** How many tokens of each text of a pair are kept. */
    private fun fitPair(
        first: TokenSequence,
        second: TokenSequence,
    ): Pair<Int, Int> {
        require(maxLength >= InputAssembler.SPECIAL_OF_PAIR + 1) {
            "maxLength is $maxLength; expected at least 4 for pairs, for the special tokens and one more"
        }
        val room = maxLength - InputAssembler.SPECIAL_OF_PAIR
        return Fitting.pair(truncation, limitFirst(first), second.size, room)
    }

    private fun limitFirst(first: TokenSequence): Int = minOf(first.size, maxFirstLength ?: first.size)

    private fun requireWindows(
        stride: Int,
        isFitting: Boolean,
        expected: String,
    ) {
        require(isFitting) {
            "windows need the truncation $expected, which tells the text to slide over; got $truncation"
        }
        require(stride >= 1) { "stride is $stride; expected at least 1 token" }
    }

    private inline fun slide(
        text: TokenSequence,
        room: Int,
        stride: Int,
        sides: (window: TokenSlice) -> List<TokenSlice>,
    ): List<PackedText> {
        // A text whose first tokens alone are used has windows over those.
        val length = if (truncation == Truncation.ONLY_FIRST) limitFirst(text) else text.size
        val windows = Windows(length, room, stride)
        return List(windows.count) { index ->
            val window = text.part(windows.start(index), windows.length(index))
            assembler.assemble(sides(window), window, windows.maxContext(index))
        }
    }
}
