'use strict';

module.exports = () => {
  for (;;);
};
