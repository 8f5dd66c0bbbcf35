// The message box. It holds either plain text, to post or to begin a command
// with, or a chosen command with its options as labelled inputs.

import { append, fill, h } from './dom.mjs';
import { flatten, OPTION, ordered, parseLine, parseOptions, search, suggestions } from './commands.mjs';
import { FileField } from './fileoption.mjs';
import { icon } from './icons.mjs';
import { Listbox } from './listbox.mjs';
import { avatar } from './message.mjs';
import { OptionField, choiceContent } from './option.mjs';

const AUTOCOMPLETE_PAUSE = 180;

export class Composer {
  #store;
  #command = null;
  #fields = [];
  #ask = 0;
  #askTimer = 0;
  #sending = false;
  #mode = null; // what the list offers: commands, choices or options

  constructor(store) {
    this.#store = store;
    this.#build();
    store.on('selection', () => this.#refresh());
    store.on('user', () => this.#refresh());
    store.on('commands', () => this.#refresh());
  }

  #build() {
    this.list = new Listbox({ label: 'Suggestions', onPick: (item) => item.pick() });
    this.help = h('div', { class: 'composer-help' });
    this.panel = h('div', { class: 'composer-panel', hidden: true }, this.help, this.list.el);
    this.error = h('div', { class: 'composer-error', role: 'alert' });
    this.text = h('input', {
      id: 'message-box',
      class: 'composer-text',
      type: 'text',
      role: 'combobox',
      'aria-autocomplete': 'list',
      'aria-expanded': 'false',
      'aria-controls': this.list.id,
      autocomplete: 'off',
      autocapitalize: 'off',
      spellcheck: 'false',
      enterkeyhint: 'send',
      maxlength: '6000',
      oninput: () => this.#typed(),
      onfocus: () => this.#typed(),
      onkeydown: (event) => this.#textKey(event),
    });
    this.line = h('div', {
      class: 'command-line',
      role: 'group',
      hidden: true,
      onkeydown: (event) => {
        if (event.target === this.line) this.#lineKey(event);
      },
    });
    this.send = h('button', { class: 'icon-button send', type: 'button', 'aria-label': 'Send', title: 'Send', onclick: () => this.submit() }, icon('send'));
    this.slash = h('button', { class: 'icon-button', type: 'button', 'aria-label': 'Show the commands', title: 'Commands', onclick: () => this.#offerAll() }, icon('slash'));
    this.box = h('div', { class: 'composer-box' }, this.slash, this.text, this.line, this.send);
    this.el = h('section', { class: 'composer', 'aria-label': 'Message box' }, this.panel, this.error, this.box);
    this.el.addEventListener('focusout', (event) => {
      if (!this.el.contains(event.relatedTarget)) this.#closePanel();
    });
    this.box.addEventListener('pointerdown', (event) => {
      if (event.target !== this.box && event.target !== this.line) return;
      event.preventDefault();
      this.focus();
    });
  }

  get #runnable() {
    return flatten(this.#store.usableCommands());
  }

  get #directory() {
    const { guild, users, bot } = this.#store;
    return { channels: guild?.channels ?? [], roles: guild?.roles ?? [], users: bot && !users.some((u) => u.id === bot.id) ? [...users, bot] : users };
  }

  #refresh() {
    const { channel } = this.#store;
    const hint = channel ? `Message #${channel.name}, or type / for commands` : 'There is no channel to write in';
    this.text.placeholder = hint;
    this.text.setAttribute('aria-label', hint);
    this.text.disabled = !channel;
    if (this.#command && !this.#runnable.some((c) => c.name === this.#command.name)) this.#leave('');
    if (this.#mode === 'commands') this.#typed();
  }

  /** focus goes to where typing makes sense. */
  focus() {
    if (this.#command) (this.#fields.at(-1)?.input ?? this.line).focus();
    else this.text.focus();
  }

  /** prefill puts a line into the box, as if it had been typed. */
  prefill(line) {
    const parsed = parseLine(this.#runnable, line);
    if (parsed) {
      this.#enter(parsed.command, parsed.values);
    } else {
      this.#leave(line);
      this.#typed();
    }
  }

  #offerAll() {
    if (this.#command) this.#leave('');
    if (!this.text.value.startsWith('/')) this.text.value = '/';
    this.text.focus();
    this.#typed();
  }

  // ---- plain text

  #typed() {
    this.#showError('');
    const { value } = this.text;
    if (!value.startsWith('/')) {
      this.#closePanel();
      return;
    }
    const typed = value.slice(1);
    // "/subscribe " is enough to know what is meant.
    const parsed = parseLine(this.#runnable, value);
    if (parsed && typed.length > parsed.command.name.length) {
      this.#enter(parsed.command, parsed.values);
      return;
    }
    this.#offerCommands(typed);
  }

  #offerCommands(typed) {
    const found = search(this.#runnable, typed);
    this.#mode = 'commands';
    this.list.show(found.map((command) => ({
      key: command.name,
      group: this.#store.bot?.global_name || this.#store.bot?.username || 'Commands',
      pick: () => this.#enter(command),
      content: [
        avatar(this.#store.bot, this.#store.bot, 'avatar tiny'),
        h('span', { class: 'command-item' },
          h('span', { class: 'command-title' }, `/${command.name}`, ordered(command.options).map((o) => h('span', { class: `command-option${o.required ? '' : ' optional'}` }, o.name))),
          h('span', { class: 'option-description' }, command.description)),
      ],
    })));
    this.#openPanel(found.length ? null : [h('span', null, 'No command fits ', h('code', null, `/${typed.trim()}`), '. Delete a little, or type only ', h('kbd', null, '/'), '.')], this.text);
  }

  #textKey(event) {
    if (event.isComposing) return;
    const { key } = event;
    const listing = this.#mode === 'commands' && !this.panel.hidden && this.list.active;
    if (listing && (key === 'ArrowDown' || key === 'ArrowUp')) {
      event.preventDefault();
      this.list.move(key === 'ArrowDown' ? 1 : -1);
    } else if (listing && key === 'Tab' && !event.shiftKey) {
      event.preventDefault();
      this.list.pickActive();
    } else if (key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      if (listing) this.list.pickActive();
      else this.submit();
    } else if (key === 'Escape' && !this.panel.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.#closePanel();
    }
  }

  // ---- a command and its options

  #enter(command, values = {}) {
    this.#command = command;
    this.#fields = [];
    this.text.hidden = true;
    this.line.hidden = false;
    this.text.value = '';
    this.#showError('');
    this.line.setAttribute('aria-label', `/${command.name}`);
    for (const option of ordered(command.options)) {
      if (option.required || option.name in values) this.#addField(option, values[option.name]);
    }
    this.#renderLine();
    const empty = this.#fields.find((f) => !f.text);
    const next = empty ?? this.#fields.at(-1);
    if (next) {
      next.input.focus();
    } else {
      this.line.tabIndex = -1;
      this.line.focus();
      this.#offerOptions();
    }
  }

  #addField(option, text) {
    const handlers = {
      onFocus: (f) => this.#offerChoices(f),
      onInput: (f) => this.#optionTyped(f),
      onKey: (event, f) => this.#optionKey(event, f),
      onPaste: (event, f) => this.#pasted(event, f),
    };
    const field = option.type === OPTION.attachment ? new FileField(option, handlers) : new OptionField(option, this.#directory, handlers);
    if (text) field.setText(text);
    this.#fields.push(field);
    return field;
  }

  get #unused() {
    const used = new Set(this.#fields.map((f) => f.name));
    return ordered(this.#command.options).filter((o) => !used.has(o.name));
  }

  #renderLine() {
    const rest = this.#unused.length;
    fill(this.line,
      h('span', { class: 'command-name' }, `/${this.#command.name}`),
      this.#fields.map((f) => f.el),
      rest > 0 && h('button', {
        class: 'more-options',
        type: 'button',
        'aria-label': `Add an option: ${rest} optional`,
        onclick: () => this.#offerOptions(true),
        onkeydown: (event) => this.#lineKey(event),
      }, `+${rest} optional`));
  }

  /** #leave goes back to plain text. */
  #leave(text) {
    this.#command = null;
    this.#fields = [];
    this.#ask += 1;
    this.line.hidden = true;
    fill(this.line);
    this.text.hidden = false;
    this.text.value = text;
    this.#showError('');
    this.#closePanel();
  }

  // Keys on the command itself or on "+2 optional".
  #lineKey(event) {
    const { key } = event;
    const listing = this.#mode === 'options' && !this.panel.hidden && this.list.items.length > 0;
    if (listing && (key === 'ArrowDown' || key === 'ArrowUp')) this.list.move(key === 'ArrowDown' ? 1 : -1);
    else if (listing && (key === 'Enter' || key === ' ') && this.list.active) this.list.pickActive();
    else if (key === 'Enter' && event.target === this.line) this.submit();
    else if (key === 'Backspace' && event.target === this.line) this.#backToText();
    else if (key === 'Escape') this.#escape();
    else if (key.length === 1 && key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey && this.#unused.length) this.#addOption(this.#unused[0], key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #offerOptions(focusButton = false) {
    const button = this.line.querySelector('.more-options');
    if (!button) {
      this.#mode = 'options';
      this.list.show([]);
      this.#openPanel([h('b', null, `/${this.#command.name}`), h('span', null, this.#command.description)], this.line);
      return;
    }
    if (focusButton) button.focus();
    this.#mode = 'options';
    // Until an arrow key is pressed, Enter runs the command as it is.
    const active = focusButton ? 0 : -1;
    this.list.show(this.#unused.map((option) => ({
      key: option.name,
      group: 'Options',
      pick: () => this.#addOption(option),
      content: [h('span', { class: 'option-name' }, option.name), h('span', { class: 'option-description' }, option.description)],
    })), active);
    this.#openPanel([h('b', null, `/${this.#command.name}`), h('span', null, this.#command.description)], focusButton ? button : this.line);
  }

  #offerChoices(field) {
    clearTimeout(this.#askTimer);
    this.#ask += 1;
    this.#mode = 'choices';
    if (field.option.autocomplete && !field.settled) {
      this.list.show([], -1);
      this.#helpFor(field, 'Loading options…');
      const ask = this.#ask;
      this.#askTimer = setTimeout(() => this.#fetchChoices(field, ask), field.text ? AUTOCOMPLETE_PAUSE : 0);
      return;
    }
    const choices = field.settled ? null : suggestions(field.option, field.text, field.directory);
    this.#showChoices(field, choices ?? []);
    this.#helpFor(field, field.note ?? (choices && !choices.length ? 'Nothing fits.' : ''));
  }

  #addOption(option, text) {
    const field = this.#addField(option, text);
    this.#renderLine();
    field.input.focus();
  }

  async #fetchChoices(field, ask) {
    let choices = [];
    let note = '';
    try {
      choices = await this.#store.autocomplete(this.#command.name, this.#given(field), field.name);
    } catch {
      note = 'Loading options failed.';
    }
    // Another key was pressed, or another option chosen, since this was asked.
    if (ask !== this.#ask) return;
    this.#showChoices(field, choices);
    this.#helpFor(field, note || (choices.length ? '' : 'No options match.'));
  }

  // #given is what the options are worth so far, for autocomplete: the
  // focused one as typed.
  #given(focused) {
    const out = {};
    for (const field of this.#fields) {
      const worth = field === focused ? { value: field.text } : field.worth();
      if (worth.value !== undefined && field.option.type !== OPTION.attachment) out[field.name] = worth.value;
    }
    return out;
  }

  #showChoices(field, choices) {
    this.list.show(choices.map((choice) => ({
      key: choice.value,
      pick: () => {
        field.pick(choice);
        this.#advance(field);
      },
      content: choiceContent(choice),
    })), field.free && !field.option.autocomplete ? -1 : 0);
  }

  #helpFor(field, note) {
    const { option } = field;
    this.#openPanel([
      h('b', null, option.name),
      h('span', null, option.description, !option.required && h('em', null, ' Optional.')),
      note && h('span', { class: 'help-note' }, note),
    ], field.input);
  }

  #advance(field) {
    const index = this.#fields.indexOf(field);
    const next = this.#fields.slice(index + 1).find((f) => !f.text) ?? this.#fields.find((f) => !f.text && f.option.required);
    if (next) next.input.focus();
    else this.#offerChoices(field);
  }

  // "channel:" typed inside another option's value goes on to that option.
  #optionTyped(field) {
    const match = /(^|\s)([^\s:]{1,32}):$/.exec(field.text);
    const option = match && this.#command.options.find((o) => o.name === match[2]);
    if (option) {
      field.setText(field.text.slice(0, match.index));
      if (option.name !== field.name) {
        if (!field.text && !field.option.required) this.#fields.splice(this.#fields.indexOf(field), 1);
        const target = this.#fields.find((f) => f.name === option.name) ?? this.#addField(option);
        this.#renderLine();
        target.input.focus();
        return;
      }
    }
    this.#showError('');
    this.#offerChoices(field);
  }

  #pasted(event, field) {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    const whole = field.text ? null : parseLine(this.#runnable, text);
    if (whole) {
      event.preventDefault();
      this.#enter(whole.command, whole.values);
      return;
    }
    const named = this.#command.options.some((o) => new RegExp(`(^|\\s)${o.name.replace(/[^\w-]/g, '\\$&')}:`, 'u').test(text));
    if (!named || field.text) return;
    event.preventDefault();
    const values = Object.fromEntries(this.#fields.filter((f) => f !== field && f.text).map((f) => [f.name, f.kept]));
    this.#enter(this.#command, { ...values, ...parseOptions(this.#command, text) });
  }

  #optionKey(event, field) {
    if (event.isComposing) return;
    const { key } = event;
    const index = this.#fields.indexOf(field);
    const { atStart, atEnd } = field;
    const listing = !this.panel.hidden && this.list.active !== null;
    const stop = () => {
      event.preventDefault();
      event.stopPropagation();
    };
    if ((key === 'ArrowDown' || key === 'ArrowUp') && this.list.items.length) {
      stop();
      this.list.move(key === 'ArrowDown' ? 1 : -1);
    } else if (key === 'Enter') {
      stop();
      if (listing) this.list.pickActive();
      else this.submit();
    } else if (key === 'Tab' && !event.shiftKey && listing && field.text && !field.settled) {
      stop();
      this.list.pickActive();
    } else if (key === 'Escape') {
      stop();
      this.#escape();
    } else if (key === 'Backspace' && atStart) {
      stop();
      this.#removeField(field, index);
    } else if (key === 'ArrowLeft' && atStart && index > 0) {
      stop();
      this.#fields[index - 1].input.focus();
    } else if (key === 'ArrowRight' && atEnd && index < this.#fields.length - 1) {
      stop();
      this.#fields[index + 1].input.focus();
    }
  }

  #removeField(field, index) {
    if (field.text) return;
    if (!field.option.required) {
      this.#fields.splice(index, 1);
      this.#renderLine();
      const before = this.#fields[index - 1] ?? this.#fields[0];
      if (before) {
        before.input.focus();
      } else {
        this.line.tabIndex = -1;
        this.line.focus();
        this.#offerOptions();
      }
    } else if (index > 0) {
      this.#fields[index - 1].input.focus();
    } else if (this.#fields.every((f) => !f.text)) {
      this.#backToText();
    }
  }

  #backToText() {
    const { name } = this.#command;
    this.#leave(`/${name}`);
    this.text.focus();
    this.#typed();
  }

  #escape() {
    if (!this.panel.hidden) {
      this.#closePanel();
      return;
    }
    this.#leave('');
    this.text.focus();
  }

  // ---- sending

  /** submit runs the command in the box, or says what is missing. */
  async submit() {
    if (this.#sending) return;
    if (!this.#command) {
      await this.#submitText();
      return;
    }
    const options = {};
    for (const option of this.#command.options) {
      if (option.required && !this.#fields.some((f) => f.name === option.name)) this.#addField(option);
    }
    for (const field of this.#fields) {
      const worth = field.worth();
      if (worth.error) {
        field.input.focus();
        field.showError(worth.error);
        this.#closePanel();
        this.#showError(`${field.name}: ${worth.error}`);
        return;
      }
      if (worth.value !== undefined) options[field.name] = worth.value;
    }
    await this.#run(this.#command.name, options);
  }

  async #submitText() {
    const line = this.text.value.trim();
    if (!line) return;
    if (!line.startsWith('/')) {
      // The box is free for the next message while this one is on its way.
      this.text.value = '';
      try {
        await this.#store.say(line);
      } catch (error) {
        this.text.value ||= line;
        this.#showError(error.message);
      }
      return;
    }
    const parsed = parseLine(this.#runnable, line);
    if (parsed) this.#enter(parsed.command, parsed.values);
    else this.#showError(`There is no command ${line.split(/\s/)[0]} here. Type / to see them all.`);
  }

  async #run(name, options) {
    this.#sending = true;
    this.box.classList.add('sending');
    const command = this.#command;
    const values = Object.fromEntries(this.#fields.map((f) => [f.name, f.kept]));
    this.#leave('');
    this.text.focus();
    const free = () => {
      this.#sending = false;
      this.box.classList.remove('sending');
    };
    // The box is free as soon as the command is on its way.
    const done = this.#store.runCommand(name, options);
    const timer = setTimeout(free, 400);
    try {
      await done;
    } catch (error) {
      if (!this.#command && !this.text.value) {
        this.#enter(command, values);
        this.#closePanel();
      }
      this.#showError(error.message);
    }
    clearTimeout(timer);
    free();
  }

  // ---- the panel above the box

  #openPanel(help, owner) {
    if (!this.el.contains(document.activeElement) && document.activeElement !== document.body) {
      this.#closePanel();
      return;
    }
    this.help.hidden = !help;
    fill(this.help, help ?? []);
    this.list.el.hidden = this.list.items.length === 0;
    this.panel.hidden = false;
    this.list.own(owner);
    for (const el of [this.text, ...this.#fields.map((f) => f.input)]) el.setAttribute('aria-expanded', String(el === owner && this.list.items.length > 0));
  }

  #closePanel() {
    this.#mode = null;
    clearTimeout(this.#askTimer);
    this.#ask += 1;
    this.panel.hidden = true;
    this.list.own(null);
    for (const el of [this.text, ...this.#fields.map((f) => f.input)]) el.setAttribute('aria-expanded', 'false');
  }

  #showError(sentence) {
    fill(this.error);
    if (sentence) append(this.error, [icon('warning'), sentence]);
  }
}
