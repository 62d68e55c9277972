package io.github.alberttf.app.benchmark

import android.app.Activity
import android.content.ClipData
import android.content.Context
import android.content.Intent
import android.os.Build
import android.os.Bundle
import android.view.View
import android.view.ViewGroup
import android.view.WindowManager
import android.widget.Button
import android.widget.ProgressBar
import android.widget.TextView
import io.github.alberttf.app.AlbertApplication
import io.github.alberttf.app.R
import io.github.alberttf.app.library.ModelChoice
import io.github.alberttf.app.model.ModelFileException
import io.github.alberttf.app.ui.Wording
import io.github.alberttf.app.ui.isPresent
import io.github.alberttf.app.ui.showFigures
import io.github.alberttf.app.ui.showText
import io.github.alberttf.app.ui.useToolbar

/** Measures a model's latency by length of the text, and shares the figures as csv. */
class BenchmarkActivity : Activity() {
    private val library get() = AlbertApplication.of(this).library
    private lateinit var session: BenchmarkSession
    private lateinit var wording: Wording
    private lateinit var start: Button
    private lateinit var modelName: String

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.activity_benchmark)
        useToolbar()
        wording = Wording(this)
        val choice =
            requireNotNull(ModelChoice.of(intent.getStringExtra(CHOICE))) { "the intent $intent names no model" }
        modelName = library.bundledModel(choice)?.title?.of(wording.locale) ?: library.opened.name ?: choice.key
        findViewById<TextView>(R.id.benchmark_intro).text = getString(R.string.benchmark_intro, modelName)
        start = findViewById(R.id.start)
        start.setOnClickListener { if (session.isRunning) session.stop() else session.start() }
        findViewById<View>(R.id.share).setOnClickListener { share() }
        val models = library // the session outlives this screen, and must not hold it
        session = lastNonConfigurationInstance as BenchmarkSession? ?: BenchmarkSession { models.load(choice) }
        session.listener = ::show
    }

    override fun onRetainNonConfigurationInstance(): Any = session

    override fun onDestroy() {
        session.listener = null
        if (!isChangingConfigurations) session.close()
        super.onDestroy()
    }

    private fun show(progress: BenchmarkProgress?) {
        val isRunning = progress?.measuring != null
        start.setText(if (isRunning) R.string.benchmark_stop else R.string.benchmark_start)
        keepScreenOn(isRunning)
        findViewById<View>(R.id.share).isPresent = session.results.isNotEmpty()
        findViewById<TextView>(R.id.status).showText(status(progress))
        findViewById<TextView>(R.id.error).showText(progress?.failure?.let(::error))
        showBar(progress)
        showRows(progress?.rows.orEmpty())
    }

    private fun showBar(progress: BenchmarkProgress?) {
        val bar = findViewById<ProgressBar>(R.id.progress)
        bar.isPresent = progress?.measuring != null
        bar.max = maxOf(1, progress?.lengths?.size ?: 1)
        bar.progress = progress?.rows?.size ?: 0
    }

    private fun showRows(rows: List<LatencyRow>) {
        findViewById<View>(R.id.results).isPresent = rows.isNotEmpty()
        val figures =
            rows.map { row ->
                val median = wording.threeDigits(row.median)
                val most = wording.threeDigits(row.percentile90)
                wording.plural(R.plurals.tokens, row.tokens) to getString(R.string.benchmark_row_value, median, most)
            }
        findViewById<ViewGroup>(R.id.rows).showFigures(figures)
        findViewById<LatencyChartView>(R.id.chart).show(rows, wording)
    }

    private fun status(progress: BenchmarkProgress?): String? =
        when {
            progress == null || progress.failure != null -> null
            progress.measuring == 0 -> getString(R.string.model_loading)
            progress.measuring != null -> getString(R.string.benchmark_running, wording.count(progress.measuring))
            progress.isFinished -> getString(R.string.benchmark_done)
            else -> getString(R.string.benchmark_stopped)
        }

    private fun error(failure: Throwable): String =
        if (failure is ModelFileException) {
            wording.error(failure)
        } else {
            getString(R.string.engine_failed, failure.message ?: failure.toString())
        }

    private fun share() {
        val app = packageManager.getPackageInfo(packageName, 0).versionName.orEmpty()
        val device = "${Build.MANUFACTURER} ${Build.MODEL}"
        val csv = LatencyReport(modelName, device, Build.VERSION.RELEASE, app, session.results).toCsv()
        ReportProvider.write(this, csv)
        val send =
            Intent(Intent.ACTION_SEND)
                .setType(ReportProvider.TYPE)
                .putExtra(Intent.EXTRA_SUBJECT, getString(R.string.benchmark_subject, modelName))
                .putExtra(Intent.EXTRA_TEXT, csv)
                .putExtra(Intent.EXTRA_STREAM, ReportProvider.URI)
                .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION)
        // The permission goes with the clip; the extra alone does not carry it through the share sheet.
        send.clipData = ClipData.newRawUri(null, ReportProvider.URI)
        startActivity(Intent.createChooser(send, getString(R.string.benchmark_share_title)))
    }

    private fun keepScreenOn(isOn: Boolean) {
        val flag = WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON
        if (isOn) window.addFlags(flag) else window.clearFlags(flag)
    }

    internal companion object {
        private const val CHOICE = "io.github.alberttf.app.choice"

        /** Opens the screen for a model. */
        fun intent(
            context: Context,
            choice: ModelChoice,
        ): Intent = Intent(context, BenchmarkActivity::class.java).putExtra(CHOICE, choice.key)
    }
}
