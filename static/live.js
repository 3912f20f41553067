// Parts of a page that load again by themselves: nothing moves under the reader's hands, and an ended session says so.
(function () {
  "use strict";
  var held = null;

  function isRefresh(ctx) { return Boolean(ctx.sourceEvent && ctx.sourceEvent.type === "every"); }

  // The server counts a refresh as no sign of life: a forgotten screen does not stay signed in.
  document.addEventListener("htmx:config:request", function (event) {
    var ctx = event.detail.ctx;
    if (isRefresh(ctx)) ctx.request.headers["X-Refresh"] = "1";
  });

  // The part under the pointer, or the part with the focus, stays where it is on the screen.
  function partInHand(targets) {
    var hovered = document.querySelectorAll(":hover"), pointed = hovered[hovered.length - 1];
    return [pointed, document.activeElement].map(function (element) {
      var part = element && element.closest("[id]");
      return part && targets.some(function (target) { return target !== part && target.contains(part); }) ? part : null;
    }).find(Boolean);
  }
  function isSelectedIn(targets) {
    var selection = document.getSelection();
    return !selection.isCollapsed && targets.some(function (target) { return target.contains(selection.anchorNode); });
  }
  document.addEventListener("htmx:before:swap", function (event) {
    held = null;
    if (!isRefresh(event.detail.ctx)) return;
    var targets = event.detail.tasks.map(function (task) { return task.target; }).filter(function (target) { return target instanceof Element; });
    // Who marks text to copy it keeps it marked.
    if (isSelectedIn(targets)) { event.preventDefault(); return; }
    var part = partInHand(targets);
    if (part) held = { id: part.id, top: part.getBoundingClientRect().top };
  });
  document.addEventListener("htmx:after:swap", function () {
    var part = held && document.getElementById(held.id), moved = part ? part.getBoundingClientRect().top - held.top : 0;
    if (!moved) return;
    window.scrollBy({ top: moved, behavior: "instant" });
    var rest = part.getBoundingClientRect().top - held.top;
    if (rest <= 0) return;
    // The page is too short to scroll that far: make it longer.
    document.body.style.minHeight = document.documentElement.scrollHeight + rest + "px";
    window.scrollBy({ top: rest, behavior: "instant" });
  });

  // An answer that names where to go on is about the session: the page stays as it is, with a notice above it.
  document.addEventListener("htmx:before:response", function (event) {
    var raw = event.detail.ctx.response.raw, address = raw.headers.get("Session-Ended");
    var notice = document.getElementById("session-notice");
    if (!address) {
      if (notice && raw.ok) notice.remove();
      return;
    }
    event.preventDefault();
    if (notice) return;
    notice = document.createElement("p");
    notice.id = "session-notice";
    notice.className = "message message-warning session-notice";
    notice.setAttribute("role", "alert");
    var link = document.createElement("a");
    link.href = address;
    link.textContent = raw.status === 401 ? "Sign in again" : "Load it again";
    notice.append(raw.status === 401 ? "You were signed out. What you typed is kept. " : "This page is from before your last sign-in. What you typed is kept. ", link);
    document.body.prepend(notice);
  });
})();
