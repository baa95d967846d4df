"use strict";
/* Draw boxes over a photo; the table below holds them as numbers and is what is sent. */
(() => {
  const EDGES = ["left", "top", "right", "bottom"];
  const form = document.getElementById("redact");
  const photo = document.getElementById("photo");
  const rows = document.getElementById("rows");
  const more = document.getElementById("more");
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  let from = null;

  const numbers = (row) => EDGES.map((edge) => row.querySelector(`[name=${edge}]`).value.trim());
  const boxes = () =>
    [...rows.rows].map(numbers).filter((cells) => cells.every((cell) => /^\d+$/.test(cell))).map((cells) => cells.map(Number));

  const draw = (open) => {
    pen.drawImage(photo, 0, 0, canvas.width, canvas.height);
    pen.fillStyle = "#000";
    for (const [left, top, right, bottom] of boxes()) pen.fillRect(left, top, right - left, bottom - top);
    if (open) {
      pen.fillStyle = "rgba(179, 38, 30, .55)";
      pen.fillRect(open[0], open[1], open[2] - open[0], open[3] - open[1]);
    }
  };

  const add = (box) => {
    if (rows.rows.length >= Number(form.dataset.most)) return null;
    const free = [...rows.rows].find((row) => numbers(row).every((cell) => !cell));
    const row = free || rows.rows[0].cloneNode(true);
    if (!free) {
      rows.append(row);
      arm(row);
    }
    EDGES.forEach((edge, at) => (row.querySelector(`[name=${edge}]`).value = box ? box[at] : ""));
    draw();
    return row;
  };
  const arm = (row) => {
    const drop = document.createElement("button");
    drop.type = "button";
    drop.textContent = form.dataset.remove;
    drop.addEventListener("click", () => {
      EDGES.forEach((edge) => (row.querySelector(`[name=${edge}]`).value = ""));
      if (rows.rows.length > 1) row.remove();
      draw();
    });
    row.lastElementChild.replaceChildren(drop);
    row.addEventListener("input", () => draw());
  };

  const place = (event) => {
    const shown = canvas.getBoundingClientRect();
    const within = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
    return [
      within(((event.clientX - shown.left) / shown.width) * canvas.width, canvas.width),
      within(((event.clientY - shown.top) / shown.height) * canvas.height, canvas.height),
    ];
  };
  const box = (event) => {
    const [x, y] = place(event);
    return [Math.min(x, from[0]), Math.min(y, from[1]), Math.max(x, from[0]), Math.max(y, from[1])];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    from = place(event);
  });
  canvas.addEventListener("pointermove", (event) => from && draw(box(event)));
  canvas.addEventListener("pointerup", (event) => {
    const found = from && box(event);
    from = null;
    if (found && found[2] - found[0] > 3 && found[3] - found[1] > 3) add(found);
    draw();
  });
  canvas.addEventListener("pointercancel", () => {
    from = null;
    draw();
  });

  const start = () => {
    canvas.width = photo.naturalWidth;
    canvas.height = photo.naturalHeight;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", photo.alt);
    photo.hidden = true;
    photo.after(canvas);
    while (rows.rows.length > 1) rows.lastElementChild.remove();
    arm(rows.rows[0]);
    more.hidden = false;
    more.addEventListener("click", () => {
      const last = rows.lastElementChild;
      const row = last.cloneNode(true);
      rows.append(row);
      arm(row);
      EDGES.forEach((edge) => (row.querySelector(`[name=${edge}]`).value = ""));
      row.querySelector("input").focus();
    });
    draw();
    document.body.dataset.ready = "1";
  };
  if (photo.complete && photo.naturalWidth) start();
  else photo.addEventListener("load", start);
})();
