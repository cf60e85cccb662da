// kind: other; needs: none
'use strict';
const ipaddr = require('ipaddr.js');

module.exports.main = () => [ipaddr.parse('::ffff:192.168.1.1').range(), ipaddr.parse('10.0.0.1').match(ipaddr.parseCIDR('10.0.0.0/8')), ipaddr.parse('2001:db8::1').toNormalizedString(), ipaddr.isValid('300.1.1.1'), ipaddr.process('::ffff:1.2.3.4').toString(), ipaddr.IPv4.networkAddressFromCIDR('192.168.7.9/24').toString()];
