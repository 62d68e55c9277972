package io.github.alberttf.text

/**
 * Gives each word between blanks the label that its tokens on average find best.
 *
 * @param labels in the order of the logits.
 */
internal class WordDecoder(
    private val labels: List<String>,
) : TokenDecoder {
    override fun decode(
        text: String,
        windows: List<PackedText>,
        logits: List<Array<FloatArray>>,
    ): List<Entity> {
        val tokens = TextTokens.of(text, windows, logits)
        return words(text).mapNotNull { word ->
            val own = tokens.indices.filter { tokens.start(it) in word }
            if (own.isEmpty()) null else label(text, word, own.map(tokens::probabilities))
        }
    }

    private fun label(
        text: String,
        word: IntRange,
        probabilities: List<DoubleArray>,
    ): Entity {
        val means = DoubleArray(labels.size) { label -> probabilities.sumOf { it[label] } / probabilities.size }
        val best = means.indices.maxBy { means[it] }
        val (start, end) = word.first to word.last + 1
        return Entity(labels[best], text.substring(start, end), start, end, means[best].toFloat())
    }

    private fun words(text: String): List<IntRange> {
        val found = ArrayList<IntRange>()
        var start = 0
        for (place in 0..text.length) {
            if (place < text.length && !isBlank(text[place])) continue
            if (start < place) found += start until place
            start = place + 1
        }
        return found
    }
}
