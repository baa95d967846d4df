"use strict";
/* Remarks that wait on this device, in IndexedDB; used by the page and by its service worker.
   Each belongs to the account that wrote it: nobody else's sees, sends or wipes it. */
const Store = (() => {
  const open = () =>
    new Promise((resolve, reject) => {
      const asked = indexedDB.open("observe", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("profiles", { keyPath: "account" });
        const remarks = asked.result.createObjectStore("remarks", { keyPath: "id" });
        remarks.createIndex("account", "account");
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });

  const work = async (store, mode, act) => {
    const base = await open();
    try {
      return await new Promise((resolve, reject) => {
        const change = base.transaction(store, mode);
        const asked = act(change.objectStore(store));
        change.oncomplete = () => resolve(asked && asked.result);
        change.onerror = change.onabort = () => reject(change.error);
      });
    } finally {
      base.close();
    }
  };

  const put = (item) => work("remarks", "readwrite", (store) => store.put(item));
  const remove = (id) => work("remarks", "readwrite", (store) => store.delete(id));
  const get = (id) => work("remarks", "readonly", (store) => store.get(id));
  const mine = async (account) => {
    const found = await work("remarks", "readonly", (store) => store.index("account").getAll(account));
    return found.sort((a, b) => a.made - b.made);
  };

  /* Whose page this device shows: the last who opened it. */
  const profile = async () => {
    const found = await work("profiles", "readonly", (store) => store.getAll());
    return found.sort((a, b) => b.at - a.at)[0] || null;
  };
  const keepProfile = (told) =>
    work("profiles", "readwrite", (store) =>
      store.put({ account: told.account, projects: told.projects, at: Date.now() }));
  const wipe = async (account) => {
    for (const item of await mine(account)) await remove(item.id);
    await work("profiles", "readwrite", (store) => store.delete(account));
  };

  /* Ask who may send. Gives null without a connection, {signed_in: false} when nobody is. */
  const ask = async () => {
    if (navigator.onLine === false) return null;
    let answer;
    try {
      answer = await fetch("/observe/profile", { cache: "no-store", redirect: "manual" });
    } catch {
      return null;
    }
    if (!answer.ok) return null;
    const told = await answer.json();
    if (told.signed_in) await keepProfile(told);
    return told;
  };

  const post = async (path, fields) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) {
      if (value instanceof Blob) body.append(name, value, value.name || "photo");
      else body.append(name, value);
    }
    const headers = { accept: "application/json" };
    const answer = await fetch(path, { method: "POST", body, headers, redirect: "manual" });
    if (answer.ok) return { ok: true, told: await answer.json() };
    if (answer.status >= 500 || answer.status === 429) throw new TypeError("later");
    if (answer.type === "opaqueredirect" || answer.status === 401) return { signedOut: true };
    const told = await answer.json().catch(() => ({}));
    return { stale: answer.status === 403 && !told.error, why: told.error || String(answer.status) };
  };

  /* Send one remark and then its photos, one at a time; what has arrived is not sent again. */
  const sendOne = async (item, token) => {
    if (!item.number) {
      const answer = await post("/observe/new", { ...item.fields, client_id: item.id, form_token: token });
      if (!answer.ok) return answer;
      item.number = answer.told.number;
      await put(item);
    }
    while (item.photos.length) {
      const shot = item.photos[0];
      const fields = { remark: item.id, client_id: shot.id, photos: shot.file, form_token: token };
      const answer = await post("/observe/photo", fields);
      if (answer.signedOut || answer.stale) return answer;
      item.photos.shift();
      if (!answer.ok) item.refused = answer.why;
      await put(item);
    }
    if (!item.refused) await remove(item.id);
    return { ok: true, number: item.number };
  };

  const sendAll = async () => {
    const told = await ask();
    if (!told) return { offline: true };
    if (!told.signed_in) return { signedOut: true };
    const sent = [];
    for (const item of await mine(told.account)) {
      if (item.number && !item.photos.length) continue;
      let answer;
      try {
        answer = await sendOne(item, told.form_token);
      } catch {
        return { offline: true, sent };
      }
      if (answer.signedOut || answer.stale) return { signedOut: true, sent };
      if (answer.ok) sent.push({ id: item.id, number: answer.number });
      else await put({ ...item, refused: answer.why });
    }
    return { sent };
  };

  /* Page and worker may both see the connection return: one of them sends. */
  const send = () => navigator.locks.request("observe-send", sendAll);
  /* From now on until the page goes, nobody sends. */
  const hold = (then) =>
    navigator.locks.request("observe-send", () => then().then(() => new Promise(() => {})));

  return { put, remove, get, mine, profile, wipe, ask, send, hold };
})();
