package io.github.alberttf.app.model

/**
 * An input of a model with early exits that is one number: a limit that decides how many layers run.
 *
 * @property name of the input: `patience`, `num_layers`, `confidence` or `tolerance`.
 * @property isInteger whether it takes whole numbers only.
 * @property default the value that never leaves early.
 * @property meaning what it does, in English.
 */
public class ModelControl internal constructor(
    public val name: String,
    public val isInteger: Boolean,
    public val default: Double,
    public val meaning: String,
)
