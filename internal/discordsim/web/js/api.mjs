// The client's side of the simulator's /client endpoints.

/** ApiError carries the sentence that the server gave for a refused request. */
export class ApiError extends Error {}

const request = (path, body) => send(path, body === undefined
  ? { headers: { Accept: 'application/json' } }
  : { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

async function send(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new ApiError('The demo does not answer. Is it still running in its terminal?');
  }
  const text = await response.text();
  let data = null;
  try {
    data = text ? JSON.parse(text) : null;
  } catch {
    // A body that is no JSON is only shown when it says why something failed.
  }
  if (!response.ok) throw new ApiError(data?.message || `The demo answered with status ${response.status}.`);
  return data;
}

const query = (values) => {
  const params = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== ''));
  return params.size ? `?${params}` : '';
};

export const api = {
  state: (userId) => request(`/client/state${query({ user_id: userId })}`),
  messages: (channelId, { limit = 50, before, userId } = {}) =>
    request(`/client/channels/${encodeURIComponent(channelId)}/messages${query({ limit, before, user_id: userId })}`),
  runCommand: (body) => request('/client/commands', body),
  autocomplete: (body) => request('/client/autocomplete', body),
  useComponent: (body) => request('/client/components', body),
  submitModal: (body) => request('/client/modals', body),
  say: (body) => request('/client/messages', body),
  /** upload sends a chosen file, and resolves to the {id} that stands for it. */
  upload: (file) => send(`/client/files${query({ name: file.name })}`, {
    method: 'POST', headers: { 'Content-Type': file.type || 'application/octet-stream' }, body: file,
  }),
};

const EVENTS = [
  'message_create', 'message_update', 'message_delete', 'guild_create', 'guild_delete',
  'channel_create', 'channel_update', 'channel_delete', 'commands', 'interaction', 'modal', 'bot', 'reset',
];

const RETRY_FIRST = 500;
const RETRY_MOST = 8_000;

/**
 * listen keeps an event stream open until stop() is called. onEvent(type,
 * data) gets every event, onStatus(true|false) every change of connection.
 */
export function listen({ userId, onEvent, onStatus }) {
  let source = null;
  let timer = 0;
  let delay = RETRY_FIRST;
  let stopped = false;

  const open = () => {
    source = new EventSource(`/client/events${query({ user_id: userId })}`);
    source.onopen = () => {
      delay = RETRY_FIRST;
      onStatus(true);
    };
    // The browser's own retry gives up after an error status and does not
    // back off, so each broken stream is replaced by a new one.
    source.onerror = () => {
      source.close();
      if (stopped) return;
      onStatus(false);
      timer = setTimeout(open, delay);
      delay = Math.min(delay * 2, RETRY_MOST);
    };
    for (const type of EVENTS) {
      source.addEventListener(type, (event) => {
        let data;
        try {
          data = event.data ? JSON.parse(event.data) : null;
        } catch {
          return;
        }
        onEvent(type, data);
      });
    }
  };
  open();

  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      source?.close();
    },
  };
}
