"use strict";
/* Before signing out: tell what was not sent yet, and wipe what this account left on the device. */
(async () => {
  const form = document.getElementById("sign-out");
  const { account } = form.dataset;
  if (!("indexedDB" in window)) return;
  const waiting = (await Store.mine(account).catch(() => [])).filter((item) => !item.number || item.photos.length);
  if (waiting.length) {
    const warning = document.getElementById("unsent");
    warning.textContent = warning.dataset.words.replace("{count}", waiting.length);
    warning.hidden = false;
    const first = document.getElementById("send-first");
    if (first) first.hidden = false;
  }
  form.addEventListener("submit", async (event) => {
    if (form.dataset.wiped) return;
    event.preventDefault();
    await Store.wipe(account).catch(() => {});
    form.dataset.wiped = "1";
    form.requestSubmit(event.submitter);
  });
})();
