package io.github.alberttf.tools

import com.google.gson.stream.JsonWriter
import io.github.alberttf.app.model.TextAnswer
import io.github.alberttf.text.AnswerSpan
import io.github.alberttf.text.Entity
import io.github.alberttf.text.QuestionAnswer
import java.io.StringWriter

/** One JSON object on one line. */
internal fun answerJson(write: JsonWriter.() -> Unit): String {
    val text = StringWriter()
    val json = JsonWriter(text)
    json.serializeNulls = true
    json.beginObject()
    json.write()
    json.endObject()
    return text.toString()
}

/** Label and probabilities, or the number. */
internal fun JsonWriter.writeAnswer(
    answer: TextAnswer,
    isMultiLabel: Boolean,
) {
    answer.value?.let { name("value").value(it) }
    answer.best?.let { name("label").value(it.label).name("probability").value(it.probability) }
    if (isMultiLabel) writeList("labels", answer.likely) { value(it.label) }
    if (answer.scores.isNotEmpty()) {
        name("scores").beginObject()
        for (score in answer.scores) name(score.label).value(score.probability)
        endObject()
    }
    answer.layers?.let { name("layers").value(it) }
}

/** What the model read. */
internal fun JsonWriter.writeTokens(answer: TextAnswer) {
    writeList("tokens", answer.tokens) { token ->
        beginArray()
            .value(token.piece)
            .value(token.start)
            .value(token.end)
            .endArray()
    }
    name("truncated").value(answer.isTruncated)
}

/** The answer to a question. */
internal fun JsonWriter.writeAnswer(answer: QuestionAnswer) {
    name("text").value(answer.best?.text.orEmpty())
    name("start").value(answer.best?.start)
    name("end").value(answer.best?.end)
    name("probability").value(answer.probability)
    writeList("alternatives", answer.alternatives) { span ->
        beginObject()
        writeSpan(span)
        endObject()
    }
    answer.noAnswerProbability?.let { name("no_answer_probability").value(it) }
}

/** What was found in a text. */
internal fun JsonWriter.writeEntities(entities: List<Entity>) =
    writeList("entities", entities) { entity ->
        beginObject()
        name("label").value(entity.label)
        writeSpan(AnswerSpan(entity.text, entity.start, entity.end, entity.probability))
        endObject()
    }

private fun JsonWriter.writeSpan(span: AnswerSpan) {
    name("text").value(span.text)
    name("start").value(span.start)
    name("end").value(span.end)
    name("probability").value(span.probability)
}

private inline fun <T> JsonWriter.writeList(
    name: String,
    items: List<T>,
    write: JsonWriter.(T) -> Unit,
) {
    name(name).beginArray()
    for (item in items) write(item)
    endArray()
}
