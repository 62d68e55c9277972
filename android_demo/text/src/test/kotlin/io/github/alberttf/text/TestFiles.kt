package io.github.alberttf.text

import org.junit.Assume.assumeTrue
import java.io.File

/** Files that the tests use. */
internal object TestFiles {
    /** The repository's root, wherever in it the tests run. */
    private val repository: File =
        generateSequence(File("").absoluteFile) { it.parentFile }
            .firstOrNull { File(it, "albert_tf/tokenizer").isDirectory }
            ?: error("the tests need the whole repository, with albert_tf/tokenizer: run them inside it")

    /** The English model that the Python package ships. */
    val englishModel: ByteArray by lazy { File(repository, "albert_tf/tokenizer/assets/30k-clean.model").readBytes() }

    /** Its tokenizer. */
    val english: AlbertTokenizer by lazy { AlbertTokenizer.fromBytes(englishModel) }

    /** Single words that the English model has as pieces of their own. */
    val words: List<String> by lazy {
        (100 until 3000)
            .map { english.vocabulary.piece(it).removePrefix("\u2581") }
            .filter { word -> word.length > 2 && word.all { it in 'a'..'z' } && english.encode(word).size == 1 }
            .distinct()
            .take(300)
    }

    /**
     * A file of the reference data, which is no part of the repository: the folder that the system property
     * `albert_tf.shared` or the environment variable `ALBERT_TF_SHARED` names, or `shared` beside the repository. A
     * test that asks for one is skipped where it is absent.
     */
    fun shared(path: String): File {
        val named = System.getProperty("albert_tf.shared") ?: System.getenv("ALBERT_TF_SHARED")
        val file = File(named?.let(::File) ?: File(repository.parentFile, "shared"), path)
        assumeTrue("reference data not found: $file; set ALBERT_TF_SHARED to its folder", file.isFile)
        return file
    }
}
