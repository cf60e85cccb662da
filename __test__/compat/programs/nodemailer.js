// kind: other; needs: Buffer, process, events, stream, util, url, crypto, os, fs, http, https, net, tls, dns, zlib, path, punycode, child_process, timers
'use strict';
const nodemailer = require('nodemailer');

module.exports.main = async (input) => {
  const transport = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  const { envelope, message } = await transport.sendMail({
    from: 'Ädmin <a@example.com>', to: ['b@example.com', `${input.name} <c@example.com>`], subject: 'Grüße', text: 'plain ä', html: '<b>html</b>',
    attachments: [{ filename: 'a.txt', content: 'attached' }], messageId: '<fixed@example.com>', date: new Date(0),
  });
  const lines = message.toString().replace(/--_NmP-[\w-]+/g, 'EDGE').replace(/"[^"]*_NmP[^"]*"/g, 'EDGE').split('\n');
  return [envelope, lines.filter((line) => /^(From|To|Subject|Date|Message-ID|Content-)/.test(line)), lines.some((line) => line.includes('YXR0YWNoZWQ='))];
};
