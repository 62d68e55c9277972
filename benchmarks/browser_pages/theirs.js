// The page around `worker_of_theirs.js`.
const worker = new Worker('worker.js', {type: 'module'});
const waiting = new Map();
let calls = 0;

worker.onmessage = ({data: {id, found, failed}}) => {
  const {resolve, reject} = waiting.get(id);
  waiting.delete(id);
  if (failed) reject(new Error(failed));
  else resolve(found);
};

const call = (name, given) =>
  new Promise((resolve, reject) => {
    const id = calls++;
    waiting.set(id, {resolve, reject});
    worker.postMessage({id, call: name, given});
  });

window.answer = text => call('answer', text);
window.ready = call('load');
