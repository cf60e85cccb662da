// kind: other; needs: Buffer, process, events, stream, util, path, fs, crypto, timers, url, assert, os, tty, child_process
'use strict';
const knex = require('knex');

module.exports.main = (input) => {
  const db = knex({ client: 'pg' });
  const query = db('users as u').select('u.id', db.raw('count(*) as ??', ['n'])).leftJoin('orders', 'u.id', 'orders.user_id')
    .where({ name: input.name }).whereIn('u.id', input.numbers).andWhere((inner) => inner.where('age', '>', 5).orWhereNull('age')).groupBy('u.id').orderBy('n', 'desc').limit(10);
  return [query.toString(), query.toSQL().toNative(), db('t').insert([{ a: 1 }, { a: 2 }]).returning('*').toString(), db('t').where('id', 1).update({ a: "it's" }).toString(), db.schema.createTable('x', (table) => { table.increments(); table.string('name').notNullable(); }).toString()];
};
