// kind: other; needs: util, http
'use strict';
const createError = require('http-errors');

module.exports.main = () => {
  const error = createError(404, 'no such page', { extra: 1 });
  return [error.status, error.expose, error.message, error.extra, error instanceof createError.NotFound, String(new createError.ImATeapot()), createError.isHttpError(createError(500)), createError(503).message];
};
