package io.github.alberttf.tools

import java.io.IOException
import kotlin.system.exitProcess

/** A mistake of the user's: shown as one line, without a stack trace. */
internal class UserError(
    message: String,
) : Exception(message)

/** Runs a tool: a [UserError] is printed under the tool's [name], and ends the process with status 2. */
internal fun runTool(
    name: String,
    tool: () -> Unit,
) {
    try {
        tool()
    } catch (error: UserError) {
        System.err.println("$name: ${error.message}")
        exitProcess(2)
    } catch (error: IOException) {
        // Such as an output that nobody reads any more.
        System.err.println("$name: ${error.message}")
        exitProcess(1)
    }
}
