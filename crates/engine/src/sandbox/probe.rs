//! A program with a known answer. Debug builds run it after each restore: a wrong answer means that a run left something
//! behind, or that the heap is damaged.

use super::js::{Js, TextView};
use std::ffi::CStr;

const PROGRAM: &CStr = c"
Object.getOwnPropertyNames(globalThis).join() + Object.getOwnPropertyNames(Array.prototype).length + typeof leaked
  + [3, 1, 2].sort().map((x) => x * 2).join('-') + JSON.stringify({ a: [1, { b: 2 }] }) + 2n ** 64n
  + /(\\d+)-\\1/.exec('x12-12')[1] + new Map([[1, new Set('ab')]]).get(1).size + [1, [2, [3]]].flat(9)
";

/// What it ends with come to.
pub(super) const ANSWER: &str = "undefined2-4-6{\"a\":[1,{\"b\":2}]}184467440737095516161221,2,3";

pub(super) fn run(js: Js) {
    let answer = js.eval(TextView::of(PROGRAM), TextView::of(c"node:probe"), 1).and_then(|value| js.text(value));
    js.with_state(|state| {
        state.probe_answer = answer.ok().map(|text| String::from_utf8_lossy(text.bytes()).into_owned())
    });
}
