// What the client knows: guilds, channels, messages, commands, and who is
// looking. It changes on the server's events and tells its listeners; it
// touches no DOM.

import { api, listen } from './api.mjs';
import { availableCommands, COMMAND } from './commands.mjs';
import { compareIds } from './format.mjs';

export const EPHEMERAL = 1 << 6;
export const LOADING = 1 << 7;

const PAGE = 50;
// How many messages a channel keeps; older ones are fetched again on demand.
const KEEP = 400;
const TEXT_CHANNELS = new Set([0, 5]);
// An interaction that the server has not closed by then counts as failed.
const INTERACTION_TIMEOUT = 20_000;

export class Store {
  #listeners = new Map();
  #stream = null;
  #finished = new Map();
  #waiting = new Map();
  #held = null; // events that arrive while the state is being fetched

  me = null;
  users = [];
  bot = null;
  botOnline = true;
  guilds = [];
  commands = [];
  guildId = null;
  channelId = null;
  connected = true;
  buffers = new Map();
  unread = new Set();
  pending = new Map();
  dismissed = new Set(readDismissed());

  /** on calls fn at every change of that name: guilds, selection, messages, message, removed, pending, commands, user, bot, connection, modal, restarted. */
  on(name, fn) {
    if (!this.#listeners.has(name)) this.#listeners.set(name, []);
    this.#listeners.get(name).push(fn);
  }

  #emit(name, detail) {
    for (const fn of this.#listeners.get(name) ?? []) fn(detail);
  }

  get guild() {
    return this.guilds.find((g) => g.id === this.guildId) ?? null;
  }

  get channel() {
    return this.guild?.channels.find((c) => c.id === this.channelId) ?? null;
  }

  get canManage() {
    return Boolean(this.manageGuild);
  }

  get buffer() {
    return this.buffers.get(this.channelId) ?? null;
  }

  /** usableCommands are those that the person may see here. */
  usableCommands() {
    return availableCommands(this.commands, { canManage: this.canManage, guildId: this.guildId });
  }

  /** messageCommands are those of them that a message's menu offers. */
  messageCommands() {
    return availableCommands(this.commands, { canManage: this.canManage, guildId: this.guildId, type: COMMAND.message });
  }

  /** names resolves what messages mention. */
  findChannel(id) {
    for (const guild of this.guilds) {
      const channel = guild.channels.find((c) => c.id === id);
      if (channel) return { ...channel, guildId: guild.id };
    }
    return null;
  }

  findRole(id) {
    return this.guilds.flatMap((g) => g.roles ?? []).find((r) => r.id === id) ?? null;
  }

  findUser(id) {
    return this.users.find((u) => u.id === id) ?? (this.bot?.id === id ? this.bot : null);
  }

  /** targetOf is the message that another one answers, as far as it is known. */
  targetOf(message) {
    const id = message.message_reference?.message_id;
    return message.referenced_message ?? this.buffers.get(message.channel_id)?.messages.find((m) => m.id === id) ?? null;
  }

  /** start loads everything and opens the event stream. */
  async start({ guildId, channelId } = {}) {
    // The stream is open before anything is fetched: nothing falls between.
    this.#held = [];
    await this.#listen();
    await this.#load();
    this.#chooseStart(guildId, channelId);
    await this.select(this.guildId, this.channelId);
  }

  async #load() {
    this.#held ??= [];
    let state;
    try {
      state = await api.state(this.me?.id);
    } catch (error) {
      if (this.me) this.#release();
      throw error;
    }
    this.me = state.me;
    this.users = state.users?.length ? state.users : [state.me];
    this.bot = state.bot;
    if (typeof state.bot?.online === 'boolean') this.botOnline = state.bot.online;
    this.guilds = (state.guilds ?? []).map(normalGuild);
    this.commands = state.commands ?? [];
    this.manageGuild = state.manage_guild;
    this.#emit('user');
    this.#emit('guilds');
    this.#emit('commands');
    this.#emit('bot');
    this.#release();
  }

  #release() {
    const held = this.#held ?? [];
    this.#held = null;
    for (const [type, data] of held) this.#receive(type, data);
  }

  #chooseStart(guildId, channelId) {
    const guild = this.guilds.find((g) => g.id === guildId) ?? this.guild ?? this.guilds[0];
    this.guildId = guild?.id ?? null;
    const channel = guild?.channels.find((c) => c.id === channelId && isText(c)) ?? guild?.channels.find(isText);
    this.channelId = channel?.id ?? null;
  }

  // #listen resolves when the stream is open, or has been tried.
  #listen() {
    this.#stream?.stop();
    let lost = false;
    return new Promise((resolve) => {
      this.#stream = listen({
        userId: this.me?.id,
        onStatus: (connected) => {
          resolve();
          this.connected = connected;
          this.#emit('connection');
          // What happened while the stream was down was never told.
          if (connected && lost && this.me) this.reload();
          lost = !connected;
        },
        onEvent: (type, data) => (this.#held ? this.#held.push([type, data]) : this.#receive(type, data)),
      });
    });
  }

  /** reload fetches everything again and keeps the place. */
  async reload() {
    try {
      await this.#load();
      this.buffers.clear();
      this.#chooseStart(this.guildId, this.channelId);
      await this.select(this.guildId, this.channelId);
    } catch {
      // Either the server is away, and the stream's next reconnection tries
      // again; or it is another one by now, which does not know this user.
      await api.state().then(() => this.#emit('restarted'), () => {});
    }
  }

  /** select shows a channel, or a guild's first one. */
  async select(guildId, channelId) {
    const guild = this.guilds.find((g) => g.id === guildId);
    if (!guild) {
      this.#emit('selection');
      return;
    }
    this.guildId = guild.id;
    const channel = guild.channels.find((c) => c.id === channelId) ?? guild.channels.find((c) => c.id === guild.lastChannel) ?? guild.channels.find(isText);
    this.channelId = channel?.id ?? null;
    guild.lastChannel = this.channelId;
    this.unread.delete(this.channelId);
    this.#emit('selection');
    if (!this.channelId) return;
    if (!this.buffers.has(this.channelId)) await this.#fetchFirst(this.channelId);
    else this.#emit('messages');
  }

  async #fetchFirst(channelId) {
    const buffer = { messages: [], more: true, loading: true, failed: null };
    this.buffers.set(channelId, buffer);
    this.#emit('messages');
    try {
      const page = await api.messages(channelId, { limit: PAGE, userId: this.me.id });
      // What arrived by event meanwhile stays.
      const known = new Set(page.map((m) => m.id));
      buffer.messages = [...page.reverse(), ...buffer.messages.filter((m) => !known.has(m.id))].sort((a, b) => compareIds(a.id, b.id));
      buffer.more = page.length >= PAGE;
    } catch (error) {
      buffer.failed = error.message;
      buffer.more = false;
    }
    buffer.loading = false;
    if (channelId === this.channelId) this.#emit('messages');
  }

  /** fetchOlder adds a page before the oldest message; resolves to whether any came. */
  async fetchOlder() {
    const buffer = this.buffer;
    if (!buffer || buffer.loading || !buffer.more || !buffer.messages.length) return false;
    buffer.loading = true;
    try {
      const page = await api.messages(this.channelId, { limit: PAGE, before: buffer.messages[0].id, userId: this.me.id });
      const known = new Set(buffer.messages.map((m) => m.id));
      const older = page.filter((m) => !known.has(m.id)).reverse();
      buffer.messages = [...older, ...buffer.messages];
      buffer.more = page.length >= PAGE && older.length > 0;
      return older.length > 0;
    } catch {
      return false;
    } finally {
      buffer.loading = false;
    }
  }

  /** trim drops the oldest messages of the open channel beyond what is kept. */
  trim() {
    const buffer = this.buffer;
    if (!buffer || buffer.messages.length <= KEEP) return 0;
    const extra = buffer.messages.length - KEEP;
    buffer.messages.splice(0, extra);
    buffer.more = true;
    return extra;
  }

  /** visible tells whether this person is shown a message. */
  visible(message) {
    if (this.dismissed.has(message.id)) return false;
    if (!(message.flags & EPHEMERAL)) return true;
    const user = message.interaction_metadata?.user ?? message.interaction?.user;
    return !user || user.id === this.me.id;
  }

  /** dismiss takes an ephemeral message away, for this tab. */
  dismiss(message) {
    this.dismissed.add(message.id);
    writeDismissed(this.dismissed);
    const buffer = this.buffers.get(message.channel_id) ?? this.buffer;
    this.#remove(buffer, message.id);
  }

  /** become looks at the servers as another of the demo's users. */
  async become(userId) {
    const user = this.users.find((u) => u.id === userId);
    if (!user || user.id === this.me.id) return;
    this.me = user;
    this.pending.clear();
    await this.#listen();
    await this.reload();
  }

  get #place() {
    return { guild_id: this.guildId, channel_id: this.channelId, user_id: this.me.id };
  }

  /** say posts a message; it arrives as an event. */
  say(content) {
    return api.say({ ...this.#place, content });
  }

  /** runCommand sends a slash command, with its files first; the answer arrives as an event. */
  async runCommand(name, options) {
    const place = this.#place;
    const sent = {};
    for (const [option, value] of Object.entries(options)) sent[option] = value instanceof File ? (await api.upload(value)).id : value;
    const answer = await api.runCommand({ ...place, name, options: sent });
    await this.#follow(answer?.interaction_id, { channelId: place.channel_id, name, menu: false });
  }

  /** runOnMessage runs a command from a message's menu. */
  async runOnMessage(message, name) {
    const place = this.#place;
    const entry = { channelId: place.channel_id, name, menu: true };
    try {
      const answer = await api.runCommand({ ...place, message_id: message.id, name });
      await this.#follow(answer?.interaction_id, entry);
    } catch (error) {
      // There is no form to say it in: it stands where the answer would.
      const id = `refused-${message.id}-${name}`;
      this.pending.set(id, { ...entry, id, user: this.me, state: 'failed', message: error.message });
      this.#emit('pending');
    }
  }

  // #follow shows a command as under way until it is answered.
  async #follow(id, { channelId, name, menu }) {
    if (!id) return;
    this.pending.set(id, { id, channelId, name, menu, user: this.me, state: 'sent' });
    this.#emit('pending');
    const outcome = await this.#outcome(id);
    const answered = this.buffers.get(channelId)?.messages.some((m) => interactionOf(m) === id);
    const entry = this.pending.get(id);
    if (!entry) return;
    if (outcome.state === 'failed' && !answered) Object.assign(entry, { state: 'failed', message: outcome.message });
    else this.pending.delete(id);
    this.#emit('pending');
  }

  /** autocomplete asks the bot for choices. */
  async autocomplete(name, options, focused) {
    const answer = await api.autocomplete({ ...this.#place, name, options, focused });
    return answer?.choices ?? [];
  }

  /** useComponent presses a button or submits a select; resolves to null, or to the sentence that says why it failed. */
  async useComponent(message, customId, componentType, values) {
    try {
      const answer = await api.useComponent({ ...this.#place, message_id: message.id, custom_id: customId, component_type: componentType, values });
      if (!answer?.interaction_id) return null;
      const outcome = await this.#outcome(answer.interaction_id);
      return outcome.state === 'failed' ? outcome.message || 'This interaction failed.' : null;
    } catch (error) {
      return error.message;
    }
  }

  /** submitModal answers a modal. */
  async submitModal(modal, fields) {
    const answer = await api.submitModal({ ...this.#place, interaction_id: modal.interaction_id, custom_id: modal.custom_id, fields });
    if (answer?.interaction_id) await this.#outcome(answer.interaction_id);
  }

  /** forget takes a failed command off the screen. */
  forget(id) {
    this.pending.delete(id);
    this.#emit('pending');
  }

  // #outcome waits for an interaction's end, which may have been told before
  // the request that began it was answered.
  #outcome(id) {
    const early = this.#finished.get(id);
    if (early) return Promise.resolve(early);
    return new Promise((resolve) => {
      const arm = () => setTimeout(() => this.#finish(id, { state: 'failed' }), INTERACTION_TIMEOUT);
      let timer = arm();
      this.#waiting.set(id, {
        // A deferred answer may take up to fifteen minutes.
        thinking: () => clearTimeout(timer),
        resolve: (outcome) => {
          clearTimeout(timer);
          timer = 0;
          resolve(outcome);
        },
      });
    });
  }

  #finish(id, outcome) {
    this.#finished.set(id, outcome);
    if (this.#finished.size > 200) this.#finished.delete(this.#finished.keys().next().value);
    this.#waiting.get(id)?.resolve(outcome);
    this.#waiting.delete(id);
  }

  #receive(type, data) {
    switch (type) {
      case 'message_create':
        return this.#messageCreated(data);
      case 'message_update':
        return this.#messageUpdated(data);
      case 'message_delete':
        return this.#remove(this.buffers.get(data.channel_id), data.id);
      case 'interaction':
        return this.#interaction(data);
      case 'modal':
        return this.#emit('modal', data);
      case 'commands':
        this.commands = Array.isArray(data) ? data : data?.commands ?? [];
        return this.#emit('commands');
      case 'bot':
        this.botOnline = Boolean(data?.online);
        return this.#emit('bot');
      case 'guild_create':
      case 'guild_delete':
        return this.#guildChanged(type, data);
      case 'channel_create':
      case 'channel_update':
      case 'channel_delete':
        return this.#channelChanged(type, data?.channel ?? data);
      case 'reset':
        return this.reload();
      default:
        return undefined;
    }
  }

  #messageCreated(message) {
    const id = interactionOf(message);
    if (id && this.pending.has(id)) {
      this.pending.delete(id);
      this.#emit('pending');
    }
    if (message.channel_id !== this.channelId && this.visible(message) && !this.unread.has(message.channel_id)) {
      this.unread.add(message.channel_id);
      this.#emit('guilds');
    }
    const buffer = this.buffers.get(message.channel_id);
    if (!buffer) return;
    if (buffer.messages.some((m) => m.id === message.id)) {
      this.#messageUpdated(message);
      return;
    }
    const inOrder = !buffer.messages.length || compareIds(buffer.messages.at(-1).id, message.id) < 0;
    buffer.messages.push(message);
    if (!inOrder) buffer.messages.sort((a, b) => compareIds(a.id, b.id));
    if (message.channel_id !== this.channelId || buffer.loading) return;
    if (inOrder) this.#emit('message', { message, added: true });
    else this.#emit('messages');
  }

  #messageUpdated(message) {
    const buffer = this.buffers.get(message.channel_id);
    const index = buffer?.messages.findIndex((m) => m.id === message.id) ?? -1;
    if (index < 0) return;
    buffer.messages[index] = message;
    if (message.channel_id === this.channelId) this.#emit('message', { message, added: false });
  }

  #remove(buffer, id) {
    const index = buffer?.messages.findIndex((m) => m.id === id) ?? -1;
    if (index < 0) return;
    const [message] = buffer.messages.splice(index, 1);
    if (buffer === this.buffer) this.#emit('removed', message);
  }

  #interaction(data) {
    if (!data?.id) return;
    if (data.state !== 'thinking') {
      this.#finish(data.id, data);
      if (data.state === 'failed') this.#failLoading(data.id);
      return;
    }
    this.#waiting.get(data.id)?.thinking();
    const entry = this.pending.get(data.id);
    if (!entry) return;
    entry.state = 'thinking';
    this.#emit('pending');
  }

  // A deferred answer that never came: its placeholder says so.
  #failLoading(interactionId) {
    for (const buffer of this.buffers.values()) {
      const message = buffer.messages.find((m) => m.flags & LOADING && interactionOf(m) === interactionId);
      if (!message) continue;
      message.failed = true;
      if (buffer === this.buffer) this.#emit('message', { message, added: false });
    }
  }

  #guildChanged(type, data) {
    this.guilds = this.guilds.filter((g) => g.id !== data.id);
    if (type === 'guild_create') this.guilds.push(normalGuild(data));
    this.guilds.sort((a, b) => compareIds(a.id, b.id));
    if (this.guild) {
      this.#emit('guilds');
    } else {
      this.#chooseStart();
      this.#emit('guilds');
      this.select(this.guildId, this.channelId);
    }
  }

  #channelChanged(type, channel) {
    const guild = this.guilds.find((g) => g.id === channel?.guild_id) ?? this.guilds.find((g) => g.channels.some((c) => c.id === channel?.id));
    if (!guild) return;
    guild.channels = guild.channels.filter((c) => c.id !== channel.id);
    if (type === 'channel_delete') this.buffers.delete(channel.id);
    else guild.channels = inOrder([...guild.channels, channel]);
    this.#emit('guilds');
    if (guild.id === this.guildId && !this.channel) this.select(guild.id, null);
    else if (channel.id === this.channelId) this.#emit('selection');
  }
}

/** interactionOf is the id of the interaction that a message answers. */
export function interactionOf(message) {
  return message.interaction_metadata?.id ?? message.interaction?.id ?? null;
}

function isText(channel) {
  return TEXT_CHANNELS.has(channel.type);
}

function inOrder(channels) {
  return [...channels].sort((a, b) => (a.position ?? 0) - (b.position ?? 0) || compareIds(a.id, b.id));
}

function normalGuild(guild) {
  return { ...guild, roles: guild.roles ?? [], channels: inOrder(guild.channels ?? []) };
}

const DISMISSED = 'discordsim.dismissed';

function readDismissed() {
  try {
    return JSON.parse(sessionStorage.getItem(DISMISSED)) ?? [];
  } catch {
    return [];
  }
}

function writeDismissed(ids) {
  try {
    sessionStorage.setItem(DISMISSED, JSON.stringify([...ids].slice(-200)));
  } catch {
    // Without storage a dismissed message comes back on reload, no worse.
  }
}
