package io.github.alberttf.tools

import io.github.alberttf.text.AlbertTokenizer
import io.github.alberttf.text.TokenSpans
import io.github.alberttf.text.TokenizerOptions
import java.io.FileDescriptor
import java.io.FileOutputStream
import java.io.OutputStream

private const val USAGE = """usage: tokenize MODEL [--offsets] [--cased] [--keep-accents]

Reads JSON lines {"text": "..."} from standard input, and writes a line {"ids": [...]} for each: its token ids,
without special tokens, by the tokenizer of the Android app.

  MODEL           a SentencePiece .model, a vocab.txt of WordPieces, or a .tflite that albert_tf exported with its tokenizer
  --offsets       also write "offsets": [[start, end], ...], where each token stands in the text, in UTF-16 units
  --cased         do not lower-case texts
  --keep-accents  do not drop combining marks

Without --cased and --keep-accents a .tflite says itself how texts are treated."""

/** The command `tokenize`. */
internal object Tokenize {
    @JvmStatic
    fun main(arguments: Array<String>) {
        runTool("tokenize") {
            if ("--help" in arguments || "-h" in arguments) {
                println(USAGE)
            } else {
                run(arguments.toList())
            }
        }
    }

    private fun run(arguments: List<String>) {
        val flags = arguments.filter { it.startsWith("-") }
        val unknown = flags - setOf("--offsets", "--cased", "--keep-accents")
        if (unknown.isNotEmpty()) throw UserError("unknown option ${unknown[0]}; see tokenize --help")
        val path =
            (arguments - flags.toSet()).singleOrNull()
                ?: throw UserError("expected one MODEL, got ${(arguments - flags.toSet()).size}; see tokenize --help")
        val cased = "--cased" in flags
        val keepAccents = "--keep-accents" in flags
        val tokenizer = TokenizerFile.read(path) { it.with(cased, keepAccents) }
        tokenize(tokenizer, withOffsets = "--offsets" in flags)
    }

    private fun TokenizerOptions.with(
        cased: Boolean,
        keepAccents: Boolean,
    ) = TokenizerOptions(lowercase && !cased, stripAccents && !keepAccents, clsToken, sepToken, padToken, maskToken)

    private fun tokenize(
        tokenizer: AlbertTokenizer,
        withOffsets: Boolean,
    ) {
        val texts = TextLines(System.`in`)
        // Not System.out, which keeps to itself that nobody reads any more.
        val out = FileOutputStream(FileDescriptor.out).buffered(1 shl 16)
        val line = StringBuilder()
        try {
            while (true) {
                if (!texts.isReady()) out.flush() // a program may wait for this answer before it asks on
                val text = texts.next() ?: break
                line.setLength(0)
                if (withOffsets) {
                    val encoded = tokenizer.encodeWithSpans(text)
                    line.appendIds(encoded.ids).append(", \"offsets\": ")
                    line.appendList(encoded.size) { appendSpan(encoded.spans, it) }
                } else {
                    line.appendIds(tokenizer.encode(text))
                }
                out.writeAscii(line.append("}\n"))
            }
        } finally {
            out.flush()
        }
    }

    private fun StringBuilder.appendIds(ids: IntArray): StringBuilder {
        append("{\"ids\": ")
        appendList(ids.size) { append(ids[it]) }
        return this
    }

    private fun StringBuilder.appendSpan(
        spans: TokenSpans,
        token: Int,
    ) {
        append('[')
        append(spans.starts[token])
        append(", ")
        append(spans.ends[token])
        append(']')
    }

    private inline fun StringBuilder.appendList(
        size: Int,
        appendItem: StringBuilder.(index: Int) -> Unit,
    ) {
        append('[')
        for (i in 0 until size) {
            if (i > 0) append(", ")
            appendItem(i)
        }
        append(']')
    }

    private fun OutputStream.writeAscii(text: CharSequence) {
        for (i in text.indices) write(text[i].code)
    }
}
