package io.github.alberttf.text

/**
 * How an [AlbertTokenizer] treats text, and which pieces of its vocabulary are special.
 *
 * An exported model says all of this in its `albert_tf.json`, under `"tokenizer"`; the names there are the same in
 * snake case.
 *
 * @property lowercase lower-case texts; false for a cased model.
 * @property stripAccents decompose texts (NFKD) and drop combining marks. Google's models always do; models trained by
 *   others with accents kept need false.
 * @property clsToken the piece that starts a sequence; null looks for `[CLS]`, then `<cls>`.
 * @property sepToken the piece that ends a segment; null looks for `[SEP]`, then `<sep>`.
 * @property padToken the piece that fills up an input; null looks for `<pad>`, then `[PAD]`.
 * @property maskToken the piece that hides a token; null looks for `[MASK]`, then `<mask>`.
 */
public class TokenizerOptions(
    public val lowercase: Boolean = true,
    public val stripAccents: Boolean = true,
    public val clsToken: String? = null,
    public val sepToken: String? = null,
    public val padToken: String? = null,
    public val maskToken: String? = null,
)
