import assert from 'node:assert/strict';
import { test } from 'node:test';
import { availableCommands, COMMAND, flatten, parseLine, resolve, resolveFile, search, suggestions } from '../web/js/commands.mjs';

const registered = [
  { id: '1', name: 'subscribe', description: 'Watch for words', default_member_permissions: '32', options: [
    { type: 3, name: 'query', description: 'Words', required: true },
    { type: 7, name: 'channel', description: 'Where', channel_types: [0, 5] },
    { type: 8, name: 'role', description: 'Whom to mention' },
  ] },
  { id: '2', name: 'subscriptions', description: 'The list' },
  { id: '3', name: 'feeds', description: 'Feeds', options: [
    { type: 1, name: 'list', description: 'All feeds' },
    { type: 1, name: 'add', description: 'Follow a feed', options: [{ type: 3, name: 'url', required: true }] },
    { type: 2, name: 'bundle', description: 'Bundles', options: [{ type: 1, name: 'show', description: 'What is in one' }] },
  ] },
  { id: '4', name: 'Translate', type: 3 },
];
const runnable = flatten(registered.slice(0, 3));
const directory = {
  channels: [{ id: '11', name: 'phones', type: 0 }, { id: '12', name: 'news', type: 5 }, { id: '13', name: 'lounge', type: 2 }],
  roles: [{ id: '21', name: '@everyone' }, { id: '22', name: 'fans' }],
  users: [{ id: '31', username: 'ada', global_name: 'Ada' }],
};
const [subscribe] = runnable;
const option = (name) => subscribe.options.find((o) => o.name === name);

test('subcommands and groups are listed by their whole names', () => {
  assert.deepEqual(runnable.map((c) => c.name), ['subscribe', 'subscriptions', 'feeds list', 'feeds add', 'feeds bundle show']);
});

test('a member sees no command that needs Manage Server', () => {
  const namesFor = (canManage) => availableCommands(registered, { canManage, guildId: '9' }).map((c) => c.name);
  assert.deepEqual(namesFor(true), ['subscribe', 'subscriptions', 'feeds']);
  assert.deepEqual(namesFor(false), ['subscriptions', 'feeds']);
});

test('permissions that every member has hide nothing; "0" hides from all but managers', () => {
  const visible = (bits, canManage = false) => availableCommands([{ name: 'x', default_member_permissions: bits }], { canManage, guildId: '9' }).length === 1;
  assert.ok(visible(null));
  assert.ok(visible('2048'));
  assert.ok(!visible('0'));
  assert.ok(!visible('2080'));
  assert.ok(!visible('many'));
  assert.ok(visible('0', true));
});

test('a command of another server, or for direct messages only, is not shown', () => {
  const shown = (command) => availableCommands([command], { canManage: true, guildId: '9' }).length;
  assert.equal(shown({ name: 'x', guild_id: '8' }), 0);
  assert.equal(shown({ name: 'x', guild_id: '9' }), 1);
  assert.equal(shown({ name: 'x', contexts: [1] }), 0);
});

test('the picker ranks the name before the description', () => {
  const found = (text) => search(runnable, text).map((c) => c.name);
  assert.deepEqual(found(''), runnable.map((c) => c.name));
  assert.deepEqual(found('sub'), ['subscribe', 'subscriptions']);
  assert.deepEqual(found('add'), ['feeds add']);
  assert.deepEqual(found('feeds  a'), ['feeds add']);
  assert.deepEqual(found('words'), ['subscribe']);
  assert.deepEqual(found('nothing'), []);
});

test('a whole line is read', () => {
  const read = (line) => {
    const parsed = parseLine(runnable, line);
    return parsed && [parsed.command.name, parsed.values];
  };
  assert.deepEqual(read('/subscribe query:xiaomi channel:#phones'), ['subscribe', { query: 'xiaomi', channel: '#phones' }]);
  assert.deepEqual(read('/subscribe query:xiaomi (us OR "united states") role:@fans'), ['subscribe', { query: 'xiaomi (us OR "united states")', role: '@fans' }]);
  assert.deepEqual(read('/subscribe xiaomi us'), ['subscribe', { query: 'xiaomi us' }]);
  assert.deepEqual(read('/feeds add https://example.com/feed'), ['feeds add', { url: 'https://example.com/feed' }]);
  assert.deepEqual(read('/feeds add url:https://example.com/feed'), ['feeds add', { url: 'https://example.com/feed' }]);
  assert.deepEqual(read('/feeds list'), ['feeds list', {}]);
  assert.deepEqual(read('/subscriptions'), ['subscriptions', {}]);
  assert.equal(read('/feeds'), null);
  assert.equal(read('/subscriber x'), null);
  assert.equal(read('plain text'), null);
});

test('channels, roles and people resolve by name, mention or id', () => {
  for (const text of ['#phones', 'phones', 'Phones', '<#11>', '11']) assert.deepEqual(resolve(option('channel'), text, directory), { value: '11' });
  for (const text of ['@fans', '<@&22>', '22']) assert.deepEqual(resolve(option('role'), text, directory), { value: '22' });
  assert.deepEqual(resolve({ type: 6 }, '@ada', directory), { value: '31' });
  assert.match(resolve(option('channel'), '#lounge', directory).error, /channel/);
  assert.match(resolve(option('channel'), '13', directory).error, /channel/);
});

test('values have their option\'s type and bounds', () => {
  const whole = { type: 4, min_value: 1, max_value: 10 };
  assert.deepEqual(resolve(whole, '5', directory), { value: 5 });
  for (const text of ['0', '11', '2.5', 'five', '1e99']) assert.ok(resolve(whole, text, directory).error, text);
  assert.deepEqual(resolve({ type: 10 }, '2.5', directory), { value: 2.5 });
  assert.deepEqual(resolve({ type: 5 }, 'true', directory), { value: true });
  assert.ok(resolve({ type: 5 }, 'perhaps', directory).error);
  assert.ok(resolve({ type: 3, max_length: 3 }, 'four', directory).error);
  assert.ok(resolve({ type: 3, min_length: 3 }, 'ab', directory).error);
  assert.deepEqual(resolve({ type: 3, choices: [{ name: 'Phones', value: 'p' }] }, 'phones', directory), { value: 'p' });
  assert.ok(resolve({ type: 3, choices: [{ name: 'Phones', value: 'p' }] }, 'x', directory).error);
});

test('an empty option is missing only when it is required', () => {
  assert.match(resolve(option('query'), '  ', directory).error, /required/);
  assert.deepEqual(resolve(option('channel'), '', directory), {});
});

test('suggestions respect channel types, and free text has none', () => {
  assert.deepEqual(suggestions(option('channel'), '', directory).map((c) => c.name), ['phones', 'news']);
  assert.deepEqual(suggestions(option('channel'), '#new', directory).map((c) => c.name), ['news']);
  assert.equal(suggestions(option('query'), 'x', directory), null);
});

test('a message\'s menu has the message commands, and the message box the others', () => {
  const namesOf = (type) => availableCommands(registered, { canManage: true, guildId: '9', type }).map((c) => c.name);
  assert.deepEqual(namesOf(COMMAND.message), ['Translate']);
  assert.deepEqual(namesOf(undefined), ['subscribe', 'subscriptions', 'feeds']);
  const hidden = [{ name: 'Sweep', type: 3, default_member_permissions: '32' }];
  assert.equal(availableCommands(hidden, { canManage: false, guildId: '9', type: COMMAND.message }).length, 0);
});

test('a file is wanted where the option is required, and not too large', () => {
  const file = { name: 'a.opml', size: 7 };
  assert.deepEqual(resolveFile({ required: true }, file), { value: file });
  assert.match(resolveFile({ required: true }, null).error, /required/);
  assert.deepEqual(resolveFile({}, null), {});
  assert.match(resolveFile({}, { name: 'b', size: 10 * 1024 * 1024 + 1 }).error, /at most 10 MB.*10\.00 MB/);
});
