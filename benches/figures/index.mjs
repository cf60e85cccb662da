// The figures, in the order in which they are measured and reported.
export const FIGURES = ['engine', 'latency', 'throughput', 'sleepers', 'memory', 'prepared', 'require', 'intl', 'cpu', 'stop', 'growth'];
