// The guests' programs, as files for those who load files and as text for those who take text.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../../scripts/processes.mjs';

export const PROGRAMS = join(repository, 'benches', 'programs');

/** @type {Map<string, string>} */
const sources = new Map();

/** @param {string} program */
export function sourceOf(program) {
  let source = sources.get(program);
  if (source === undefined) sources.set(program, source = readFileSync(join(PROGRAMS, program), 'utf8'));
  return source;
}

/** A program as an expression whose value is its exports. @param {string} program */
export const asExpression = (program) => `((exports) => {${sourceOf(program)}\nreturn exports;})({})`;
