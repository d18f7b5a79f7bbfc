/** Talks to the REST API. */

/** What a problem detail says. */
export class Problem extends Error {
  constructor(detail) {
    super(detail.detail ?? detail.title ?? 'Something went wrong');
    this.title = detail.title ?? 'Something went wrong';
    this.status = detail.status;
    this.property = detail.property;
  }
}

async function accepted(response) {
  if (response.ok) {
    return response;
  }
  const body = await response.json().catch(() => ({}));
  const again = response.headers.get('retry-after');
  throw new Problem({
    title: `The server answered ${response.status}`,
    ...body,
    detail: again ? `${body.detail} (again in ${again} s)` : body.detail,
  });
}

function send(path, body, signal) {
  return fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
}

export async function get(path) {
  return (await accepted(await fetch(path))).json();
}

export async function post(path, body, signal) {
  return (await accepted(await send(path, body, signal))).json();
}

/** Ends a generation on the server. */
export async function stopGeneration(id) {
  await fetch(`api/generate/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** Posts a request and calls back with each event: its name and its data. */
export async function stream(path, body, signal, listener) {
  const response = await accepted(await send(path, body, signal));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let pending = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    pending += value;
    for (let end; (end = pending.indexOf('\n\n')) >= 0; pending = pending.slice(end + 2)) {
      const event = /^event: (.*)$/m.exec(pending.slice(0, end));
      const data = /^data: (.*)$/m.exec(pending.slice(0, end));
      if (event && data) {
        listener(event[1], JSON.parse(data[1]));
      }
    }
  }
}
