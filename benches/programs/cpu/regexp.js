'use strict';
// Matching, replacing and splitting.

exports.main = () => {
  let text = '';
  for (let line = 0; line < 600; line += 1) text += `2026-03-${10 + (line % 20)} user${line}@example.org "GET /items/${line}?page=2" ${200 + (line % 5)}\n`;
  let found = 0;
  for (let round = 0; round < 6; round += 1) {
    found += text.match(/\b[\w.]+@[\w.]+\.org\b/g).length;
    found += text.replace(/(\d{4})-(\d\d)-(\d\d)/g, '$3.$2.$1').length;
    for (const line of text.split(/\r?\n/)) if (/"(GET|POST) ([^"?]+)(\?[^"]*)?" (2\d\d)$/.test(line)) found += 1;
  }
  return found;
};
