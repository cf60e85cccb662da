// kind: crypto; needs: crypto, timers, process
'use strict';
const bcrypt = require('bcryptjs');

module.exports.main = async () => {
  const fixed = bcrypt.hashSync('secret', '$2a$04$abcdefghijklmnopqrstuu');
  const random = await bcrypt.hash('secret', 4);
  return [fixed, bcrypt.compareSync('secret', fixed), await bcrypt.compare('other', fixed), random.length, await bcrypt.compare('secret', random), bcrypt.getRounds(fixed)];
};
