// One option of a command in the message box: a labelled input that knows its
// type, what can be offered for it, and what it is worth.

import { h, uid } from './dom.mjs';
import { OPTION, resolve, suggestions } from './commands.mjs';
import { hexColour } from './format.mjs';
import { icon } from './icons.mjs';

const PREFIX = { [OPTION.channel]: '#', [OPTION.role]: '@', [OPTION.user]: '@', [OPTION.mentionable]: '@' };

export class OptionField {
  #picked = null;

  /** handlers: onInput, onFocus, onKey(event), onPaste(event). */
  constructor(option, directory, handlers) {
    this.option = option;
    this.directory = directory;
    const id = uid('option');
    this.input = h('input', {
      id,
      type: 'text',
      size: 2,
      role: 'combobox',
      'aria-expanded': 'false',
      'aria-autocomplete': 'list',
      'aria-required': option.required ? 'true' : null,
      autocomplete: 'off',
      autocapitalize: 'off',
      spellcheck: 'false',
      inputmode: option.type === OPTION.integer ? 'numeric' : option.type === OPTION.number ? 'decimal' : null,
      maxlength: '6000',
      onfocus: () => {
        this.#clearError();
        handlers.onFocus(this);
      },
      onblur: () => this.#touched(),
      oninput: () => {
        this.#picked = null;
        this.#clearError();
        this.#resize();
        handlers.onInput(this);
      },
      onkeydown: (event) => handlers.onKey(event, this),
      onpaste: (event) => handlers.onPaste(event, this),
    });
    this.el = h('label', { class: 'option-chip', for: id }, h('span', { class: 'option-label' }, option.name), this.input);
  }

  get name() {
    return this.option.name;
  }

  get text() {
    return this.input.value;
  }

  /** kept is what brings the field back after a command was refused. */
  get kept() {
    return this.text;
  }

  get atStart() {
    return this.input.selectionStart === 0 && this.input.selectionEnd === 0;
  }

  get atEnd() {
    return this.input.selectionStart === this.input.value.length;
  }

  /** settled: a suggestion was picked and not edited since. */
  get settled() {
    return this.#picked !== null;
  }

  /** free: any text is a value; suggestions only help. */
  get free() {
    return suggestions(this.option, '', this.directory) === null;
  }

  setText(text) {
    this.#picked = null;
    this.input.value = text;
    this.#resize();
  }

  /** pick takes a suggestion {name, value}. */
  pick(choice) {
    const prefix = { channel: '#', announcement: '#', role: '@', user: '@' }[choice.kind] ?? '';
    this.input.value = `${prefix}${choice.name}`;
    this.#picked = choice;
    this.#clearError();
    this.#resize();
  }

  /** worth is {value}, {error}, or {} for an empty optional one. */
  worth() {
    return this.#picked ? { value: this.#picked.value } : resolve(this.option, this.text, this.directory);
  }

  showError(sentence) {
    this.el.classList.add('invalid');
    this.input.setAttribute('aria-invalid', 'true');
    this.input.title = sentence;
  }

  #clearError() {
    this.el.classList.remove('invalid');
    this.input.removeAttribute('aria-invalid');
    this.input.removeAttribute('title');
  }

  // Text that says a known value exactly becomes that value.
  #touched() {
    if (this.#picked || !this.text.trim() || !(this.option.type in PREFIX)) return;
    const worth = this.worth();
    const known = worth.value !== undefined && suggestions(this.option, '', this.directory)?.find((c) => c.value === worth.value);
    if (known) this.pick(known);
    else if (worth.error) this.showError(worth.error);
  }

  #resize() {
    this.input.size = Math.min(60, Math.max(2, this.input.value.length + 1));
  }
}

/** choiceContent shows a suggestion in a list. */
export function choiceContent(choice) {
  const name = h('span', { class: 'option-name' });
  if (choice.kind === 'channel') name.append(icon('hash'), choice.name);
  else if (choice.kind === 'announcement') name.append(icon('megaphone'), choice.name);
  else if (choice.kind === 'role' || choice.kind === 'user') name.append(`@${choice.name}`);
  else name.append(choice.name);
  if (choice.color) name.style.color = `color-mix(in srgb, ${hexColour(choice.color)} 70%, var(--text))`;
  return name;
}
