// From the outputs of a head to what a person reads, as `albert_tf/answers` in Python.

const HOLDS_FROM = 0.5; // the probability from which on a label holds, where a text may have several

/** Probabilities of logits. */
export function softmax(logits) {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, value => Math.exp(value - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map(power => power / sum);
}

/** The probability of a logit on its own, without overflow on either side. */
export function sigmoid(logit) {
  const small = Math.exp(-Math.abs(logit));
  return (logit >= 0 ? 1 : small) / (1 + small);
}

/**
 * The answer of a classifier.
 *
 * @param {Float32Array} logits one for each label.
 * @param {string[]} labels their names.
 * @param {boolean} multiLabel whether each label is a yes or no of its own.
 * @param {number} [layers] how many layers ran, for files with early exits.
 */
export function prediction(logits, labels, multiLabel, layers) {
  const scores = multiLabel ? Array.from(logits, sigmoid) : softmax(logits);
  const best = scores.indexOf(Math.max(...scores));
  return {
    label: labels[best],
    probability: scores[best],
    scores: labels.map((label, number) => ({label, probability: scores[number]})),
    labels: multiLabel ? labels.filter((_, number) => scores[number] >= HOLDS_FROM) : [labels[best]],
    layers,
  };
}
