"use strict";
/* Before signing out: tell what was not sent yet, and wipe what this account left on the device. */
(async () => {
  const form = document.getElementById("sign-out");
  const { account } = form.dataset;
  if (!("indexedDB" in window)) return;
  const first = document.getElementById("send-first");
  const tell = async () => {
    const kept = await Store.mine(account).catch(() => []);
    const count = kept.filter((item) => !item.number || item.photos.length).length;
    const warning = document.getElementById("unsent");
    warning.textContent = warning.dataset.words.replace("{count}", count);
    for (const told of [warning, first]) if (told) told.hidden = !count;
  };
  form.addEventListener("submit", async (event) => {
    if (form.dataset.wiped) return;
    event.preventDefault();
    await Store.wipe(account).catch(() => {});
    form.dataset.wiped = "1";
    form.requestSubmit(event.submitter);
  });
  await tell();
  /* On the page of signing out, what is told stays true while it is read: nothing is sent
     meanwhile, and what was just being sent is counted anew. */
  if (first) Store.hold(tell);
})();
