package io.github.alberttf.text

/**
 * The inputs of a model, under their names in the model file; each has one number a token.
 *
 * @property tokenIds `token_ids`: the id of each token.
 * @property segmentIds `segment_ids`: 0 for the first text, 1 for the second.
 * @property paddingMask `padding_mask`: 1 for tokens, 0 for padding.
 */
public class ModelInput internal constructor(
    public val tokenIds: IntArray,
    public val segmentIds: IntArray,
    public val paddingMask: IntArray,
)
