"use strict";
/* Links marked `ms-stay` go on in the session: Streamlit's client is told of the new address as it is
   by the way back. Opened in another tab, or without a connection, they are plain links. */
(() => {
  let place = "";
  const watch = new MutationObserver(() => {
    if (document.activeElement !== document.body) return;
    const again = document.getElementById(place);
    if (again) again.focus({ preventScroll: true });
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.ms-stay");
    watch.disconnect();
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const app = document.querySelector('[data-testid="stApp"]');
    if (!app || app.dataset.testConnectionState !== "CONNECTED") return;
    event.preventDefault();
    place = link.id;
    if (place) watch.observe(app, { childList: true, subtree: true });
    const elsewhere = link.pathname !== location.pathname;
    history.pushState({}, "", link.href.replace(/\?$/, ""));
    dispatchEvent(new PopStateEvent("popstate"));
    if (elsewhere) document.querySelector('[data-testid="stMain"]').scrollTo(0, 0);
  });

  /* The second click of two would send an emptied form, or press what has moved under the finger. */
  const once = '[data-testid="stFormSubmitButton"] button, button[kind="primary"]';
  document.addEventListener("click", (event) => {
    if (event.detail < 2 || !event.target.closest(once)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  document.addEventListener("keydown", (event) => {
    watch.disconnect(); // between two fields nothing has the focus either
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = step && event.target.closest(".ms-matrix a");
    if (!row) return;
    const rows = [...row.closest("table").querySelectorAll("tbody a")];
    const next = rows[rows.indexOf(row) + step];
    event.preventDefault();
    if (!next) return;
    row.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
})();
