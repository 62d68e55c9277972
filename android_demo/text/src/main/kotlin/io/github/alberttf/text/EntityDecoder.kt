package io.github.alberttf.text

import kotlin.math.ln

/**
 * Finds entities: the best sequence of tags that their scheme allows (IOB1, IO, IOB2 or BIOES), by Viterbi's algorithm over
 * the logarithms of the probabilities. No entity begins or ends within a word.
 *
 * @param tags of the classes, in the order of the logits, with an `O` among them.
 */
internal class EntityDecoder(
    private val tags: List<Tag>,
) : TokenDecoder {
    private val hasBegins = tags.any { it.position == Tag.BEGINS }
    private val hasEnds = tags.any { it.position == Tag.ENDS || it.position == Tag.SINGLE }
    private val mayFollow = steps(::follows)
    private val mayGoOn = steps(::goesOn)
    private val mayBegin = BooleanArray(tags.size) { follows(Tag(null), tags[it]) }
    private val mayEnd = BooleanArray(tags.size) { !isOpen(tags[it]) }

    override fun decode(
        text: String,
        windows: List<PackedText>,
        logits: List<Array<FloatArray>>,
    ): List<Entity> {
        val tokens = TextTokens.of(text, windows, logits)
        val probabilities = tokens.indices.map(tokens::probabilities)
        val path = bestPath(probabilities, BooleanArray(probabilities.size, tokens::goesOn))
        return stretches(path.map { tags[it] }).map { stretch ->
            val (start, end) = tokens.start(stretch.first) to tokens.end(stretch.last)
            val least = (stretch.first..stretch.last).minOf { probabilities[it][path[it]] }
            Entity(stretch.type, text.substring(start, end), start, end, least.toFloat())
        }
    }

    /**
     * The numbers of the tags of the best valid sequence.
     *
     * @param probabilities of the tags, for each token.
     * @param goOn whether a token goes on with the word of the one before.
     */
    fun bestPath(
        probabilities: List<DoubleArray>,
        goOn: BooleanArray,
    ): List<Int> {
        if (probabilities.isEmpty()) return emptyList()
        val first = logs(probabilities[0])
        var scores = DoubleArray(tags.size) { if (mayBegin[it]) first[it] else Double.NEGATIVE_INFINITY }
        val back = ArrayList<IntArray>()
        for (token in 1 until probabilities.size) {
            val allowed = if (goOn[token]) mayGoOn else mayFollow
            val before = scores
            val choices = IntArray(tags.size) { tag -> best { if (allowed[it][tag]) before[it] else IMPOSSIBLE } }
            val own = logs(probabilities[token])
            scores =
                DoubleArray(tags.size) { tag ->
                    val choice = choices[tag]
                    if (allowed[choice][tag]) before[choice] + own[tag] else IMPOSSIBLE
                }
            back += choices
        }
        val path = IntArray(probabilities.size)
        path[path.size - 1] = best { if (mayEnd[it]) scores[it] else IMPOSSIBLE }
        for (token in path.size - 1 downTo 1) path[token - 1] = back[token - 1][path[token]]
        return path.toList()
    }

    /** The tag with the greatest score, of equal ones the first. */
    private inline fun best(score: (tag: Int) -> Double): Int {
        var best = 0
        var greatest = score(0)
        for (tag in 1 until tags.size) {
            val candidate = score(tag)
            if (candidate > greatest) {
                best = tag
                greatest = candidate
            }
        }
        return best
    }

    private fun logs(probabilities: DoubleArray) =
        DoubleArray(probabilities.size) { ln(maxOf(probabilities[it], LEAST_PROBABILITY)) }

    private fun steps(isAllowed: (before: Tag, tag: Tag) -> Boolean) =
        Array(tags.size) { before -> BooleanArray(tags.size) { isAllowed(tags[before], tags[it]) } }

    /** Whether an entity must go on after a tag: in BIOES, after its begin and within. */
    private fun isOpen(tag: Tag) = hasEnds && tag.isWithin

    private fun follows(
        before: Tag,
        tag: Tag,
    ): Boolean {
        if (!tag.goesOn) return !isOpen(before)
        val isWithin = before.isWithin && before.type == tag.type
        // Without a begin of its own, as in IO and IOB1, an entity begins with I.
        return isWithin || (!hasBegins && !isOpen(before))
    }

    /** Whether a token that goes on with a word may have a tag: that of the same entity, or of none. */
    private fun goesOn(
        before: Tag,
        tag: Tag,
    ): Boolean {
        val isOfNone = before.position == null && tag.position == null
        return before.type == tag.type && ((before.isWithin && tag.goesOn) || isOfNone)
    }

    private companion object {
        const val IMPOSSIBLE = Double.NEGATIVE_INFINITY

        /** The smallest normal float32 instead of zero: a path of impossible tags is still ordered. */
        const val LEAST_PROBABILITY = 1.1754943508222875e-38
    }
}
