package io.github.alberttf.text

/**
 * Reads labelled stretches of a text from the output of a token classifier, as `token_decoder` of
 * `albert_tf/answers/entities.py` does.
 *
 * It never changes: threads may share it.
 *
 * ```
 * val windows = EntityReader(tokenizer, sequenceLength = 128).windows(text)
 * val entities = TokenDecoder.of(labels).decode(text, windows, windows.map { run(it.toModelInput()).logits })
 * ```
 */
public interface TokenDecoder {
    /**
     * The stretches, in their order.
     *
     * @param text that was read.
     * @param windows what [EntityReader] made of it.
     * @param logits the model's `logits` for each window: for each token one a class; those of padding are ignored.
     * @throws IllegalArgumentException if windows and logits do not fit, or a logit is NaN or infinite.
     */
    public fun decode(
        text: String,
        windows: List<PackedText>,
        logits: List<Array<FloatArray>>,
    ): List<Entity>

    /** Makes decoders. */
    public companion object {
        /**
         * What reads the logits of a model with these classes: entities where their names are tags such as `B-PER` and
         * `O`, else a label for each word, such as its part of speech.
         *
         * @param labels names of the classes, in the order of the logits.
         */
        public fun of(labels: List<String>): TokenDecoder {
            val tags = Tag.all(labels)
            return if (tags == null) WordDecoder(labels) else EntityDecoder(tags)
        }
    }
}
