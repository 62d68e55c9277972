package io.github.alberttf.app.model

import org.junit.Test
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNotSame
import kotlin.test.assertTrue

/** One thread, on which only the last of the waiting things is done. */
class EngineThreadTest {
    private val thread = EngineThread("test")
    private val done = CopyOnWriteArrayList<Int>()

    /** Posts work that keeps the thread busy until the latch is released. */
    private fun block(): CountDownLatch {
        val begun = CountDownLatch(1)
        val release = CountDownLatch(1)
        thread.post {
            begun.countDown()
            release.await()
        }
        assertTrue(begun.await(10, TimeUnit.SECONDS))
        return release
    }

    @Test
    fun onlyTheLastWaits() {
        val release = block()
        for (number in 1..200) thread.post { done += number }
        release.countDown()
        thread.call {} // after all that was posted
        assertEquals(listOf(200), done.toList())
        thread.post { done += 201 }
        thread.end { done += -1 }
        assertTrue(done.toList() in listOf(listOf(200, 201, -1), listOf(200, -1)))
    }

    @Test
    fun waitingWorkCanBeDropped() {
        val release = block()
        thread.post { done += 1 }
        thread.cancelPosted()
        release.countDown()
        thread.call { done += 2 }
        thread.post { done += 3 }
        thread.call {}
        assertEquals(listOf(2, 3), done.toList())
        thread.end {}
    }

    @Test
    fun endWaitsForWhatRuns() {
        val release = block()
        thread.post { done += 1 }
        Thread {
            Thread.sleep(50)
            release.countDown()
        }.start()
        thread.end { done += 2 }
        assertEquals(listOf(2), done.toList())
        thread.end { done += 3 }
        assertEquals(listOf(2), done.toList())
        assertContains(assertFailsWith<IllegalStateException> { thread.call {} }.message!!, "closed")
        assertFailsWith<IllegalStateException> { thread.post {} }
    }

    @Test
    fun errorsReachTheCaller() {
        assertContains(assertFailsWith<IllegalStateException> { thread.call { error("no") } }.message!!, "no")
        assertEquals(3, thread.call { thread.call { 3 } })
        assertNotSame(Thread.currentThread(), thread.call { Thread.currentThread() })
        thread.call { thread.end { done += 1 } } // from within
        assertFailsWith<IllegalStateException> { thread.call {} }
    }

    /** Posts from several threads at once: the last posted thing is always done. */
    @Test
    fun nothingIsForgotten() {
        repeat(200) { round ->
            val posters = List(4) { Thread { repeat(20) { thread.post { done += round } } } }
            posters.forEach { it.start() }
            posters.forEach { it.join() }
            thread.call {}
            assertEquals(round, done.last())
        }
        thread.end {}
    }
}
