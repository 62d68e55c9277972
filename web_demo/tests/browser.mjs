// The page in a real browser, as a person uses it: browser.mjs FOLDER PICTURES, where FOLDER has site/index.html,
// offline/index.html, other.tflite, and texts.json, a list of {text, label, probability} that Python's runner gives.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {after, before, describe, test} from 'node:test';
import puppeteer from 'puppeteer-core';
import {collectGarbage, ofPageProcess} from './memory.mjs';
import {serve} from './serve.mjs';

const {ALBERT_WEB_FOLDER: folder, ALBERT_WEB_PICTURES: pictures, ALBERT_WEB_BROWSER: executablePath} = process.env;
const SOAK = Number(process.env.ALBERT_WEB_SOAK ?? 0); // texts to answer in a row, of which a quarter warms up
const isFirefox = path.basename(executablePath).startsWith('firefox');
const texts = JSON.parse(fs.readFileSync(path.join(folder, 'texts.json'), 'utf8'));
const LONG = 100_000;

let browser;
let server;

before(async () => {
  server = await serve(path.join(folder, 'site'));
  const args = isFirefox ? [] : ['--no-sandbox', '--disable-gpu'];
  const kind = isFirefox ? 'firefox' : 'chrome';
  browser = await puppeteer.launch({browser: kind, executablePath, headless: true, args, protocolTimeout: 600_000});
});

after(async () => {
  await browser.close();
  server.close();
});

const targets = {
  'over http': () => `${server.url}/`,
  'from file://': () => `file://${path.join(folder, 'offline', 'index.html')}`,
};

/** Opens the page, and keeps what it asks for and complains of. */
async function opened(url) {
  const page = await browser.newPage();
  const outside = [];
  const problems = [];
  page.on('request', request => {
    if (/^(https?|wss?):/.test(request.url()) && !request.url().startsWith(server.url)) outside.push(request.url());
  });
  page.on('pageerror', error => problems.push(error.message));
  page.on('console', message => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await page.goto(url);
  await page.waitForFunction('document.body.dataset.state', {timeout: 120_000});
  return {page, outside, problems};
}

const shown = (page, selector) => page.$eval(selector, each => each.textContent);
const value = (page, name) => page.$eval('body', (body, key) => body.dataset[key], name);

/** Replaces the text, and waits for its answer. */
async function ask(page, text) {
  await page.$eval('#text', (field, words) => {
    field.value = words;
    delete document.body.dataset.answered;
    field.dispatchEvent(new Event('input'));
  }, text);
  await page.waitForFunction(length => document.body.dataset.answered === String(length), {timeout: 120_000}, text.length);
}

for (const [name, url] of Object.entries(targets)) {
  describe(name, () => {
    let visit;

    before(async () => {
      visit = await opened(url());
      assert.equal(await value(visit.page, 'state'), 'ready', await shown(visit.page, '#problem'));
    });

    test('what is typed is answered, and only the last text stays', async () => {
      const {page} = visit;
      const text = texts[0].text.padEnd(200, ' and so on').slice(0, 200);
      await page.focus('#text');
      await page.keyboard.type(text); // 200 strokes, as fast as they come
      await page.waitForFunction(length => document.body.dataset.answered === String(length), {timeout: 60_000}, text.length);
      const typed = await shown(page, '#answer');
      await ask(page, '');
      await ask(page, text);
      assert.equal(await shown(page, '#answer'), typed);
    });

    test('labels are those of Python', async () => {
      const {page} = visit;
      for (const {text, label, probability} of texts) {
        await ask(page, text);
        assert.equal(await shown(page, '.score.best span'), label, text);
        const share = Number.parseFloat(await shown(page, '.score.best span:last-child')) / 100;
        assert.ok(Math.abs(share - probability) < 0.05, `${text}: ${share}, in Python ${probability}`);
      }
    });

    test('a hundred thousand characters', async () => {
      const {page} = visit;
      await ask(page, 'a very long story '.repeat(LONG / 18).slice(0, LONG));
      assert.match(await shown(page, '#cost'), /cut after \d+ tokens/);
    });

    test('a file that is none is told of, and the one before goes on', async () => {
      const {page} = visit;
      fs.writeFileSync(path.join(folder, 'broken.tflite'), 'no model at all');
      const input = await page.$('#open');
      await input.uploadFile(path.join(folder, 'broken.tflite'));
      await page.waitForFunction("!document.getElementById('problem').hidden");
      assert.match(await shown(page, '#problem'), /broken\.tflite: it is no TensorFlow Lite file; expected/);
      await ask(page, texts[0].text);
      assert.equal(await shown(page, '.score.best span'), texts[0].label);
    });

    test('another file describes itself and answers', async () => {
      const {page} = visit;
      const input = await page.$('#open');
      await input.uploadFile(path.join(folder, 'other.tflite'));
      await page.waitForFunction("document.getElementById('name').textContent === 'other'", {timeout: 60_000});
      assert.equal(await page.$eval('#problem', each => each.hidden), true);
      await ask(page, 'I lost my card');
      assert.ok((await page.$$('.score')).length > 0);
    });

    test('Chinese words', async () => {
      const {page} = visit;
      await page.click('#language');
      assert.match(await shown(page, '#private'), /不会发送/);
      assert.equal(await page.$eval('html', each => each.lang), 'zh');
      await page.click('#language');
    });

    test('nothing has left the page, and nothing has gone wrong', () => {
      assert.deepEqual(visit.outside, []);
      assert.deepEqual(visit.problems, []);
    });
  });
}

test('reloaded without a network, a page that is one file is whole', {skip: isFirefox}, async () => {
  const {page} = await opened(targets['from file://']());
  await page.setOfflineMode(true);
  await page.reload();
  await page.waitForFunction("document.body.dataset.state === 'ready'", {timeout: 120_000});
  await ask(page, texts[0].text);
  assert.equal(await shown(page, '.score.best span'), texts[0].label);
});

test('on several threads, where the page is isolated', async () => {
  const web = path.join(import.meta.dirname, '..');
  const threaded = path.join(folder, 'threaded');
  fs.cpSync(path.join(folder, 'site'), threaded, {recursive: true});
  fs.cpSync(path.join(web, 'node_modules', '@litertjs', 'core', 'wasm'), path.join(threaded, 'wasm'), {recursive: true});
  for (const name of ['client.js', 'errors.js']) fs.copyFileSync(path.join(web, 'src', name), path.join(threaded, name));
  fs.writeFileSync(path.join(threaded, 'index.html'), '<!doctype html><link rel="icon" href="data:,">');
  const isolated = await serve(threaded, {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  });
  const page = await browser.newPage();
  await page.goto(`${isolated.url}/`);
  const found = await page.evaluate(async text => {
    const {WorkerModel} = await import('./client.js');
    const model = new WorkerModel(new Worker('worker.js'));
    await model.load({file: 'model.tflite', wasm: 'wasm/', tables: './', threads: true});
    return model.answer(text);
  }, texts[0].text);
  assert.equal(found.label, texts[0].label);
  assert.ok(isolated.paths.includes('/wasm/litert_wasm_threaded_internal.wasm'));
  isolated.close();
});

test('memory stays', {skip: !SOAK || isFirefox}, async () => {
  const {page} = await opened(targets['over http']());
  const held = async () => {
    await collectGarbage(page);
    return (await ofPageProcess(browser, 'status', 'RssAnon')) / 2 ** 20;
  };
  const sizes = [];
  for (let count = 0; count < SOAK; count++) {
    if (count % Math.ceil(SOAK / 4) === 0) sizes.push(await held());
    await ask(page, `${count} ${'and another word '.repeat((count * 37) % 120)}`);
  }
  sizes.push(await held());
  console.log(`MB after each quarter of ${SOAK} texts: ${sizes.map(size => size.toFixed(1)).join(', ')}`);
  assert.ok(sizes.at(-1) < sizes[1] + 3, sizes.join(', '));
});

test('pictures', {skip: !pictures}, async () => {
  const {page} = await opened(targets['over http']());
  await ask(page, texts[0].text);
  for (const [name, scheme, width] of [['light', 'light', 900], ['dark', 'dark', 900], ['narrow', 'light', 360]]) {
    await page.emulateMediaFeatures([{name: 'prefers-color-scheme', value: scheme}]);
    await page.setViewport({width, height: 900, deviceScaleFactor: 2});
    await page.screenshot({path: path.join(pictures, `${name}.png`), fullPage: true});
  }
});
