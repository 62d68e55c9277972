package io.github.alberttf.tools

import com.google.gson.Strictness
import com.google.gson.stream.JsonReader
import com.google.gson.stream.JsonToken
import java.io.BufferedReader
import java.io.IOException
import java.io.InputStream
import java.io.InputStreamReader
import java.io.StringReader
import java.nio.charset.CharacterCodingException

/**
 * Texts from lines of JSON, `{"text": "..."}` each; other members of a line are ignored, and so are blank lines.
 *
 * @param stream UTF-8.
 * @param names of the members that hold texts, all of which every line has.
 */
internal class TextLines(
    stream: InputStream,
    private val names: List<String> = listOf("text"),
) {
    private val expected = names.joinToString(prefix = "{", postfix = "}") { "\"$it\": \"...\"" }

    // A plain new decoder reports bytes that are no UTF-8; a reader's own would replace them silently.
    private val reader = BufferedReader(InputStreamReader(stream, Charsets.UTF_8.newDecoder()))
    private var number = 0

    /** Whether a line can be read without waiting. */
    fun isReady(): Boolean = reader.ready()

    /** The next text, where a line has one; else as [nextAll]. */
    fun next(): String? = nextAll()?.single()

    /**
     * The texts of the next line, in the order of their names, or null at the end.
     *
     * @throws UserError if a line is not of the form.
     */
    fun nextAll(): List<String>? {
        while (true) {
            val line = readLine() ?: return null
            if (line.isNotBlank()) return parse(line)
        }
    }

    private fun readLine(): String? {
        number++
        try {
            return reader.readLine()
        } catch (error: CharacterCodingException) {
            throw UserError("standard input, in or after line $number: not UTF-8; expected JSON lines in UTF-8")
        }
    }

    private fun parse(line: String): List<String> {
        val texts = HashMap<String, String>()
        try {
            val json = JsonReader(StringReader(line))
            json.strictness = Strictness.STRICT
            json.beginObject()
            while (json.hasNext()) {
                val name = json.nextName()
                val isText = name in names && json.peek() == JsonToken.STRING
                if (isText) texts[name] = json.nextString() else json.skipValue()
            }
            json.endObject()
            check(json.peek() == JsonToken.END_DOCUMENT) { "something follows the object" }
        } catch (error: IOException) {
            throw malformed(line, error)
        } catch (error: IllegalStateException) {
            throw malformed(line, error)
        }
        return names.map { name ->
            texts[name] ?: throw UserError(
                "standard input, line $number: no string named $name in ${excerpt(line)}; expected $expected",
            )
        }
    }

    private fun malformed(
        line: String,
        error: Exception,
    ): UserError {
        // The library's own advice is for programmers; its place is for everyone.
        val column = Regex("column (\\d+)").find(error.message.orEmpty())
        val place = column?.let { " at column ${it.groupValues[1]}" }.orEmpty()
        return UserError(
            "standard input, line $number: broken JSON$place of ${excerpt(line)}; expected $expected",
        )
    }

    private fun excerpt(line: String) = if (line.length <= 60) line else line.take(60) + "..."
}
