package io.github.alberttf.app.library

import org.json.JSONArray
import org.json.JSONObject

/** Reads `manifest.json`, which `tools/make_assets.py` writes beside the models. */
internal object Manifest {
    private const val FORMAT = 2

    /**
     * The models of a manifest, in its order.
     *
     * @throws IllegalArgumentException if it is of another format.
     * @throws org.json.JSONException if it is no manifest.
     */
    fun parse(text: String): List<BundledModel> {
        val json = JSONObject(text)
        val format = json.getInt("format")
        require(
            format == FORMAT,
        ) { "manifest.json has the format $format; expected $FORMAT: run make android-assets again" }
        return json.getJSONArray("models").map(JSONArray::getJSONObject).map(::model)
    }

    private fun model(json: JSONObject) =
        BundledModel(
            name = json.getString("name"),
            screen = Screen.ofKey(json.getString("screen")),
            file = json.getString("file"),
            sizeBytes = json.getLong("bytes"),
            sha256 = json.getString("sha256"),
            companion = if (json.isNull("companion")) null else json.getString("companion"),
            title = localized(json.getJSONObject("title")),
            about = localized(json.getJSONObject("about")),
            examples = json.getJSONArray("examples").map(JSONArray::getString),
            passages = json.getJSONArray("passages").map(JSONArray::getJSONObject).map(::passage),
            attribution = json.getString("attribution"),
        )

    private fun passage(json: JSONObject) =
        Passage(json.getString("text"), json.getJSONArray("questions").map(JSONArray::getString))

    private fun localized(json: JSONObject) =
        LocalizedText(json.keys().asSequence().associateWith { json.getString(it) })

    private fun <T> JSONArray.map(read: JSONArray.(Int) -> T): List<T> = List(length()) { read(it) }
}
