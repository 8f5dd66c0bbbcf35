// The first visit's card: three things to try, each one press away.

import { h, safeURL } from './dom.mjs';
import { flatten } from './commands.mjs';
import { icon } from './icons.mjs';

const SEEN = 'discordsim.welcomed';

function seen() {
  try {
    return localStorage.getItem(SEEN) !== null;
  } catch {
    return false;
  }
}

const IDEAS = [
  { command: 'news latest', says: 'the newest stories, here and now', line: () => '/news latest' },
  { command: 'subscribe', says: 'posts in a channel, for words that you choose', line: (store) => `/subscribe query:xiaomi channel:#${store.channel?.name ?? ''}` },
  { command: 'summarize', says: 'any article in fifteen seconds', line: (store) => `/summarize url:${lastLink(store)}` },
];

// A story that this channel has seen makes a good first article.
function lastLink(store) {
  const messages = store.buffer?.messages ?? [];
  for (const message of [...messages].reverse()) {
    const url = safeURL(message.embeds?.find((e) => e.url)?.url);
    if (url) return url;
  }
  return '';
}

/** welcome fills el with the card, until it is dismissed for good. */
export function welcome(store, composer, el) {
  if (seen()) return;
  const close = () => {
    try {
      localStorage.setItem(SEEN, '1');
    } catch {
      // It comes back next time, no worse.
    }
    el.replaceChildren();
    composer.focus();
  };
  const render = () => {
    if (seen()) return;
    const known = new Set(flatten(store.usableCommands()).map((c) => c.name));
    const ideas = IDEAS.filter((idea) => known.has(idea.command));
    if (!ideas.length || !store.bot) {
      el.replaceChildren();
      return;
    }
    el.replaceChildren(h('section', { class: 'welcome', 'aria-label': 'Welcome' },
      h('div', { class: 'welcome-head' },
        h('h2', null, `Try ${store.bot.global_name || store.bot.username}`),
        h('button', { class: 'icon-button', type: 'button', 'aria-label': 'Dismiss this card', onclick: close }, icon('close'))),
      h('p', null, 'The real bot, with sample news. Posts arrive by themselves; the rest starts with a slash.'),
      h('ul', null, ideas.map((idea) => h('li', null,
        h('button', { class: 'idea', type: 'button', onclick: () => composer.prefill(idea.line(store)) },
          h('span', { class: 'command-name' }, `/${idea.command}`), h('span', { class: 'idea-says' }, idea.says)))))));
  };
  store.on('commands', render);
  store.on('user', render);
  render();
}
