package io.github.alberttf.text

/** How many tokens of one or two texts a model input keeps. */
internal object Fitting {
    /** Of a single text of [length] tokens, with [room] for as many. */
    fun single(
        truncation: Truncation,
        length: Int,
        room: Int,
    ): Int {
        if (truncation == Truncation.NEVER) requireRoom(length, room)
        return minOf(length, room)
    }

    /** Of two texts of [first] and [second] tokens, with [room] for both together. */
    fun pair(
        truncation: Truncation,
        first: Int,
        second: Int,
        room: Int,
    ): Pair<Int, Int> =
        when (truncation) {
            Truncation.LONGEST_FIRST -> longestFirst(first, second, room)
            Truncation.ONLY_FIRST -> beside(first, second, room, "second", "use LONGEST_FIRST") to second
            Truncation.ONLY_SECOND -> first to beside(second, first, room, "first", "set maxFirstLength")
            Truncation.NEVER -> {
                requireRoom(first + second, room)
                first to second
            }
        }

    /**
     * BERT's rule without its loop: the longer text is cut down to the shorter one's length at most; if that is not
     * enough, both get half of the room, the first text the odd token.
     */
    private fun longestFirst(
        first: Int,
        second: Int,
        room: Int,
    ): Pair<Int, Int> =
        Pair(
            minOf(first, maxOf(room - second, room - room / 2)),
            minOf(second, maxOf(room - first, room / 2)),
        )

    /** What is left for a text beside the whole [other] one. */
    private fun beside(
        truncated: Int,
        other: Int,
        room: Int,
        otherName: String,
        mend: String,
    ): Int {
        val left = room - other
        require(left >= 1 || truncated <= left) {
            "the $otherName text of the pair has $other tokens, which leaves no room for the other one within $room " +
                "tokens beside the special ones; raise maxLength, or $mend"
        }
        return minOf(truncated, left)
    }

    private fun requireRoom(
        length: Int,
        room: Int,
    ) {
        require(length <= room) {
            "the text has $length tokens, with room for $room beside the special ones; raise maxLength, or use a " +
                "truncation that cuts it"
        }
    }
}
