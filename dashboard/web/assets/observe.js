"use strict";
/* The observers' page. Without this script the form is sent as any other; with it, a remark is kept
   on the device first and sent as soon as there is a connection and somebody signed in. */
(() => {
  const find = (id) => document.getElementById(id);
  const line = find("line");
  const say = line.dataset;
  const form = find("remark");
  const filled = (text, values) =>
    Object.entries(values).reduce((done, [name, value]) => done.replace(`{${name}}`, value), text);
  const show = (element, text) => {
    if (!element) return;
    element.textContent = text;
    element.hidden = !text;
  };
  const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  let account = say.account;
  let shots = [];
  let projects = [];
  let touched = false;
  let drawn = 0;

  /* ---- what waits ---- */
  const drawQueue = async () => {
    const waiting = account ? await Store.mine(account) : [];
    const unsent = waiting.filter((item) => !item.number || item.photos.length);
    const box = find("queue");
    drawn = waiting.length;
    box.hidden = !waiting.length;
    find("waiting").textContent = filled(say.waiting, { count: unsent.length });
    box.querySelector("ul").replaceChildren(...waiting.map(drawItem));
    return unsent.length;
  };
  const drawItem = (item) => {
    const row = document.createElement("li");
    const told = document.createElement("div");
    const words = document.createElement("p");
    const count = item.photos.length ? ` · ${filled(say.photos, { count: item.photos.length })}` : "";
    words.textContent = item.fields.words.slice(0, 60) + count;
    told.append(words);
    if (item.refused) {
      const why = document.createElement("p");
      why.className = "why";
      why.textContent = filled(say.refused, { why: item.refused });
      told.append(why);
    }
    const drop = document.createElement("button");
    drop.type = "button";
    drop.textContent = say.remove;
    drop.addEventListener("click", async () => {
      if (drop.textContent !== say.sure) {
        drop.textContent = say.sure;
        return;
      }
      await Store.remove(item.id);
      await drawQueue();
    });
    row.append(told, drop);
    return row;
  };

  const drawState = (result) => {
    line.replaceChildren();
    if (result.signedOut) {
      const link = document.createElement("a");
      link.href = `/sign-in?next=${encodeURIComponent("/observe")}`;
      link.textContent = say.signinLink;
      line.append(say.signin, " ", link);
    } else if (result.offline) line.append(say.offline);
    line.hidden = !line.childNodes.length;
  };

  const send = async () => {
    const result = await Store.send();
    drawState(result);
    await drawQueue();
    return result;
  };
  const sendSoon = async () => {
    const before = drawn;
    const result = await send().catch(() => ({}));
    const sent = result.sent || [];
    /* The service worker may have been quicker: then less waits than was drawn. */
    if (!form && (sent.length || drawn < before)) location.replace("/observe");
    else if (sent.length) {
      show(find("told"), filled(say.received, { number: sent.map((each) => each.number).join(" ") }));
    }
  };

  /* ---- the form ---- */
  const drawShots = () => {
    find("shots").replaceChildren(
      ...shots.map((shot) => {
        const row = document.createElement("li");
        const image = document.createElement("img");
        image.alt = shot.file.name;
        image.src = URL.createObjectURL(shot.file);
        image.addEventListener("load", () => URL.revokeObjectURL(image.src));
        image.addEventListener("error", () => {
          const blank = document.createElement("span");
          blank.className = "blank";
          blank.textContent = shot.file.name;
          image.replaceWith(blank);
        });
        const drop = document.createElement("button");
        drop.type = "button";
        drop.textContent = say.remove;
        drop.addEventListener("click", () => {
          shots = shots.filter((each) => each !== shot);
          drawShots();
        });
        row.append(image, drop);
        return row;
      }),
    );
  };
  const takeShots = (event) => {
    for (const file of event.target.files) shots.push({ id: newId(), file });
    event.target.value = "";
    drawShots();
  };

  const metres = (one, other) => {
    const turn = Math.PI / 180;
    const north = (other.latitude - one.latitude) * turn;
    const east = (other.longitude - one.longitude) * turn * Math.cos(one.latitude * turn);
    return 6371009 * Math.hypot(north, east);
  };
  const chooseNearest = (place) => {
    const select = find("project");
    if (touched || select.dataset.chosen) return;
    let best = { distance: 3000 };
    for (const project of projects)
      for (const site of project.sites) {
        if (site.latitude === null) continue;
        const distance = metres(place, site);
        if (distance < best.distance) best = { distance, project };
      }
    if (best.project && select.value !== String(best.project.project_id)) {
      select.value = String(best.project.project_id);
      show(find("near"), say.near);
    }
  };
  const located = ({ coords }) => {
    form.elements.latitude.value = coords.latitude.toFixed(6);
    form.elements.longitude.value = coords.longitude.toFixed(6);
    form.elements.accuracy_m.value = Math.round(coords.accuracy);
    find("position").textContent = filled(say.located, { metres: Math.round(coords.accuracy) });
    chooseNearest(coords);
  };
  const locate = () => {
    find("position").textContent = say.locating;
    navigator.geolocation.getCurrentPosition(located, () => (find("position").textContent = say.unlocated), {
      enableHighAccuracy: true, timeout: 15000, maximumAge: 60000,
    });
  };

  const fillProjects = (told) => {
    projects = told.projects;
    const select = find("project");
    if (!form || select.options.length) return;
    select.replaceChildren(
      ...projects.map((each) => new Option(each.name + (each.assigned ? say.assigned : ""), each.project_id)),
    );
  };

  const written = () => {
    const fields = {};
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && name !== "form_token" && name !== "client_id") fields[name] = value;
    }
    fields.written_at = new Date().toISOString();
    return fields;
  };
  const clear = () => {
    form.reset();
    shots = [];
    drawShots();
    form.elements.client_id.value = newId();
    find("position").textContent = "";
    for (const name of ["latitude", "longitude", "accuracy_m"]) form.elements[name].value = "";
  };

  /* What is typed while a remark goes out would be wiped with it. */
  const busy = (is) => {
    for (const each of form.elements) each.disabled = is;
  };

  const submit = async (event) => {
    event.preventDefault();
    show(find("told"), "");
    show(find("trouble"), "");
    const id = form.elements.client_id.value || newId();
    const fields = written();
    busy(true);
    try {
      await Store.put({ id, account, fields, photos: shots, made: Date.now() });
    } catch {
      show(find("trouble"), say.full);
      busy(false);
      return;
    }
    const result = await send().catch(() => ({ offline: true }));
    const left = await Store.get(id);
    busy(false);
    const arrived = (result.sent || []).find((each) => each.id === id);
    if (!left) {
      location.assign(arrived ? `/observe?sent=${encodeURIComponent(arrived.number)}` : "/observe");
    } else if (left.refused && !left.number) {
      await Store.remove(id);
      await drawQueue();
      show(find("trouble"), left.refused);
    } else {
      clear();
      if (result.signedOut) return; // the line above says what to do; only who signs in can send
      show(find("told"), say.kept);
      if (registration && registration.sync) registration.sync.register("send").catch(() => {});
    }
  };

  /* ---- start ---- */
  let registration = null;
  const start = async () => {
    const told = await Store.ask();
    if (told && told.signed_in) account = told.account;
    const profile = told && told.signed_in ? told : await Store.profile();
    if (!account && profile) account = profile.account;
    if (profile && profile.account === account) fillProjects(profile);
    if (form) {
      if (!find("project").options.length) show(find("trouble"), say.noproject);
      form.elements.client_id.value = form.elements.client_id.value || newId();
      find("project").addEventListener("change", () => {
        touched = true;
        form.elements.site_id.value = "";
        show(find("near"), "");
        if (find("site")) find("site").hidden = true;
      });
      find("camera").addEventListener("change", takeShots);
      find("album").addEventListener("change", takeShots);
      form.addEventListener("submit", submit);
      if ("geolocation" in navigator) {
        find("locate").hidden = false;
        find("locate").addEventListener("click", locate);
        const asked = navigator.permissions && (await navigator.permissions.query({ name: "geolocation" }).catch(() => null));
        if (asked && asked.state === "granted") locate();
      }
    }
    await sendSoon();
    document.body.dataset.ready = "1";
    window.addEventListener("online", sendSoon);
    window.addEventListener("offline", () => drawState({ offline: true }));
    setInterval(async () => (await drawQueue()) && sendSoon(), 30000);
  };
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register("/observe/sw.js", { scope: "/observe" }).then((made) => (registration = made), () => {});
  }
  start();
})();
