'use strict';
// Answers with what it gets, as it comes.

module.exports = (hook) => {
  hook.res.setHeader('Content-Type', hook.headers?.['content-type'] ?? 'application/octet-stream');
  hook.req.pipe(hook.res);
};
