package io.github.alberttf.app.library

import io.github.alberttf.app.testing.AppTest
import org.json.JSONObject
import org.junit.Test
import java.security.MessageDigest
import java.util.Locale
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNull

/** The manifest, and the models of the assets. */
class LibraryTest : AppTest() {
    @Test
    fun `every model of the assets is what the manifest says`() {
        val json = JSONObject(context.assets.open("models/manifest.json").use { it.readBytes().decodeToString() })
        val entries = json.getJSONArray("models")
        assertEquals(
            listOf("sentiment", "spam", "banking77", "intents", "slots", "questions"),
            library.bundled.map { it.name },
        )
        for ((index, bundled) in library.bundled.withIndex()) {
            val content = context.assets.open("models/${bundled.file}").use { it.readBytes() }
            val hash = MessageDigest.getInstance("SHA-256").digest(content).joinToString("") { "%02x".format(it) }
            assertEquals(entries.getJSONObject(index).getString("sha256"), hash)
            assertEquals(bundled.sizeBytes, content.size.toLong())
            val model = library.load(ModelChoice.Bundled(bundled.name))
            model.requireAnswers()
            assertEquals(bundled.screen, if (bundled.name == "slots") Screen.COMMANDS else Screen.of(model.task!!))
            assertEquals(bundled.sizeBytes, model.sizeBytes)
            val card = context.assets.open("models/${bundled.name}.card.md").use { it.readBytes().decodeToString() }
            assertContains(card, hash)
        }
    }

    @Test
    fun `a model is unpacked once, and again when it is another`() {
        val model = library.bundledModel(spam)!!
        val folder = context.cacheDir.resolve("unpacked")
        val unpacked = UnpackedModels(context.assets, folder)
        val file = unpacked.file(model)
        file.setLastModified(1_000_000)
        assertEquals(file, unpacked.file(model))
        assertEquals(1_000_000, file.lastModified(), "it was unpacked again")
        file.writeBytes(ByteArray(10)) // as after a phone that was full
        assertEquals(model.sizeBytes, unpacked.file(model).length())
        folder.resolve("spam.earlier.tflite").writeBytes(ByteArray(10))
        file.delete()
        unpacked.file(model)
        assertEquals(listOf(file), folder.listFiles()?.toList())
    }

    @Test
    fun `a manifest of another format is refused`() {
        val error = assertFailsWith<IllegalArgumentException> { Manifest.parse("""{"format": 1, "models": []}""") }
        assertContains(error.message.orEmpty(), "format 1; expected 2")
    }

    @Test
    fun `texts fall back to English`() {
        val text = LocalizedText(mapOf("en" to "Spam", "zh" to "垃圾短信"))
        assertEquals("垃圾短信", text.of(Locale.SIMPLIFIED_CHINESE))
        assertEquals("Spam", text.of(Locale.FRENCH))
    }

    @Test
    fun `a choice survives as a string`() {
        for (choice in listOf(ModelChoice.Opened, sentiment)) assertEquals(choice, ModelChoice.of(choice.key))
        assertNull(ModelChoice.of(null))
        assertNull(ModelChoice.of("of another version"))
    }
}
