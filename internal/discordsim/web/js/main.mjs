// Starts the client: makes the store and the parts of the page, and connects them.

import { h } from './dom.mjs';
import { Composer } from './composer.mjs';
import { icon } from './icons.mjs';
import { MessagePane } from './messages.mjs';
import { modals } from './modal.mjs';
import { keepTimesCurrent } from './render.mjs';
import { channelList, memberList, serverRail, userPanel } from './sidebar.mjs';
import { Store } from './state.mjs';
import { themeToggle } from './theme.mjs';
import { welcome } from './welcome.mjs';

const $ = (id) => document.getElementById(id);
const FIRST_RETRY = 1_500;

const store = new Store();
const composer = new Composer(store);
const names = {
  channel: (id) => store.findChannel(id),
  role: (id) => store.findRole(id),
  user: (id) => store.findUser(id),
  openChannel: (id) => store.select(store.findChannel(id)?.guildId, id),
  openCommand: (name) => composer.prefill(`/${name}`),
};
const pane = new MessagePane({ store, names, intro });

$('pane').append(pane.el);
$('composer').append(composer.el);
serverRail(store, $('rail'));
channelList(store, { title: $('guild-name'), el: $('channels'), onChoose: () => drawer(false) });
userPanel(store, $('user-panel'));
memberList(store, $('members'));
modals(store, names);
welcome(store, composer, $('welcome'));
themeToggle($('theme'));
keepTimesCurrent();
header();
status();
keyboard();
begin();

// The nodes above a channel's first message.
function intro(channel) {
  if (!channel) return [];
  return [h('div', { class: 'channel-intro' },
    h('span', { class: 'channel-intro-icon' }, icon(channel.type === 5 ? 'megaphone' : 'hash')),
    h('h2', null, `Welcome to #${channel.name}!`),
    h('p', null, `This is the start of the #${channel.name} channel.${channel.topic ? ` ${channel.topic}` : ''}`))];
}

function header() {
  store.on('selection', () => {
    const { guild, channel } = store;
    $('channel-icon').replaceChildren(icon(channel?.type === 5 ? 'megaphone' : 'hash'));
    $('channel-title').textContent = channel?.name ?? 'No channel';
    $('channel-topic').textContent = channel?.topic ?? '';
    $('channel-topic').title = channel?.topic ?? '';
    document.title = channel ? `#${channel.name} | ${guild.name}` : 'Tidings demo';
    if (channel) history.replaceState(null, '', `#/${guild.id}/${channel.id}`);
  });
  $('menu').append(icon('menu'));
  $('menu').addEventListener('click', () => drawer(!document.body.classList.contains('drawer-open')));
  $('scrim').addEventListener('click', () => drawer(false));
  $('members-toggle').append(icon('people'));
  $('members-toggle').addEventListener('click', () => {
    const hidden = document.body.classList.toggle('members-hidden');
    $('members-toggle').setAttribute('aria-pressed', String(!hidden));
  });
}

// drawer slides the server and channel lists in, on narrow screens.
function drawer(open) {
  const was = document.body.classList.contains('drawer-open');
  document.body.classList.toggle('drawer-open', open);
  $('menu').setAttribute('aria-expanded', String(open));
  $('main').inert = open;
  if (open) $('channels').querySelector('button[aria-current]')?.focus();
  else if (was) $('menu').focus();
}

function status() {
  const render = () => {
    const bar = $('connection');
    bar.hidden = store.connected && store.botOnline;
    bar.textContent = store.connected ? `${store.bot?.username ?? 'The bot'} is offline.` : 'Reconnecting…';
  };
  store.on('connection', render);
  store.on('restarted', () => location.reload());
  store.on('bot', render);
}

function keyboard() {
  // A wider window has no drawer to close.
  matchMedia('(min-width: 760px)').addEventListener('change', () => drawer(false));
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && document.body.classList.contains('drawer-open')) drawer(false);
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      event.preventDefault();
      stepChannel(event.key === 'ArrowDown' ? 1 : -1);
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.key !== '/') return;
    if (event.target.closest?.('input, textarea, select, dialog, [role="combobox"]')) return;
    event.preventDefault();
    composer.prefill('/');
    composer.focus();
  });
}

function stepChannel(step) {
  const rows = [...$('channels').querySelectorAll('button.channel-row')];
  const at = rows.findIndex((row) => row.getAttribute('aria-current'));
  rows[(at + step + rows.length) % rows.length]?.click();
}

async function begin() {
  const [, guildId, channelId] = location.hash.split('/');
  try {
    await store.start({ guildId, channelId });
    $('app').removeAttribute('aria-busy');
    // On a phone the keyboard would cover the first posts.
    if (matchMedia('(min-width: 760px)').matches) composer.focus();
  } catch (error) {
    $('connection').hidden = false;
    $('connection').textContent = error.message;
    setTimeout(begin, FIRST_RETRY);
  }
}
