// What the add-on sets in Thunderbird, and takes back.

/** Cookies of others are refused while this is on. It ends with the add-on. @param {boolean} on */
export async function blockCookies(on) {
  const setting = messenger.privacy.websites.cookieConfig;
  if (on) {
    await setting.set({ value: { behavior: "reject_third_party" } });
  } else {
    await setting.clear({});
  }
}

/** Whether the add-on has cookies of others refused, and whether it may. */
export async function cookiesBlocked() {
  const at = await messenger.privacy.websites.cookieConfig.get({});
  return { on: at.levelOfControl === "controlled_by_this_extension", behavior: at.value.behavior };
}

/** The tag of mails that wanted to know, if the reader wants one. */
export const tagKey = "unseen-tracked";

/** Whether tracked mails get a tag, as it was when it was last asked for. */
class Tagging {
  constructor() {
    /** @type {Promise<boolean> | null} */
    this.known = null;
    const forget = () => {
      this.known = null;
    };
    messenger.storage.local.onChanged.addListener(forget);
    messenger.permissions.onAdded.addListener(forget);
    messenger.permissions.onRemoved.addListener(forget);
  }

  on() {
    this.known ??= this.ask();
    return this.known;
  }

  async ask() {
    const { tag } = await messenger.storage.local.get({ tag: false });
    return tag === true && (await messenger.permissions.contains({ permissions: ["messagesTagsList", "messagesUpdate"] }));
  }
}

const wanted = new Tagging();

/** Whether tracked mails get a tag. */
export function tagging() {
  return wanted.on();
}

/** Gives a mail the tag. @param {any} header */
export async function tag(header) {
  const list = await messenger.messages.tags.list();
  if (!list.some((t) => t.key === tagKey)) {
    await messenger.messages.tags.create(tagKey, messenger.i18n.getMessage("tag"), "#8A3B12");
  }
  if (!header.tags.includes(tagKey)) {
    await messenger.messages.update(header.id, { tags: [...header.tags, tagKey] });
  }
}
