package io.github.alberttf.app.ui

import java.io.File
import java.io.IOException

/** Tells how much memory the app's process has. */
internal object ProcessMemory {
    private const val BYTES_IN_KB = 1024L
    private val LINE = Regex("""VmRSS:\s+(\d+) kB""")

    /** Bytes of physical memory that the process uses, native memory and mapped models included; null if untold. */
    fun residentBytes(): Long? =
        try {
            parse(File("/proc/self/status").readText())
        } catch (error: IOException) {
            null
        }

    /** The bytes that Linux's status file of a process tells. */
    fun parse(status: String): Long? =
        LINE
            .find(status)
            ?.groupValues
            ?.get(1)
            ?.toLongOrNull()
            ?.times(BYTES_IN_KB)
}
