package io.github.alberttf.tools

import io.github.alberttf.app.model.AnswerEngine
import io.github.alberttf.app.model.EntityEngine
import io.github.alberttf.app.model.ModelFile
import io.github.alberttf.app.model.ModelFileException
import io.github.alberttf.app.model.ModelTask
import io.github.alberttf.app.model.QuestionEngine
import io.github.alberttf.app.model.TextEngine
import java.io.File
import java.io.FileDescriptor
import java.io.FileOutputStream
import java.io.OutputStreamWriter

private const val USAGE = """usage: predict MODEL.tflite [LIMIT ...] [--tokens] [--threads N]

Reads JSON lines from standard input, and writes a line for each with what the engine of the Android app answers. By what
the file holds:

  a text classifier   {"text": "..."} gives {"label": ..., "probability": ..., "scores": {...}}, and "labels" where a text
                      may have several; with early exits also "layers": how many ran
  a text regressor    {"text": "..."} gives {"value": ...}
  a token classifier  {"text": "..."} gives {"entities": [{"label", "text", "start", "end", "probability"}, ...]}
  a question answerer {"question": "...", "context": "..."} gives {"text", "start", "end", "probability",
                      "alternatives": [{"text", "start", "end", "probability"}, ...]}, and "no_answer_probability" where
                      a passage may hold no answer; then "text" is empty, and "start" and "end" are null

Places count UTF-16 units.

  MODEL.tflite    a model that albert_tf exported with its tokenizer
  --patience N    layers for which an answer must stand until no more are run
  --confidence P  probability at which a classifier's answer is final
  --tolerance D   difference up to which two numbers of a regressor count as the same answer
  --num-layers N  most layers to run
  --tokens        of a text also write "tokens": [[piece, start, end], ...], and "truncated"
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
            AnswerEngine.of(model, arguments.threads).use { engine ->
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
        engine: AnswerEngine,
        arguments: PredictArguments,
    ) {
        val names = if (engine is QuestionEngine) listOf("question", "context") else listOf("text")
        val lines = TextLines(System.`in`, names)
        // Not System.out, which keeps to itself that nobody reads any more.
        val out = OutputStreamWriter(FileOutputStream(FileDescriptor.out), Charsets.UTF_8).buffered()
        out.use {
            while (true) {
                if (!lines.isReady()) out.flush() // a program may wait for this answer before it asks on
                val texts = lines.nextAll() ?: break
                out.write(answer(engine, texts, arguments))
                out.write("\n")
            }
        }
    }

    private fun answer(
        engine: AnswerEngine,
        texts: List<String>,
        arguments: PredictArguments,
    ): String =
        answerJson {
            when (engine) {
                is QuestionEngine -> writeAnswer(engine.answer(texts[0], texts[1]).answer)
                is EntityEngine -> writeEntities(engine.answer(texts[0]).entities)
                is TextEngine -> {
                    val answer = engine.answer(texts[0], arguments.limits)
                    writeAnswer(answer, isMultiLabel = engine.model.task == ModelTask.MULTI_LABEL)
                    if (arguments.withTokens) writeTokens(answer)
                }
            }
        }
}
