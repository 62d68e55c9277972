package io.github.alberttf.app.classify

import io.github.alberttf.app.library.ModelChoice
import io.github.alberttf.app.model.ModelFile
import io.github.alberttf.app.model.ModelFileException
import io.github.alberttf.app.model.TextAnswer

/** How far a chosen model is. */
internal sealed interface ModelState {
    /** There is nothing to choose. */
    data object None : ModelState

    /** It is being read. */
    data object Loading : ModelState

    /** It answers. */
    class Ready(
        val model: ModelFile,
    ) : ModelState

    /** It cannot be used. */
    class Failed(
        val error: ModelFileException,
    ) : ModelState
}

/**
 * What the screen shows.
 *
 * @property choice which model.
 * @property model how far it is.
 * @property answer to the text; null for an empty one.
 * @property failure why there is none; null where all is well.
 */
internal class ClassifyState(
    val choice: ModelChoice?,
    val model: ModelState,
    val answer: TextAnswer?,
    val failure: Throwable?,
)
