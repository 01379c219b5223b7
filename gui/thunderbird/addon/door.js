// The other way to Unseen, for a Thunderbird that may start no program: HTTP on this
// machine, with a token that was given for a code. It looks like the first.

/** @typedef {{port: number, token: string}} Key */

/** Which door was opened, if any. @returns {Promise<Key | null>} */
export async function keyOf() {
  const { door } = await messenger.storage.local.get({ door: null });
  return /** @type {any} */ (door);
}

/** Asks at a door. @param {number} port @param {string} path @param {any} body @param {string} [token] */
function knock(port, path, body, token) {
  /** @type {Record<string, string>} */
  const headers = { "Content-Type": "application/json" };
  if (token) {
    headers.Authorization = "Bearer " + token;
  }
  return fetch("http://127.0.0.1:" + port + path, {
    method: "POST", headers, body: JSON.stringify(body), cache: "no-store", credentials: "omit", redirect: "error",
  });
}

/** Brings a code, and keeps what is given for it. @param {string} code @returns {Promise<boolean>} */
export async function pair(code) {
  const port = Number(code.trim().split(/[- ]/)[0]);
  if (!(port > 0 && port < 65536)) {
    return false;
  }
  try {
    const answer = await knock(port, "/pair", { code });
    if (!answer.ok) {
      return false;
    }
    const { token } = await answer.json();
    await messenger.storage.local.set({ door: { port, token } });
    return true;
  } catch {
    return false; // nobody is there
  }
}

/** What a started program is, as far as it is used here. */
export class Door {
  /** @param {Key} key */
  constructor(key) {
    this.key = key;
    /** @type {((m: any) => void)[]} */
    this.hears = [];
    /** @type {(() => void)[]} */
    this.ends = [];
    this.onMessage = { addListener: (/** @type {(m: any) => void} */ f) => this.hears.push(f) };
    this.onDisconnect = { addListener: (/** @type {() => void} */ f) => this.ends.push(f) };
    this.news();
  }

  /** @param {any} m */
  tell(m) {
    this.hears.forEach((hear) => hear(m));
  }

  /** Asks one question. @param {any} m */
  async postMessage(m) {
    try {
      const answer = await knock(this.key.port, "/ask", m, this.key.token);
      if (!answer.ok) {
        throw new Error("refused: " + answer.status);
      }
      this.tell(await answer.json());
    } catch (e) {
      this.tell({ id: m.id, error: { code: "not-running", text: String(e) } });
    }
  }

  /** Hears what is decided and set, until the door is shut. */
  async news() {
    try {
      const answer = await knock(this.key.port, "/news", {}, this.key.token);
      if (answer.status === 401) {
        await messenger.storage.local.remove("door"); // it was taken back
      }
      if (answer.ok && answer.body) {
        let rest = "";
        const lines = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        for (let got = await lines.read(); !got.done; got = await lines.read()) {
          const whole = (rest + got.value).split("\n");
          rest = whole.pop() ?? "";
          whole.forEach((line) => this.tell(JSON.parse(line)));
        }
      }
    } catch {
      // Nobody is there, by now or at all.
    }
    this.ends.forEach((end) => end());
  }
}
