// The message pane: keeps the list in step with the store, sticks to the
// bottom, and loads older messages on the way up.

import { fill, h } from './dom.mjs';
import { dayKey } from './format.mjs';
import { icon } from './icons.mjs';
import { MessageMenu } from './menu.mjs';
import { dayDivider, messageElement, pendingElement } from './message.mjs';

// How near to an edge counts as being there, in pixels.
const NEAR_BOTTOM = 80;
const NEAR_TOP = 300;

export class MessagePane {
  #store;
  #ctx;
  #intro;
  #list = h('div', { class: 'message-list' });
  #pendingList = h('div', { class: 'pending-list' });
  #log;
  #pill;
  #stick = true;
  #missed = 0;

  /** intro(channel) gives the nodes above a channel's first message. */
  constructor({ store, names, intro }) {
    this.#store = store;
    this.#intro = intro;
    const menu = new MessageMenu(store);
    this.#ctx = { store, names, onDismiss: (message) => store.dismiss(message), onMenu: (message, point, opener) => menu.open(message, point, opener) };
    this.#pill = h('button', { class: 'new-pill', type: 'button', hidden: true, onclick: () => this.toBottom() }, h('span'), icon('down'));
    this.#log = h('div', { class: 'message-log', role: 'log', 'aria-live': 'polite', tabindex: '0' }, this.#list, this.#pendingList);
    this.#log.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    // Pictures that arrive late must not push the last line out of sight.
    new ResizeObserver(() => this.#stick && this.#jump()).observe(this.#list);
    new ResizeObserver(() => this.#stick && this.#jump()).observe(this.#log);
    this.el = h('div', { class: 'message-pane' }, this.#log, this.#pill, menu.el);
    const offer = () => this.el.classList.toggle('has-apps', menu.offers);
    for (const change of ['commands', 'user', 'selection']) store.on(change, offer);

    store.on('selection', () => this.#reset());
    store.on('messages', () => this.render());
    store.on('message', ({ message, added }) => (added ? this.#add(message) : this.#replace(message)));
    store.on('removed', (message) => this.#remove(message));
    store.on('pending', () => this.#renderPending());
  }

  get #messages() {
    return (this.#store.buffer?.messages ?? []).filter((m) => this.#store.visible(m));
  }

  #reset() {
    this.#stick = true;
    this.#setMissed(0);
    const channel = this.#store.channel;
    this.#log.setAttribute('aria-label', channel ? `Messages in #${channel.name}` : 'Messages');
    this.render();
  }

  /** render draws the whole channel again. */
  render() {
    const buffer = this.#store.buffer;
    this.#quietly(() => {
      const messages = this.#messages;
      const children = [];
      if (!buffer || buffer.loading) {
        if (!messages.length) children.push(skeleton());
      } else if (buffer.failed) {
        children.push(h('p', { class: 'pane-note', role: 'alert' }, buffer.failed));
      } else if (!buffer.more) {
        children.push(...this.#intro(this.#store.channel));
      }
      messages.forEach((message, index) => children.push(...this.#nodes(message, messages[index - 1])));
      fill(this.#list, children);
      this.#renderPending();
      if (this.#stick) this.#jump();
    });
  }

  // #quietly changes the list without reading all of it out.
  #quietly(change) {
    this.#log.setAttribute('aria-live', 'off');
    change();
    setTimeout(() => this.#log.setAttribute('aria-live', 'polite'), 300);
  }

  #nodes(message, before) {
    const date = new Date(message.timestamp);
    const newDay = !before || dayKey(new Date(before.timestamp)) !== dayKey(date);
    const el = messageElement(message, before, this.#ctx);
    return newDay ? [dayDivider(date), el] : [el];
  }

  #find(id) {
    return this.#list.querySelector(`[data-id="${CSS.escape(id)}"]`);
  }

  #add(message) {
    if (!this.#store.visible(message)) return;
    const messages = this.#messages;
    for (const node of this.#nodes(message, messages.at(-2))) {
      node.classList.add('arriving');
      this.#list.append(node);
    }
    if (this.#stick) {
      if (this.#store.trim() > 0) this.render();
      this.#jump();
    } else {
      this.#setMissed(this.#missed + 1);
    }
  }

  #replace(message) {
    const node = this.#find(message.id);
    if (!node) return;
    const messages = this.#messages;
    const index = messages.findIndex((m) => m.id === message.id);
    const held = node.contains(document.activeElement);
    const fresh = messageElement(message, messages[index - 1], this.#ctx);
    node.replaceWith(fresh);
    // The pressed button went with the old element: keep the place for the keyboard.
    if (held) (fresh.querySelector('.components button:not(:disabled), .components a') ?? this.#log).focus({ preventScroll: true });
    if (this.#stick) this.#jump();
  }

  #remove(message) {
    const node = this.#find(message.id);
    if (!node) return;
    if (node.contains(document.activeElement)) this.#log.focus({ preventScroll: true });
    this.#quietly(() => this.render());
  }

  #renderPending() {
    const entries = [...this.#store.pending.values()].filter((entry) => entry.channelId === this.#store.channelId);
    fill(this.#pendingList, entries.map((entry) => pendingElement(entry, this.#ctx)));
    if (entries.some((entry) => entry.state === 'sent')) this.#stick = true;
    if (this.#stick) this.#jump();
  }

  #jump() {
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  /** toBottom goes to the newest message. */
  toBottom() {
    this.#stick = true;
    this.#setMissed(0);
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.#log.scrollTo({ top: this.#log.scrollHeight, behavior: calm ? 'auto' : 'smooth' });
  }

  #setMissed(count) {
    this.#missed = count;
    this.#pill.hidden = this.#stick;
    this.#pill.firstChild.textContent = count ? `${count > 99 ? '99+' : count} new ${count === 1 ? 'post' : 'posts'}` : 'Jump to present';
  }

  async #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#log;
    const atBottom = scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM;
    if (atBottom !== this.#stick) {
      this.#stick = atBottom;
      this.#setMissed(atBottom ? 0 : this.#missed);
    }
    if (scrollTop > NEAR_TOP) return;
    const channel = this.#store.channelId;
    if (!(await this.#store.fetchOlder()) || channel !== this.#store.channelId) {
      return;
    }
    // The text that is being read stays where it is.
    const before = this.#log.scrollHeight - this.#log.scrollTop;
    this.#stick = false;
    this.render();
    this.#log.scrollTop = this.#log.scrollHeight - before;
  }
}

function skeleton() {
  return h('div', { class: 'skeleton', role: 'status', 'aria-label': 'Loading messages' }, [0, 1, 2, 3].map(() => h('div', null, h('i'), h('b'))));
}
