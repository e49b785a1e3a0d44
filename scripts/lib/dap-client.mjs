/** A small Debug Adapter Protocol client over a child process, with Node built-ins only. */
import { spawn } from "node:child_process";

const TIMEOUT_MS = 30_000;

export class DapClient {
  #process;
  #seq = 1;
  #buffer = Buffer.alloc(0);
  #responses = new Map();
  #events = [];
  #waiters = [];

  /**
   * @param {(event: { event: string, body: any }) => void} onEvent called for each event, before the code that waits
   * for it
   */
  constructor(command, args, onEvent) {
    this.onEvent = onEvent;
    this.#process = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#process.stdout.on("data", (chunk) => this.#receive(chunk));
  }

  /** The response's body; throws with the message that a user would see. */
  async request(command, args = {}) {
    const seq = this.#seq++;
    const text = JSON.stringify({ seq, type: "request", command, arguments: args });
    const come = new Promise((resolve) => this.#responses.set(seq, resolve));
    this.#process.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    const response = await within(come, command);
    if (!response.success) throw new Error(response.body?.error?.format ?? response.message);
    return response.body;
  }

  /** The next event of one of these kinds that nobody has taken yet. */
  async event(...names) {
    const index = this.#events.findIndex(({ event }) => names.includes(event));
    if (index >= 0) return this.#events.splice(index, 1)[0];
    return within(new Promise((resolve) => this.#waiters.push({ names, resolve })), names.join(" or "));
  }

  close() {
    this.#process.kill();
  }

  #receive(chunk) {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const head = this.#buffer.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#buffer.toString("latin1", 0, head))?.[1]);
      const end = head + 4 + length;
      if (this.#buffer.length < end) return;
      const message = JSON.parse(this.#buffer.toString("utf8", head + 4, end));
      this.#buffer = this.#buffer.subarray(end);
      this.#dispatch(message);
    }
  }

  #dispatch(message) {
    if (message.type === "response") {
      this.#responses.get(message.request_seq)?.(message);
      this.#responses.delete(message.request_seq);
    } else if (message.type === "event") {
      this.onEvent(message);
      const index = this.#waiters.findIndex(({ names }) => names.includes(message.event));
      if (index >= 0) this.#waiters.splice(index, 1)[0].resolve(message);
      else this.#events.push(message);
    }
  }
}

async function within(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the debug adapter said nothing about "${what}" for ${TIMEOUT_MS / 1000} s`)),
      TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
