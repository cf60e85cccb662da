// The parent's side of a measurement: one process per peer, asked in turns, so that whatever disturbs the machine
// disturbs all of them alike.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { repository } from '../../scripts/processes.mjs';
import { installed } from './peers.mjs';

/** Modules of contenders, and the package each of them needs. @type {Record<string, string | null>} */
export const PEERS = {
  'isolated-runtime-native': null,
  'isolated-vm': 'isolated-vm',
  'quickjs-emscripten': 'quickjs-emscripten',
  run: 'run',
  'vm2-pool': 'vm2',
  'isolated-runtime-1': 'isolated-runtime',
  'node-vm': null,
};

/** One answer may take this long; a peer that takes longer is ended and reported. */
const PATIENCE_MILLISECONDS = 300_000;

export class Session {
  /** @type {Map<string, Child>} */
  #children = new Map();
  /** Peers that take no part, and why. @type {Record<string, string>} */
  unavailable = {};
  /** @type {Record<string, string>} */
  versions = {};

  /**
   * Starts peers, or notes why they cannot be started.
   * @param {string[]} peers
   */
  async open(peers) {
    for (const peer of peers) {
      if (this.#children.has(peer) || this.unavailable[peer] !== undefined) continue;
      try {
        this.#children.set(peer, await this.#start(peer));
      } catch (error) {
        this.unavailable[peer] = error.message.split('\n')[0];
        console.log(`${peer} takes no part: ${this.unavailable[peer]}`);
      }
    }
  }

  /** Ends the peers' processes and starts new ones. @param {string[]} peers */
  async reopen(peers) {
    for (const peer of peers) {
      this.#children.get(peer)?.end();
      this.#children.delete(peer);
    }
    await this.open(peers);
  }

  /** @param {string} peer */
  async #start(peer) {
    const needed = PEERS[peer];
    if (needed !== null) {
      const state = installed(needed);
      if ('error' in state) throw new Error(state.error);
      this.versions[needed] = state.version;
    }
    return Child.start(peer);
  }

  /** Contenders of the peers that are open, as [peer, contender]. @param {string[]} peers */
  contendersOf(peers) {
    return peers.flatMap((peer) => (this.#children.get(peer)?.contenders ?? []).map((name) => [peer, name]));
  }

  /** @param {string} peer @param {string} contender @param {string} task @param {object} [options] */
  ask(peer, contender, task, options = {}) {
    const child = this.#children.get(peer);
    if (child === undefined) throw new Error(`${peer} is not open`);
    return child.ask({ contender, task, options });
  }

  close() {
    for (const child of this.#children.values()) child.end();
    this.#children.clear();
  }
}

class Child {
  /** @param {import('node:child_process').ChildProcess} process @param {string[]} contenders */
  constructor(process, contenders) {
    this.process = process;
    this.contenders = contenders;
  }

  /** @param {string} peer */
  static async start(peer) {
    const benches = join(repository, 'benches');
    const child = fork(join(benches, 'harness', 'child.mjs'), [join(benches, 'contenders', `${peer}.mjs`)], {
      execArgv: ['--expose-gc', '--no-node-snapshot', '--no-warnings'], stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    let complaint = '';
    child.stderr?.on('data', (data) => { complaint = (complaint + data).slice(-2000); });
    const first = await answerOf(child);
    if (first === undefined) throw new Error(complaint.split('\n').find((line) => /error/i.test(line)) ?? `${peer} did not start`);
    return new Child(child, first.contenders);
  }

  /** @param {object} request */
  async ask(request) {
    this.process.send(request);
    const answer = await answerOf(this.process);
    if (answer === undefined) throw new Error(`the process ended (${this.process.signalCode ?? this.process.exitCode})`);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.result;
  }

  end() {
    if (this.process.connected) this.process.disconnect();
  }
}

/** The child's next message; undefined if it ends instead. @param {import('node:child_process').ChildProcess} child */
async function answerOf(child) {
  const given = new AbortController();
  const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MILLISECONDS);
  try {
    return await Promise.race([
      once(child, 'message', { signal: given.signal }).then(([message]) => message),
      once(child, 'exit', { signal: given.signal }).then(() => undefined),
    ]);
  } finally {
    clearTimeout(late);
    given.abort();
  }
}
