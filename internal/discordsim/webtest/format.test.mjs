import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calendarTime, compareIds, formatBytes, formatTime, hexColour, initials, relativeTime } from '../web/js/format.mjs';

test('ids are ordered as numbers too large for numbers', () => {
  const ids = ['1100000000000000002', '999', '1100000000000000001'];
  assert.deepEqual(ids.sort(compareIds), ['999', '1100000000000000001', '1100000000000000002']);
});

test('relative times use the largest whole unit', () => {
  const now = Date.UTC(2026, 0, 1);
  const at = (seconds) => relativeTime(new Date(now + seconds * 1000), now);
  assert.equal(at(0), 'now');
  assert.equal(at(-1), '1 second ago');
  assert.equal(at(-59), '59 seconds ago');
  assert.equal(at(-60), '1 minute ago');
  assert.equal(at(-7199), '1 hour ago');
  assert.equal(at(3 * 86400), 'in 3 days');
  assert.equal(at(-40 * 86400), '1 month ago');
  assert.equal(at(-800 * 86400), '2 years ago');
});

test('every style of time can be written', () => {
  const date = new Date(2026, 6, 19, 14, 3, 5);
  const all = ['t', 'T', 'd', 'D', 'f', 'F', 's', 'S', 'R'].map((style) => formatTime(date, style));
  assert.equal(new Set(all).size, all.length);
});

test('days near now have names', () => {
  const now = new Date(2026, 2, 1, 0, 30);
  assert.match(calendarTime(new Date(2026, 2, 1, 0, 5), now), /^Today at /);
  assert.match(calendarTime(new Date(2026, 1, 28, 23, 50), now), /^Yesterday at /);
  assert.match(calendarTime(new Date(2026, 1, 27, 23, 50), now), /2026/);
});

test('a server without a picture shows its initials', () => {
  assert.equal(initials('Gadget Club'), 'GC');
  assert.equal(initials("Ada's phones of the world"), 'Apo');
  assert.equal(initials(''), '?');
});

test('colours are six digits', () => {
  assert.equal(hexColour(255), '#0000ff');
  assert.equal(hexColour(0x1ffffff), '#ffffff');
});

test('sizes are written in the largest unit that they fill', () => {
  assert.deepEqual([0, 1, 1023, 1024, 4900, 1024 * 1024 - 1, 1024 * 1024, 10 * 1024 * 1024].map(formatBytes),
    ['0 bytes', '1 byte', '1023 bytes', '1.00 KB', '4.79 KB', '1.00 MB', '1.00 MB', '10.00 MB']);
  assert.equal(formatBytes(undefined), '');
});
