// A command's option whose value is a file: a chip with a file chooser in it.
// It answers to the same calls as OptionField.

import { fill, h, uid } from './dom.mjs';
import { resolveFile } from './commands.mjs';
import { formatBytes } from './format.mjs';
import { icon } from './icons.mjs';

export class FileField {
  #file = null;
  #shown = h('span', { class: 'option-file' });
  #onChange;

  /** handlers: onFocus, onInput, onKey(event). */
  constructor(option, handlers) {
    this.option = option;
    this.directory = {};
    this.#onChange = () => handlers.onInput(this);
    const id = uid('option');
    this.input = h('input', {
      id,
      type: 'file',
      'aria-label': option.name,
      'aria-required': option.required ? 'true' : null,
      onfocus: () => {
        this.#clearError();
        handlers.onFocus(this);
      },
      onchange: () => this.#take(this.input.files[0]),
      onkeydown: (event) => this.#key(event, handlers),
    });
    this.el = h('label', {
      class: 'option-chip file-chip',
      for: id,
      ondragover: (event) => event.preventDefault(),
      ondrop: (event) => {
        event.preventDefault();
        this.#take(event.dataTransfer?.files[0]);
      },
    }, h('span', { class: 'option-label' }, option.name), this.input, this.#shown);
    this.#render();
  }

  get name() {
    return this.option.name;
  }

  get text() {
    return this.#file?.name ?? '';
  }

  /** kept is what brings the field back after a command was refused. */
  get kept() {
    return this.#file;
  }

  get settled() {
    return this.#file !== null;
  }

  get free() {
    return true;
  }

  get atStart() {
    return true;
  }

  get atEnd() {
    return true;
  }

  /** note is what to do here. */
  get note() {
    return this.#file ? 'Backspace takes the file out again.' : 'Press Enter, or click, to choose a file; or drop one here.';
  }

  /** setText takes a file back; a name alone chooses nothing. */
  setText(kept) {
    this.#file = kept instanceof File ? kept : null;
    this.#render();
  }

  worth() {
    return resolveFile(this.option, this.#file);
  }

  showError(sentence) {
    this.el.classList.add('invalid');
    this.input.setAttribute('aria-invalid', 'true');
    this.input.title = sentence;
  }

  #take(file) {
    if (!file) return;
    this.#file = file;
    this.#clearError();
    this.#render();
    this.input.focus();
    this.#onChange();
  }

  #key(event, handlers) {
    const { key } = event;
    if (key === 'Backspace' && this.#file) {
      this.#file = null;
      this.input.value = '';
      this.#render();
      this.#onChange();
    } else if (key === ' ' || (key === 'Enter' && !this.#file)) {
      this.input.click();
    } else {
      handlers.onKey(event, this);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #render() {
    fill(this.#shown, icon('file'), this.#file ? [this.#file.name, h('em', null, formatBytes(this.#file.size))] : 'Choose a file');
    this.#shown.classList.toggle('empty', !this.#file);
  }

  #clearError() {
    this.el.classList.remove('invalid');
    this.input.removeAttribute('aria-invalid');
    this.input.removeAttribute('title');
  }
}
