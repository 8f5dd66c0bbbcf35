// A message's menu: the commands that apps offer on it.

import { fill, h } from './dom.mjs';
import { displayName } from './format.mjs';
import { avatar } from './message.mjs';

export class MessageMenu {
  #store;
  #opener = null;

  constructor(store) {
    this.#store = store;
    this.el = h('div', { class: 'message-menu', role: 'menu', 'aria-label': 'Apps', hidden: true, onkeydown: (event) => this.#key(event) });
    document.addEventListener('pointerdown', (event) => {
      if (!this.el.contains(event.target)) this.#close();
    });
    this.el.addEventListener('focusout', (event) => {
      if (event.relatedTarget && !this.el.contains(event.relatedTarget)) this.#close();
    });
  }

  /** offers tells whether there is anything to choose. */
  get offers() {
    return this.#store.messageCommands().length > 0;
  }

  /** open shows the menu of a message at a point of the window; opener gets the focus back. */
  open(message, { x, y }, opener) {
    this.#opener = opener;
    fill(this.el,
      h('div', { class: 'listbox-group', role: 'presentation' }, 'Apps'),
      this.#store.messageCommands().map((command) => h('button', {
        class: 'menu-item',
        type: 'button',
        role: 'menuitem',
        tabindex: '-1',
        onclick: () => {
          this.#close();
          this.#opener?.focus({ preventScroll: true });
          this.#store.runOnMessage(message, command.name);
        },
      }, avatar(this.#store.bot, this.#store.bot, 'avatar tiny'), h('span', { class: 'menu-name' }, command.name), h('span', { class: 'menu-app' }, displayName(this.#store.bot)))));
    this.el.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.el;
    this.el.style.left = `${Math.max(8, Math.min(x, window.innerWidth - width - 8))}px`;
    this.el.style.top = `${Math.max(8, Math.min(y, window.innerHeight - height - 8))}px`;
    this.#items[0]?.focus({ preventScroll: true });
  }

  get #items() {
    return [...this.el.querySelectorAll('.menu-item')];
  }

  #close() {
    if (this.el.hidden) return;
    this.el.hidden = true;
    this.#opener?.setAttribute('aria-expanded', 'false');
  }

  #key(event) {
    const items = this.#items;
    const at = items.indexOf(document.activeElement);
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
    if (event.key in steps) {
      items.at(steps[event.key] % items.length).focus();
    } else if (event.key === 'Escape' || event.key === 'Tab') {
      this.#close();
      this.#opener?.focus({ preventScroll: true });
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
