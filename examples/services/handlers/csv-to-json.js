'use strict';
// Turns CSV into one JSON object a line. Never holds more than the line it is at, whatever comes in.

const { Transform, pipeline } = require('stream');

class CsvToJson extends Transform {
  #rest = '';
  #names;
  #decoder = new (require('string_decoder').StringDecoder)('utf8');

  _transform(chunk, _encoding, done) {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = lines.pop();
    this.#convert(lines);
    done();
  }

  _flush(done) {
    const last = this.#rest + this.#decoder.end();
    if (last !== '') this.#convert([last]);
    done();
  }

  #convert(lines) {
    let out = '';
    for (const line of lines) {
      const fields = fieldsOf(line.replace(/\r$/, ''));
      if (this.#names === undefined) this.#names = fields;
      else out += `${JSON.stringify(Object.fromEntries(this.#names.map((name, at) => [name, valueOf(fields[at])])))}\n`;
    }
    if (out !== '') this.push(out);
  }
}

function fieldsOf(line) {
  if (!line.includes('"')) return line.split(',');
  const fields = [];
  for (let at = 0; at <= line.length;) {
    const [field, next] = line[at] === '"' ? quotedField(line, at + 1) : plainField(line, at);
    fields.push(field);
    at = next + 1;
  }
  return fields;
}

/** The field that starts here, and where the comma behind it is. */
function plainField(line, start) {
  const comma = line.indexOf(',', start);
  const end = comma < 0 ? line.length : comma;
  return [line.slice(start, end), end];
}

function quotedField(line, start) {
  let end = line.indexOf('"', start);
  while (end >= 0 && line[end + 1] === '"') end = line.indexOf('"', end + 2);
  if (end < 0) return [line.slice(start), line.length];
  return [line.slice(start, end).replaceAll('""', '"'), end + 1];
}

function valueOf(field) {
  return field !== undefined && field !== '' && Number.isFinite(Number(field)) ? Number(field) : field;
}

module.exports = (hook) => {
  hook.res.setHeader('Content-Type', 'application/x-ndjson');
  pipeline(hook.req, new CsvToJson(), hook.res, (error) => {
    if (error) throw error;
  });
};
