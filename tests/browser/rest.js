"use strict";
/* Marks a page of Streamlit by `data-rests` while it rests: every run that was asked for has come to
   its end and is drawn, and no other page is on its way. Streamlit's own mark is too early for that:
   it turns only once the server answers a click, and between two runs it says that none goes on. */
(() => {
  const ASK = (11 << 3) | 2; // BackMsg.rerun_script
  const BEGUN = 4; // ForwardMsg.new_session
  const ENDED = 6; // ForwardMsg.script_finished
  const EARLY = 2; // … for another run that follows at once
  let state = "";
  let change = 0;

  const root = () => document.documentElement.dataset;
  const fields = (bytes) => {
    const found = {};
    let at = 0;
    const number = () => {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = bytes[at++];
        value += (byte & 127) * scale;
        if (byte < 128) return value;
      }
    };
    while (at < bytes.length) {
      const tag = number();
      const value = number();
      found[tag >> 3] = value;
      if ((tag & 7) === 2) at += value;
    }
    return found;
  };
  const look = (mine) =>
    requestIdleCallback(() =>
      requestIdleCallback(() => {
        if (mine !== change || state) return;
        if (document.querySelector('[data-test-script-state="notRunning"]')) root().rests = "";
        else look(mine);
      }),
    );
  const changed = () => {
    delete root().rests;
    look(++change);
  };
  const received = (event) => {
    const told = fields(new Uint8Array(event.data));
    if (BEGUN in told) state = "running";
    if (state === "running" && ENDED in told && told[ENDED] !== EARLY) state = "";
    changed();
  };

  window.WebSocket = class extends WebSocket {
    constructor(...address) {
      super(...address);
      state = "";
      this.addEventListener("message", received);
    }
    send(bytes) {
      if (bytes[0] === ASK) state = "asked";
      changed();
      super.send(bytes);
    }
  };
  /* What a click or a key changes reaches the form, or the socket, a moment later. */
  for (const act of ["click", "keydown", "input", "change"])
    addEventListener(act, () => document.querySelector('[data-testid="stApp"]') && changed(), true);
  navigation.addEventListener("navigate", (event) => {
    if (event.destination.sameDocument || event.downloadRequest !== null) return;
    state = "left";
    changed();
  });
})();
