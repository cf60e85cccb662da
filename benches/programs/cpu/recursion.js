'use strict';
// Calls and returns: naive Fibonacci and Ackermann.

const fibonacci = (n) => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));

function ackermann(m, n) {
  if (m === 0) return n + 1;
  return ackermann(m - 1, n === 0 ? 1 : ackermann(m, n - 1));
}

exports.main = () => [fibonacci(25), ackermann(2, 180)];
