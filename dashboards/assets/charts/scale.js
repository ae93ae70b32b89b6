// Where values and times stand on an axis.

/** A round step that cuts a span into about `count` parts: 1, 2, 2.5 or 5 times a power of ten. */
export function step(span, count) {
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5, 10].find((one) => one * power >= rough) ?? 10;
  return factor * power;
}

/** The marks of an axis that starts at nought and holds `most`. Whole numbers are not cut into parts. */
export function valueMarks(most, count = 4, wholeNumbers = false) {
  if (!(most > 0)) return [0, 1];
  let by = step(most, count);
  if (wholeNumbers) by = Math.max(1, Math.ceil(by));
  const marks = [];
  for (let mark = 0; mark < most + by * 0.999; mark += by) marks.push(mark);
  return marks;
}

const MINUTE = 60_000;
const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080].map((minutes) => minutes * MINUTE);

/** The marks of a time axis, on round local times. */
export function timeMarks(from, to, count) {
  const by = TIME_STEPS.find((one) => (to - from) / one <= count) ?? TIME_STEPS.at(-1);
  const offset = new Date(from).getTimezoneOffset() * MINUTE;
  const marks = [];
  for (let mark = Math.ceil((from - offset) / by) * by + offset; mark <= to; mark += by) marks.push(mark);
  return marks;
}
