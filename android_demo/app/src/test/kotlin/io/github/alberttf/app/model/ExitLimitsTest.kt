package io.github.alberttf.app.model

import org.json.JSONArray
import org.json.JSONObject
import org.junit.Test
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith

/** The limits that are given to a model with early exits, and those that it has. */
class ExitLimitsTest {
    private fun control(
        name: String,
        dtype: String,
        default: Number,
    ) = JSONObject(mapOf("name" to name, "dtype" to dtype, "default" to default, "meaning" to "-"))

    private fun model(vararg controls: JSONObject): ModelFile {
        val file = SampleFile()
        file.description.put("controls", JSONArray(controls.toList()))
        return file.open()
    }

    private val exits =
        model(
            control("patience", "int32", 0),
            control("num_layers", "int32", 1 shl 30),
            control("confidence", "float32", 2.0),
        )

    @Test
    fun whatIsNotGivenIsAsTheFileHasIt() {
        val defaults = mapOf("patience" to 0.0, "num_layers" to 1073741824.0, "confidence" to 2.0)
        assertEquals(defaults, exits.controlValues(ExitLimits.NONE))
        val some = exits.controlValues(ExitLimits(patience = 2, confidence = 0.5f))
        assertEquals(defaults + mapOf("patience" to 2.0, "confidence" to 0.5), some)
        assertEquals(listOf(true, true, false), exits.controls.map { it.isInteger })
    }

    @Test
    fun limitsThatTheModelDoesNotHave() {
        val none = assertFailsWith<IllegalArgumentException> { model().controlValues(ExitLimits(patience = 1)) }
        assertContains(none.message!!, "patience is 1, but sample.tflite has no such control; it was exported without")
        val other = assertFailsWith<IllegalArgumentException> { exits.controlValues(ExitLimits(tolerance = 0.5f)) }
        assertContains(other.message!!, "tolerance is 0.5, but sample.tflite has no such control; it has patience, ")
    }

    @Test
    fun numbersThatAreNoLimits() {
        for (make in listOf<() -> ExitLimits>(
            { ExitLimits(patience = -1) },
            { ExitLimits(confidence = Float.NaN) },
            { ExitLimits(tolerance = Float.POSITIVE_INFINITY) },
            { ExitLimits(numLayers = -3) },
        )) {
            assertContains(
                assertFailsWith<IllegalArgumentException> { make() }.message!!,
                "expected a number of at least 0",
            )
        }
    }
}
