// Rows of a list that are selected: how many, all of a page at once, and which of them have changed since.
// While something is selected the list stays as the reader sees it; what changed is named, and left out by the server.
(function () {
  "use strict";
  var BOX = 'input[name="ticket"][form="bulk"]';

  function boxes() { return Array.prototype.slice.call(document.querySelectorAll(BOX)); }
  function chosen() { return boxes().filter(function (box) { return box.checked; }); }

  function show() {
    var bar = document.querySelector("[data-bulk]"), all = document.querySelector("[data-select-all]");
    if (!bar) return;
    var count = chosen().length;
    bar.querySelector("[data-bulk-count]").textContent = count;
    if (!count) bar.querySelector("[data-bulk-stale]").hidden = true;
    if (all) {
      all.hidden = false;
      all.checked = count > 0 && count === boxes().length;
      all.indeterminate = count > 0 && count < boxes().length;
    }
  }

  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-select-all]")) boxes().forEach(function (box) { box.checked = event.target.checked; });
    if (event.target.matches("[data-select-all], " + BOX)) show();
  });
  document.addEventListener("reset", function (event) { if (event.target.matches("[data-bulk]")) setTimeout(show); });
  document.addEventListener("htmx:after:swap", show);
  document.addEventListener("htmx:before:swap", function (event) {
    var picked = chosen(), ctx = event.detail.ctx;
    if (!picked.length || !ctx.sourceEvent || ctx.sourceEvent.type !== "every" || ctx.target.id !== "results") return;
    event.preventDefault();
    var fresh = new DOMParser().parseFromString(ctx.text, "text/html");
    var names = picked.map(function (box) { return box.closest("tr"); }).filter(function (row) {
      var now = fresh.getElementById(row.id);
      return !now || now.dataset.version !== row.dataset.version;
    }).map(function (row) { return row.dataset.reference; });
    var note = document.querySelector("[data-bulk-stale]");
    note.hidden = !names.length;
    note.querySelector("span").textContent = names.join(", ") + (names.length === 1 ? " has" : " have") + " changed since you selected. You will see it before anything is done.";
  });
  show();
})();
