// How each kind of answer is shown.

const SHOWN = 8; // of many labels the best

const percent = share => `${(100 * share).toFixed(1)} %`;

export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function bar(label, share, isBest) {
  const filled = element('i');
  filled.style.width = percent(share).replace(' ', '');
  return element(
    'div',
    {className: isBest ? 'score best' : 'score'},
    element('span', {textContent: label}),
    element('div', {className: 'track', ariaHidden: 'true'}, filled),
    element('span', {textContent: percent(share)}),
  );
}

const VIEWS = {
  text_classifier({scores, labels}, words) {
    const best = scores.toSorted((a, b) => b.probability - a.probability).slice(0, SHOWN);
    const bars = best.map(({label, probability}) => bar(label, probability, labels.includes(label)));
    return labels.length ? bars : [element('p', {textContent: words.nothing}), ...bars];
  },
  text_regressor: ({value}) => [element('p', {className: 'value', textContent: value.toFixed(3)})],
  text_embedder: ({nearest}) => nearest.map(({text, similarity}) => bar(text, Math.max(0, similarity), false)),
};

/** The elements that show the answer of a head. */
export function shown(head, answer, words) {
  return VIEWS[head](answer, words);
}
