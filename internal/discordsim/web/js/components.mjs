// Message components: buttons, select menus and the layout components of
// Discord's second version.

import { append, externalLink, fill, h, picture, safeURL } from './dom.mjs';
import { displayName, hexColour } from './format.mjs';
import { icon } from './icons.mjs';
import { Select } from './listbox.mjs';
import { markdown } from './render.mjs';

const TYPE = {
  row: 1, button: 2, select: 3, userSelect: 5, roleSelect: 6, mentionableSelect: 7, channelSelect: 8,
  section: 9, text: 10, thumbnail: 11, gallery: 12, separator: 14, container: 17,
};
const STYLES = { 1: 'primary', 2: 'secondary', 3: 'success', 4: 'danger', 6: 'secondary' };
const LINK_STYLE = 5;

/**
 * components renders a message's components. ctx: {names, directory,
 * use(customId, componentType, values) -> Promise<null | sentence>}.
 */
export function components(list, ctx) {
  const holder = h('div', { class: 'components' });
  const status = h('div', { class: 'component-error', role: 'status' });
  const scope = { ...ctx, holder, status };
  append(holder, [(list ?? []).map((c) => component(c, scope)), status]);
  return holder;
}

function component(c, scope) {
  switch (c.type) {
    case TYPE.row:
      return h('div', { class: 'action-row' }, (c.components ?? []).map((child) => component(child, scope)));
    case TYPE.button:
      return button(c, scope);
    case TYPE.select:
    case TYPE.userSelect:
    case TYPE.roleSelect:
    case TYPE.mentionableSelect:
    case TYPE.channelSelect:
      return select(c, scope);
    case TYPE.text:
      return h('div', { class: 'markdown' }, markdown(c.content, scope.names));
    case TYPE.section:
      return h('div', { class: 'section' },
        h('div', { class: 'section-text' }, (c.components ?? []).map((child) => component(child, scope))),
        c.accessory && component(c.accessory, scope));
    case TYPE.thumbnail:
      return picture(c.media?.url, c.description, 'embed-thumbnail');
    case TYPE.gallery:
      return h('div', { class: 'gallery' }, (c.items ?? []).map((item) => picture(item.media?.url, item.description, 'gallery-image')));
    case TYPE.separator:
      return h('hr', { class: `separator${c.divider === false ? ' invisible' : ''}${c.spacing === 2 ? ' wide' : ''}` });
    case TYPE.container: {
      const el = h('div', { class: 'embed container' }, (c.components ?? []).map((child) => component(child, scope)));
      if (Number.isInteger(c.accent_color)) el.style.setProperty('--embed-colour', hexColour(c.accent_color));
      return el;
    }
    default:
      return null;
  }
}

function emojiText(emoji) {
  if (!emoji) return null;
  // Custom emoji are pictures on Discord's servers; a plain name stands for them.
  return h('span', { class: 'button-emoji', 'aria-hidden': 'true' }, emoji.id ? '' : emoji.name);
}

function button(c, scope) {
  const label = c.label ?? '';
  const name = label ? null : c.emoji?.name ?? 'Button';
  if (c.style === LINK_STYLE) {
    const href = safeURL(c.url);
    const content = [emojiText(c.emoji), label, icon('external')];
    if (c.disabled || !href) return h('span', { class: 'button secondary', role: 'link', 'aria-disabled': 'true' }, content);
    return externalLink(href, { class: 'button secondary', 'aria-label': name }, content);
  }
  const el = h('button', { class: `button ${STYLES[c.style] ?? 'secondary'}`, type: 'button', disabled: c.disabled, 'aria-label': name },
    h('span', { class: 'button-content' }, emojiText(c.emoji), label));
  el.addEventListener('click', () => run(el, scope, () => scope.use(c.custom_id, c.type, [])));
  return el;
}

// run shows the pending state on the pressed element, keeps the message's
// other controls from being pressed meanwhile, and says when it failed.
async function run(el, scope, action) {
  if (scope.busy) return;
  scope.busy = true;
  scope.status.replaceChildren();
  el.classList.add('pending');
  el.setAttribute('aria-busy', 'true');
  scope.holder.classList.add('busy');
  const failure = await action();
  scope.busy = false;
  el.classList.remove('pending');
  el.removeAttribute('aria-busy');
  scope.holder.classList.remove('busy');
  if (failure) append(scope.status, [icon('warning'), failure]);
}

function select(c, scope) {
  const all = choices(c, scope.directory);
  const label = c.placeholder || 'Make a selection';
  const shown = h('span');
  const trigger = h('button', { class: 'select-button', type: 'button', disabled: c.disabled }, shown, icon('chevron'));
  const show = () => {
    const chosen = all.filter((o) => o.selected).map((o) => o.label).join(', ');
    shown.className = chosen ? 'select-value' : 'select-placeholder';
    fill(shown, chosen || label);
    trigger.setAttribute('aria-label', chosen ? `${label}: ${chosen}` : label);
  };
  show();
  const control = new Select({
    label,
    button: trigger,
    options: () => all,
    min: c.min_values ?? 1,
    max: c.max_values ?? 1,
    onChange: (values) => {
      // What was chosen stays to be seen until the bot edits the message.
      for (const option of all) option.selected = values.includes(option.value);
      show();
      run(trigger, scope, () => scope.use(c.custom_id, c.type, values));
    },
  });
  return control.el;
}

function choices(c, { channels, roles, users }) {
  const preset = new Set((c.default_values ?? []).map((v) => v.id));
  const entity = (value, label, prefix) => ({ value, label, selected: preset.has(value), content: h('span', { class: 'option-name' }, `${prefix}${label}`) });
  const people = () => users.map((u) => entity(u.id, displayName(u), '@'));
  const allRoles = () => roles.map((r) => entity(r.id, r.name.replace(/^@/, ''), '@'));
  switch (c.type) {
    case TYPE.userSelect:
      return people();
    case TYPE.roleSelect:
      return allRoles();
    case TYPE.mentionableSelect:
      return [...people(), ...allRoles()];
    case TYPE.channelSelect:
      return channels.filter((ch) => !c.channel_types?.length || c.channel_types.includes(ch.type)).map((ch) => entity(ch.id, ch.name, '#'));
    default:
      return (c.options ?? []).map((o) => ({
        value: o.value,
        label: o.label,
        selected: Boolean(o.default),
        content: [
          h('span', { class: 'option-name' }, emojiText(o.emoji), o.label),
          o.description && h('span', { class: 'option-description' }, o.description),
        ],
      }));
  }
}
