'use strict';
// Building texts piece by piece, as templates do.

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

exports.main = () => {
  let bytes = 0;
  for (let page = 0; page < 30; page += 1) {
    let html = '<ul>';
    for (let item = 0; item < 300; item += 1) {
      html += `<li class="item-${item % 3}" title="${escape(`"${item}" & <more>`)}">`;
      html += 'Item '.concat(String(item), ' of ', '300'.padStart(6, '.'), '</li>');
    }
    bytes += html.length + html.toUpperCase().indexOf('ITEM 299');
  }
  return bytes;
};
