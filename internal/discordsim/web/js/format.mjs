// Small conversions that several modules need: times, names, colours, ids.

/** locale of dates: the reader's own English, or British English on this English page. */
export function dateLocale() {
  const language = globalThis.navigator?.language ?? '';
  return /^en\b/i.test(language) ? language : 'en-GB';
}

const STYLES = {
  t: { timeStyle: 'short' },
  T: { timeStyle: 'medium' },
  d: { day: '2-digit', month: '2-digit', year: 'numeric' },
  D: { dateStyle: 'long' },
  f: { dateStyle: 'long', timeStyle: 'short' },
  F: { dateStyle: 'full', timeStyle: 'short' },
  s: { day: '2-digit', month: '2-digit', year: 'numeric', hour: '2-digit', minute: '2-digit' },
  S: { day: '2-digit', month: '2-digit', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' },
};

/** formatTime writes a Date in one of the styles of Discord's <t:…:STYLE>. */
export function formatTime(date, style, now = Date.now()) {
  if (style === 'R') return relativeTime(date, now);
  return new Intl.DateTimeFormat(dateLocale(), STYLES[style] ?? STYLES.f).format(date);
}

const UNITS = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** relativeTime says how far a Date is from now: "2 hours ago", "in 3 days". */
export function relativeTime(date, now = Date.now()) {
  const seconds = Math.round((date.getTime() - now) / 1000);
  if (seconds === 0) return 'now';
  const [unit, size] = UNITS.find(([, s]) => Math.abs(seconds) >= s) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(dateLocale(), { numeric: 'always' }).format(Math.trunc(seconds / size), unit);
}

/** dayKey is equal for two Dates of the same local day. */
export function dayKey(date) {
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

/** messageTime is a message's time as Discord shows it beside the author. */
export function messageTime(date, now = new Date()) {
  const today = dayKey(date) === dayKey(now);
  return today ? formatTime(date, 't') : calendarTime(date, now);
}

/** calendarTime names the day as people do: "Today at 10:01", "Yesterday at 22:40", "04/07/2026 09:15". */
export function calendarTime(date, now = new Date()) {
  const time = formatTime(date, 't');
  if (dayKey(date) === dayKey(now)) return `Today at ${time}`;
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  return dayKey(date) === dayKey(yesterday) ? `Yesterday at ${time}` : `${formatTime(date, 'd')} ${time}`;
}

/** displayName is what a user is called in the client. */
export function displayName(user) {
  return user?.global_name || user?.username || 'Someone';
}

/** initials makes a server's icon from its name, as Discord does: the first letter of each word. */
export function initials(name) {
  const letters = String(name ?? '').replace(/[’']s\b/g, '').split(/\s+/).map((word) => Array.from(word)[0] ?? '');
  return letters.join('').slice(0, 3) || '?';
}

const COLOURS = ['#4752c4', '#2d7d46', '#9a5b00', '#b5303c', '#8a3f9e', '#1f6f8b', '#5b6470'];

/** colourOf gives a user an avatar colour: their own, else one that follows from the id. */
export function colourOf(user) {
  if (/^#[0-9a-f]{6}$/i.test(user?.avatar_color ?? '')) return user.avatar_color;
  if (Number.isInteger(user?.avatar_color)) return hexColour(user.avatar_color);
  const id = String(user?.id ?? '');
  return COLOURS[Number(id.slice(-4) || 0) % COLOURS.length];
}

/** hexColour writes Discord's integer colours for CSS. */
export function hexColour(value) {
  return `#${(Number(value) & 0xffffff).toString(16).padStart(6, '0')}`;
}

/** formatBytes writes a file's size as Discord does. */
export function formatBytes(count) {
  if (!(count >= 0)) return '';
  if (count < 1024) return `${count} ${count === 1 ? 'byte' : 'bytes'}`;
  const kilobytes = count / 1024;
  return kilobytes < 1023.995 ? `${kilobytes.toFixed(2)} KB` : `${(kilobytes / 1024).toFixed(2)} MB`;
}

/** compareIds orders snowflakes, which are too large for numbers. */
export function compareIds(a, b) {
  const [x, y] = [String(a), String(b)];
  return x.length - y.length || (x < y ? -1 : x > y ? 1 : 0);
}
