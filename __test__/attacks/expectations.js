'use strict';
// Compares what a run settled with to what its case expects. Total: whatever the value, the answer is a list of texts.

const { isDeepStrictEqual } = require('node:util');

/**
 * @typedef {{ value?: any, error?: any, isRejected: boolean }} Outcome
 */

/**
 * @param {any} expect a form of the corpora
 * @param {Outcome[]} outcomes one for each repetition
 * @returns {string[]} what does not hold
 */
function unmet(expect, outcomes) {
  const found = outcomes.flatMap((outcome, index) => {
    const complaint = complaintAbout(expect, outcome);
    return complaint === undefined ? [] : [outcomes.length === 1 ? complaint : `repetition ${index + 1}: ${complaint}`];
  });
  if (expect.distinct && new Set(outcomes.map(({ value }) => JSON.stringify(value))).size !== outcomes.length) found.push('two results are equal');
  return found;
}

/** @param {any} expect @param {Outcome} outcome @returns {string | undefined} */
function complaintAbout(expect, outcome) {
  if (Object.hasOwn(expect, 'value')) return aboutValue(expect.value, outcome);
  if (expect.rejects !== undefined) return aboutRejection(expect.rejects, outcome);
  if (expect.settles) return undefined;
  if (expect.valueOrRejects) return aboutTexts(expect.notIncludes, outcome);
  if (expect.distinct) return outcome.isRejected ? `rejected with ${shown(outcome)}` : undefined;
  return `unknown form of expectation ${JSON.stringify(expect)}`;
}

function aboutValue(wanted, outcome) {
  if (outcome.isRejected) return `rejected with ${shown(outcome)}, wanted ${short(JSON.stringify(wanted))}`;
  if (isDeepStrictEqual(outcome.value, wanted)) return undefined;
  return `resolved with ${shown(outcome)}, wanted ${short(JSON.stringify(wanted))}`;
}

function aboutRejection({ name, messageIncludes, code }, outcome) {
  if (!outcome.isRejected) return `resolved with ${shown(outcome)}, wanted a rejection`;
  const { error } = outcome;
  if (name !== undefined && ![name].flat().includes(error?.name)) return `rejected with ${shown(outcome)}, wanted name ${name}`;
  if (code !== undefined && error?.code !== code) return `rejected with ${shown(outcome)} and code ${String(error?.code)}, wanted code ${code}`;
  if (messageIncludes !== undefined && !String(error?.message).includes(messageIncludes)) return `rejected with ${shown(outcome)}, wanted “${messageIncludes}” in its message`;
  return undefined;
}

function aboutTexts(texts, { isRejected, value, error }) {
  const { name, message, stack, code, cause } = error ?? {};
  const places = isRejected ? [name, message, stack, code, cause?.message ?? cause] : [JSON.stringify(value)];
  const found = texts.find((text) => places.some((place) => String(place).includes(text)));
  return found === undefined ? undefined : `“${found}” occurs in ${isRejected ? 'the error' : 'the result'}`;
}

const short = (text) => (text === undefined ? 'undefined' : text.length > 300 ? `${text.slice(0, 300)}…` : text);

function shown({ isRejected, value, error }) {
  try {
    return isRejected ? short(`${error?.name}: ${error?.message}`) : short(JSON.stringify(value));
  } catch (problem) {
    return `something that cannot be shown (${problem.message})`;
  }
}

module.exports = { shown, unmet };
