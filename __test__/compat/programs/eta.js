// kind: templating; needs: eval, path, fs
'use strict';
const { Eta } = require('eta');

module.exports.main = (input) => {
  const eta = new Eta();
  eta.loadTemplate('@part', 'part <%= it.x %>');
  return [eta.renderString('Hi <%= it.name %> <%~ "<b>" %> <% it.numbers.forEach((n) => { %>[<%= n %>]<% }) %>', input), eta.renderString('<%~ include("@part", { x: 5 }) %>', {})];
};
