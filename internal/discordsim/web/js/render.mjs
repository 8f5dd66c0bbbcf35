// From markdown's tree to DOM nodes.

import { append, externalLink, h, picture, safeURL, uid } from './dom.mjs';
import { calendarTime, displayName, formatTime, hexColour } from './format.mjs';
import { icon } from './icons.mjs';
import { parse, parseInline } from './markdown.mjs';

/**
 * markdown renders a text with blocks. `names` resolves mentions:
 * {channel(id), role(id), user(id), openChannel(id), openCommand(name)}.
 */
export function markdown(source, names) {
  return parse(source).map((node) => render(node, names));
}

/** inlineMarkdown renders a text without blocks. */
export function inlineMarkdown(source, names) {
  return parseInline(source).map((node) => render(node, names));
}

const INLINE_TAGS = { strong: 'strong', em: 'em', underline: 'u', strike: 's' };

function render(node, names) {
  const children = () => (node.nodes ?? []).map((child) => render(child, names));
  switch (node.type) {
    case 'text':
      return document.createTextNode(node.value);
    case 'strong':
    case 'em':
    case 'underline':
    case 'strike':
      return h(INLINE_TAGS[node.type], null, children());
    case 'spoiler':
      return spoiler(children());
    case 'code':
      return h('code', null, node.value);
    case 'codeblock':
      return h('pre', { tabindex: '0', 'aria-label': node.language ? `Code, ${node.language}` : 'Code' }, h('code', null, node.value));
    case 'heading':
      return h(`h${node.level + 2}`, { class: `md-h${node.level}` }, children());
    case 'subtext':
      return h('small', { class: 'md-subtext' }, children());
    case 'quote':
      return h('blockquote', null, children());
    case 'list':
      return list(node, names);
    case 'link':
      return link(node, children());
    case 'mention':
      return mention(node, names);
    case 'everyone':
      return h('span', { class: 'mention' }, node.value);
    case 'command':
      return h('button', { class: 'mention', type: 'button', onclick: () => names.openCommand?.(node.name) }, `/${node.name}`);
    case 'emoji':
      return emoji(node);
    case 'timestamp':
      return timestamp(node);
    default:
      return document.createTextNode('');
  }
}

function list(node, names) {
  const start = node.ordered && node.start !== 1 ? node.start : null;
  const items = node.items.map((item) => h('li', null, item.nodes.map((child) => render(child, names))));
  return h(node.ordered ? 'ol' : 'ul', { start }, items);
}

function link(node, children) {
  const href = safeURL(node.url);
  if (!href) return h('span', null, children);
  const title = node.masked ? [node.title, href].filter(Boolean).join('\n') : null;
  return externalLink(href, { title }, children);
}

function spoiler(children) {
  const content = h('span', { class: 'spoiler-text', 'aria-hidden': 'true', inert: true }, children);
  const reveal = () => {
    el.classList.add('revealed');
    for (const name of ['role', 'tabindex', 'aria-label']) el.removeAttribute(name);
    for (const name of ['aria-hidden', 'inert']) content.removeAttribute(name);
  };
  const el = h('span', {
    class: 'spoiler',
    role: 'button',
    tabindex: '0',
    'aria-label': 'Spoiler: press to show',
    onclick: reveal,
    onkeydown: (event) => {
      if (event.target !== el || (event.key !== 'Enter' && event.key !== ' ')) return;
      event.preventDefault();
      reveal();
    },
  }, content);
  return el;
}

function mention(node, names) {
  if (node.kind === 'channel') {
    const channel = names.channel(node.id);
    if (!channel) return h('span', { class: 'mention' }, icon('hash'), 'unknown');
    return h('button', { class: 'mention', type: 'button', onclick: () => names.openChannel?.(node.id) }, icon(channel.type === 5 ? 'megaphone' : 'hash'), channel.name);
  }
  if (node.kind === 'role') {
    const role = names.role(node.id);
    const el = h('span', { class: 'mention' }, `@${role?.name ?? 'unknown-role'}`);
    if (role?.color) el.style.setProperty('--mention', hexColour(role.color));
    return el;
  }
  const user = names.user(node.id);
  return h('span', { class: 'mention' }, `@${user ? displayName(user) : 'unknown-user'}`);
}

// Emoji pictures live on Discord's servers, which this page never asks; the
// name stands for the picture.
function emoji(node) {
  return h('span', { class: 'emoji', title: `:${node.name}:`, role: 'img', 'aria-label': node.name }, `:${node.name}:`);
}

function timestamp(node) {
  const date = new Date(node.unix * 1000);
  if (Number.isNaN(date.getTime())) return document.createTextNode(node.raw);
  const el = h('time', { class: 'timestamp', datetime: date.toISOString(), title: formatTime(date, 'F') }, formatTime(date, node.style));
  if (node.style === 'R') el.dataset.relative = '';
  return el;
}

/** keepTimesCurrent rewrites the relative times on the page while it is open. */
export function keepTimesCurrent(root = document) {
  setInterval(() => {
    for (const el of root.querySelectorAll('time[data-relative]')) {
      const text = formatTime(new Date(el.dateTime), 'R');
      if (el.textContent !== text) el.textContent = text;
    }
  }, 5_000);
}

/** embed renders one embed object; null when it holds nothing to show. */
export function embed(data, names) {
  const article = h('article', { class: 'embed' });
  if (Number.isInteger(data.color) && data.color > 0) article.style.setProperty('--embed-colour', hexColour(data.color));

  const text = h('div', { class: 'embed-text' });
  if (data.provider?.name) text.append(h('div', { class: 'embed-provider' }, data.provider.name));
  if (data.author?.name) text.append(author(data.author));
  if (data.title) {
    const id = uid('embed');
    const href = safeURL(data.url);
    const title = inlineMarkdown(data.title, names);
    article.setAttribute('aria-labelledby', id);
    text.append(h('h3', { class: 'embed-title', id }, href ? externalLink(href, null, title) : title));
  }
  if (data.description) text.append(h('div', { class: 'embed-description markdown' }, markdown(data.description, names)));
  if (data.fields?.length) text.append(fields(data.fields, names));

  const thumbnail = picture(data.thumbnail?.url, data.thumbnail?.description, 'embed-thumbnail', () => article.querySelector('.embed-thumbnail-link'));
  const image = picture(data.image?.url, data.image?.description, 'embed-image', () => article.querySelector('.embed-image-link'));
  append(article, [
    text.hasChildNodes() && text,
    thumbnail && externalLink(thumbnail.src, { class: 'embed-thumbnail-link', 'aria-label': 'Open the picture' }, thumbnail),
    image && externalLink(image.src, { class: 'embed-image-link', 'aria-label': 'Open the picture' }, image),
    footer(data),
  ]);
  article.classList.toggle('has-thumbnail', Boolean(thumbnail));
  thumbnail?.addEventListener('error', () => article.classList.remove('has-thumbnail'));
  return article.hasChildNodes() ? article : null;
}

function author(data) {
  const href = safeURL(data.url);
  return h('div', { class: 'embed-author' }, picture(data.icon_url, '', 'embed-icon'), href ? externalLink(href, null, data.name) : h('span', null, data.name));
}

// Inline fields share a row, at most three; the grid has twelve columns.
function fields(list, names) {
  const rows = [];
  for (const field of list) {
    const row = rows.at(-1);
    if (field.inline && row?.inline && row.fields.length < 3) row.fields.push(field);
    else rows.push({ inline: Boolean(field.inline), fields: [field] });
  }
  return h('div', { class: 'embed-fields' }, rows.flatMap((row) => row.fields.map((field) => {
    const el = h('div', { class: 'embed-field' },
      h('div', { class: 'embed-field-name' }, inlineMarkdown(field.name, names)),
      h('div', { class: 'embed-field-value markdown' }, markdown(field.value, names)));
    el.style.gridColumn = `span ${row.inline ? 12 / row.fields.length : 12}`;
    return el;
  })));
}

function footer(data) {
  const date = data.timestamp ? new Date(data.timestamp) : null;
  const valid = date && !Number.isNaN(date.getTime());
  if (!data.footer?.text && !valid) return null;
  const time = valid && h('time', { datetime: date.toISOString(), title: formatTime(date, 'F') }, calendarTime(date));
  return h('div', { class: 'embed-footer' },
    picture(data.footer?.icon_url, '', 'embed-icon small'),
    h('span', null, data.footer?.text, data.footer?.text && time && ' • ', time));
}
