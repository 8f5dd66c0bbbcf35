import assert from 'node:assert/strict';
import { test } from 'node:test';
import { install, text } from './fakedom.mjs';

install();
const { FileField } = await import('../web/js/fileoption.mjs');

function field() {
  const calls = [];
  const f = new FileField({ name: 'file', type: 11, required: true, description: 'The list' }, {
    onFocus: () => calls.push('focus'),
    onInput: () => calls.push('input'),
    onKey: (event) => calls.push(event.key),
  });
  f.input.click = () => calls.push('chooser');
  return { f, calls };
}

test('a file is chosen, shown and worth itself', () => {
  const { f, calls } = field();
  assert.match(f.worth().error, /required/);
  assert.match(text(f.el), /Choose a file/);
  const file = new File(['<opml/>'], 'feeds.opml');
  f.input.files = [file];
  f.input.press('change');
  assert.deepEqual([f.worth().value, f.text, f.kept], [file, 'feeds.opml', file]);
  assert.match(text(f.el), /feeds\.opml7 bytes/);
  assert.deepEqual(calls, ['input']);
});

test('a dropped file counts, and a chooser that was cancelled changes nothing', () => {
  const { f } = field();
  f.el.press('drop', { dataTransfer: { files: [new File(['a'], 'a.opml')] } });
  f.input.files = [];
  f.input.press('change');
  assert.equal(f.text, 'a.opml');
});

test('Enter chooses first and sends then; Backspace takes the file out, then leaves', () => {
  const { f, calls } = field();
  f.input.press('keydown', { key: 'Enter' });
  f.setText(new File(['a'], 'a.opml'));
  f.input.press('keydown', { key: 'Enter' });
  f.input.press('keydown', { key: 'Backspace' });
  assert.equal(f.text, '');
  f.input.press('keydown', { key: 'Backspace' });
  assert.deepEqual(calls, ['chooser', 'Enter', 'input', 'Backspace']);
});

test('a name alone, as in a pasted line, chooses nothing', () => {
  const { f } = field();
  f.setText('feeds.opml');
  assert.equal(f.settled, false);
  assert.match(f.worth().error, /Choose a file/);
});
