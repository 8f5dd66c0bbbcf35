// One message as an element.

import { append, h, picture, safeURL } from './dom.mjs';
import { components } from './components.mjs';
import { colourOf, dayKey, displayName, formatBytes, formatTime, initials, messageTime } from './format.mjs';
import { icon, newswire } from './icons.mjs';
import { plainText, parseInline } from './markdown.mjs';
import { embed, inlineMarkdown, markdown } from './render.mjs';
import { EPHEMERAL, LOADING } from './state.mjs';

const GROUP_WITHIN = 7 * 60_000;
const SUPPRESS_EMBEDS = 1 << 2;
const CONTEXT_MENU = 23; // the type of a message that answers a command from a message's menu

/** avatar is a user's picture: a drawing for the bot, an initial for people. */
export function avatar(user, bot, className = 'avatar') {
  if (bot && user?.id === bot.id) return h('span', { class: className, 'aria-hidden': 'true' }, newswire());
  const el = h('span', { class: className, 'aria-hidden': 'true' }, initials(displayName(user)).slice(0, 1).toUpperCase());
  el.style.backgroundColor = colourOf(user);
  return el;
}

/** appBadge marks what a program wrote. */
export function appBadge() {
  return h('span', { class: 'badge' }, 'APP');
}

/** continues tells whether a message stands under the author line of the one before. */
export function continues(message, before) {
  if (!before || commandOf(message) || message.message_reference) return false;
  if (before.author?.id !== message.author?.id) return false;
  if ((before.flags & EPHEMERAL) !== (message.flags & EPHEMERAL)) return false;
  const [earlier, later] = [new Date(before.timestamp), new Date(message.timestamp)];
  return later - earlier < GROUP_WITHIN && dayKey(earlier) === dayKey(later);
}

// The command that a message answers, if it was one (type 2).
function commandOf(message) {
  const metadata = message.interaction_metadata ?? message.interaction;
  if (!metadata || (metadata.type ?? 2) !== 2) return null;
  const name = message.interaction?.name ?? message.interaction_metadata?.name;
  return name ? { name, user: metadata.user ?? message.interaction?.user, menu: message.type === CONTEXT_MENU } : null;
}

function usedLine({ user: by, name, menu }, store) {
  const user = store.findUser(by?.id) ?? by;
  return h('div', { class: 'reply-line' },
    avatar(user, store.bot, 'avatar tiny'),
    h('span', { class: 'reply-author' }, displayName(user)),
    ' used ',
    h('span', { class: 'mention' }, menu ? icon('apps', 'menu-mark') : icon('slash'), name));
}

function replyLine(target, store, names) {
  const text = target.content || target.embeds?.[0]?.title || 'A post';
  return h('div', { class: 'reply-line' },
    avatar(target.author, store.bot, 'avatar tiny'),
    h('span', { class: 'reply-author' }, displayName(target.author)),
    h('span', { class: 'reply-text' }, inlineMarkdown(plainText(parseInline(text)).slice(0, 160), names)));
}

function thinking(words) {
  return h('div', { class: 'thinking', role: 'status' },
    h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')), words);
}

function failure(sentence) {
  return h('div', { class: 'failure' }, icon('warning'), sentence);
}

/**
 * messageElement renders a message. ctx: {store, names, onDismiss(message),
 * onMenu(message, point, opener)}.
 * before is the message above it, if any.
 */
export function messageElement(message, before, ctx) {
  const { store, names } = ctx;
  const grouped = continues(message, before);
  const ephemeral = Boolean(message.flags & EPHEMERAL);
  const date = new Date(message.timestamp);
  const author = displayName(message.author);
  const command = commandOf(message);
  const target = store.targetOf(message);
  const el = h('article', {
    class: `message${grouped ? ' grouped' : ''}${ephemeral ? ' ephemeral' : ''}`,
    'data-id': message.id,
    'aria-label': `${author}, ${formatTime(date, 'f')}`,
  });
  const time = (text) => h('time', { class: 'message-time', datetime: message.timestamp, title: formatTime(date, 'F') }, text);

  if (command) el.append(usedLine(command, store));
  else if (target) el.append(replyLine(target, store, names));

  const body = h('div', { class: 'message-body' });
  if (grouped) {
    el.append(h('span', { class: 'message-gutter' }, time(formatTime(date, 't'))));
  } else {
    el.append(avatar(store.findUser(message.author?.id) ?? message.author, store.bot));
    body.append(h('div', { class: 'message-head' },
      h('span', { class: 'author' }, author),
      (message.author?.bot || message.author?.id === store.bot?.id) && appBadge(),
      time(messageTime(date))));
  }
  append(body, content(message, ctx));
  if (ephemeral) body.append(ephemeralNote(message, ctx));
  el.append(body);
  if (!ephemeral && !(message.flags & LOADING)) addMenu(el, message, ctx);
  return el;
}

// addMenu opens the message's menu from a button, and on a right press: but not
// on a link or on selected text, which have the browser's own menu.
function addMenu(el, message, { onMenu }) {
  const open = (point) => {
    button.setAttribute('aria-expanded', 'true');
    onMenu(message, point, button);
  };
  const button = h('button', {
    class: 'icon-button message-more',
    type: 'button',
    title: 'Apps',
    'aria-label': 'Apps for this message',
    'aria-haspopup': 'menu',
    'aria-expanded': 'false',
    onclick: () => {
      const { left, bottom } = button.getBoundingClientRect();
      open({ x: left, y: bottom + 4 });
    },
  }, icon('more'));
  el.append(button);
  el.addEventListener('contextmenu', (event) => {
    if (event.target.closest('a, img') || !getSelection().isCollapsed || !button.offsetParent) return;
    event.preventDefault();
    open({ x: event.clientX, y: event.clientY });
  });
}

function content(message, { store, names }) {
  const { flags = 0 } = message;
  if (message.failed) return [failure('The application did not respond.')];
  if (flags & LOADING) return [thinking(`${displayName(message.author)} is thinking…`)];
  const edited = message.edited_timestamp && h('span', { class: 'edited', title: formatTime(new Date(message.edited_timestamp), 'F') }, '(edited)');
  const embeds = flags & SUPPRESS_EMBEDS ? [] : (message.embeds ?? []).map((e) => embed(e, names));
  const guild = store.guilds.find((g) => g.channels.some((c) => c.id === message.channel_id)) ?? store.guild;
  return [
    message.content && h('div', { class: 'message-content markdown' }, markdown(message.content, names), edited && ' ', edited),
    (message.attachments ?? []).map(attachment),
    embeds,
    message.components?.length > 0 && components(message.components, {
      names,
      directory: { channels: guild?.channels ?? [], roles: guild?.roles ?? [], users: store.users },
      use: (customId, type, values) => store.useComponent(message, customId, type, values),
    }),
    !message.content && edited,
  ];
}

function attachment(file) {
  const image = /^image\//.test(file.content_type ?? '') && picture(file.url, file.description ?? file.filename, 'embed-image');
  if (image) return image;
  const href = safeURL(file.url);
  const link = (props, ...children) => h('a', { href, download: file.filename, rel: 'noopener noreferrer', ...props }, children);
  return h('div', { class: 'attachment' },
    icon('file', 'attachment-icon'),
    h('div', { class: 'attachment-text' },
      href ? link({ class: 'attachment-name' }, file.filename) : h('span', { class: 'attachment-name' }, file.filename),
      h('span', { class: 'attachment-size' }, formatBytes(file.size))),
    href && link({ class: 'icon-button', title: 'Download', 'aria-label': `Download ${file.filename}` }, icon('download')));
}

function ephemeralNote(message, { onDismiss }) {
  return h('div', { class: 'ephemeral-note' },
    icon('eye'), 'Only you can see this', h('span', { 'aria-hidden': 'true' }, '•'),
    h('button', { class: 'link-button', type: 'button', onclick: () => onDismiss(message) }, 'Dismiss message'));
}

/** pendingElement stands for a command whose answer has not come yet. */
export function pendingElement(entry, { store }) {
  const el = h('article', { class: 'message pending-message', 'data-pending': entry.id, 'aria-label': entry.menu ? entry.name : `/${entry.name}` });
  const name = displayName(store.bot);
  const failed = entry.state === 'failed';
  append(el, [
    usedLine(entry, store),
    avatar(store.bot, store.bot),
    h('div', { class: 'message-body' },
      h('div', { class: 'message-head' }, h('span', { class: 'author' }, name), appBadge()),
      failed && failure(entry.message || 'The application did not respond.'),
      !failed && thinking(entry.state === 'thinking' ? `${name} is thinking…` : 'Sending command…'),
      failed && h('div', { class: 'ephemeral-note' },
        icon('eye'), 'Only you can see this', h('span', { 'aria-hidden': 'true' }, '•'),
        h('button', { class: 'link-button', type: 'button', onclick: () => store.forget(entry.id) }, 'Dismiss message'))),
  ]);
  return el;
}

/** dayDivider separates days. */
export function dayDivider(date) {
  return h('div', { class: 'day-divider', role: 'separator' }, h('span', null, formatTime(date, 'D')));
}
