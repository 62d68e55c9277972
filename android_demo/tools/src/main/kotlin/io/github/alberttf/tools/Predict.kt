package io.github.alberttf.tools

import com.google.gson.stream.JsonWriter
import io.github.alberttf.app.model.ModelFile
import io.github.alberttf.app.model.ModelFileException
import io.github.alberttf.app.model.ModelTask
import io.github.alberttf.app.model.TextAnswer
import io.github.alberttf.app.model.TextEngine
import java.io.File
import java.io.FileDescriptor
import java.io.FileOutputStream
import java.io.OutputStreamWriter
import java.io.StringWriter

private const val USAGE = """usage: predict MODEL.tflite [LIMIT ...] [--tokens] [--threads N]

Reads JSON lines {"text": "..."} from standard input, and writes a line for each with what the engine of the Android app
answers: {"label": ..., "probability": ..., "scores": {...}}, or {"value": ...} for a regression model; with early exits
also "layers": how many ran.

  MODEL.tflite    a text classifier or regressor that albert_tf exported with its tokenizer
  --patience N    layers for which an answer must stand until no more are run
  --confidence P  probability at which a classifier's answer is final
  --tolerance D   difference up to which two numbers of a regressor count as the same answer
  --num-layers N  most layers to run
  --tokens        also write "tokens": [[piece, start, end], ...], places in UTF-16 units, and "truncated"
  --threads N     threads of TensorFlow Lite, default 1"""

/** The command `predict`. */
internal object Predict {
    @JvmStatic
    fun main(arguments: Array<String>) {
        runTool("predict") {
            if ("--help" in arguments || "-h" in arguments) {
                println(USAGE)
            } else {
                run(arguments.toList())
            }
        }
    }

    private fun run(words: List<String>) {
        try {
            val arguments = PredictArguments.parse(words)
            val model = ModelFile.open(File(arguments.model), arguments.model)
            TextEngine(model, arguments.threads).use { engine ->
                answerAll(engine, arguments)
                if (engine.isRenewing) {
                    System.err.println("predict: this TensorFlow Lite takes a new interpreter for each length of text")
                }
            }
        } catch (error: ModelFileException) {
            throw UserError(error.message.orEmpty())
        } catch (error: IllegalArgumentException) {
            throw UserError(error.message.orEmpty())
        } catch (error: IllegalStateException) {
            throw UserError(error.message.orEmpty())
        }
    }

    private fun answerAll(
        engine: TextEngine,
        arguments: PredictArguments,
    ) {
        val texts = TextLines(System.`in`)
        // Not System.out, which keeps to itself that nobody reads any more.
        val out = OutputStreamWriter(FileOutputStream(FileDescriptor.out), Charsets.UTF_8).buffered()
        out.use {
            while (true) {
                if (!texts.isReady()) out.flush() // a program may wait for this answer before it asks on
                val text = texts.next() ?: break
                out.write(json(engine, engine.answer(text, arguments.limits), arguments.withTokens))
                out.write("\n")
            }
        }
    }

    private fun json(
        engine: TextEngine,
        answer: TextAnswer,
        withTokens: Boolean,
    ): String {
        val text = StringWriter()
        val json = JsonWriter(text)
        json.beginObject()
        json.writeAnswer(answer, isMultiLabel = engine.model.task == ModelTask.MULTI_LABEL)
        if (withTokens) json.writeTokens(answer)
        json.endObject()
        return text.toString()
    }

    private fun JsonWriter.writeAnswer(
        answer: TextAnswer,
        isMultiLabel: Boolean,
    ) {
        answer.value?.let { name("value").value(it) }
        answer.best?.let { name("label").value(it.label).name("probability").value(it.probability) }
        if (isMultiLabel) {
            name("labels").beginArray()
            for (score in answer.likely) value(score.label)
            endArray()
        }
        if (answer.scores.isNotEmpty()) {
            name("scores").beginObject()
            for (score in answer.scores) name(score.label).value(score.probability)
            endObject()
        }
        answer.layers?.let { name("layers").value(it) }
    }

    private fun JsonWriter.writeTokens(answer: TextAnswer) {
        name("tokens").beginArray()
        for (token in answer.tokens) {
            beginArray()
                .value(token.piece)
                .value(token.start)
                .value(token.end)
                .endArray()
        }
        endArray()
        name("truncated").value(answer.isTruncated)
    }
}
