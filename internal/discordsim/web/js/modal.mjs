// Modals: a form that the bot asks for.

import { append, fill, h, uid } from './dom.mjs';
import { icon } from './icons.mjs';
import { markdown } from './render.mjs';

const TYPE = { row: 1, select: 3, input: 4, text: 10, label: 18 };
const PARAGRAPH = 2;

/** modals shows the forms that the store receives, one at a time. */
export function modals(store, names) {
  store.on('modal', (modal) => open(modal, store, names));
}

function open(modal, store, names) {
  const fields = new Map();
  const heading = uid('modal');
  const error = h('p', { class: 'modal-error', role: 'alert' });
  const submit = h('button', { class: 'button primary', type: 'submit' }, h('span', { class: 'button-content' }, 'Submit'));
  const dialog = h('dialog', { class: 'modal', 'aria-labelledby': heading });
  const form = h('form', { method: 'dialog' },
    h('header', null,
      h('h2', { id: heading }, modal.title),
      h('button', { class: 'icon-button', type: 'button', 'aria-label': 'Close', onclick: () => dialog.close() }, icon('close'))),
    h('div', { class: 'modal-fields' }, (modal.components ?? []).map((c) => field(c, fields, names))),
    error,
    h('footer', null,
      h('button', { class: 'button plain', type: 'button', onclick: () => dialog.close() }, 'Cancel'),
      submit));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    error.textContent = '';
    submit.classList.add('pending');
    try {
      await store.submitModal(modal, Object.fromEntries([...fields].map(([id, read]) => [id, read()])));
      dialog.close();
    } catch (problem) {
      error.textContent = problem.message;
    }
    submit.classList.remove('pending');
  });
  append(dialog, form);
  const opener = document.activeElement;
  dialog.addEventListener('close', () => {
    dialog.remove();
    // Chromium gives the focus back to an input, but not its caret.
    opener?.blur();
    opener?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  form.querySelector('.modal-field :is(input, textarea, select)')?.focus();
}

function field(c, fields, names, label = c.label, description = '') {
  switch (c.type) {
    case TYPE.row:
      return (c.components ?? []).map((child) => field(child, fields, names));
    case TYPE.label:
      return c.component ? field(c.component, fields, names, c.label, c.description) : null;
    case TYPE.text:
      return h('div', { class: 'markdown' }, markdown(c.content, names));
    case TYPE.input:
      return labelled(c, fields, label, description, input(c));
    case TYPE.select:
      return labelled(c, fields, label, description, choice(c));
    default:
      return null;
  }
}

function input(c) {
  const shared = { required: c.required ?? true, minlength: c.min_length, maxlength: c.max_length, placeholder: c.placeholder };
  const el = c.style === PARAGRAPH ? h('textarea', { rows: 4, ...shared }) : h('input', { type: 'text', ...shared });
  el.value = c.value ?? '';
  return el;
}

function choice(c) {
  const el = h('select', { required: c.required ?? true });
  return fill(el, h('option', { value: '' }, c.placeholder ?? 'Make a selection'),
    (c.options ?? []).map((o) => h('option', { value: o.value, selected: o.default }, o.label)));
}

function labelled(c, fields, label, description, control) {
  const id = uid('field');
  control.id = id;
  fields.set(c.custom_id, () => control.value);
  return h('div', { class: 'modal-field' },
    h('label', { for: id }, label ?? c.custom_id, (c.required ?? true) && h('span', { class: 'required', 'aria-hidden': 'true' }, ' *')),
    description && h('p', { class: 'modal-description' }, description),
    control);
}
