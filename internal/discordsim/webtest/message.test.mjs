import assert from 'node:assert/strict';
import { test } from 'node:test';
import { install, text, walk } from './fakedom.mjs';

install();
globalThis.getSelection = () => ({ isCollapsed: true });
const { messageElement, pendingElement } = await import('../web/js/message.mjs');

const bot = { id: '9', username: 'tidings', global_name: 'Tidings', bot: true };
const ada = { id: '3', username: 'ada', global_name: 'Ada' };
const names = { channel: () => null, role: () => null, user: () => null };
const store = {
  bot, guilds: [], guild: null, users: [ada], me: ada,
  findUser: (id) => [bot, ada].find((u) => u.id === id) ?? null,
  targetOf: () => null,
};

function render(fields, onMenu = () => {}) {
  const message = { id: '1', channel_id: '2', author: bot, timestamp: '2026-01-02T10:00:00Z', flags: 0, content: '', ...fields };
  return messageElement(message, null, { store, names, onMenu, onDismiss() {} });
}
const all = (el, match) => [...walk(el)].filter((n) => match(n));
const classed = (el, name) => all(el, (n) => n.className.split(' ').includes(name));

test('a file shows its name and size, and both links download it', () => {
  const el = render({ attachments: [{ id: '5', filename: 'feeds.opml', size: 4900, url: 'http://127.0.0.1:1/attachments/2/5/feeds.opml?hm=x' }] });
  const [card] = classed(el, 'attachment');
  assert.equal(text(card), 'feeds.opml4.79 KB');
  const links = all(card, (n) => n.tag === 'a');
  assert.equal(links.length, 2);
  for (const link of links) {
    assert.equal(link.attributes.href, 'http://127.0.0.1:1/attachments/2/5/feeds.opml?hm=x');
    assert.equal(link.attributes.download, 'feeds.opml');
  }
});

test('a file at an address that is no web address is shown without a link', () => {
  const el = render({ attachments: [{ id: '5', filename: 'a.txt', size: 1, url: 'javascript:alert(1)' }] });
  assert.equal(all(el, (n) => n.tag === 'a').length, 0);
  assert.match(text(el), /a\.txt1 byte/);
});

test('a picture is shown as one', () => {
  const el = render({ attachments: [{ id: '5', filename: 'a.png', size: 1, content_type: 'image/png', url: 'http://127.0.0.1:1/a.png' }] });
  assert.equal(all(el, (n) => n.tag === 'img').length, 1);
  assert.equal(classed(el, 'attachment').length, 0);
});

test('an edited message says so, beside its text or below its embed', () => {
  const at = '2026-01-02T11:00:00Z';
  assert.match(text(render({ content: 'New words', edited_timestamp: at })), /New words \(edited\)/);
  const [mark] = classed(render({ embeds: [{ title: 'Works again' }], edited_timestamp: at }), 'edited');
  assert.equal(text(mark), '(edited)');
  assert.equal(classed(render({ content: 'As it was', edited_timestamp: null }), 'edited').length, 0);
});

test('what people write has no badge of an app', () => {
  assert.equal(classed(render({ author: ada, content: 'Look' }), 'badge').length, 0);
  assert.equal(classed(render({ content: 'Look' }), 'badge').length, 1);
});

test('the menu opens from a button and on a right press, but not on a link', () => {
  const opened = [];
  const el = render({ content: 'Look' }, (message, point) => opened.push([message.id, point.x, point.y]));
  const [button] = classed(el, 'message-more');
  button.getBoundingClientRect = () => ({ left: 10, bottom: 20 });
  button.offsetParent = el;
  button.press('click');
  const target = (link) => ({ closest: () => link });
  el.press('contextmenu', { target: target(null), clientX: 7, clientY: 8 });
  el.press('contextmenu', { target: target({}), clientX: 1, clientY: 1 });
  assert.deepEqual(opened, [['1', 10, 24], ['1', 7, 8]]);
  assert.equal(button.getAttribute('aria-expanded'), 'true');
});

test('an ephemeral message and one that is still being thought of have no menu', () => {
  for (const flags of [1 << 6, 1 << 7]) assert.equal(classed(render({ flags }), 'message-more').length, 0);
});

test('a slash command is named with its slash, a message command with a mark of its own', () => {
  const used = (type) => {
    const [line] = classed(render({ type, interaction: { id: '4', type: 2, name: 'Summarize', user: ada } }), 'reply-line');
    assert.match(text(line), /Ada used Summarize/);
    return classed(line, 'mention')[0].children[0].attributes.class;
  };
  assert.equal(used(20), 'icon');
  assert.equal(used(23), 'icon menu-mark');
});

test('a command under way is called what it is', () => {
  const label = (menu) => pendingElement({ id: '1', name: 'Summarize', menu, user: ada, state: 'sent' }, { store }).attributes['aria-label'];
  assert.deepEqual([label(true), label(false)], ['Summarize', '/Summarize']);
});
