package io.github.alberttf.app.model

import io.github.alberttf.app.model.ModelFileException.Reason
import org.json.JSONArray
import org.json.JSONObject

/**
 * Reads the fields of a JSON object, and says what is wrong where one is missing or of another type.
 *
 * @param json the object.
 * @param path how to call it.
 * @param fileName the name of the file that it stands in.
 */
internal class JsonReader(
    private val json: JSONObject,
    private val path: String,
    private val fileName: String,
) {
    fun isNull(name: String): Boolean = json.isNull(name)

    fun text(name: String): String = required(name, "a string", json.opt(name) as? String)

    fun textOrNull(name: String): String? = if (json.isNull(name)) null else text(name)

    fun flag(name: String): Boolean = required(name, "true or false", json.opt(name) as? Boolean)

    fun number(name: String): Double = required(name, "a number", (json.opt(name) as? Number)?.toDouble())

    fun integer(name: String): Int =
        required(name, "a whole number", (json.opt(name) as? Number)?.takeIf { it.toDouble() == it.toInt().toDouble() })
            .toInt()

    fun integerOrNull(name: String): Int? = if (json.isNull(name)) null else integer(name)

    /** A whole number of at least 1. */
    fun countOrNull(name: String): Int? =
        integerOrNull(name)?.also { if (it < 1) throw wrong(name, "a number of at least 1") }

    fun childOrNull(name: String): JsonReader? = if (json.isNull(name)) null else child(name)

    fun child(name: String): JsonReader =
        JsonReader(required(name, "an object", json.opt(name) as? JSONObject), "$path, $name", fileName)

    /** The objects of a list. */
    fun children(name: String): List<JsonReader> =
        list(name).let { list ->
            List(list.length()) {
                val item = required(name, "a list of objects", list.opt(it) as? JSONObject)
                JsonReader(item, "$path, $name $it", fileName)
            }
        }

    /** The strings of a list. */
    fun texts(name: String): List<String> =
        list(name).let { list ->
            List(list.length()) { required(name, "a list of strings", list.opt(it) as? String) }
        }

    /** The whole numbers of a list; none where there is no list. */
    fun integers(name: String): List<Int> {
        if (json.isNull(name)) return emptyList()
        val list = list(name)
        return List(list.length()) { required(name, "a list of numbers", list.opt(it) as? Int) }
    }

    private fun list(name: String): JSONArray = required(name, "a list", json.opt(name) as? JSONArray)

    /** Says what is wrong with a field. */
    fun wrong(
        name: String,
        expected: String,
    ): ModelFileException =
        ModelFileException(
            Reason.DAMAGED,
            fileName,
            "in its $path, $name is ${json.opt(name) ?: "missing"}; expected $expected: export the model again",
        )

    private fun <T : Any> required(
        name: String,
        expected: String,
        value: T?,
    ): T = value ?: throw wrong(name, expected)
}
