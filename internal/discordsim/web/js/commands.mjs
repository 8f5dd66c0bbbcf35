// Slash commands as data: which there are, which fit what was typed, and what
// a typed line or a filled-in option means. Pure; the composer shows it.

import { formatBytes } from './format.mjs';

/** Option types, by Discord's numbers. */
export const OPTION = {
  subcommand: 1, group: 2, string: 3, integer: 4, boolean: 5, user: 6, channel: 7, role: 8, mentionable: 9, number: 10, attachment: 11,
};

/** Command types, by Discord's numbers. */
export const COMMAND = { slash: 1, user: 2, message: 3 };

// What every member may do: a command that asks for more is not shown to one
// who cannot manage the server.
const ORDINARY = [10, 11, 14, 15, 16, 31].reduce((bits, n) => bits | (1n << BigInt(n)), 0n);

/** availableCommands are the commands of one type, without what a person may not see in a guild. */
export function availableCommands(commands, { canManage, guildId, type = COMMAND.slash }) {
  return commands.filter((command) => {
    if ((command.type ?? COMMAND.slash) !== type) return false;
    if (command.guild_id && command.guild_id !== guildId) return false;
    if (Array.isArray(command.contexts) && !command.contexts.includes(0)) return false;
    const wanted = command.default_member_permissions;
    if (canManage || wanted === null || wanted === undefined) return true;
    try {
      const bits = BigInt(wanted);
      return bits !== 0n && (bits & ~ORDINARY) === 0n;
    } catch {
      return false;
    }
  });
}

/** flatten lists everything that can be run: {name: "feeds add", description, options}. */
export function flatten(commands) {
  const out = [];
  for (const command of commands) {
    const walk = (node, path) => {
      const inner = (node.options ?? []).filter((o) => o.type === OPTION.subcommand || o.type === OPTION.group);
      if (inner.length) inner.forEach((o) => walk(o, `${path} ${o.name}`));
      else out.push({ id: command.id, name: path, description: node.description ?? '', options: node.options ?? [] });
    };
    walk(command, command.name);
  }
  return out;
}

/** search ranks runnable commands for what stands after the slash. */
export function search(runnable, typed) {
  const text = typed.trim().toLowerCase().replace(/\s+/g, ' ');
  if (!text) return runnable;
  const rank = (command) => {
    const name = command.name.toLowerCase();
    if (name === text) return 0;
    if (name.startsWith(text)) return 1;
    if (name.split(' ').some((word) => word.startsWith(text))) return 2;
    if (name.includes(text)) return 3;
    return command.description.toLowerCase().includes(text) ? 4 : -1;
  };
  return runnable
    .map((command, index) => ({ command, index, rank: rank(command) }))
    .filter((entry) => entry.rank >= 0)
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map((entry) => entry.command);
}

/**
 * parseLine reads a whole typed line: "/subscribe query:xiaomi us
 * channel:#phones". A value reaches to the next option's name. Text without a
 * name goes to the first required option. Null when no command begins it.
 */
export function parseLine(runnable, line) {
  const match = /^\s*\/(.*)$/s.exec(line);
  if (!match) return null;
  const text = match[1];
  const command = runnable
    .filter((c) => text === c.name || (text.startsWith(c.name) && /\s/.test(text[c.name.length])))
    .sort((a, b) => b.name.length - a.name.length)[0];
  if (!command) return null;
  return { command, values: parseOptions(command, text.slice(command.name.length).trim()) };
}

/** parseOptions reads "name:value name:value" into {name: text}. */
export function parseOptions(command, text) {
  const values = {};
  const found = [];
  const names = new Set(command.options.map((o) => o.name));
  for (const match of text.matchAll(/(^|\s)([^\s:]{1,32}):/g)) {
    if (names.has(match[2])) found.push({ name: match[2], from: match.index, value: match.index + match[0].length });
  }
  const first = (found[0] ? text.slice(0, found[0].from) : text).trim();
  found.forEach((entry, index) => {
    values[entry.name] = text.slice(entry.value, found[index + 1]?.from ?? text.length).trim();
  });
  const unnamed = command.options.find((o) => o.required && !(o.name in values)) ?? command.options.find((o) => !(o.name in values));
  if (first && unnamed) values[unnamed.name] = first;
  return values;
}

/** ordered puts required options first, as Discord insists on. */
export function ordered(options) {
  return [...options.filter((o) => o.required), ...options.filter((o) => !o.required)];
}

/**
 * suggestions are the values to offer for an option that knows them:
 * [{name, value, kind}], filtered by the text. Null for free text.
 */
export function suggestions(option, text, directory) {
  const all = candidates(option, directory);
  if (!all) return null;
  const wanted = text.trim().replace(/^[#@]/, '').toLowerCase();
  if (!wanted) return all.slice(0, 25);
  const starts = all.filter((c) => c.name.toLowerCase().startsWith(wanted));
  const contains = all.filter((c) => !starts.includes(c) && c.name.toLowerCase().includes(wanted));
  return [...starts, ...contains].slice(0, 25);
}

function candidates(option, { channels = [], roles = [], users = [] }) {
  const channelList = () => channels
    .filter((c) => !option.channel_types?.length || option.channel_types.includes(c.type))
    .map((c) => ({ name: c.name, value: c.id, kind: c.type === 5 ? 'announcement' : 'channel' }));
  const roleList = () => roles.map((r) => ({ name: r.name.replace(/^@/, ''), value: r.id, kind: 'role', color: r.color }));
  const userList = () => users.map((u) => ({ name: u.global_name || u.username, value: u.id, kind: 'user' }));
  switch (option.type) {
    case OPTION.boolean:
      return [{ name: 'True', value: true }, { name: 'False', value: false }];
    case OPTION.channel:
      return channelList();
    case OPTION.role:
      return roleList();
    case OPTION.user:
      return userList();
    case OPTION.mentionable:
      return [...userList(), ...roleList()];
    default:
      return option.choices?.length ? option.choices.map((c) => ({ name: c.name, value: c.value })) : null;
  }
}

/**
 * resolve turns an option's text into the value to send, {value}, or says
 * what is wrong with it, {error}. An empty optional one is {}.
 */
export function resolve(option, text, directory) {
  const typed = text.trim();
  if (!typed) return option.required ? { error: 'This option is required. Specify a value.' } : {};
  const all = candidates(option, directory);
  if (all) {
    const id = /^<(?:#|@!?|@&)(\d+)>$/.exec(typed)?.[1] ?? typed;
    const wanted = typed.replace(/^[#@]/, '').toLowerCase();
    const hit = all.find((c) => String(c.value) === id) ?? all.find((c) => c.name.toLowerCase() === wanted);
    return hit ? { value: hit.value } : { error: `${NOUN[option.type] ?? 'One of the choices'} is wanted here; "${shorten(typed)}" is none. Pick one from the list.` };
  }
  switch (option.type) {
    case OPTION.integer:
    case OPTION.number:
      return resolveNumber(option, typed);
    case OPTION.string:
      if (option.min_length && typed.length < option.min_length) return { error: `At least ${option.min_length} characters, please.` };
      if (option.max_length && typed.length > option.max_length) return { error: `At most ${option.max_length} characters, please; this has ${typed.length}.` };
      return { value: typed };
    default:
      return { error: 'This kind of option cannot be filled in here.' };
  }
}

// What Discord takes as one file, in bytes.
const MOST_BYTES = 10 * 1024 * 1024;

/** resolveFile is resolve for an option that takes a file. */
export function resolveFile(option, file) {
  if (!file) return option.required ? { error: 'This option is required. Choose a file.' } : {};
  if (file.size > MOST_BYTES) return { error: `A file of at most 10 MB, please; this one has ${formatBytes(file.size)}.` };
  return { value: file };
}

const NOUN = {
  [OPTION.boolean]: 'True or False',
  [OPTION.channel]: 'A channel of this server',
  [OPTION.role]: 'A role',
  [OPTION.user]: 'A person',
  [OPTION.mentionable]: 'A person or role',
};

function resolveNumber(option, typed) {
  const value = Number(typed);
  const whole = option.type === OPTION.integer;
  if (!Number.isFinite(value) || (whole && !Number.isSafeInteger(value))) {
    return { error: whole ? 'A whole number is wanted here.' : 'A number is wanted here.' };
  }
  if (option.min_value !== undefined && value < option.min_value) return { error: `At least ${option.min_value}, please.` };
  if (option.max_value !== undefined && value > option.max_value) return { error: `At most ${option.max_value}, please.` };
  return { value };
}

function shorten(text) {
  const runes = Array.from(text);
  return runes.length > 40 ? `${runes.slice(0, 39).join('')}…` : text;
}
