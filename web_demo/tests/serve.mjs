// A server of static files on this machine, with the headers that a careful one would send.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const SCRIPT = 'text/javascript';
const TYPES = {'.html': 'text/html; charset=utf-8', '.js': SCRIPT, '.mjs': SCRIPT, '.wasm': 'application/wasm', '.txt': 'text/plain'};

/**
 * Serves a folder.
 *
 * @param {string} folder
 * @param {Object<string, string>} [headers] further ones.
 * @returns {Promise<{url: string, paths: string[], close: () => void}>} where it is, and what was asked for so far.
 */
export function serve(folder, headers = {}) {
  const paths = [];
  const server = http.createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url, 'http://x').pathname);
    paths.push(name);
    const file = path.join(folder, name.endsWith('/') ? `${name}index.html` : name);
    if (!file.startsWith(folder) || !fs.existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, {'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream', ...headers});
    fs.createReadStream(file).pipe(response);
  });
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () =>
      resolve({url: `http://127.0.0.1:${server.address().port}`, paths, close: () => server.close()}),
    );
  });
}
