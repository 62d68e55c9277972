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

/** A text with stretches of it marked, each with its label. */
function marked(text, stretches) {
  const parts = [];
  let at = 0;
  for (const {start, end, label, probability} of stretches) {
    const mark = element('mark', {textContent: text.slice(start, end)});
    if (label) mark.append(element('small', {textContent: label, title: percent(probability)}));
    parts.push(text.slice(at, start), mark);
    at = end;
  }
  return element('p', {className: 'passage'}, ...parts, text.slice(at));
}

const VIEWS = {
  text_classifier({scores, labels}, words) {
    const best = scores.toSorted((a, b) => b.probability - a.probability).slice(0, SHOWN);
    const bars = best.map(({label, probability}) => bar(label, probability, labels.includes(label)));
    return labels.length ? bars : [element('p', {textContent: words.nothing}), ...bars];
  },
  text_regressor: ({value}) => [element('p', {className: 'value', textContent: value.toFixed(3)})],
  question_answerer({text, start, end, alternatives, noAnswerProbability}, words, {context}) {
    const found = text
      ? [element('p', {className: 'value', textContent: text}), marked(context, [{start, end, label: ''}])]
      : [element('p', {textContent: words.noAnswer(percent(noAnswerProbability))})];
    return [...found, ...alternatives.map((each, rank) => bar(each.text, each.probability, rank === 0 && text !== ''))];
  },
  token_classifier: ({entities}, words, {text}) => [
    ...(entities.length ? [] : [element('p', {textContent: words.noEntities})]),
    marked(text, entities),
  ],
  text_embedder: ({nearest}) => nearest.map(({text, similarity}) => bar(text, Math.max(0, similarity), false)),
};

/** The elements that show the answer of a head to what was asked: `text`, and a `context` where it reads one. */
export function shown(head, answer, words, asked) {
  return VIEWS[head](answer, words, asked);
}
