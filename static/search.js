// A list's filter: one search is one request and one entry in the history.
(function () {
  "use strict";
  var AGAIN_AFTER = 1000;

  // Enter in a field that was changed fires "change" and "submit"; the second of the two asks nothing new.
  document.addEventListener("htmx:config:request", function (event) {
    var ctx = event.detail.ctx, form = ctx.sourceElement;
    if (!form.matches("form.filters")) return;
    var query = new URLSearchParams(ctx.request.body).toString(), last = form.lastSearch;
    if (last && last.query === query && (!last.isDone || Date.now() - last.at < AGAIN_AFTER)) { event.preventDefault(); return; }
    ctx.search = form.lastSearch = { query: query, at: Date.now(), isDone: false };
  });
  document.addEventListener("htmx:finally:request", function (event) {
    if (event.detail.ctx.search) event.detail.ctx.search.isDone = true;
  });

  // The same search again is no new place to go back from.
  document.addEventListener("htmx:before:history:update", function (event) {
    if (event.detail.history.path === location.pathname + location.search) event.preventDefault();
  });
})();
