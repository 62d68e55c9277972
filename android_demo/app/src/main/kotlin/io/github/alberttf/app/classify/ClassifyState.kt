package io.github.alberttf.app.classify

import io.github.alberttf.app.library.ModelChoice
import io.github.alberttf.app.model.TextAnswer
import io.github.alberttf.app.ui.ModelState

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
