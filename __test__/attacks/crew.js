'use strict';
// Child processes that run cases. One that dies or hangs costs the case it was at, and is replaced.

const { fork } = require('node:child_process');
const path = require('node:path');

const CHILD = path.join(__dirname, 'child.js');
/** Far more than any case may take; whoever needs longer has a blocked event loop. */
const SECONDS_FOR_A_CASE = 60;

class Crew {
  /** @param {number} size children at once @param {string} [corpora] where their cases are, if elsewhere */
  constructor(size, corpora) {
    /** @type {Member[]} */
    this.members = Array.from({ length: size }, () => new Member(corpora));
  }

  /** @param {any[]} cases @returns {Promise<{ one: any, findings: any[] }[]>} in the order given */
  async attemptAll(cases) {
    const results = new Array(cases.length);
    let next = 0;
    await Promise.all(this.members.map(async (member) => {
      while (next < cases.length) {
        const index = next++;
        results[index] = { one: cases[index], findings: await member.attempt(cases[index].name) };
      }
    }));
    return results;
  }

  async dismiss() {
    await Promise.all(this.members.map((member) => member.dismiss()));
  }
}

class Member {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;
  #corpora;

  /** @param {string} [corpora] */
  constructor(corpora) {
    this.#corpora = corpora;
  }

  /** @param {string} name */
  async attempt(name) {
    this.#child ??= await startChild(this.#corpora);
    const answer = await this.#ask(this.#child, name);
    if (answer.isTainted) await this.dismiss();
    return answer.findings;
  }

  /** Waits for the end, so that nothing of it disturbs what comes next. */
  async dismiss() {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** @returns {Promise<{ findings: any[], isTainted: boolean }>} */
  #ask(child, name) {
    return new Promise((resolve) => {
      const lost = (text) => end({ findings: [{ text, isTiming: false }], isTainted: true });
      const onExit = (code, signal) => lost(`the host process ended with ${signal ?? `status ${code}`}`);
      const hangs = setTimeout(() => lost(`the event loop did not turn for ${SECONDS_FOR_A_CASE} s`), SECONDS_FOR_A_CASE * 1000);
      const end = (answer) => {
        clearTimeout(hangs);
        child.off('exit', onExit);
        child.off('message', end);
        resolve(answer);
      };
      child.on('exit', onExit);
      child.on('message', end);
      child.send(name);
    });
  }
}

async function startChild(corpora) {
  const child = fork(CHILD, corpora === undefined ? [] : [corpora], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code, signal) => reject(new Error(`a child ended before its first case: ${signal ?? code}`)));
  });
  return child;
}

module.exports = { Crew };
