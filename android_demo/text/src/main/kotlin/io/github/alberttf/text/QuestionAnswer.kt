package io.github.alberttf.text

/**
 * A part of a text that may answer a question.
 *
 * @property text the part.
 * @property start the index of its first character in the text, in UTF-16 units.
 * @property end one past the index of its last character.
 * @property probability of this span among all that the model could have chosen.
 */
public data class AnswerSpan(
    public val text: String,
    public val start: Int,
    public val end: Int,
    public val probability: Float,
)

/**
 * The answer to a question on a passage.
 *
 * @property best the answer; null if there is none.
 * @property probability of the answer, or that there is none.
 * @property alternatives the best spans, the best first, [best] among them where there is one; no two at the same place.
 * @property noAnswerProbability that the passage does not hold an answer; null where the model always gives one.
 */
public data class QuestionAnswer(
    public val best: AnswerSpan?,
    public val probability: Float,
    public val alternatives: List<AnswerSpan>,
    public val noAnswerProbability: Float?,
)
