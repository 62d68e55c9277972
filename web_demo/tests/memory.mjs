// What a page takes: its process in the browser, and its garbage. Chromium on Linux.
import fs from 'node:fs';

/** Has the browser's tools collect the garbage of a page and its workers; freed memory is given back after a while. */
export async function collectGarbage(page) {
  for (const {client} of [{client: await page.createCDPSession()}, ...page.workers()]) {
    await client.send('HeapProfiler.enable');
    await client.send('HeapProfiler.collectGarbage');
  }
  await new Promise(resolve => setTimeout(resolve, 2000));
}

/**
 * A figure of the page's process that Linux gives in kB.
 *
 * @param {object} browser that has this page alone.
 * @param {'status'|'smaps_rollup'} file of /proc.
 * @param {string} figure its name there.
 * @returns {Promise<number>} in bytes.
 */
export async function ofPageProcess(browser, file, figure) {
  const session = await browser.target().createCDPSession();
  const {processInfo} = await session.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({type}) => type === 'renderer');
  renderers.sort((a, b) => b.cpuTime - a.cpuTime); // a browser keeps spare ones, which do nothing
  const content = fs.readFileSync(`/proc/${renderers[0].id}/${file}`, 'utf8');
  return new RegExp(`^${figure}:\\s+(\\d+) kB`, 'm').exec(content)[1] * 1024;
}
