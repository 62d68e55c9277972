package io.github.alberttf.text

import org.junit.Test
import kotlin.test.assertContains
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith

class ProbabilitiesTest {
    @Test
    fun softmaxOfKnownValues() {
        val probabilities = softmax(floatArrayOf(1f, 2f, 3f))
        val expected = floatArrayOf(0.09003057f, 0.24472848f, 0.6652409f)
        for (i in expected.indices) assertEquals(expected[i], probabilities[i], 1e-7f)
        assertContentEquals(floatArrayOf(), softmax(floatArrayOf()))
    }

    @Test
    fun softmaxOfGreatLogitsDoesNotOverflow() {
        assertContentEquals(floatArrayOf(0.5f, 0.5f, 0f), softmax(floatArrayOf(3e38f, 3e38f, -3e38f)))
    }

    @Test
    fun sigmoidOfKnownValues() {
        val probabilities = sigmoid(floatArrayOf(0f, 2f, -2f, 200f, -200f))
        val expected = floatArrayOf(0.5f, 0.8807971f, 0.1192029f, 1f, 0f)
        for (i in expected.indices) assertEquals(expected[i], probabilities[i], 1e-7f)
    }

    @Test
    fun topKPutsTheFirstOfEqualsFirst() {
        assertContentEquals(intArrayOf(2, 0, 3), topK(floatArrayOf(1f, 0f, 5f, 1f), 3))
        assertContentEquals(intArrayOf(1, 0), topK(floatArrayOf(1f, 2f), 9))
        assertContentEquals(intArrayOf(), topK(floatArrayOf(1f, 2f), 0))
    }

    @Test
    fun valuesThatAreNoNumbers() {
        val error = assertFailsWith<IllegalArgumentException> { softmax(floatArrayOf(1f, Float.NaN)) }
        assertContains(error.message!!, "value 1 of 2 is NaN")
        assertFailsWith<IllegalArgumentException> { topK(floatArrayOf(Float.POSITIVE_INFINITY), 1) }
        assertFailsWith<IllegalArgumentException> { topK(floatArrayOf(1f), -1) }
    }
}
