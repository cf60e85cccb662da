'use strict';
// Floating point and property access: planets around a sun, integrated step by step.

const BODIES = [
  [0, 0, 0, 0, 0, 0, 39.47],
  [4.84, -1.16, -0.1, 0.6, 2.81, -0.02, 0.037],
  [8.34, 4.12, -0.4, -1.01, 1.82, 0.008, 0.011],
  [12.89, -15.11, -0.22, 1.08, 0.86, -0.01, 0.0017],
  [15.37, -25.91, 0.17, 0.97, 0.59, -0.034, 0.002],
];

function advance(bodies, step) {
  for (let i = 0; i < bodies.length; i += 1) {
    const one = bodies[i];
    for (let j = i + 1; j < bodies.length; j += 1) {
      const other = bodies[j];
      const dx = one.x - other.x;
      const dy = one.y - other.y;
      const dz = one.z - other.z;
      const squared = dx * dx + dy * dy + dz * dz;
      const pull = step / (squared * Math.sqrt(squared));
      one.vx -= dx * other.mass * pull;
      one.vy -= dy * other.mass * pull;
      one.vz -= dz * other.mass * pull;
      other.vx += dx * one.mass * pull;
      other.vy += dy * one.mass * pull;
      other.vz += dz * one.mass * pull;
    }
  }
  for (const body of bodies) {
    body.x += step * body.vx;
    body.y += step * body.vy;
    body.z += step * body.vz;
  }
}

exports.main = () => {
  const bodies = BODIES.map(([x, y, z, vx, vy, vz, mass]) => ({ x, y, z, vx, vy, vz, mass }));
  for (let step = 0; step < 8000; step += 1) advance(bodies, 0.001);
  return bodies[0].x.toFixed(6);
};
