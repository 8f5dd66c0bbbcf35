// A listbox driven from another element that keeps the focus (an input or a
// button): the combobox pattern, with aria-activedescendant.

import { fill, h, uid } from './dom.mjs';

export class Listbox {
  #items = [];
  #nodes = [];
  #active = -1;
  #onPick;
  #owner = null;

  /** onPick(item) is called with what was chosen by keyboard or pointer. */
  constructor({ label, onPick, multiple = false }) {
    this.#onPick = onPick;
    this.id = uid('listbox');
    this.el = h('div', {
      class: 'listbox',
      role: 'listbox',
      id: this.id,
      'aria-label': label,
      'aria-multiselectable': multiple ? 'true' : null,
      // The owner keeps the focus while the list is pressed.
      onmousedown: (event) => event.preventDefault(),
    });
  }

  get items() {
    return this.#items;
  }

  get active() {
    return this.#items[this.#active] ?? null;
  }

  /** own names the element whose aria-activedescendant follows the list. */
  own(element) {
    this.#owner?.removeAttribute('aria-activedescendant');
    this.#owner = element;
    element?.setAttribute('aria-controls', this.id);
    this.#mark();
  }

  /**
   * show replaces the items: [{key, group?, selected?, disabled?, content}],
   * content being nodes. `active` is the index to begin with, -1 for none.
   */
  show(items, active = 0) {
    this.#items = items;
    this.#active = items.length ? Math.min(active, items.length - 1) : -1;
    this.#nodes = [];
    const children = [];
    let group = null;
    items.forEach((item, index) => {
      if (item.group && item.group !== group) {
        group = item.group;
        children.push(h('div', { class: 'listbox-group', role: 'presentation' }, group));
      }
      const node = h('div', {
        class: 'listbox-item',
        role: 'option',
        id: `${this.id}-${index}`,
        'aria-selected': 'false',
        'aria-disabled': item.disabled ? 'true' : null,
        onclick: () => this.#pick(index),
        onpointermove: () => this.#activate(index),
      }, item.content);
      if (item.selected) node.classList.add('chosen');
      this.#nodes.push(node);
      children.push(node);
    });
    fill(this.el, children);
    this.#mark();
  }

  #activate(index) {
    if (index === this.#active) return;
    this.#active = index;
    this.#mark(false);
  }

  #mark(scroll = true) {
    this.#nodes.forEach((node, index) => {
      const active = index === this.#active;
      node.classList.toggle('active', active);
      node.setAttribute('aria-selected', String(this.#items[index].selected ?? active));
    });
    const node = this.#nodes[this.#active];
    if (node && this.#owner) this.#owner.setAttribute('aria-activedescendant', node.id);
    else this.#owner?.removeAttribute('aria-activedescendant');
    if (!node || !scroll) return;
    // The first item brings its group's heading with it.
    if (this.#active === 0) this.el.scrollTop = 0;
    else node.scrollIntoView({ block: 'nearest' });
  }

  /** move goes up or down, around the ends. */
  move(step) {
    if (!this.#items.length) return;
    const count = this.#items.length;
    this.#active = this.#active < 0 ? (step > 0 ? 0 : count - 1) : (this.#active + step + count) % count;
    this.#mark();
  }

  /** pickActive chooses the active item; false when there is none. */
  pickActive() {
    return this.#pick(this.#active);
  }

  #pick(index) {
    const item = this.#items[index];
    if (!item || item.disabled) return false;
    this.#onPick(item);
    return true;
  }
}

/**
 * Select is a button that opens a listbox, for Discord's select menus and the
 * user switcher. options() gives [{value, content, label, selected, disabled}];
 * onChange(values) is called when the choice is final.
 */
export class Select {
  #options;
  #onChange;
  #open = false;
  #chosen = null;
  #min;
  #max;
  #search = '';
  #searchTimer = 0;

  constructor({ label, button, options, onChange, min = 1, max = 1, className = '' }) {
    this.#options = options;
    this.#onChange = onChange;
    this.#min = min;
    this.#max = max;
    this.list = new Listbox({ label, multiple: max > 1, onPick: (item) => this.#pick(item) });
    this.list.el.hidden = true;
    this.button = button;
    button.setAttribute('role', 'combobox');
    button.setAttribute('aria-haspopup', 'listbox');
    button.setAttribute('aria-expanded', 'false');
    button.setAttribute('aria-controls', this.list.id);
    button.addEventListener('click', () => (this.#open ? this.#close(true) : this.#show()));
    button.addEventListener('keydown', (event) => this.#key(event));
    button.addEventListener('blur', () => this.#close(true));
    this.el = h('div', { class: `select ${className}` }, button, this.list.el);
  }

  #show() {
    if (this.button.getAttribute('aria-disabled') === 'true') return;
    this.#open = true;
    const options = this.#options();
    this.#chosen ??= new Set(options.filter((o) => o.selected).map((o) => o.value));
    this.list.el.hidden = false;
    this.button.setAttribute('aria-expanded', 'true');
    this.list.own(this.button);
    this.#render(Math.max(0, options.findIndex((o) => this.#chosen.has(o.value))));
    // Opens upwards where there is no room below.
    const below = window.innerHeight - this.button.getBoundingClientRect().bottom;
    this.el.classList.toggle('upwards', below < Math.min(this.list.el.offsetHeight + 16, 300));
  }

  #render(active) {
    this.list.show(this.#options().map((option) => ({
      key: option.value,
      label: option.label,
      disabled: option.disabled,
      selected: this.#chosen.has(option.value),
      content: option.content,
    })), active);
  }

  #close(commit) {
    if (!this.#open) return;
    this.#open = false;
    this.list.el.hidden = true;
    this.button.setAttribute('aria-expanded', 'false');
    this.button.removeAttribute('aria-activedescendant');
    const chosen = this.#chosen;
    this.#chosen = null;
    if (!commit || this.#max <= 1) return;
    const before = this.#options().filter((o) => o.selected).map((o) => o.value);
    const changed = before.length !== chosen.size || before.some((v) => !chosen.has(v));
    if (changed && chosen.size >= this.#min) this.#onChange([...chosen]);
  }

  #pick(item) {
    if (this.#max <= 1) {
      this.#close(false);
      this.#onChange([item.key]);
      return;
    }
    if (this.#chosen.has(item.key)) this.#chosen.delete(item.key);
    else if (this.#chosen.size < this.#max) this.#chosen.add(item.key);
    this.#render(this.list.items.indexOf(item));
  }

  #key(event) {
    const { key } = event;
    if (!this.#open) {
      if (key === 'ArrowDown' || key === 'ArrowUp') {
        event.preventDefault();
        this.#show();
      }
      return;
    }
    if (key === 'ArrowDown' || key === 'ArrowUp') this.list.move(key === 'ArrowDown' ? 1 : -1);
    else if (key === 'Enter' || key === ' ') this.list.pickActive();
    else if (key === 'Escape') this.#close(this.#max > 1);
    else if (key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) this.#jump(key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // Typing letters goes to the option that begins with them.
  #jump(letter) {
    clearTimeout(this.#searchTimer);
    this.#searchTimer = setTimeout(() => (this.#search = ''), 600);
    this.#search += letter.toLowerCase();
    const index = this.list.items.findIndex((item) => item.label?.toLowerCase().startsWith(this.#search));
    if (index >= 0) this.#render(index);
  }
}
