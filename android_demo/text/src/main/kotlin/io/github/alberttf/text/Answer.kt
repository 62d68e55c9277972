package io.github.alberttf.text

/**
 * A part of a text that may answer a question.
 *
 * @property text the part.
 * @property start the index of its first character in the text.
 * @property end one past the index of its last character.
 * @property score the sum of its start and its end logit.
 * @property probability of this answer among those found, and of no answer where that is possible.
 */
public class Answer internal constructor(
    public val text: String,
    public val start: Int,
    public val end: Int,
    public val score: Float,
    public val probability: Float,
)

/**
 * What an [AnswerFinder] found.
 *
 * @property candidates the best answers, the best first, no two at the same place.
 * @property noAnswerScore the score of there being no answer, the least of all windows.
 * @property best the best answer; null if there is none, or no answer is more likely by more than the threshold.
 */
public class FoundAnswers internal constructor(
    public val candidates: List<Answer>,
    public val noAnswerScore: Float,
    public val best: Answer?,
)
