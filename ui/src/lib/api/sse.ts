// Server-sent events from a byte stream (https://html.spec.whatwg.org/multipage/server-sent-events.html),
// read by fetch so that the request can carry the session header.

export interface ServerEvent {
  name: string;
  data: string;
}

/** Turns chunks of text into events; keeps what is not complete yet. */
export class EventParser {
  #rest = '';
  #name = '';
  #data: string[] = [];

  push(chunk: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    this.#rest += chunk;
    for (;;) {
      const end = /\r\n|\n|\r(?!$)/.exec(this.#rest);
      if (end === null) return events;
      const line = this.#rest.slice(0, end.index);
      this.#rest = this.#rest.slice(end.index + end[0].length);
      const event = this.#line(line);
      if (event !== null) events.push(event);
    }
  }

  #line(line: string): ServerEvent | null {
    if (line === '') {
      const event = {
        name: this.#name === '' ? 'message' : this.#name,
        data: this.#data.join('\n'),
      };
      const empty = this.#data.length === 0;
      this.#name = '';
      this.#data = [];
      return empty ? null : event;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return null;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#name = value;
    else if (field === 'data') this.#data.push(value);
    return null;
  }
}
