// kind: validation; needs: Buffer, URL, TextEncoder, process, url, util, structuredClone
'use strict';
const Joi = require('joi');

module.exports.main = function () {
  const schema = Joi.object({
    name: Joi.string().min(2).required(), age: Joi.number().integer().max(120), email: Joi.string().email({ tlds: false }),
    tags: Joi.array().items(Joi.string()).unique(), when: Joi.date().iso(), site: Joi.string().uri(), kind: Joi.valid('a', 'b').default('a'),
  });
  const messages = (value) => (schema.validate(value, { abortEarly: false }).error?.details ?? []).map(({ message, type }) => [message, type]);
  return [schema.validate({ name: 'Ada', age: '36', when: '2020-01-01T00:00:00Z' }).value, messages({ name: 'A', age: 1.5, email: 'no', tags: ['x', 'x'], site: 'nope', kind: 'c', extra: 1 }), messages({})];
};
