'use strict';
// The table that the demo prints: a line for each run.

const WIDTH = 110;

class Report {
  constructor(title) {
    this.title = title;
    this.lines = [];
  }

  /** Waits for a run and notes how it ended; a run that is refused is part of the story, not a failure of the demo. */
  async record(customer, call, start) {
    const line = { customer, call, outcome: '', milliseconds: 0 };
    this.lines.push(line);
    const started = performance.now();
    try {
      line.outcome = `returned ${shorten(JSON.stringify(await start()))}`;
    } catch (error) {
      line.outcome = `refused  ${shorten([error.code, `${error.name}: ${error.message}`].filter(Boolean).join(' '))}`;
    }
    line.milliseconds = performance.now() - started;
  }

  print() {
    const width = (name) => Math.max(name.length, ...this.lines.map((line) => line[name].length));
    const row = (customer, call, cost, outcome) =>
      console.log(`  ${customer.padEnd(width('customer'))}  ${call.padEnd(width('call'))}  ${cost.padStart(8)}  ${outcome}`);
    console.log(`\n${this.title}\n`);
    row('customer', 'call', 'ms', 'outcome');
    for (const { customer, call, milliseconds, outcome } of this.lines) row(customer, call, milliseconds.toFixed(1), outcome);
  }
}

/** One line of the table holds one line of text. */
function shorten(text) {
  const line = text.split('\n')[0];
  return line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line;
}

module.exports = { Report };
