// Plots as SVG text, by hand: readable on light and dark pages, without scripts and fonts of their own.

const WIDTH = 760;
const BAR = 22;
const GAP = 8;
const LABELS = 300;
const TOP = 44;
const STYLE = `<style>
text { font: 13px system-ui, sans-serif; fill: #57606a; } .title { font-size: 15px; font-weight: 600; }
.bar { fill: #8c959f; } .ours { fill: #1f883d; } .line { fill: none; stroke: #1f883d; stroke-width: 2; } .dot { fill: #1f883d; }
.axis { stroke: #8c959f; stroke-width: 1; } @media (prefers-color-scheme: dark) { text { fill: #9198a1; } }
</style>`;

const escaped = (/** @type {string} */ text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** @param {number} height @param {string} title @param {string} body */
const page = (height, title, body) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">
${STYLE}
<text class="title" x="0" y="18">${escaped(title)}</text>
${body}
</svg>
`;

const short = (/** @type {number} */ value) => {
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return value >= 10 ? value.toFixed(1) : value.toPrecision(2);
};

/**
 * Horizontal bars on a logarithmic scale: the peers lie factors of a hundred apart.
 * @param {string} title
 * @param {{ name: string, value: number, isOurs: boolean }[]} bars
 * @param {string} unit
 */
export function barPlot(title, bars, unit) {
  const values = bars.map(({ value }) => value);
  const [least, most] = [Math.min(...values) / 2, Math.max(...values)];
  const room = WIDTH - LABELS - 130;
  const lengthOf = (/** @type {number} */ value) => (Math.log(value / least) / Math.log(most / least)) * room;
  const body = bars.map(({ name, value, isOurs }, index) => {
    const y = TOP + index * (BAR + GAP);
    const length = lengthOf(value).toFixed(1);
    return `<text x="${LABELS - 8}" y="${y + 16}" text-anchor="end">${escaped(name)}</text>`
      + `<rect class="${isOurs ? 'ours' : 'bar'}" x="${LABELS}" y="${y}" width="${length}" height="${BAR}" rx="2"/>`
      + `<text x="${LABELS + Number(length) + 8}" y="${y + 16}">${short(value)} ${escaped(unit)}</text>`;
  });
  const height = TOP + bars.length * (BAR + GAP) + 20;
  return page(height, title, [...body, `<text x="${LABELS}" y="${height - 4}">logarithmic scale</text>`].join('\n'));
}

/**
 * A curve on logarithmic scales, with each point's value beside it.
 * @param {string} title
 * @param {[number, number][]} points
 * @param {string} xName
 * @param {string} yUnit
 */
export function curvePlot(title, points, xName, yUnit) {
  const [left, right, top, bottom] = [30, WIDTH - 90, TOP + 20, 260];
  const scale = (/** @type {number[]} */ values, /** @type {number} */ from, /** @type {number} */ to) => {
    const [least, most] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
    return (/** @type {number} */ value) => from + ((Math.log(value) - least) / (most - least || 1)) * (to - from);
  };
  const x = scale(points.map(([size]) => size), left, right);
  const y = scale(points.map(([, value]) => value), bottom, top);
  const at = points.map(([size, value]) => [x(size).toFixed(1), y(value).toFixed(1)]);
  const dots = points.map(([size, value], index) => `<circle class="dot" cx="${at[index][0]}" cy="${at[index][1]}" r="3.5"/>`
    + `<text x="${at[index][0]}" y="${Number(at[index][1]) - 10}" text-anchor="middle">${short(value)} ${escaped(yUnit)}</text>`
    + `<text x="${at[index][0]}" y="${bottom + 22}" text-anchor="middle">${size.toLocaleString('en-US')}</text>`);
  return page(310, title, [
    `<line class="axis" x1="${left}" y1="${bottom + 4}" x2="${right}" y2="${bottom + 4}"/>`,
    `<polyline class="line" points="${at.map((point) => point.join(',')).join(' ')}"/>`,
    ...dots,
    `<text x="${left}" y="304">${escaped(xName)}; both scales logarithmic</text>`,
  ].join('\n'));
}
