importScripts("/assets/observe-store.js");
const CACHE = `observe-${VERSION}`;
const SHELL = "/observe/shell";

self.addEventListener("install", (event) => {
  const wanted = [SHELL, ...KEPT].map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(wanted)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const drop = async () => {
    for (const name of await caches.keys()) if (name.startsWith("observe-") && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(drop());
});

/* The connection first; without one, the page as it was kept: it holds nobody's data. */
self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  const isPage = event.request.mode === "navigate" && /^\/observe(\/|\/new)?$/.test(pathname);
  if (!isPage && !KEPT.includes(pathname)) return;
  event.respondWith(
    fetch(event.request).catch(async (error) => {
      const kept = await caches.match(isPage ? SHELL : pathname);
      if (!kept) throw error;
      return kept;
    }),
  );
});

self.addEventListener("sync", (event) => {
  if (event.tag === "send") event.waitUntil(Store.send());
});
